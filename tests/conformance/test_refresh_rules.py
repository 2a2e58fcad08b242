"""Instance refresh: each preference and each rule of the service, its limit, its source, and the test that proves it.

MODEL is botocore's model of the EC2 Auto Scaling API (RefreshPreferences, StartInstanceRefresh), which is asked here;
GUIDE the user guide, "How an instance refresh works in an Auto Scaling group", whose sections are named; UNDO its page
"Undo changes with a rollback"; SUSPEND its page "Suspend and resume processes"; CFN CloudFormation's UpdatePolicy
attribute, AutoScalingInstanceRefresh; LINT the schema of cfn-lint 1.58 for it; LIVE answers of the service that people
have shown.
"""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.block import fields
from pulumi_rolling.policy.check import check_policy, parse_policy
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.instance_refresh.preferences import preferences
from pulumi_rolling.policy.spelling import forms

from tests.conformance.rows import Rule, is_proved

POLICY = "unit/policy/test_instance_refresh.py"
ARITHMETIC = "unit/policy/test_refresh_arithmetic.py"
ANSWERS = "fleets/test_refresh_answers.py"
FLEET = "fleets/test_refresh.py"
LAB = "fleets/test_refresh_in_lab.py"
HERE = "conformance/test_refresh_rules.py"


PREFERENCES = [
    Rule(
        "MinHealthyPercentage", "0 to 100; 90, or the maintenance policy; rounded up", "MODEL",
        POLICY, "test_the_block_goes_before_the_maintenance_policy_and_that_before_defaults",
    ),
    Rule(
        "MaxHealthyPercentage", "100 to 200; needs Min, at most 100 more; none is not 100", "MODEL",
        ARITHMETIC, "test_the_table_of_bounds",
    ),
    Rule(
        "InstanceWarmup", "from 0 s; the group's own where not given", "MODEL",
        FLEET, "test_what_the_group_does_not_set_is_not_there",
    ),
    Rule(
        "CheckpointPercentages", "1 to 100, ascending, once each; the last ends it", "MODEL",
        ARITHMETIC, "test_checkpoints_in_instances",
    ),
    Rule(
        "CheckpointDelay", "0 to 172800 s; 3600; needs CheckpointPercentages", "MODEL",
        POLICY, "test_a_fault_has_its_path_and_says_what_is_allowed",
    ),
    Rule(
        "SkipMatching", "by template and number; off for triggers", "MODEL",
        POLICY, "test_a_forced_refresh_skips_nobody_and_the_way_back_tries_nothing_out",
    ),
    Rule(
        "AutoRollback", "needs a desired configuration, which is always sent", "MODEL",
        POLICY, "test_the_service_returns_the_group_where_it_can_and_is_to",
    ),
    Rule(
        "ScaleInProtectedInstances", "Refresh, Ignore, Wait (one hour)", "MODEL",
        POLICY, "test_what_the_group_makes_of_the_policy_is_warned_of",
    ),
    Rule(
        "StandbyInstances", "Terminate, Ignore, Wait (one hour)", "MODEL",
        POLICY, "test_what_the_group_makes_of_the_policy_is_warned_of",
    ),
    Rule(
        "AlarmSpecification", "up to 10 names", "MODEL",
        POLICY, "test_a_fault_has_its_path_and_says_what_is_allowed",
    ),
    Rule("BakeTime", "0 to 172800 s; 0", "MODEL", ANSWERS, "test_a_hundred_percent_is_no_end"),
]  # fmt: skip
RULES = [
    Rule(
        "started with a desired configuration", "the group is not updated first", "GUIDE, desired configuration",
        FLEET, "test_a_refresh_is_started_with_a_desired_configuration_and_the_group_is_not_touched",
    ),
    Rule(
        "the group's own template moves with the success", "not before", "GUIDE, desired configuration",
        LAB, "test_a_group_is_refreshed_and_its_template_moves_with_the_success",
    ),
    Rule(
        "instances that do not become healthy are tried again", "for one hour, then it fails and returns",
        "GUIDE, minimum healthy percentage",
        LAB, "test_a_bad_image_is_returned_by_the_service_with_its_cause",
    ),
    Rule(
        "cancel or roll back where a checkpoint shows a fault", "approve, reject, abort", "GUIDE, checkpoints",
        LAB, "test_an_abort_asks_the_service_to_return_what_it_has_done",
    ),
    Rule(
        "a mixed instances policy is part of the desired configuration", "overrides and distribution stay",
        "GUIDE, how it works",
        FLEET, "test_a_mixed_instances_policy_goes_with_its_overrides",
    ),
    Rule(
        "several at a time by the least percentage", "80 of 10: 2 at a time", "GUIDE, minimum healthy percentage",
        ARITHMETIC, "test_the_table_of_bounds",
    ),
    Rule(
        "Min 100 launches before it terminates", "never below Desired", "GUIDE, how it works",
        ARITHMETIC, "test_an_outage_is_told_from_a_small_group",
    ),
    Rule(
        "Min 0 replaces all at once", "outage", "GUIDE, minimum healthy percentage",
        ARITHMETIC, "test_the_table_of_bounds",
    ),
    Rule(
        "the two percentages are at most 100 apart", "100", "GUIDE, maximum healthy percentage; not LINT",
        POLICY, "test_a_fault_has_its_path_and_says_what_is_allowed",
    ),
    Rule(
        "a maintenance policy holds unless overridden", "both percentages", "GUIDE, how it works",
        POLICY, "test_the_block_goes_before_the_maintenance_policy_and_that_before_defaults",
    ),
    Rule(
        "warm-up counts from InService", "default warm-up, then grace period", "GUIDE, instance warmup",
        POLICY, "test_limits_are_those_of_the_group_as_found",
    ),
    Rule(
        "skip matching leaves those of the wanted version", "template and number, not contents",
        "GUIDE, skip matching",
        FLEET, "test_facts_bring_what_a_refresh_depends_on",
    ),
    Rule(
        "code from user data is not compared", "skipMatching: false, or triggers", "GUIDE, limitations",
        POLICY, "test_a_forced_refresh_skips_nobody_and_the_way_back_tries_nothing_out",
    ),
    Rule(
        "a checkpoint pauses for its delay", "3600 s", "GUIDE, checkpoints",
        ANSWERS, "test_a_checkpoint_is_a_gate_for_as_long_as_its_delay",
    ),
    Rule(
        "of checkpoints that are passed at once the highest counts", "2 instances, [10, 40, 100]: 40",
        "GUIDE, checkpoints",
        ARITHMETIC, "test_checkpoints_in_instances",
    ),
    Rule(
        "a last checkpoint below 100 leaves old ones", "Successful, and not the whole", "MODEL",
        ANSWERS, "test_a_last_checkpoint_below_100_is_not_the_whole",
    ),
    Rule(
        "health is what the group checks", "HealthCheckType, grace period", "GUIDE, health check grace period",
        POLICY, "test_a_field_of_rolling_update_leads_to_what_stands_for_it",
    ),
    Rule(
        "the warm pool is replaced after the members", "always", "GUIDE, how it works",
        FLEET, "test_the_light_look_of_a_diff_has_the_members_and_the_warm_pool",
    ),
    Rule(
        "14 days at most", "P14D", "GUIDE, limitations", HERE, "test_a_timeout_is_at_most_the_services_fourteen_days",
    ),
    Rule(
        "a weight as large as Desired replaces all at once", "Desired above the largest weight", "GUIDE, limitations",
        POLICY, "test_what_the_group_makes_of_the_policy_is_warned_of",
    ),
    Rule(
        "one hour without progress fails it", "1 h, and the warm-up for us", "GUIDE, limitations",
        POLICY, "test_limits_are_those_of_the_group_as_found",
    ),
    Rule(
        "protected and standby members are waited for", "one hour, then Failed", "GUIDE, limitations",
        POLICY, "test_what_the_group_makes_of_the_policy_is_warned_of",
    ),
    Rule(
        "the group's template may not be updated meanwhile", "ValidationError", "GUIDE, limitations",
        FLEET, "test_a_refresh_is_started_with_a_desired_configuration_and_the_group_is_not_touched",
    ),
    Rule(
        "one at a time for a group", "InstanceRefreshInProgress, with the id of the other", "LIVE",
        FLEET, "test_another_refresh_in_the_way_is_named_by_its_id",
    ),
    Rule(
        "Cancel returns nothing, and hits whatever is active", "ours alone", "MODEL",
        FLEET, "test_nothing_is_cancelled_where_ours_is_over",
    ),
    Rule(
        "the service returns while it is active", "ActiveInstanceRefreshNotFound afterwards", "UNDO",
        FLEET, "test_a_return_that_the_service_refuses_says_why_and_what_instead",
    ),
    Rule(
        "it returns to a number and an image alone", "IrreversibleInstanceRefresh, known in preview", "UNDO",
        FLEET, "test_a_return_that_cannot_be_had_is_known_before_the_start",
    ),
    Rule(
        "percent falls on the way back", "towards 0", "UNDO",
        ANSWERS, "test_on_the_services_way_back_done_falls_as_percent_does",
    ),
    Rule("the status alone is an end", "100 % is none", "LIVE", ANSWERS, "test_a_hundred_percent_is_no_end"),
    Rule(
        "InstanceRefresh, Launch and Terminate must run", "known in preview", "SUSPEND; not LINT",
        POLICY, "test_a_suspended_process_that_the_refresh_needs_is_a_fault",
    ),
    Rule(
        "a suspended InstanceRefresh stands still", "without failing", "SUSPEND",
        ANSWERS, "test_a_suspended_process_is_a_pause_of_whatever_there_is",
    ),
    Rule(
        "no desired configuration of a launch configuration", "a launch template", "MODEL",
        FLEET, "test_a_launch_configuration_is_no_goal_of_a_refresh",
    ),
    Rule(
        "CloudFormation's own defaults", "100 and 110, skip matching, no AutoRollback", "CFN",
        HERE, "test_a_pasted_block_has_cloudformations_defaults",
    ),
    Rule(
        "a rolling update beside it fails the update", "exactly one strategy", "CFN",
        HERE, "test_it_stands_alone",
    ),
    Rule("no fields but these", "additionalProperties false", "LINT", HERE, "test_lints_ten_preferences_are_known"),
]  # fmt: skip

