"""A group that exists only in its sizes, for a plan or a simulation without a cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulumi_rolling.cli.imagined_deployment import deployment_preview, is_deployment
from pulumi_rolling.cli.imagined_refresh import NEW, OLD, is_refresh, refresh_preview
from pulumi_rolling.cli.imagined_sizes import size_faults
from pulumi_rolling.core.model.member import Lifecycle, Member, Sizes
from pulumi_rolling.core.replace.ideal import all_old
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.plan import new_rollout, plan
from pulumi_rolling.errors import PolicyErrors
from pulumi_rolling.policy.check import check_policy
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.policy.rolling_update.feasibility import advice, feasibility
from pulumi_rolling.policy.rolling_update.limits import limits
from pulumi_rolling.policy.timing import Timing
from pulumi_rolling.report.preview import Preview


@dataclass(frozen=True, slots=True)
class Imagined:
    """A policy that was checked, alone and against the sizes of a group."""

    roll: RollingUpdate
    sizes: Sizes
    allowed: Limits
    warnings: tuple[str, ...]


def imagined_preview(
    block: Any, desired: int | None, max_size: int | None, min_size: int, old: int | None
) -> Preview:
    """The plan for a group whose first ``old`` members are to be replaced. PolicyErrors with every fault at once."""
    checked = check_policy(block)
    if is_refresh(checked):
        faults = [
            *checked.faults,
            *size_faults(desired, desired if max_size is None else max_size, min_size, old),
        ]
        return refresh_preview(checked, faults, desired, old)
    if is_deployment(checked):
        return deployment_preview(checked, desired, {"--max-size": max_size, "--min-size": min_size}, old)
    imagined = imagined_policy(block, desired, max_size, min_size, old)
    sizes = imagined.sizes
    count = sizes.desired if old is None else old
    members = all_old(count, OLD) + [
        Member(f"kept-{i + 1}", NEW, Lifecycle.IN_SERVICE, launched_at=-500.0)
        for i in range(sizes.desired - count)
    ]
    seen = Observation(0.0, tuple(members), sizes, OLD.address)
    rollout = new_rollout("plan", NEW, OLD, sizes, seen.suspended, seen.at)
    note = advice(imagined.roll)
    return Preview(
        group=f"group of {desired}",
        plan=plan(imagined.allowed, rollout, seen),
        came_from=str(OLD),
        to=str(NEW),
        warnings=imagined.warnings,
        notes=(note,) if note else (),
        returns_to=str(OLD),
    )


def imagined_policy(
    block: Any,
    desired: int | None,
    max_size: int | None,
    min_size: int,
    old: int | None,
    timing: Timing | None = None,
) -> Imagined:
    """The policy, checked alone and against the sizes. PolicyErrors with every fault at once."""
    checked = check_policy(block)
    faults = [*checked.faults, *size_faults(desired, max_size, min_size, old)]
    if desired is None or max_size is None:
        raise PolicyErrors(faults)
    roll = checked.without_faulty().rolling_update
    sizes = Sizes(min_size, max_size, desired)
    allowed = limits(roll, sizes, timing or Timing())
    against_sizes, warnings = feasibility(roll, allowed, sizes, old=desired if old is None else old)
    faults += against_sizes
    if faults:
        raise PolicyErrors(faults)
    return Imagined(roll, sizes, allowed, tuple(warnings))
