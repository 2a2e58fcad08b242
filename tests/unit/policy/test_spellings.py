"""Three spellings, one normalised form."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_rolling.policy.block import Block, fields, names_of
from pulumi_rolling.policy.groups.auto_scaling_group import AutoScalingGroup
from pulumi_rolling.policy.inputs import UpdatePolicy
from pulumi_rolling.policy.normal import normal_form
from pulumi_rolling.policy.rolling_update.block import (
    BeforeTerminate,
    Canary,
    Checkpoints,
    Readiness,
    RollingUpdate,
)
from pulumi_rolling.policy.spelling import forms

from tests.unit.policy.kinds import INPUTS_MODEL

CANONICAL: dict[str, Any] = {
    "maxBatchSize": 2,
    "minInstancesInService": 5,
    "minSuccessfulInstancesPercent": 80,
    "minActiveInstancesPercent": 99.5,
    "pauseTime": "PT5M",
    "suspendProcesses": ["AZRebalance"],
    "waitOnResourceSignals": True,
    "pacing": "lockStep",
    "timeout": "PT2H",
    "guard": "cautious",
    "canary": {"size": 2, "soak": "PT10M"},
    "slowStart": True,
    "readiness": {
        "targetHealth": True,
        "statusChecks": True,
        "warmUp": "PT1M",
        "timeout": "PT10M",
        "signalQueue": "https://sqs.eu-west-1.amazonaws.com/123456789012/signals",
        "command": {"run": "check $ROLLING_ID", "timeout": "PT20S", "interval": "PT2S"},
        "http": {"url": "http://{privateAddress}:8080/", "timeout": "PT2S", "interval": "PT1S"},
    },
    "beforeTerminate": {"run": "drain $ROLLING_ID", "timeout": "PT1M"},
    "alarms": ["errors"],
    "bakeTime": "PT30M",
    "checkpoints": {"percents": [20, 50], "delay": "PT1H"},
    "approval": True,
    "zoneOrder": "oneAtATime",
    "standbyInstances": "Wait",
    "scaleInProtectedInstances": "Ignore",
    "warmPoolInstances": "Replace",
    "drain": True,
    "drainTimeout": "PT20M",
    "keepFailed": 1,
}


def spelt(value: Any, spelling: int) -> Any:
    """All keys of a block and of the blocks in it, in one of the three spellings."""
    if not isinstance(value, dict):
        return value
    return {forms(key)[spelling]: spelt(item, spelling) for key, item in value.items()}


def test_the_example_has_every_field() -> None:
    """The example of the tests leaves no field of a rolling update out."""
    assert set(CANONICAL) == set(fields(RollingUpdate))
    blocks: dict[str, type[Block]] = {
        "canary": Canary,
        "readiness": Readiness,
        "checkpoints": Checkpoints,
        "beforeTerminate": BeforeTerminate,
    }
    for name, model in blocks.items():
        assert set(CANONICAL[name]) == set(fields(model))


@pytest.mark.parametrize("spelling", [0, 1, 2], ids=["camel", "snake", "pascal"])
def test_every_field_is_read_in_every_spelling(spelling: int) -> None:
    """A key in snake or Pascal case is the same as in camelCase."""
    policy = {"updatePolicy": {"rollingUpdate": CANONICAL}}
    assert normal_form(INPUTS_MODEL, spelt(policy, spelling)) == policy


def test_snake_case_is_the_attribute_name_of_the_model() -> None:
    """Python's spelling of a field is the attribute that carries it."""
    for model in (
        INPUTS_MODEL,
        AutoScalingGroup,
        UpdatePolicy,
        RollingUpdate,
        Canary,
        Readiness,
        Checkpoints,
    ):
        for alias, attribute in fields(model).items():
            assert forms(alias)[1] == attribute