MODEL = botocore.session.get_session().get_service_model("autoscaling")
SHAPES = MODEL.shape_for("RefreshPreferences").members
OURS = {"AlarmSpecification": "alarms"}
LINTED = (
    "AlarmSpecification", "BakeTime", "CheckpointDelay", "CheckpointPercentages", "InstanceWarmup",
    "MaxHealthyPercentage", "MinHealthyPercentage", "ScaleInProtectedInstances", "SkipMatching", "StandbyInstances",
)  # fmt: skip


def faults(**refresh: Any) -> tuple[Fault, ...]:
    return check_policy({"instanceRefresh": refresh}).faults


def ours(preference: str) -> str:
    return OURS.get(preference, preference[0].lower() + preference[1:])


@pytest.mark.parametrize("rule", [*PREFERENCES, *RULES], ids=lambda rule: rule.rule)
def test_each_rule_names_a_test_that_is_there(rule: Rule) -> None:
    """A row without a test proves nothing."""
    assert is_proved(rule)


def test_the_table_has_every_preference_of_the_service() -> None:
    """MODEL: a preference that the service gets anew is a row that is missing here."""
    assert {rule.rule for rule in PREFERENCES} == set(SHAPES)
    assert {ours(name) for name in SHAPES} <= set(fields(InstanceRefresh))


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if shape.type_name == "integer"])
def test_numbers_have_the_services_limits(name: str) -> None:
    """MODEL: least and most of each, and one beyond them is a fault at its path."""
    least, most = SHAPES[name].metadata["min"], SHAPES[name].metadata.get("max")
    beside: dict[str, Any] = {"CheckpointDelay": {"checkpointPercentages": [50, 100]}}.get(name, {})
    if name == "MaxHealthyPercentage":
        beside = {"minHealthyPercentage": 100}
    bounds = [least] if most is None else [least, most]
    assert all(faults(**beside, **{ours(name): value}) == () for value in bounds)
    beyond = [least - 1] if most is None else [least - 1, most + 1]
    for value in beyond:
        found = faults(**beside, **{ours(name): value})
        assert [fault.path for fault in found] == [f"updatePolicy.instanceRefresh.{ours(name)}"]


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if shape.metadata.get("enum")])
def test_words_are_the_services(name: str) -> None:
    """MODEL: each word of the service is taken and sent as it is."""
    for word in SHAPES[name].metadata["enum"]:
        sent = preferences(parse_policy({"instanceRefresh": {ours(name): word}}).instance_refresh)
        assert sent[name] == word
    assert len(faults(**{ours(name): "Replaced"})) == 1


