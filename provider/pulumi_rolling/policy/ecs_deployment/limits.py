"""What a delegated rollout may do: the limits of an ECS deployment of the service as found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pulumi_rolling.core.delegate.limits import DelegateLimits, Foreseen, ForeseenGate, WayBack
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.policy.ecs_deployment.block import EcsDeployment
from pulumi_rolling.policy.ecs_deployment.configuration import taken_back, wanted
from pulumi_rolling.policy.ecs_deployment.deciders import deadline, stall
from pulumi_rolling.policy.ecs_deployment.found import Found, Prospect
from pulumi_rolling.policy.timing import Timing

CONFIGURATION, FORCE = "deploymentConfiguration", "forceNewDeployment"
"""What a start is sent beside the task definition (UpdateService)."""
POLLS = 5
"""Polls between two looks: a deployment moves in minutes, and each look at one is several calls."""


def limits(
    deployment: EcsDeployment,
    found: Found,
    timing: Timing,
    former: EcsDeployment | None = None,
    on_failure: OnFailure = OnFailure.ROLL_BACK,
    *,
    forced: bool = False,
) -> DelegateLimits:
    """What a rollout under the block may do.

    ``former`` is the block of the last deployment: its configuration is what a way back of ours is sent. Alarms, bake
    times and pauses are the service's own. ``forced``: tasks are replaced although they match (triggers).
    """
    prospect = Prospect(deployment, found, on_failure)
    held = prospect.held
    before = found.configuration if found.before is None else found.before
    back = dict(before) if former is None else wanted(former, before, on_failure)
    forward = DelegateLimits(
        preferences=_sent(prospect, forced=forced or deployment.force_new_deployment),
        preferences_back={CONFIGURATION: taken_back(prospect.configuration, back)},
        on_failure=on_failure,
        way_back_by=WayBack.OPERATION if found.first else WayBack.SERVICE,
        otherwise=WayBack.OPERATION,
        returns_by_itself=held.returns_by_itself and not found.first,
        # Its way back leads to the former images, also where their tags stand for others by now.
        returns_equals=not found.first,
        timeout=deadline(prospect),
        stall=stall(prospect),
        settle=timing.settle,
        poll=POLLS * timing.poll,
        foreseen=_foreseen(prospect),
    )
    returning = Prospect(deployment if former is None else former, found, on_failure)
    return replace(
        forward,
        way_back=replace(
            forward,
            foreseen=replace(_foreseen(returning), gates=(), alarms=(), bake=0.0),
            way_back_by=WayBack.OPERATION,
            returns_by_itself=False,
        ),
    )


def _sent(prospect: Prospect, *, forced: bool) -> dict[str, Any]:
    """No configuration where the policy says nothing of it: a call that names none changes none."""
    sent: dict[str, Any] = {}
    if prospect.configuration != prospect.found.configuration:
        sent[CONFIGURATION] = prospect.configuration
    if forced:
        sent[FORCE] = True
    return sent


def _foreseen(prospect: Prospect) -> Foreseen:
    """What ECS makes of the percentages; with a strategy that shifts traffic, a whole revision beside the old one."""
    held, room, desired = prospect.held, prospect.bounds, prospect.found.desired
    beside = not prospect.is_rolling
    return Foreseen(
        batch=max(1, desired if beside else room.at_once),
        lowest=desired if beside else room.keep,
        most=2 * desired if beside else room.top,
        gates=tuple(ForeseenGate(stage, by_word=True) for stage in held.pauses),
        alarms=held.alarms,
        bake=held.waits,
    )