@pytest.mark.parametrize(
    ("given_block", "normal", "why"),
    [
        ({"maxBatchSize": 2.0}, {"maxBatchSize": 2}, "Pulumi sends every number as a float"),
        ({"maxBatchSize": "2"}, {"maxBatchSize": 2}, "CloudFormation takes numbers as strings"),
        ({"maxBatchSize": "25%"}, {"maxBatchSize": "25%"}, "a percent string stays one"),
        ({"minActiveInstancesPercent": "99.5"}, {"minActiveInstancesPercent": 99.5}, "decimals as well"),
        ({"minActiveInstancesPercent": "90.0"}, {"minActiveInstancesPercent": 90}, "whole ones as ints"),
        ({"waitOnResourceSignals": "true"}, {"waitOnResourceSignals": True}, "booleans as strings"),
        ({"waitOnResourceSignals": "False"}, {"waitOnResourceSignals": False}, "in any case"),
        ({"pacing": "Sliding"}, {"pacing": "sliding"}, "enumerations in Pascal case"),
        ({"pacing": "lock_step"}, {"pacing": "lockStep"}, "and in snake case"),
        (
            {"suspendProcesses": ["azrebalance", "HEALTHCHECK", "AZRebalance"]},
            {"suspendProcesses": ["AZRebalance", "HealthCheck", "AZRebalance"]},
            "process names in any case; duplicates keep their index",
        ),
        ({"guard": "Balanced"}, {"guard": "balanced"}, "the guard in Pascal case"),
        ({"guard": False}, {"guard": "off"}, "YAML 1.1 reads an off without quotes as false"),
        ({"canary": 2.0}, {"canary": {"size": 2}}, "a number alone is the size of the canary"),
        ({"canary": "3"}, {"canary": {"size": 3}}, "as a string, too"),
        ({"canary": "10%"}, {"canary": {"size": "10%"}}, "and a percent"),
        ({"canary": {"Size": "2"}}, {"canary": {"size": 2}}, "its fields fold as all others"),
        ({"canary": {"size": 1, "soak": None}}, {"canary": {"size": 1}}, "null in a block within"),
        ({"checkpoints": [10, "50"]}, {"checkpoints": {"percents": [10, 50]}}, "a list alone: percents"),
        ({"checkpoints": [12.5]}, {"checkpoints": {"percents": [12.5]}}, "a decimal stays one"),
        ({"zone_order": "one_at_a_time"}, {"zoneOrder": "oneAtATime"}, "the order of zones"),
        ({"standbyInstances": "Terminate"}, {"standbyInstances": "Replace"}, "instance refresh's own word"),
        ({"standbyInstances": "wait"}, {"standbyInstances": "Wait"}, "in any case"),
        (
            {"scaleInProtectedInstances": "Refresh"},
            {"scaleInProtectedInstances": "Replace"},
            "instance refresh's own word for these",
        ),
        (
            {"warmPoolInstances": "Terminate"},
            {"warmPoolInstances": "Terminate"},
            "which has no such word for warm pools",
        ),
        (
            {"readiness": {"targetHealth": "true", "nope": 1.0}},
            {"readiness": {"targetHealth": True, "nope": 1}},
            "readiness folds, and keeps an unknown key for check to name",
        ),
        ({"canary": True}, {"canary": True}, "a canary that is no size stays for check"),
        ({"maxBatchSize": None}, {}, "null is the same as not given"),
        ({"maxBatchSiz": 3.0}, {"maxBatchSiz": 3}, "an unknown key stays for check to name"),
        ({"pacing": "fast"}, {"pacing": "fast"}, "so does an unknown word"),
        ({}, {}, "no default is ever written"),
    ],
)
def test_values_fold(given_block: dict[str, Any], normal: dict[str, Any], why: str) -> None:
    """Each value is normalised into one spelling; what is not recognised stays as it came."""
    assert normal_form(UpdatePolicy, {"rollingUpdate": given_block}) == {"rollingUpdate": normal}, why