def test_percents_of_checkpoints_have_the_services_limits() -> None:
    """MODEL: 1 to 100 each."""
    limits = SHAPES["CheckpointPercentages"].member.metadata
    assert faults(checkpointPercentages=[limits["min"], limits["max"]]) == ()
    for wrong in (limits["min"] - 1, limits["max"] + 1):
        assert len(faults(checkpointPercentages=[wrong])) == 1


def test_every_preference_can_be_sent() -> None:
    """MODEL: a block that gives all of them is a start that has all of them, under the service's names."""
    block = {
        "minHealthyPercentage": 90, "maxHealthyPercentage": 110, "instanceWarmup": 0,
        "checkpointPercentages": [10, 100], "bakeTime": 60, "alarms": ["errors"],
    }  # fmt: skip
    assert set(preferences(parse_policy({"instanceRefresh": block}).instance_refresh)) == set(SHAPES)


def test_a_pasted_block_has_cloudformations_defaults() -> None:
    """CFN: 100 and 110, skip matching, waits; a failed refresh is returned by the stack and not by the service."""
    pasted = {"UpdatePolicy": {"AutoScalingInstanceRefresh": {"Strategy": "Rolling"}}}
    assert preferences(parse_policy(pasted).instance_refresh) == {
        "MinHealthyPercentage": 100,
        "MaxHealthyPercentage": 110,
        "SkipMatching": True,
        "AutoRollback": False,
        "ScaleInProtectedInstances": "Wait",
        "StandbyInstances": "Wait",
    }


