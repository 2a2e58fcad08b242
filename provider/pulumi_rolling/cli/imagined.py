"""A group that exists only in its sizes, for a plan without a cloud."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Sizes
from pulumi_rolling.core.replace.ideal import all_old
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.plan import new_rollout, plan
from pulumi_rolling.errors import Fault, PolicyErrors
from pulumi_rolling.policy import (
    Timing,
    UpdatePolicy,
    advice,
    check_policy,
    feasibility,
    limits,
    without_faulty,
)
from pulumi_rolling.report.preview import Preview

OLD = Revision("imagined:1", "old", "the old revision")
NEW = Revision("imagined:2", "new", "the new revision")


def imagined_preview(
    block: Any, desired: int | None, max_size: int | None, min_size: int, old: int | None
) -> Preview:
    """The plan for a group whose first ``old`` members are to be replaced. PolicyErrors with every fault at once."""
    policy, sizes, warnings = imagined_policy(block, desired, max_size, min_size, old)
    count = sizes.desired if old is None else old
    members = all_old(count, OLD) + [
        Member(f"kept-{i + 1}", NEW, Lifecycle.IN_SERVICE, launched_at=-500.0)
        for i in range(sizes.desired - count)
    ]
    seen = Observation(0.0, tuple(members), sizes, OLD.address)
    rollout = new_rollout("plan", NEW, OLD, sizes, seen.suspended, seen.at)
    note = advice(policy)
    return Preview(
        group=f"group of {desired}",
        plan=plan(limits(policy, sizes, Timing()), rollout, seen),
        came_from=str(OLD),
        to=str(NEW),
        warnings=tuple(warnings),
        notes=(note,) if note else (),
        returns_to=str(OLD),
    )


def imagined_policy(
    block: Any, desired: int | None, max_size: int | None, min_size: int, old: int | None
) -> tuple[UpdatePolicy, Sizes, list[str]]:
    """The policy, checked alone and against the sizes, with its warnings. PolicyErrors with every fault at once."""
    normal, faults = check_policy(block)
    faults += _size_faults(desired, max_size, min_size, old)
    if desired is None or max_size is None:
        raise PolicyErrors(faults)
    policy = UpdatePolicy.model_validate(without_faulty(normal, faults) if faults else normal)
    sizes = Sizes(min_size, max_size, desired)
    against_sizes, warnings = feasibility(policy, sizes, old=desired if old is None else old)
    faults += against_sizes
    if faults:
        raise PolicyErrors(faults)
    return policy, sizes, list(warnings)


def _size_faults(desired: int | None, max_size: int | None, min_size: int, old: int | None) -> list[Fault]:
    faults = []
    if desired is None:
        faults.append(Fault("--desired", "is required where no --group is named."))
    if max_size is None:
        faults.append(Fault("--max-size", "is required where no --group is named."))
    if desired is None or max_size is None:
        return faults
    if desired > max_size:
        faults.append(Fault("--desired", f"must be at most --max-size {max_size}; found {desired}."))
    if min_size > desired:
        faults.append(Fault("--min-size", f"must be at most --desired {desired}; found {min_size}."))
    if old is not None and old > desired:
        faults.append(Fault("--old", f"must be at most --desired {desired}; found {old}."))
    return faults