def test_true_and_one_are_not_confused() -> None:
    """True and 1 are equal in Python and not the same to a user."""
    normal = normal_form(UpdatePolicy, {"rollingUpdate": {"maxBatchSize": True, "waitOnResourceSignals": 1}})
    assert normal["rollingUpdate"]["maxBatchSize"] is True
    assert normal["rollingUpdate"]["waitOnResourceSignals"] == 1


@pytest.mark.parametrize(
    "pasted",
    [
        {"AutoScalingRollingUpdate": {"MaxBatchSize": 2}},
        {"UpdatePolicy": {"AutoScalingRollingUpdate": {"MaxBatchSize": 2}}},
        {"UpdatePolicy": {"updatePolicy": {"AutoScalingRollingUpdate": {"MaxBatchSize": 2}}}},
        {"updatePolicy": {"AutoScalingRollingUpdate": {"MaxBatchSize": 2}}, "rollingUpdate": None},
    ],
)
def test_a_pasted_block_is_lock_step_with_or_without_its_outer_key(pasted: dict[str, Any]) -> None:
    """CloudFormation's own key makes a block lockStep, however many times UpdatePolicy is around it."""
    expected = {
        "rollingUpdate": {"maxBatchSize": 2, "pacing": "lockStep", "readiness": {"targetHealth": False}}
    }
    assert normal_form(UpdatePolicy, pasted) == expected
    assert normal_form(INPUTS_MODEL, {"updatePolicy": pasted}) == {"updatePolicy": expected}


def test_our_own_fields_may_stand_in_a_pasted_block() -> None:
    """A pacing of the block's own goes before what its key means."""
    pasted = {"AutoScalingRollingUpdate": {"Pacing": "Sliding", "Timeout": "PT2H"}}
    assert normal_form(UpdatePolicy, pasted) == {
        "rollingUpdate": {"pacing": "sliding", "timeout": "PT2H", "readiness": {"targetHealth": False}}
    }


def test_our_own_blocks_may_stand_in_a_pasted_block() -> None:
    """Pascal case holds inside nested blocks as well, and the pasted key's pacing may be overruled."""
    pasted = {
        "Pacing": "Sliding",
        "Guard": "Balanced",
        "Canary": {"Size": 1, "Soak": "PT5M"},
        "Alarms": ["a"],
        "Checkpoints": {"Percents": [50]},
        "Readiness": {"TargetHealth": "true"},
        "ScaleInProtectedInstances": "Ignore",
    }
    assert normal_form(UpdatePolicy, {"AutoScalingRollingUpdate": pasted}) == {
        "rollingUpdate": {
            "pacing": "sliding",
            "guard": "balanced",
            "canary": {"size": 1, "soak": "PT5M"},
            "alarms": ["a"],
            "checkpoints": {"percents": [50]},
            "readiness": {"targetHealth": True},
            "scaleInProtectedInstances": "Ignore",
        }
    }


def test_what_a_pasted_key_means_fills_a_block_within_and_replaces_none() -> None:
    """A readiness of the block's own keeps its fields, and health stays CloudFormation's, which waits for none."""
    pasted = {"AutoScalingRollingUpdate": {"Readiness": {"WarmUp": "PT1M"}, "Pacing": "Sliding"}}
    readiness = {"warmUp": "PT1M", "targetHealth": False}
    assert normal_form(UpdatePolicy, pasted) == {
        "rollingUpdate": {"pacing": "sliding", "readiness": readiness}
    }


def test_only_what_was_given_is_written() -> None:
    """A default that changed would be a diff for everyone; nested blocks are no exception."""
    sparse = {"canary": {"size": 1}, "readiness": {}, "checkpoints": {"percents": [50]}, "drain": True}
    assert normal_form(UpdatePolicy, {"rollingUpdate": sparse}) == {"rollingUpdate": sparse}


def test_our_own_key_in_pascal_case_is_not_taken_for_a_pasted_block() -> None:
    """RollingUpdate is our key, so nothing is written into its block."""
    assert normal_form(UpdatePolicy, {"RollingUpdate": {"MaxBatchSize": 2}}) == {
        "rollingUpdate": {"maxBatchSize": 2}
    }


