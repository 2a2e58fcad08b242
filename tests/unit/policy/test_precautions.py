"""The fields beyond CloudFormation's: guard, canary, gates, readiness, special states, drain."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.policy.check import check_policy, parse_policy, unknowns

from .conftest import Faults, by_path
from .test_check import Later, later

ROLL = "updatePolicy.rollingUpdate"
QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/signals"


@pytest.mark.parametrize(
    ("fields", "path", "sentence"),
    [
        ({"guard": "careful"}, "guard", 'must be fast, balanced, cautious or off; found "careful".'),
        ({"guard": True}, "guard", "found true"),
        ({"canary": 0}, "canary.size", "a whole number from 1"),
        ({"canary": "0%"}, "canary.size", 'found "0%"'),
        ({"canary": "101%"}, "canary.size", 'found "101%"'),
        ({"canary": 1.5}, "canary.size", "found 1.5"),
        ({"canary": "one"}, "canary", "a whole number, a percent of Desired"),
        ({"canary": True}, "canary", "or a mapping of size and soak; found true."),
        ({"canary": {"size": 1, "soak": "P2DT1S"}}, "canary.soak", "at most P2D"),
        ({"canary": {"size": 1, "soak": 300}}, "canary.soak", "for example PT10M"),
        ({"canary": {"soak": "PT5M"}}, "canary.size", "is required"),
        ({"canary": {}}, "canary.size", "is required"),
        ({"canary": {"size": 1, "bake": 1}}, "canary.bake", "allowed are size, soak"),
        ({"slowStart": "yes"}, "slowStart", "true or false"),
        ({"readiness": True}, "readiness", "must be a mapping of fields; found true."),
        ({"readiness": {"targetHealth": 1}}, "readiness.targetHealth", "found 1"),
        ({"readiness": {"statusChecks": "?"}}, "readiness.statusChecks", "true or false"),
        ({"readiness": {"warmUp": "PT1H1S"}}, "readiness.warmUp", "no greater than PT3600S"),
        ({"readiness": {"warmUp": "P1D"}}, "readiness.warmUp", "ISO8601"),
        ({"readiness": {"timeout": "PT0S"}}, "readiness.timeout", "from PT1S to PT1H"),
        ({"readiness": {"timeout": "PT61M"}}, "readiness.timeout", "no greater than PT3600S"),
        ({"readiness": {"signals": True}}, "readiness.signals", "use waitOnResourceSignals"),
        ({"readiness": {"warmup": 1, "warmUp": "PT1M"}}, "readiness.warmup", "did you mean warmUp?"),
        ({"alarms": "errors"}, "alarms", "must be a list"),
        ({"alarms": ["errors", ""]}, "alarms[1]", "a text that is not empty"),
        ({"alarms": ["a" * 256]}, "alarms[0]", "at most 255 characters; found 256"),
        ({"alarms": ["arn:aws:cloudwatch:eu-west-1:1:alarm:errors"]}, "alarms[0]", "not its ARN"),
        ({"alarms": ["a", "b", "a"]}, "alarms[2]", 'is named twice; found "a" again.'),
        ({"alarms": [str(i) for i in range(11)]}, "alarms", "at most 10 names; found 11"),
        ({"bakeTime": "PT48H1S"}, "bakeTime", "at most P2D"),
        ({"checkpoints": 50}, "checkpoints", "a list of percents, or a mapping of percents and delay"),
        ({"checkpoints": [0, 50]}, "checkpoints.percents[0]", "from 1 to 100"),
        ({"checkpoints": [50, 101]}, "checkpoints.percents[1]", "found 101"),
        ({"checkpoints": ["50%"]}, "checkpoints.percents[0]", 'found "50%"'),
        ({"checkpoints": [33.33]}, "checkpoints.percents[0]", "at most one decimal"),
        ({"checkpoints": [50, 20]}, "checkpoints.percents[1]", "found 20 after 50"),
        ({"checkpoints": [50, 50]}, "checkpoints.percents[1]", "more than the percent before it"),
        ({"checkpoints": {}}, "checkpoints.percents", "is required"),
        ({"checkpoints": {"percents": [], "delay": "PT1H"}}, "checkpoints.percents", "is required"),
        ({"checkpoints": {"percents": [50], "delay": "P3D"}}, "checkpoints.delay", "at most P2D"),
        ({"approval": 1, "canary": 1}, "approval", "true or false"),
        ({"approval": True}, "approval", "needs a canary or checkpoints"),
        ({"approval": True, "checkpoints": []}, "approval", "needs a canary or checkpoints"),
        ({"zoneOrder": "random"}, "zoneOrder", "must be balanced or oneAtATime"),
        ({"standbyInstances": "Refresh"}, "standbyInstances", "must be Wait, Ignore or Replace"),
        (
            {"scaleInProtectedInstances": "Terminate"},
            "scaleInProtectedInstances",
            "must be Wait, Ignore or Replace",
        ),
        ({"warmPoolInstances": True}, "warmPoolInstances", "found true"),
        ({"drain": "PT5M"}, "drain", "true or false"),
        ({"drain": True, "drainTimeout": "PT2H1S"}, "drainTimeout", "at most PT2H"),
        ({"drain": True, "drainTimeout": "PT0S"}, "drainTimeout", "more than nothing"),
        ({"drainTimeout": "PT5M"}, "drainTimeout", "needs drain: true"),
        ({"drain": False, "drainTimeout": "PT5M"}, "drainTimeout", "needs drain: true"),
        ({"readiness": {"signalQueue": QUEUE}}, "readiness.signalQueue", "needs waitOnResourceSignals"),
        (
            {"waitOnResourceSignals": True, "readiness": {"signalQueue": "signals"}},
            "readiness.signalQueue",
            "must be the URL of an SQS queue",
        ),
        (
            {"waitOnResourceSignals": True, "readiness": {"timeout": "PT5M"}},
            "readiness.timeout",
            "pauseTime is then how long each new member may take",
        ),
    ],
)
def test_a_fault_has_its_path_and_a_sentence(
    fields: dict[str, Any], path: str, sentence: str, faults: Faults
) -> None:
    """One fault, at the field's own canonical path, that says what is allowed or what to do."""
    found = faults({"rollingUpdate": fields})
    assert list(found) == [f"{ROLL}.{path}"]
    assert sentence in found[f"{ROLL}.{path}"]


