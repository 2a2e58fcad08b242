"""Policy and sizes as found, resolved into Limits."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.replace.limits import Choice, Guard, Limits, Pacing, ZoneOrder
from pulumi_rolling.policy.check import parse_policy
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.policy.rolling_update.limits import limits
from pulumi_rolling.policy.timing import Timing

TIMING = Timing(poll=0.5, settle=3.0, boot_limit=60.0)


def policy(**fields: Any) -> RollingUpdate:
    return parse_policy({"rollingUpdate": fields}).rolling_update


def test_an_empty_block_resolves_to_the_defaults() -> None:
    """Every limit has its documented default."""
    assert limits(policy(), Sizes(2, 8, 6), Timing()) == Limits(
        batch=1,
        floor=0,
        max_size=8,
        need_percent=100.0,
        active_percent=100.0,
        signals=False,
        pause=0.0,
        pacing=Pacing.SLIDING,
        guard=Guard.BALANCED,
        suspend=frozenset(),
        timeout=None,
        on_failure=OnFailure.ROLL_BACK,
        settle=20.0,
        boot_limit=3600.0,
        poll=1.0,
        way_back=None,
    )


def test_every_field_reaches_its_limit() -> None:
    """CloudFormation's seven fields, pacing and timeout each arrive in the limits, on the way back too."""
    full = policy(
        maxBatchSize=3,
        minInstancesInService=5,
        minSuccessfulInstancesPercent=80,
        minActiveInstancesPercent=90.5,
        pauseTime="PT2M",
        suspendProcesses=["HealthCheck"],
        waitOnResourceSignals=True,
        pacing="lockStep",
        timeout="PT2H",
    )
    former = policy(maxBatchSize=1)
    resolved = limits(full, Sizes(2, 8, 6), TIMING, former, OnFailure.LEAVE)
    assert resolved == Limits(
        batch=3,
        floor=5,
        max_size=8,
        need_percent=80.0,
        active_percent=90.5,
        signals=True,
        pause=120.0,
        pacing=Pacing.LOCK_STEP,
        suspend=frozenset({"HealthCheck"}),
        timeout=7200.0,
        on_failure=OnFailure.LEAVE,
        settle=3.0,
        boot_limit=60.0,
        poll=0.5,
        way_back=limits(former, Sizes(2, 8, 6), TIMING, None, OnFailure.LEAVE),
    )


def test_every_field_beyond_cloudformations_reaches_its_limit() -> None:
    """Each resolved as it is used: seconds, members, percents of M."""
    full = policy(
        guard="cautious",
        canary={"size": 2, "soak": "PT10M"},
        slowStart=True,
        readiness={"targetHealth": True, "statusChecks": True, "warmUp": "PT1M", "timeout": "PT8M"},
        alarms=["errors", "latency"],
        bakeTime="P1D",
        checkpoints={"percents": [20, 62.5], "delay": "PT1H"},
        approval=True,
        zoneOrder="oneAtATime",
        standbyInstances="Replace",
        scaleInProtectedInstances="Wait",
        warmPoolInstances="Ignore",
        drain=True,
        drainTimeout="PT2M",
        keepFailed=1,
    )
    assert limits(full, Sizes(2, 8, 6), TIMING, None, OnFailure.HOLD) == Limits(
        batch=1,
        floor=0,
        max_size=8,
        pacing=Pacing.SLIDING,
        guard=Guard.CAUTIOUS,
        target_health=True,
        status_checks=True,
        warm_up=60.0,
        ready_within=480.0,
        canary=2,
        soak=600.0,
        slow_start=True,
        checkpoints=(20.0, 62.5),
        checkpoint_delay=3600.0,
        approval=True,
        alarms=("errors", "latency"),
        bake=86400.0,
        zone_order=ZoneOrder.ONE_AT_A_TIME,
        standby=Choice.REPLACE,
        protected=Choice.WAIT,
        warm_pool=Choice.IGNORE,
        drain=120.0,
        keep_failed=1,
        on_failure=OnFailure.HOLD,
        settle=3.0,
        boot_limit=60.0,
        poll=0.5,
    )


@pytest.mark.parametrize(
    ("size", "desired", "canary", "why"),
    [
        ("10%", 50, 5, "a tenth of fifty"),
        ("10%", 59, 5, "5.9 rounds down"),
        ("10%", 3, 1, "0.3 rounds down, but never to nothing"),
        (4, 3, 4, "a number is taken as it is; the core lowers it to what is replaced"),
    ],
)
def test_a_canary_is_a_count_or_a_percent_of_desired(
    size: int | str, desired: int, canary: int, why: str
) -> None:
    """A percent rounds down, so that no more are tried than was asked for, and at least one is."""
    assert limits(policy(canary=size), Sizes(0, 1000, desired), TIMING).canary == canary, why


@pytest.mark.parametrize(
    ("block", "guard", "why"),
    [
        ({"rollingUpdate": {}}, Guard.BALANCED, "the default where the window slides"),
        ({"rollingUpdate": {"guard": "off"}}, Guard.OFF, "what is said holds"),
        ({"rollingUpdate": {"pauseTime": "PT1M"}}, Guard.OFF, "lock-step in effect has none"),
        ({"AutoScalingRollingUpdate": {}}, Guard.OFF, "so has a pasted block"),
        ({"AutoScalingRollingUpdate": {"Pacing": "Sliding"}}, Guard.BALANCED, "unless it slides"),
    ],
)
def test_the_guard_in_effect(block: dict[str, Any], guard: Guard, why: str) -> None:
    """Balanced wherever the window slides and nothing else is said; in lock-step there is nothing to guard."""
    assert limits(parse_policy(block).rolling_update, Sizes(2, 8, 6), TIMING).guard is guard, why