def test_the_other_inputs_fold_too() -> None:
    """Group, onFailure and triggers have one form as well, and Pulumi's own keys pass."""
    inputs = {
        "auto_scaling_group": {"name": "web", "launch_template": {"id": "lt-1", "version": 3.0}},
        "on_failure": "RollBack",
        "triggers": [1.0, "1", True, None, 1.5],
        "__provider": "gAS",
    }
    assert normal_form(INPUTS_MODEL, inputs) == {
        "autoScalingGroup": {"name": "web", "launchTemplate": {"id": "lt-1", "version": "3"}},
        "onFailure": "rollBack",
        "triggers": [1, "1", True, None, 1.5],
        "__provider": "gAS",
    }


@pytest.mark.parametrize("key", ["launchConfiguration", "launch_configuration", "LaunchConfigurationName"])
def test_a_launch_configuration_has_cloudformations_name_too(key: str) -> None:
    """``LaunchConfigurationName`` is what the group's own resource calls it in CloudFormation."""
    assert normal_form(INPUTS_MODEL, {"autoScalingGroup": {key: "web-7"}}) == {
        "autoScalingGroup": {"launchConfiguration": "web-7"}
    }


def test_any_mapping_will_do_and_is_not_changed() -> None:
    """A mapping that cannot be written to is normalised into a new one."""
    inner = {"max_batch_size": 2.0}
    frozen = MappingProxyType(
        {"update_policy": MappingProxyType({"rolling_update": MappingProxyType(inner)})}
    )
    assert normal_form(INPUTS_MODEL, frozen) == {"updatePolicy": {"rollingUpdate": {"maxBatchSize": 2}}}
    assert inner == {"max_batch_size": 2.0}


def _names(model: type[Block]) -> list[str]:
    return list(names_of(model))


KEYS = st.sampled_from(
    sorted(
        {
            *_names(INPUTS_MODEL),
            *_names(UpdatePolicy),
            *_names(RollingUpdate),
            *_names(Canary),
            *_names(Readiness),
            *_names(Checkpoints),
            "__x",
        }
    )
)
SHORT = st.text("aZ_0%.{P\u00e9", max_size=4)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | SHORT
    | st.sampled_from(
        [
            "2",
            "-0",
            "00.50",
            "25%",
            "true",
            "LockStep",
            "roll_back",
            "PT5M",
            "launch",
            "$Latest",
            "Off",
            "refresh",
        ]
    )
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | SHORT, inner, max_size=5),
    max_leaves=25,
)
ROLLING = st.dictionaries(st.sampled_from(sorted(_names(RollingUpdate))), JSON, max_size=6)
POLICIES = st.dictionaries(st.sampled_from(sorted(_names(UpdatePolicy))), ROLLING | JSON, max_size=3)
OUTER = st.sampled_from(forms("updatePolicy"))
INPUTS = st.dictionaries(KEYS, JSON, max_size=5) | st.dictionaries(
    OUTER, POLICIES | st.dictionaries(OUTER, POLICIES, max_size=2), max_size=2
)


@settings(deadline=None)
@given(INPUTS)
def test_normalising_twice_changes_nothing_more(inputs: dict[str, Any]) -> None:
    """The normalised form of any inputs is its own normalised form, to the type of each value."""
    once = normal_form(INPUTS_MODEL, inputs)
    twice = normal_form(INPUTS_MODEL, once)
    assert twice == once
    assert repr(twice) == repr(once), "1, 1.0 and True are equal and not the same"


@settings(deadline=None)
@given(JSON)
def test_normalising_a_policy_twice_changes_nothing_more(block: Any) -> None:
    """So is that of any policy."""
    once = normal_form(UpdatePolicy, block)
    assert repr(normal_form(UpdatePolicy, once)) == repr(once)
