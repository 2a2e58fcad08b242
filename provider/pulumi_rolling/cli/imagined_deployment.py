"""The plan of a deployment of an ECS service that exists only in its desired count.

What the policy does not give is as a live service has it. So the percentages must be given where they decide, and the
rest is taken as the API's own default, which the plan says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pulumi_rolling.cli.imagined_refresh import NEW, OLD
from pulumi_rolling.cli.imagined_sizes import size_faults
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.plan import begin, plan
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.errors import Fault, PolicyErrors
from pulumi_rolling.policy.check import CheckedPolicy
from pulumi_rolling.policy.ecs_deployment.block import EcsDeployment
from pulumi_rolling.policy.ecs_deployment.feasibility import feasibility, notes
from pulumi_rolling.policy.ecs_deployment.found import Found, Prospect
from pulumi_rolling.policy.ecs_deployment.limits import limits
from pulumi_rolling.policy.inputs import UpdatePolicy, given_rows
from pulumi_rolling.policy.timing import Timing
from pulumi_rolling.report.preview import Preview

TASK = ("task", "tasks")
_AS_THE_API = (
    "a service that is there keeps what the policy does not give; here that is as the API has it where nobody said "
    "anything"
)
_OF_GROUPS = "is of groups alone; the bounds of a service are the percentages in its policy."
_NEEDED = (
    "is required without a live service, which otherwise says it; or name one with --group CLUSTER/SERVICE."
)


def is_deployment(checked: CheckedPolicy) -> bool:
    """Whether the policy names a deployment of ECS and no other strategy."""
    normal = checked.normal
    return isinstance(normal, Mapping) and given_rows(UpdatePolicy, normal) == [EcsDeployment.key]


def deployment_preview(
    checked: CheckedPolicy, desired: int | None, bounds: Mapping[str, int | None], old: int | None
) -> Preview:
    """The plan for a service of which ``old`` tasks are to be replaced. PolicyErrors with every fault at once.

    ``bounds``: sizes of groups alone, by the option that gave them.
    """
    faults = [*checked.faults, *size_faults(desired, desired or 0, 0, old)]
    faults += [Fault(option, _OF_GROUPS) for option, given in bounds.items() if given]
    deployment = checked.without_faulty().ecs_deployment
    if desired is None:
        raise PolicyErrors([*faults, *_lacking(deployment, Found(desired=0))])
    count = desired if old is None else old
    found = Found(desired=desired, old=count, has_load_balancer=True)
    forbidden, warnings = feasibility(deployment, found)
    lacking = list(_lacking(deployment, found))
    if faults or lacking or forbidden:
        # What the percentages come to is no fault of the policy while one of them is not known.
        raise PolicyErrors([*faults, *(lacking or forbidden)])
    runs = {digest: n for digest, n in ((OLD.digest, count), (NEW.digest, desired - count)) if n}
    seen = Delegated(0.0, (), OLD.digest, runs=runs, desired=desired, in_service=desired)
    return Preview(
        group=f"service of {desired}",
        plan=plan(limits(deployment, found, Timing()), begin(Goal("plan", NEW, OLD), seen.at), seen),
        came_from=str(OLD),
        to=str(NEW),
        warnings=tuple(warnings),
        notes=(_AS_THE_API, *notes(deployment, found)),
        returns_to=str(OLD),
        noun=TASK,
    )


def _lacking(deployment: EcsDeployment, found: Found) -> Iterator[Fault]:
    """Percentages that decide how many go at a time; a strategy that shifts traffic has none."""
    if not Prospect(deployment, found).is_rolling:
        return
    for name, given in (
        ("minimumHealthyPercent", deployment.minimum_healthy_percent),
        ("maximumPercent", deployment.maximum_percent),
    ):
        if given is None:
            yield Fault(f"{EcsDeployment.path}.{name}", _NEEDED)
