"""Every fault at once, each with its canonical path and one clear sentence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.core.replace.limits import Guard, Pacing
from pulumi_rolling.errors import PolicyErrors
from pulumi_rolling.policy.check import CheckedPolicy, check_policy, parse_policy, unknowns
from pulumi_rolling.policy.inputs import UpdatePolicy
from pulumi_rolling.policy.normal import normal_form
from pulumi_rolling.policy.percent import Percent

from tests.unit.policy.kinds import INPUTS_MODEL, check_inputs, group_of

from .conftest import Faults, by_path
from .test_spellings import INPUTS, JSON

ROLL = "updatePolicy.rollingUpdate"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("maxBatchSize", 0, "a whole number from 1 to 100"),
        ("maxBatchSize", -1, "found -1"),
        ("maxBatchSize", 101, "found 101"),
        ("maxBatchSize", 2.5, "found 2.5"),
        ("maxBatchSize", "two", 'found "two"'),
        ("maxBatchSize", "0%", 'found "0%"'),
        ("maxBatchSize", "101%", 'found "101%"'),
        ("maxBatchSize", True, "found true"),
        ("maxBatchSize", {"Ref": "BatchSize"}, "the CloudFormation function Ref"),
        ("minInstancesInService", -1, "a whole number from 0"),
        ("minInstancesInService", "120%", 'found "120%"'),
        ("minSuccessfulInstancesPercent", 101, "from 0 to 100"),
        ("minActiveInstancesPercent", 99.95, "at most one decimal"),
        ("minActiveInstancesPercent", -0.1, "found -0.1"),
        ("minActiveInstancesPercent", "50%", 'found "50%"'),
        ("pauseTime", "PT", 'found "PT"'),
        ("pauseTime", "PT1H1S", "no greater than PT3600S"),
        ("pauseTime", 300, "for example PT5M"),
        ("timeout", "P15D", "at most P14D"),
        ("timeout", "PT0S", "more than nothing"),
        ("pacing", "fast", "lockStep or sliding"),
        ("waitOnResourceSignals", "yes", "true or false"),
        ("waitOnResourceSignals", 1, "found 1"),
        ("suspendProcesses", "AZRebalance", "must be a list"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_what_was_found(
    field: str, value: Any, sentence: str, faults: Faults
) -> None:
    """A bad value is one fault at its field, with what is allowed or what was found."""
    found = faults({"rollingUpdate": {field: value, **_signals_for(field)}})
    assert list(found) == [f"{ROLL}.{field}"]
    assert sentence in found[f"{ROLL}.{field}"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("maxBatchSize", 1),
        ("maxBatchSize", 100),
        ("maxBatchSize", "0.1%"),
        ("maxBatchSize", "100%"),
        ("minInstancesInService", 0),
        ("minInstancesInService", 5000),
        ("minInstancesInService", "0%"),
        ("minSuccessfulInstancesPercent", 0),
        ("minSuccessfulInstancesPercent", 100),
        ("minActiveInstancesPercent", 99.9),
        ("pauseTime", "PT1H"),
        ("pauseTime", "PT0S"),
        ("timeout", "P14D"),
        ("suspendProcesses", []),
    ],
)
def test_the_bounds_themselves_are_allowed(field: str, value: Any, faults: Faults) -> None:
    """Bounds of a field are inclusive."""
    assert faults({"rollingUpdate": {field: value, **_signals_for(field)}}) == {}


def _signals_for(field: str) -> dict[str, Any]:
    return {"waitOnResourceSignals": True} if field == "minSuccessfulInstancesPercent" else {}


def test_all_faults_of_a_pasted_block_come_at_once_with_canonical_paths(faults: Faults) -> None:
    """Faults in Pascal and snake case have paths in camelCase, all in one answer."""
    pasted = {
        "WaitOnResourceSignals": "maybe",
        "SuspendProcesses": ["azrebalance", "Launch", "Foo"],
        "PauseTime": "5m",
        "MaxBatchSize": 0,
        "max_instances": 3,
    }
    found = faults({"UpdatePolicy": {"AutoScalingRollingUpdate": pasted}})
    assert list(found) == [
        f"{ROLL}.maxBatchSize",
        f"{ROLL}.maxInstances",
        f"{ROLL}.pauseTime",
        f"{ROLL}.suspendProcesses[1]",
        f"{ROLL}.suspendProcesses[2]",
        f"{ROLL}.waitOnResourceSignals",
    ]


def test_the_order_does_not_depend_on_the_order_of_the_keys_and_counts_list_items(faults: Faults) -> None:
    """Faults are sorted by path, and the tenth item of a list comes after the ninth."""
    processes = ["x"] * 11
    one = faults({"rollingUpdate": {"suspendProcesses": processes, "maxBatchSize": 0}})
    other = faults({"rollingUpdate": {"maxBatchSize": 0, "suspendProcesses": processes}})
    assert list(one.items()) == list(other.items())
    assert list(one)[1:] == [f"{ROLL}.suspendProcesses[{index}]" for index in range(11)]


@pytest.mark.parametrize(
    ("policy", "path", "sentence"),
    [
        ({"rollingUpdate": {"MaxBatchSiz": 1}}, f"{ROLL}.maxBatchSiz", "did you mean maxBatchSize?"),
        ({"rollingUpdate": {"pause": 1}}, f"{ROLL}.pause", "pauseTime"),
        ({"rollingUpdate": {"colour": 1}}, f"{ROLL}.colour", "allowed are maxBatchSize"),
        (
            {"rolingUpdate": {}, "rollingUpdate": {}},
            "updatePolicy.rolingUpdate",
            "did you mean rollingUpdate?",
        ),
        (
            {"MaxBatchSize": 2, "rollingUpdate": {}},
            "updatePolicy.maxBatchSize",
            f"it belongs at {ROLL}.maxBatchSize",
        ),
        (
            {"rollingUpdate": {"maxBatchSize": 1, "MaxBatchSize": 2}},
            f"{ROLL}.maxBatchSize",
            'given twice, the second time as "MaxBatchSize"',
        ),
        (
            {"rollingUpdate": {}, "AutoScalingRollingUpdate": {}},
            ROLL,
            'given twice, the second time as "AutoScalingRollingUpdate"',
        ),
        (
            {"UpdatePolicy": {"rollingUpdate": {}}, "rollingUpdate": {}},
            "updatePolicy.updatePolicy",
            "nothing stands beside it",
        ),
        ({"rollingUpdate": {1: 2}}, f"{ROLL}[1]", "Keys should be strings"),
        ({"rollingUpdate": []}, ROLL, "must be a mapping of fields; found a list"),
        (
            {"rollingUpdate": {}, "enableVersionUpgrade": True},
            "updatePolicy.enableVersionUpgrade",
            "belongs to",
        ),
    ],
)
def test_a_key_that_does_not_belong_is_named(policy: Any, path: str, sentence: str, faults: Faults) -> None:
    """A key that is unknown, doubled or in the wrong place is one fault that says what to write instead."""
    found = faults(policy)
    assert list(found) == [path]
    assert sentence in found[path]


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("beanstalk_update", "beanstalkUpdate"),
        ("RollingUpdateTask", "rollingUpdateTask"),
    ],
)
def test_another_strategy_is_refused_with_the_alternative(key: str, path: str, faults: Faults) -> None:
    """A strategy that this version does not have is refused in each spelling, with the one to use."""
    found = faults({key: {"Preferences": {}}})
    assert list(found) == [f"updatePolicy.{path}"]
    assert "not available in this version" in found[f"updatePolicy.{path}"]
    assert "use rollingUpdate" in found[f"updatePolicy.{path}"]


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        ({}, "an empty policy"),
        (
            {"AutoScalingScheduledAction": {"IgnoreUnmodifiedGroupSizeProperties": True}},
            "scheduled action alone",
        ),
        ({"AutoScalingReplacingUpdate": {"WillReplace": False}}, "a replacing update that replaces nothing"),
        ({"AutoScalingReplacingUpdate": {}}, "an empty replacing update"),
        (None, "no policy at all"),
    ],
)
def test_a_policy_without_a_strategy_is_refused(policy: Any, why: str, faults: Faults) -> None:
    """A policy has exactly one strategy; what may stand beside one is none."""
    found = faults(policy)
    assert list(found) == ["updatePolicy"], why
    assert "exactly one strategy" in found["updatePolicy"]


def test_a_missing_group_template_or_name_is_asked_for() -> None:
    """The group, its name and what its instances are made from are required."""
    found = check_inputs({"updatePolicy": {"rollingUpdate": {}}}).faults
    assert list(by_path(found)) == ["autoScalingGroup"]
    found = check_inputs({"autoScalingGroup": {}, "updatePolicy": {"rollingUpdate": {}}}).faults
    assert list(by_path(found)) == ["autoScalingGroup.launchTemplate", "autoScalingGroup.name"]


@pytest.mark.parametrize(
    ("template", "path", "sentence"),
    [
        ({}, "launchTemplate", "found neither"),
        ({"id": "lt-1", "name": "web"}, "launchTemplate", "found both"),
        ({"id": ""}, "launchTemplate.id", "not empty"),
        ({"id": "lt-1", "version": "newest"}, "launchTemplate.version", "$Latest"),
        ({"id": "lt-1", "version": 0}, "launchTemplate.version", 'found "0"'),
        ("lt-1", "launchTemplate", "must be a mapping"),
    ],
)
def test_a_launch_template_is_one_id_or_one_name(template: Any, path: str, sentence: str) -> None:
    """A template is named by exactly one of id and name, and its version is a number or a literal of AWS's."""
    group = {"name": "web", "launchTemplate": template}
    found = check_inputs({"autoScalingGroup": group, "updatePolicy": {"rollingUpdate": {}}}).faults
    assert list(by_path(found)) == [f"autoScalingGroup.{path}"]
    assert sentence in found[0].message