@pytest.mark.parametrize(
    "fields",
    [
        {"guard": "off"},
        {"canary": 1000},
        {"canary": "0.1%"},
        {"canary": {"size": "100%", "soak": "P2D"}},
        {"canary": {"size": 1, "soak": "PT0S"}},
        {"readiness": {}},
        {"readiness": {"warmUp": "PT1H", "timeout": "PT1S"}},
        {"waitOnResourceSignals": True, "readiness": {"signalQueue": QUEUE, "targetHealth": True}},
        {"waitOnResourceSignals": True, "readiness": {"signalQueue": "http://127.0.0.1:5000/1/q"}},
        {"alarms": []},
        {"alarms": [str(i) for i in range(10)]},
        {"bakeTime": "P2D"},
        {"checkpoints": []},
        {"checkpoints": [1, 12.5, 100]},
        {"approval": True, "canary": 1},
        {"approval": True, "checkpoints": [50]},
        {"approval": False},
        {"drain": True, "drainTimeout": "PT2H"},
        {"slowStart": True, "pacing": "lockStep"},
    ],
)
def test_what_stands_at_its_bounds_is_allowed(fields: dict[str, Any], faults: Faults) -> None:
    """Bounds are inclusive; a bake without alarms is a watch over the members; an empty list is none."""
    assert faults({"rollingUpdate": fields}) == {}


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ({"rollingUpdate": {"guard": "fast", "pacing": "lockStep"}}, "found lockStep"),
        ({"rollingUpdate": {"guard": "fast", "pauseTime": "PT1M"}}, "a fixed pauseTime (PT1M without"),
        ({"AutoScalingRollingUpdate": {"Guard": "Fast"}}, "a block pasted under CloudFormation's own key"),
        ({"AutoScalingRollingUpdate": {"Guard": "Off"}}, None),
        ({"AutoScalingRollingUpdate": {"Guard": "Fast", "Pacing": "Sliding"}}, None),
        (
            {"rollingUpdate": {"guard": "fast", "pauseTime": "PT1M", "waitOnResourceSignals": True}},
            None,
        ),
    ],
)
def test_a_guard_needs_a_window_that_slides(
    policy: dict[str, Any], sentence: str | None, faults: Faults
) -> None:
    """In lock-step nothing starts before the batch is ready, given or in effect; off is always true."""
    found = faults(policy)
    if sentence is None:
        assert found == {}
        return
    assert list(found) == [f"{ROLL}.guard"]
    assert found[f"{ROLL}.guard"].startswith("needs pacing: sliding")
    assert sentence in found[f"{ROLL}.guard"]


