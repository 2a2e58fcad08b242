"""An instance refresh of a group that exists only in its sizes: its plan, and its limits for a simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pulumi_rolling.cli.imagined_sizes import size_faults
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.plan import begin, plan
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.errors import Fault, PolicyErrors
from pulumi_rolling.policy.check import CheckedPolicy
from pulumi_rolling.policy.inputs import UpdatePolicy, given_rows
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.instance_refresh.feasibility import Found, feasibility, notes
from pulumi_rolling.policy.instance_refresh.limits import limits
from pulumi_rolling.policy.timing import Timing
from pulumi_rolling.report.preview import Preview

OLD = Revision("imagined:1", "old", "the old revision")
NEW = Revision("imagined:2", "new", "the new revision")


def is_refresh(checked: CheckedPolicy) -> bool:
    """Whether the policy names an instance refresh and no other strategy."""
    normal = checked.normal
    return isinstance(normal, Mapping) and given_rows(UpdatePolicy, normal) == [InstanceRefresh.key]


def imagined_refresh(
    checked: CheckedPolicy, sizes: Sizes, timing: Timing
) -> tuple[DelegateLimits, tuple[str, ...]]:
    """Limits and warnings for a group all of whose members are replaced. PolicyErrors with every fault at once."""
    refresh = checked.without_faulty().instance_refresh
    found = Found(desired=sizes.desired, old=sizes.desired)
    forbidden, warnings = feasibility(refresh, found)
    faults = [*checked.faults, *size_faults(sizes.desired, sizes.max, sizes.min, None), *forbidden]
    if faults:
        raise PolicyErrors(faults)
    return limits(refresh, found, timing), tuple(warnings)


def refresh_preview(
    checked: CheckedPolicy, faults: Sequence[Fault], desired: int | None, old: int | None
) -> Preview:
    """The plan for a group of which ``old`` members are to be replaced. PolicyErrors with every fault at once."""
    if desired is None:
        raise PolicyErrors(faults)
    refresh = checked.without_faulty().instance_refresh
    count = desired if old is None else old
    found = Found(desired=desired, old=count)
    forbidden, warnings = feasibility(refresh, found)
    if faults or forbidden:
        raise PolicyErrors([*faults, *forbidden])
    runs = {digest: n for digest, n in ((OLD.digest, count), (NEW.digest, desired - count)) if n}
    seen = Delegated(0.0, (), OLD.digest, runs=runs, desired=desired, in_service=desired)
    return Preview(
        group=f"group of {desired}",
        plan=plan(limits(refresh, found, Timing()), begin(Goal("plan", NEW, OLD), seen.at), seen),
        came_from=str(OLD),
        to=str(NEW),
        warnings=tuple(warnings),
        notes=tuple(notes(refresh, found)),
        returns_to=str(OLD),
    )