def test_a_launch_configuration_stands_in_place_of_a_template() -> None:
    """Instances are made from exactly one of the two, and one of them has to be there."""
    policy: dict[str, Any] = {"updatePolicy": {"rollingUpdate": {}}}
    group: dict[str, Any] = {"name": "web", "launchConfiguration": "web-7"}
    accepted = check_inputs({"autoScalingGroup": group, **policy}).accepted()
    assert group_of(accepted).launch_configuration == "web-7"
    found = check_inputs({"autoScalingGroup": {**group, "launchTemplate": {"id": "lt-1"}}, **policy}).faults
    assert list(by_path(found)) == ["autoScalingGroup.launchConfiguration"]
    found = check_inputs({"autoScalingGroup": {"name": "web", "launchConfiguration": " "}, **policy}).faults
    assert list(by_path(found)) == ["autoScalingGroup.launchConfiguration"]
    found = check_inputs({"autoScalingGroup": {"name": "web"}, **policy}).faults
    assert "or launchConfiguration" in by_path(found)["autoScalingGroup.launchTemplate"]


def test_an_endpoint_is_a_url() -> None:
    """An endpoint without http or https, and an empty region, are faults of their own."""
    group = {"name": "web", "launchTemplate": {"name": "t"}, "endpoint": "localhost:5000", "region": ""}
    found = check_inputs({"autoScalingGroup": group, "updatePolicy": {"rollingUpdate": {}}}).faults
    assert list(by_path(found)) == ["autoScalingGroup.endpoint", "autoScalingGroup.region"]


