"""What a delegated rollout may do: the limits of an instance refresh of the group as found."""

from __future__ import annotations

from dataclasses import replace

from pulumi_rolling.core.delegate.limits import ONE_HOUR, DelegateLimits, Foreseen, ForeseenGate, WayBack
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.policy.instance_refresh.arithmetic import bounds, checkpoints
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.instance_refresh.feasibility import Found
from pulumi_rolling.policy.instance_refresh.preferences import (
    back_preferences,
    percentages,
    preferences,
    rolls_back_itself,
)
from pulumi_rolling.policy.timing import Timing

WHOLE = 100
POLLS = 5
"""Polls between two looks: a refresh moves in minutes, and each look at one is a call of its own."""
SOON, SELDOM = 2 * POLLS, 6 * POLLS
"""Polls from one question about a refresh to the next: where it can have moved, and where nothing shows that it has."""


def limits(
    refresh: InstanceRefresh,
    found: Found,
    timing: Timing,
    former: InstanceRefresh | None = None,
    on_failure: OnFailure = OnFailure.ROLL_BACK,
    *,
    forced: bool = False,
) -> DelegateLimits:
    """What a rollout under the block may do.

    ``former`` is the block of the last deployment: it rules the way back. Alarms and bake are the service's own, and
    its preferences carry them. ``forced``: members are replaced although they match (triggers).
    """
    reversible = not found.irreversible
    itself = reversible and rolls_back_itself(refresh, on_failure)
    forward = DelegateLimits(
        preferences=preferences(
            refresh, found.maintenance, on_failure=on_failure, reversible=reversible, forced=forced
        ),
        preferences_back=back_preferences(refresh, found.maintenance),
        on_failure=on_failure,
        way_back_by=WayBack.SERVICE if reversible else _otherwise(found),
        otherwise=_otherwise(found),
        replaces_at_last=True,
        returns_by_itself=itself,
        pausable=True,
        approval=refresh.approval,
        part=_foreseen(refresh, found).ends_at is not None,
        timeout=None if refresh.timeout is None else float(refresh.timeout),
        stall=ONE_HOUR + _warm_up(refresh, found),
        settle=timing.settle,
        poll=POLLS * timing.poll,
        foreseen=_foreseen(refresh, found),
    )
    block = refresh if former is None else former
    back = replace(
        forward,
        preferences_back=back_preferences(block, found.maintenance),
        foreseen=replace(_foreseen(block, found), gates=(), ends_at=None, alarms=(), bake=0.0),
        way_back_by=forward.otherwise,
        returns_by_itself=False,
        approval=False,
        part=False,
    )
    return replace(forward, way_back=back)


def _otherwise(found: Found) -> WayBack:
    return WayBack.REPLACE if found.former_configuration else WayBack.OPERATION


def _foreseen(refresh: InstanceRefresh, found: Found) -> Foreseen:
    """What the service makes of the percentages in this group. Gates are those that so few instances reach."""
    hold = percentages(refresh, found.maintenance)
    room = bounds(found.desired, hold.least, hold.most)
    stops = checkpoints(found.old, refresh.checkpoint_percentages)
    percents, delay = refresh.checkpoint_percentages, float(refresh.checkpoint_delay)
    return Foreseen(
        batch=max(1, room.at_once),
        lowest=room.keep,
        most=room.top,
        gates=tuple(ForeseenGate(f"{stop.percent} %", float(stop.percent), delay) for stop in stops),
        ends_at=float(percents[-1]) if percents and percents[-1] < WHOLE else None,
        alarms=refresh.alarms,
        bake=float(refresh.bake_time),
        warm_up=_warm_up(refresh, found),
    )


def _warm_up(refresh: InstanceRefresh, found: Found) -> float:
    return found.warm_up if refresh.instance_warmup is None else float(refresh.instance_warmup)