def test_the_guard_says_nothing_where_the_pacing_is_at_fault(faults: Faults) -> None:
    """One cause is one fault."""
    fields = {"guard": "fast", "pacing": "sliding", "pauseTime": "PT1M"}
    assert list(faults({"rollingUpdate": fields})) == [f"{ROLL}.pacing"]


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("AlarmSpecification", "did you mean alarms, a list of names?"),
        ("CheckpointPercentages", "did you mean checkpoints.percents?"),
        ("CheckpointDelay", "did you mean checkpoints.delay?"),
        ("InstanceWarmup", "did you mean readiness.warmUp?"),
        ("minHealthyPercentage", "did you mean minInstancesInService"),
        ("max_healthy_percentage", "did you mean maxBatchSize"),
        ("AutoRollback", "did you mean onFailure"),
        ("SkipMatching", "always does"),
        ("warmUp", f"it belongs at {ROLL}.readiness.warmUp."),
        ("soak", f"it belongs at {ROLL}.canary.soak."),
    ],
)
def test_words_of_instance_refresh_lead_to_ours(key: str, hint: str, faults: Faults) -> None:
    """CloudFormation's AutoScalingInstanceRefresh (2026) has other names for some of the same things."""
    (message,) = faults({"rollingUpdate": {key: {"Alarms": ["a"]}}}).values()
    assert hint in message


def test_words_that_both_have_are_read_as_ours(faults: Faults) -> None:
    """BakeTime, StandbyInstances and ScaleInProtectedInstances are the same here and there."""
    block = {"BakeTime": "PT5M", "StandbyInstances": "Terminate", "ScaleInProtectedInstances": "Refresh"}
    assert faults({"AutoScalingRollingUpdate": block}) == {}


def test_unknown_values_within_blocks_are_kept_and_not_judged() -> None:
    """No rule speaks where its value is not known yet, in nested blocks and lists as well."""
    unknown = Later()
    roll = {
        "guard": unknown,
        "pacing": "lockStep",
        "canary": {"size": unknown},
        "checkpoints": {"percents": [unknown, 50, unknown]},
        "alarms": [unknown, "errors", unknown],
        "approval": True,
        "readiness": {"signalQueue": unknown},
        "drainTimeout": "PT5M",
        "drain": unknown,
    }
    checked = check_policy({"rollingUpdate": roll}, later)
    normal = checked.normal
    assert (normal, checked.faults) == ({"rollingUpdate": roll}, ())
    assert unknowns(normal["rollingUpdate"], later) == (
        "guard",
        "canary.size",
        "checkpoints.percents[0]",
        "checkpoints.percents[2]",
        "alarms[0]",
        "alarms[2]",
        "readiness.signalQueue",
        "drain",
    )
    parsed = parse_policy(normal, later).rolling_update
    assert parsed.alarms == ("errors",)
    assert parsed.checkpoints.percents == (50.0,)


@pytest.mark.parametrize("name", ["canary", "checkpoints", "readiness", "alarms"])
def test_a_whole_block_may_be_unknown(name: str) -> None:
    """An output in place of the block is neither folded nor judged."""
    unknown = Later()
    roll = {name: unknown, "approval": True, "canary": unknown}
    checked = check_policy({"rollingUpdate": roll}, later)
    assert (checked.normal, checked.faults) == ({"rollingUpdate": roll}, ())


def test_a_faulty_block_is_left_out_of_what_is_still_judged() -> None:
    """A fault within a block takes the whole field away, and the rest can be held against the group."""
    checked = check_policy({"rollingUpdate": {"canary": 0, "alarms": ["a", "a"], "maxBatchSize": 3}})
    assert list(by_path(checked.faults)) == [f"{ROLL}.alarms[1]", f"{ROLL}.canary.size"]
    assert checked.without_faulty() == parse_policy({"rollingUpdate": {"maxBatchSize": 3}})