@pytest.mark.parametrize("kind", ["beanstalkEnvironment"])
def test_another_kind_of_group_is_not_available(kind: str) -> None:
    """A kind of group that this version does not have is refused by name, and counts as the group that is given."""
    found = check_inputs({kind: {"name": "web"}, "updatePolicy": {"rollingUpdate": {}}}).faults
    assert list(by_path(found)) == [kind]
    assert "not available in this version" in found[0].message


def test_two_groups_are_refused() -> None:
    """Exactly one group is rolled."""
    group = {"name": "web", "launchTemplate": {"id": "lt-1"}}
    found = check_inputs(
        {"autoScalingGroup": group, "beanstalkEnvironment": {}, "updatePolicy": {"rollingUpdate": {}}}
    ).faults
    assert {fault.path for fault in found} == {"beanstalkEnvironment"}
    assert any("exactly one group" in fault.message for fault in found)


def test_on_failure_is_roll_back_leave_or_hold(faults: Faults) -> None:
    """A third way beside returning and leaving: to wait for somebody's word."""
    assert faults({"rollingUpdate": {}}, onFailure="Hold") == {}
    assert faults({"rollingUpdate": {}}, onFailure="stop") == {
        "onFailure": 'must be rollBack, leave or hold; found "stop".'
    }


@pytest.mark.parametrize(
    ("triggers", "paths"),
    [
        (["a", 1, True, None], []),
        ({"build": 7}, []),
        ("a", ["triggers"]),
        (["a", {"b": 1}], ["triggers[1]"]),
        ({"a": [1]}, ["triggers.a"]),
    ],
)
def test_triggers_are_scalars_in_a_list_or_mapping(triggers: Any, paths: list[str], faults: Faults) -> None:
    """An item that is a list or a mapping is a fault at its own place."""
    assert list(faults({"rollingUpdate": {}}, triggers=triggers)) == paths