def test_it_stands_alone() -> None:
    """CFN: with a rolling update beside it the update fails; an action for schedules may stand there."""
    both = check_policy({"AutoScalingInstanceRefresh": {}, "AutoScalingRollingUpdate": {}}).faults
    assert [fault.path for fault in both] == ["updatePolicy"] and "exactly one strategy" in both[0].message
    scheduled = {"AutoScalingScheduledAction": {"IgnoreUnmodifiedGroupSizeProperties": True}}
    assert check_policy({"AutoScalingInstanceRefresh": {}, **scheduled}).faults == ()


def test_lints_ten_preferences_are_known() -> None:
    """LINT: Preferences has these ten names, and Strategy stands beside it."""
    for name in LINTED:
        pasted = {"AutoScalingInstanceRefresh": {"Strategy": "Rolling", "Preferences": {name: {"Nope": 1}}}}
        found = check_policy(pasted).faults
        assert not any("is not a field" in fault.message and name in fault.message for fault in found), name
    other = {"AutoScalingInstanceRefresh": {"Strategy": "Rolling", "Preferences": {"AutoRollbacks": True}}}
    assert "did you mean autoRollback?" in check_policy(other).faults[0].message
    assert set(LINTED) == set(SHAPES) - {"AutoRollback"}


def test_names_are_read_in_each_spelling() -> None:
    """Each preference has its camelCase, its snake_case and its PascalCase."""
    for name in SHAPES:
        for spelled in forms(ours(name)):
            assert list(check_policy({"instanceRefresh": {spelled: "x"}}).normal["instanceRefresh"]) == [
                ours(name)
            ]


def test_a_timeout_is_at_most_the_services_fourteen_days() -> None:
    """GUIDE, limitations: an instance refresh actively replaces instances for 14 days at most."""
    assert faults(timeout="P14D") == ()
    assert [fault.path for fault in faults(timeout="P14DT1S")] == ["updatePolicy.instanceRefresh.timeout"]


def test_roots_are_not_replaced() -> None:
    """MODEL: Strategy is Rolling or ReplaceRootVolume; the second deploys no version of a launch template."""
    words = MODEL.shape_for("StartInstanceRefreshType").members["Strategy"].metadata["enum"]
    assert words == ["Rolling", "ReplaceRootVolume"]
    assert [len(faults(strategy=word)) for word in words] == [0, 1]
