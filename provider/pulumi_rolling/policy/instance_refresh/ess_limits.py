"""What ESS is asked of a refresh, and what a delegated rollout may do: the limits for a scaling group as found.

ESS launches a replacement before it lets an instance go while maxHealthyPercentage leaves room. Alibaba publishes no
rounding: those that stay are taken as rounded up and the most there may be as rounded down, as EC2 does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pulumi_rolling.core.delegate.limits import ONE_HOUR, DelegateLimits, Foreseen, ForeseenGate, WayBack
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.instance_refresh.arithmetic import Bounds, bounds, checkpoints
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.instance_refresh.feasibility import (
    Found,
    hold_faults,
    size_warnings,
    stop_warnings,
)
from pulumi_rolling.policy.instance_refresh.leaves import MINUTE
from pulumi_rolling.policy.instance_refresh.limits import POLLS
from pulumi_rolling.policy.timing import Timing

LEAST, MOST = 80, 120
"""Defaults of MinHealthyPercentage and MaxHealthyPercentage (StartInstanceRefresh)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EssFound:
    """The group as far as a refresh of ESS depends on it."""

    desired: int
    old: int
    """Members that the refresh is to replace."""
    edited: bool = False
    """Some of them are told from the others by their contents alone, which ESS does not compare."""
    replaceable: bool = True
    """This program itself could return the group."""


def ess_limits(
    refresh: InstanceRefresh,
    found: EssFound,
    timing: Timing,
    former: InstanceRefresh | None = None,
    on_failure: OnFailure = OnFailure.ROLL_BACK,
    *,
    forced: bool = False,
) -> DelegateLimits:
    """What a rollout under the block may do. ``former`` is that of the last deployment: it rules the way back."""
    forward = DelegateLimits(
        preferences=ess_preferences(refresh, match=not (forced or found.edited)),
        preferences_back=_back(refresh),
        on_failure=on_failure,
        way_back_by=WayBack.SERVICE,
        otherwise=WayBack.OPERATION,
        replaces_at_last=found.replaceable,
        pausable=True,
        approval=refresh.approval,
        timeout=None if refresh.timeout is None else float(refresh.timeout),
        stall=ONE_HOUR,
        settle=timing.settle,
        poll=POLLS * timing.poll,
        foreseen=_foreseen(refresh, found),
    )
    block = refresh if former is None else former
    back = replace(
        forward,
        preferences_back=_back(block),
        foreseen=replace(_foreseen(block, found), gates=()),
        way_back_by=WayBack.OPERATION,
        approval=False,
    )
    return replace(forward, way_back=back)


def ess_preferences(refresh: InstanceRefresh, *, match: bool = True) -> dict[str, Any]:
    """Parameters of StartInstanceRefresh. What is not given is not sent: the default is ESS's, and may change there.

    ``match``: members that have the wanted id or number already may stay.
    """
    percents = refresh.checkpoint_percentages
    sent = {
        "MinHealthyPercentage": refresh.min_healthy_percentage,
        "MaxHealthyPercentage": refresh.max_healthy_percentage,
        "SkipMatching": refresh.skip_matching and match,
        "Checkpoints": [{"Percentage": each} for each in percents] or None,
        "CheckpointPauseTime": refresh.checkpoint_delay // MINUTE if percents else None,
    }
    return {name: value for name, value in sent.items() if value is not None}


def ess_room(refresh: InstanceRefresh, desired: int) -> Bounds:
    """What the percentages that hold allow of a group."""
    least, most = refresh.min_healthy_percentage, refresh.max_healthy_percentage
    return bounds(desired, LEAST if least is None else least, MOST if most is None else most)


def ess_feasibility(
    refresh: InstanceRefresh, found: EssFound, on_failure: OnFailure
) -> tuple[list[Fault], list[str]]:
    """Faults, which forbid the refresh, and warnings, which do not."""
    plain = Found(desired=found.desired, old=found.old)
    warnings = [
        *size_warnings(plain, ess_room(refresh, found.desired)),
        *stop_warnings(refresh, plain),
    ]
    return list(hold_faults(on_failure)), warnings


def ess_notes(refresh: InstanceRefresh) -> Iterator[str]:
    """Which defaults hold."""
    told = {
        "minHealthyPercentage": (refresh.min_healthy_percentage, LEAST),
        "maxHealthyPercentage": (refresh.max_healthy_percentage, MOST),
    }
    usual = [f"{name} {default}" for name, (given, default) in told.items() if given is None]
    if usual:
        yield f"{' and '.join(usual)}: the default{'s' if usual[1:] else ''} of ESS where the policy gives none"


def _back(refresh: InstanceRefresh) -> dict[str, Any]:
    """Nothing is tried out on the way back."""
    return ess_preferences(refresh.model_copy(update={"checkpoint_percentages": ()}))


def _foreseen(refresh: InstanceRefresh, found: EssFound) -> Foreseen:
    room = ess_room(refresh, found.desired)
    delay = float(refresh.checkpoint_delay)
    return Foreseen(
        batch=max(1, room.at_once),
        lowest=room.keep,
        most=room.top,
        gates=tuple(
            ForeseenGate(f"{stop.percent} %", float(stop.percent), delay)
            for stop in checkpoints(found.old, refresh.checkpoint_percentages)
        ),
    )