def test_signals_rules_wait_for_a_readable_flag(faults: Faults) -> None:
    """A rule between fields says nothing where one of them is at fault itself."""
    found = faults({"rollingUpdate": {"waitOnResourceSignals": "?", "minSuccessfulInstancesPercent": 50}})
    assert list(found) == [f"{ROLL}.waitOnResourceSignals"]


@pytest.mark.parametrize(
    ("fields", "paths"),
    [
        ({"pauseTime": "PT1M", "pacing": "sliding"}, [f"{ROLL}.pacing"]),
        ({"pauseTime": "PT0S", "pacing": "sliding"}, []),
        ({"pauseTime": "PT1M", "pacing": "lockStep"}, []),
        ({"pauseTime": "PT1M", "pacing": "sliding", "waitOnResourceSignals": True}, []),
    ],
)
def test_only_a_fixed_pause_forbids_sliding(fields: dict[str, Any], paths: list[str], faults: Faults) -> None:
    """A pause of nothing, and one that is the time for signals, follow no batch."""
    assert list(faults({"rollingUpdate": fields})) == paths


def test_a_value_with_braces_or_of_great_length_does_not_spoil_the_sentence(faults: Faults) -> None:
    """What was found is quoted as it is, and cut where it is long."""
    found = faults({"rollingUpdate": {"pacing": "{sentence}{x}", "timeout": "P" * 500}})
    assert found[f"{ROLL}.pacing"] == 'must be lockStep or sliding; found "{sentence}{x}".'
    assert len(found[f"{ROLL}.timeout"]) < 200


class Later:
    """Stands for a value that a preview does not know yet."""


def later(value: object) -> bool:
    return isinstance(value, Later)


def test_an_unknown_value_is_kept_and_not_judged_while_everything_else_is() -> None:
    """Values that preview does not know stay in the normalised form; faults beside them are found all the same."""
    unknown = Later()
    inputs = {
        "autoScalingGroup": {"name": unknown, "launchTemplate": {"id": unknown, "version": unknown}},
        "updatePolicy": {
            "rollingUpdate": {
                "maxBatchSize": unknown,
                "waitOnResourceSignals": unknown,
                "minSuccessfulInstancesPercent": 50,
                "suspendProcesses": [unknown, "Foo"],
                "pauseTime": "PT",
            }
        },
        "triggers": [unknown],
    }
    checked = check_inputs(inputs, later)
    assert checked.normal == inputs
    assert list(by_path(checked.faults)) == [f"{ROLL}.pauseTime", f"{ROLL}.suspendProcesses[1]"]
    assert unknowns(checked.normal, later) == (
        "autoScalingGroup.name",
        "autoScalingGroup.launchTemplate.id",
        "autoScalingGroup.launchTemplate.version",
        f"{ROLL}.maxBatchSize",
        f"{ROLL}.waitOnResourceSignals",
        f"{ROLL}.suspendProcesses[0]",
        "triggers[0]",
    )


@pytest.mark.parametrize("block", ["autoScalingGroup", "updatePolicy", "onFailure", "triggers"])
def test_a_whole_block_may_be_unknown(block: str) -> None:
    """An output in place of a block is no fault."""
    inputs: dict[str, Any] = {
        "autoScalingGroup": {"name": "web", "launchTemplate": {"id": "lt-1"}},
        "updatePolicy": {"rollingUpdate": {"maxBatchSize": 3}},
        block: Later(),
    }
    checked = check_inputs(inputs, later)
    assert checked.faults == ()
    assert later(checked.normal[block])
    assert unknowns(checked.normal, later) == (block,)


def test_a_policy_alone_may_be_unknown() -> None:
    """An output in place of the policy has the defaults."""
    unknown = Later()
    assert check_policy(unknown, later) == CheckedPolicy(unknown, UpdatePolicy(), ())
    assert parse_policy(unknown, later).rolling_update.max_batch_size == 1