@pytest.mark.parametrize(
    ("fields", "drain"),
    [({}, None), ({"drain": False}, None), ({"drain": True}, 900.0)],
)
def test_a_drain_lasts_a_quarter_of_an_hour_unless_said(fields: dict[str, Any], drain: float | None) -> None:
    """Without drain nobody waits; with it PT15M is the default."""
    assert limits(policy(**fields), Sizes(2, 8, 6), TIMING).drain == drain


@pytest.mark.parametrize(
    ("size", "desired", "batch", "why"),
    [
        ("25%", 8, 2, "a quarter of eight"),
        ("25%", 10, 2, "2.5 rounds down"),
        ("25%", 3, 1, "0.75 rounds down, but never to nothing"),
        ("25%", 0, 1, "an empty group, too"),
        ("100%", 500, 500, "the cap of 100 is for numbers"),
        ("33.3%", 1000, 333, "tenths count exactly"),
        (7, 3, 7, "a number is taken as it is"),
    ],
)
def test_a_percent_batch_rounds_down(size: int | str, desired: int, batch: int, why: str) -> None:
    """A share of Desired never makes a batch larger than was asked for, and never nothing."""
    assert limits(policy(maxBatchSize=size), Sizes(0, 1000, desired), TIMING).batch == batch, why


@pytest.mark.parametrize(
    ("size", "desired", "floor", "why"),
    [
        ("75%", 8, 6, "three quarters of eight"),
        ("75%", 10, 8, "7.5 rounds up"),
        ("0.1%", 3, 1, "any share of some is at least one"),
        ("0%", 3, 0, "none is none"),
        ("75%", 0, 0, "an empty group keeps none"),
        ("100%", 7, 7, "all"),
        ("70%", 10, 7, "no rounding error makes it eight"),
        (9, 6, 6, "a number is lowered to Desired"),
    ],
)
def test_a_percent_floor_rounds_up(size: int | str, desired: int, floor: int, why: str) -> None:
    """A share of Desired never makes a floor smaller than was asked for."""
    assert limits(policy(minInstancesInService=size), Sizes(0, 20, desired), TIMING).floor == floor, why


def test_the_way_back_is_resolved_against_the_same_sizes() -> None:
    """The former policy's shares are of the Desired that was found."""
    back = limits(policy(), Sizes(2, 12, 10), TIMING, policy(minInstancesInService="50%", maxBatchSize="20%"))
    assert back.way_back is not None
    assert (back.way_back.floor, back.way_back.batch, back.way_back.poll) == (5, 2, 0.5)
    assert back.way_back.way_back is None


@pytest.mark.parametrize(
    ("fields", "active", "why"),
    [
        ({}, 100.0, "without signals CloudFormation's default"),
        ({"minActiveInstancesPercent": 50}, 50.0, "or what was given"),
        ({"waitOnResourceSignals": True}, None, "with signals only the signals are judged"),
        (
            {"waitOnResourceSignals": True, "minSuccessfulInstancesPercent": 80},
            None,
            "so a tolerated failure stays tolerated",
        ),
        ({"waitOnResourceSignals": True, "minActiveInstancesPercent": 100}, 100.0, "unless it was given"),
        ({"waitOnResourceSignals": True, "minActiveInstancesPercent": 0}, 0.0, "nought is given, too"),
    ],
)
def test_active_percent_with_and_without_signals(
    fields: dict[str, Any], active: float | None, why: str
) -> None:
    """With signals the active percent is judged only where it was given."""
    assert limits(policy(**fields), Sizes(2, 8, 6), TIMING).active_percent == active, why


def test_a_pause_of_nought_is_not_the_default() -> None:
    """PT0S is an answer, and absence another."""
    nought = policy(waitOnResourceSignals=True, pauseTime="PT0S")
    assert limits(nought, Sizes(2, 8, 6), TIMING).pause == 0.0


def test_a_success_share_of_nought_is_not_the_default() -> None:
    """0 is an answer, and absence means 100."""
    nought = policy(waitOnResourceSignals=True, minSuccessfulInstancesPercent=0)
    assert limits(nought, Sizes(2, 8, 6), TIMING).need_percent == 0.0


@pytest.mark.parametrize(
    ("block", "pacing", "why"),
    [
        ({"rollingUpdate": {}}, Pacing.SLIDING, "our own key slides"),
        ({"AutoScalingRollingUpdate": {}}, Pacing.LOCK_STEP, "a pasted one keeps rounds"),
        ({"AutoScalingRollingUpdate": {"Pacing": "Sliding"}}, Pacing.SLIDING, "unless it says otherwise"),
        ({"rollingUpdate": {"pauseTime": "PT1M"}}, Pacing.LOCK_STEP, "a fixed pause needs rounds"),
        ({"rollingUpdate": {"pauseTime": "PT0S"}}, Pacing.SLIDING, "no pause needs none"),
        (
            {"rollingUpdate": {"pauseTime": "PT1M", "waitOnResourceSignals": True}},
            Pacing.SLIDING,
            "with signals PauseTime is a time-out, not a pause",
        ),
        ({"rollingUpdate": {"pacing": "lockStep"}}, Pacing.LOCK_STEP, "what is said holds"),
    ],
)
def test_pacing_in_effect(block: dict[str, Any], pacing: Pacing, why: str) -> None:
    """The window slides unless a fixed pause, a pasted key or the policy itself says lockStep."""
    assert limits(parse_policy(block).rolling_update, Sizes(2, 8, 6), TIMING).pacing is pacing, why
