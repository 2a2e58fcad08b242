"""What is risky in a plan, in sentences: allowed, and worth a look before somebody agrees. No call is made for it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pulumi_rolling.core.delegate.plan import DelegatePlan
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.replace.boots import law_of
from pulumi_rolling.core.replace.forecast import NO_BOOTS, time_left
from pulumi_rolling.core.replace.plan import Plan
from pulumi_rolling.core.replace.rollout import Boots
from pulumi_rolling.report.preview import Preview
from pulumi_rolling.report.wording import instances, span

_SLOW = 1.64
"""The normal quantile that one of twenty exceeds."""


def hazards(preview: Preview) -> tuple[str, ...]:
    """Hazards that the plan itself shows, the gravest first."""
    plan = preview.plan
    if plan is None or not plan.replace or preview.nothing:
        return ()
    found = [*_no_way_back(preview, plan)]
    if isinstance(plan, DelegatePlan):
        return (*found, *_operated(plan))
    return (*found, *_room(plan), *_impatient(plan, preview.last_boots), *_late(plan, preview.last_boots))


def slow_boot(boots: Boots | None) -> float | None:
    """Seconds that one of twenty boots exceeds, by those of an earlier rollout; None where none was seen."""
    law = law_of(boots, NO_BOOTS) if boots else None
    return None if law is None else math.exp(law.mean + _SLOW * law.spread)


def _no_way_back(preview: Preview, plan: Plan | DelegatePlan) -> Iterator[str]:
    if plan.limits.on_failure is OnFailure.HOLD:
        yield "onFailure is hold: a failed roll waits for somebody's word, and 'pulumi up' waits with it"
    elif preview.leaves:
        yield "no way back: onFailure is leave, so a failed roll stops half-way and both revisions stay in service"
    elif preview.returns_to is None:
        yield "no way back: there is no other revision to return to, so a failed roll stops half-way"


def _room(plan: Plan) -> Iterator[str]:
    room = plan.limits.max_size - plan.limits.floor
    if room == 1 and plan.replace > 1:
        yield (
            f"the floor ({plan.limits.floor}) is just below MaxSize ({plan.limits.max_size}): "
            "one instance is replaced at a time"
        )
    if plan.lowest_in_service == 0:
        yield "no instance is in service for a while"
    if plan.tolerated >= plan.replace:
        yield "no number of failed instances ends the roll: all failures are tolerated"


def _impatient(plan: Plan, boots: Boots | None) -> Iterator[str]:
    clock = plan.pause if plan.signals else plan.limits.ready_within
    slow = slow_boot(boots)
    if clock is None or slow is None or slow <= clock:
        return
    named = "pauseTime" if plan.signals else "readiness.timeout"
    yield (
        f"{named} ({span(clock)}) is shorter than boots took in the last roll: one of twenty took more than "
        f"{span(slow)}, and such an instance counts as failed"
    )


def _late(plan: Plan, boots: Boots | None) -> Iterator[str]:
    timeout = plan.limits.timeout
    expected = time_left(boots, plan.replace, plan.batch, plan.pacing) if boots and plan.batch else None
    if timeout is None or expected is None:
        return
    least = expected[0] + plan.fixed_waits
    if least > timeout:
        yield f"the timeout ({span(timeout)}) ends the roll before it can be done: it needs {span(least)} or more"


def _operated(plan: DelegatePlan) -> Iterator[str]:
    if plan.lowest_in_service == 0:
        yield "no instance is in service for a while"
    if plan.left_old:
        yield f"{instances(plan.left_old)} stay of the former revision: the last checkpoint ends the roll"