def test_parsing_gives_defaults_for_what_is_unknown() -> None:
    """A field that is not known yet has its default in the model, and a list leaves the unknown item out."""
    group = {"name": Later(), "launchTemplate": {"id": "lt-1", "version": Later()}}
    roll = {"maxBatchSize": Later(), "suspendProcesses": [Later(), "HealthCheck"]}
    inputs = {"autoScalingGroup": group, "updatePolicy": {"rollingUpdate": roll}}
    model = check_inputs(inputs, later).accepted()
    assert group_of(model).name is None
    assert group_of(model).launch_template.version is None
    assert model.update_policy.rolling_update.max_batch_size == 1
    assert model.update_policy.rolling_update.suspend_processes == ("HealthCheck",)


def test_parsing_good_inputs_gives_values_as_they_are_used() -> None:
    """The model carries seconds, shares and enumerations, each default in effect."""
    model = check_inputs(
        {
            "autoScalingGroup": {"name": "web", "launchTemplate": {"name": "t", "version": 4.0}},
            "updatePolicy": {
                "rollingUpdate": {
                    "maxBatchSize": "25%",
                    "pauseTime": "PT2M",
                    "waitOnResourceSignals": True,
                    "suspendProcesses": ["AZRebalance", "azrebalance"],
                    "timeout": "P1D",
                    "drain": True,
                }
            },
            "onFailure": "Leave",
            "__provider": "gAS",
        }
    ).accepted()
    roll = model.update_policy.rolling_update
    assert group_of(model).launch_template.version == "4"
    assert model.on_failure is OnFailure.LEAVE
    assert (roll.max_batch_size, roll.pause, roll.timeout) == (Percent(250), 120, 86400)
    assert roll.suspend_processes == ("AZRebalance",), "a duplicate counts once"
    assert roll.effective_pacing is Pacing.SLIDING
    assert roll.effective_guard is Guard.BALANCED
    assert roll.drain_within == 900


def test_parsing_bad_inputs_raises_all_faults() -> None:
    """Faulty inputs are an error that carries every fault."""
    with pytest.raises(PolicyErrors) as caught:
        check_inputs({"updatePolicy": {"rollingUpdate": {"maxBatchSize": 0}}}).accepted()
    assert [fault.path for fault in caught.value.faults] == ["autoScalingGroup", f"{ROLL}.maxBatchSize"]
    with pytest.raises(PolicyErrors):
        parse_policy({"beanstalkUpdate": {}})


def test_a_policy_alone_is_checked_without_a_group_and_with_the_same_paths() -> None:
    """Paths begin with updatePolicy although there is nothing above it."""
    checked = check_policy({"AutoScalingRollingUpdate": {"MaxBatchSize": 0, "Nope": 1}})
    pasted = {"pacing": "lockStep", "readiness": {"targetHealth": False}}
    assert checked.normal == {"rollingUpdate": {"maxBatchSize": 0, "Nope": 1, **pasted}}
    assert list(by_path(checked.faults)) == [f"{ROLL}.maxBatchSize", f"{ROLL}.nope"]
    found = check_policy("fast").faults
    assert [str(fault) for fault in found] == ['updatePolicy: must be a mapping of fields; found "fast".']


@settings(deadline=None)
@given(INPUTS)
def test_check_never_crashes_and_normalises_as_normalise_does(inputs: dict[str, Any]) -> None:
    """Any inputs have a normalised form and faults with a sentence; the normalised form is checked to the same."""
    checked = check_inputs(inputs)
    assert checked.normal == normal_form(INPUTS_MODEL, inputs)
    assert all(fault.message for fault in checked.faults)
    assert check_inputs(checked.normal) == checked, "the normalised form has the same faults"


@settings(deadline=None)
@given(JSON)
def test_check_policy_never_crashes(block: Any) -> None:
    """Any block has an answer, and a good one reads back from its normalised form."""
    checked = check_policy(block)
    if not checked.faults:
        assert parse_policy(checked.normal) == checked.policy


@settings(deadline=None)
@given(st.data())
def test_unknown_leaves_never_crash_a_check(data: st.DataObject) -> None:
    """Values that are not known yet, at any place, survive normalising."""
    unknown = Later()
    inputs = data.draw(INPUTS)

    def blur(value: Any) -> Any:
        if data.draw(st.integers(0, 4)) == 0:
            return unknown
        return {key: blur(item) for key, item in value.items()} if isinstance(value, dict) else value

    normal = check_inputs({key: blur(item) for key, item in inputs.items()}, later).normal
    assert normal_form(INPUTS_MODEL, normal) == normal
