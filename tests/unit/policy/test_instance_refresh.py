"""The block instanceRefresh: spellings, faults, what leads to it, and what a start is sent."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.delegate.limits import Foreseen, ForeseenGate, WayBack
from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.policy.block import fields
from pulumi_rolling.policy.check import check_policy, parse_policy
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.instance_refresh.feasibility import Found, feasibility, notes
from pulumi_rolling.policy.instance_refresh.limits import limits
from pulumi_rolling.policy.instance_refresh.preferences import (
    Maintenance,
    back_preferences,
    percentages,
    preferences,
)
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.policy.timing import Timing

from .conftest import Faults, by_path
from .test_check import Later, later

REFRESH = "updatePolicy.instanceRefresh"
PASTED = {
    "UpdatePolicy": {
        "AutoScalingInstanceRefresh": {
            "Strategy": "Rolling",
            "Preferences": {
                "MinHealthyPercentage": "90",
                "MaxHealthyPercentage": 120,
                "InstanceWarmup": "60",
                "CheckpointPercentages": ["20", 100],
                "CheckpointDelay": 600,
                "BakeTime": "PT10M",
                "AlarmSpecification": {"Alarms": ["errors"]},
                "ScaleInProtectedInstances": "Refresh",
                "StandbyInstances": "Terminate",
                "SkipMatching": "true",
            },
        }
    }
}
FLAT: dict[str, Any] = {
    "strategy": "Rolling",
    "minHealthyPercentage": 90,
    "maxHealthyPercentage": 120,
    "instanceWarmup": 60,
    "checkpointPercentages": [20, 100],
    "checkpointDelay": 600,
    "bakeTime": 600,
    "alarms": ["errors"],
    "scaleInProtectedInstances": "Refresh",
    "standbyInstances": "Terminate",
    "skipMatching": True,
    "defaults": "cloudFormation",
}


def refresh(**given: Any) -> InstanceRefresh:
    return parse_policy({"instanceRefresh": given}).instance_refresh


def test_a_pasted_block_is_flat_in_state_and_says_whose_defaults_it_has() -> None:
    """Preferences and AlarmSpecification are nested in CloudFormation; state has one form for both spellings."""
    checked = check_policy(PASTED)
    assert (checked.normal, checked.faults) == ({"instanceRefresh": FLAT}, ())
    assert check_policy(checked.normal).normal == checked.normal


def test_snake_case_and_words_of_a_rolling_update_are_read_as_the_service_has_them() -> None:
    """Python's spelling, durations in seconds, and Replace for what the service calls by two words."""
    given = {
        "min_healthy_percentage": 50,
        "instance_warmup": "PT1M30S",
        "bake_time": "P1D",
        "scale_in_protected_instances": "replace",
        "standby_instances": "Replace",
    }
    assert check_policy({"instance_refresh": given}).normal["instanceRefresh"] == {
        "minHealthyPercentage": 50,
        "instanceWarmup": 90,
        "bakeTime": 86400,
        "scaleInProtectedInstances": "Refresh",
        "standbyInstances": "Terminate",
    }


@pytest.mark.parametrize(
    ("given", "path", "sentence"),
    [
        ({"strategy": "Blue"}, "strategy", 'must be Rolling; found "Blue".'),
        ({"strategy": "ReplaceRootVolume"}, "strategy", "start it by hand"),
        ({"minHealthyPercentage": -1}, "minHealthyPercentage", "from 0 to 100; found -1"),
        ({"minHealthyPercentage": "90%"}, "minHealthyPercentage", 'found "90%"'),
        ({"minHealthyPercentage": 99.5}, "minHealthyPercentage", "found 99.5"),
        (
            {"minHealthyPercentage": 90, "maxHealthyPercentage": 99},
            "maxHealthyPercentage",
            "from 100 to 200; found 99",
        ),
        ({"maxHealthyPercentage": 110}, "minHealthyPercentage", "is required with maxHealthyPercentage"),
        (
            {"minHealthyPercentage": 50, "maxHealthyPercentage": 151},
            "maxHealthyPercentage",
            "at most 100 more than minHealthyPercentage; found 151 with 50",
        ),
        ({"instanceWarmup": -1}, "instanceWarmup", "from 0"),
        ({"instanceWarmup": "soon"}, "instanceWarmup", "such as PT5M"),
        ({"bakeTime": 172801}, "bakeTime", "from 0 to 172800"),
        ({"checkpointPercentages": 50}, "checkpointPercentages", "must be a list"),
        ({"checkpointPercentages": [0, 50]}, "checkpointPercentages[0]", "from 1 to 100"),
        ({"checkpointPercentages": [12.5]}, "checkpointPercentages[0]", "found 12.5"),
        ({"checkpointPercentages": [50, 20]}, "checkpointPercentages[1]", "found 20 after 50"),
        ({"checkpointPercentages": [50, 50]}, "checkpointPercentages[1]", "more than the percent before it"),
        ({"checkpointDelay": 60}, "checkpointPercentages", "is required with checkpointDelay"),
        ({"minHealthyPercentage": 50, "maxHealthyPercentage": 300}, "maxHealthyPercentage", "found 300"),
        (
            {"checkpointPercentages": [50, 100], "checkpointDelay": "P3D"},
            "checkpointDelay",
            "at most P2D",
        ),
        ({"approval": True}, "approval", "one before the last"),
        ({"approval": True, "checkpointPercentages": [100]}, "approval", "there it is asked for"),
        ({"alarms": ["a", "a"]}, "alarms[1]", "is named twice"),
        ({"alarms": [str(i) for i in range(11)]}, "alarms", "at most 10 names"),
        ({"autoRollback": 1}, "autoRollback", "true or false"),
        ({"skipMatching": "no"}, "skipMatching", "true or false"),
        ({"scaleInProtectedInstances": "Terminate"}, "scaleInProtectedInstances", "Refresh, Ignore or Wait"),
        ({"standbyInstances": "Refresh"}, "standbyInstances", "Terminate, Ignore or Wait"),
        ({"timeout": 60}, "timeout", "ISO 8601"),
        ({"defaults": "console"}, "defaults", "service or cloudFormation"),
        ({"minHealthyPercent": 90}, "minHealthyPercent", "did you mean minHealthyPercentage?"),
        ({"preferences": 1}, "preferences", "must be a mapping of fields"),
        ({"preferences": {"bakeTime": 1}, "bakeTime": 2}, "preferences", "none of which stands beside it"),
        ({"AlarmSpecification": {"Alarms": ["a"]}, "alarms": []}, "alarmSpecification", "no alarms beside"),
        ({"Preferences": {"Nope": 1}}, "nope", "is not a field of updatePolicy.instanceRefresh"),
        ({"desiredConfiguration": {}}, "desiredConfiguration", "say launchTemplate there"),
    ],
)
def test_a_fault_has_its_path_and_says_what_is_allowed(
    given: dict[str, Any], path: str, sentence: str, faults: Faults
) -> None:
    """Each limit of the service, what of it cfn-lint does not check, and names that are none."""
    found = faults({"instanceRefresh": given})
    assert list(found) == [f"{REFRESH}.{path}"]
    assert sentence in found[f"{REFRESH}.{path}"]


def test_all_faults_come_at_once(faults: Faults) -> None:
    """A single field, a rule between fields, a foreign name and a list item in one answer."""
    pasted = {"Preferences": {"MaxHealthyPercentage": 110, "CheckpointDelay": -1, "Guard": "fast"}}
    found = faults({"AutoScalingInstanceRefresh": {**pasted, "Alarms": ["a", ""]}})
    assert list(found) == [
        f"{REFRESH}.{each}"
        for each in ("alarms[1]", "checkpointDelay", "checkpointPercentages", "guard", "minHealthyPercentage")
    ]


@pytest.mark.parametrize("field", sorted(set(fields(RollingUpdate)) - set(fields(InstanceRefresh))))
def test_a_field_of_rolling_update_leads_to_what_stands_for_it(field: str, faults: Faults) -> None:
    """Nothing of the neighbour is a mere unknown key: each has its counterpart, or what to do instead."""
    found = faults({"instanceRefresh": {field: 1}})
    assert list(found) == [f"{REFRESH}.{field}"]
    assert "is not a field" not in found[f"{REFRESH}.{field}"]


def test_unknown_values_are_kept_and_not_judged() -> None:
    """No rule speaks where its value is not known yet."""
    unknown = Later()
    given = {
        "minHealthyPercentage": unknown,
        "maxHealthyPercentage": 200,
        "checkpointPercentages": [unknown, 50, unknown],
        "checkpointDelay": unknown,
        "approval": True,
        "alarms": [unknown, unknown],
    }
    checked = check_policy({"instanceRefresh": given}, later)
    assert (checked.normal["instanceRefresh"], checked.faults) == (given, ())


def test_the_service_keeps_its_own_defaults() -> None:
    """What is not given and the service knows is not sent; what it would do otherwise is said in full."""
    assert preferences(refresh()) == {
        "SkipMatching": True,
        "AutoRollback": True,
        "ScaleInProtectedInstances": "Wait",
        "StandbyInstances": "Wait",
    }


def test_what_is_given_is_sent_by_the_services_names() -> None:
    """Every preference of RefreshPreferences; the delay goes only with checkpoints."""
    assert preferences(
        parse_policy({"instanceRefresh": {**FLAT, "autoRollback": True}}).instance_refresh
    ) == {
        "MinHealthyPercentage": 90,
        "MaxHealthyPercentage": 120,
        "InstanceWarmup": 60,
        "CheckpointPercentages": [20, 100],
        "CheckpointDelay": 600,
        "SkipMatching": True,
        "AutoRollback": True,
        "AlarmSpecification": {"Alarms": ["errors"]},
        "BakeTime": 600,
        "ScaleInProtectedInstances": "Refresh",
        "StandbyInstances": "Terminate",
    }


@pytest.mark.parametrize(
    ("given", "maintenance", "hold", "sent"),
    [
        ({}, None, (90, None), (None, None)),
        ({"defaults": "cloudFormation"}, None, (100, 110), (100, 110)),
        ({"defaults": "cloudFormation"}, Maintenance(80, 120), (80, 120), (None, None)),
        ({"defaults": "cloudFormation", "minHealthyPercentage": 5}, None, (5, 105), (5, 105)),
        ({"minHealthyPercentage": 70}, Maintenance(80, 120), (70, 120), (70, None)),
        (
            {"minHealthyPercentage": 100, "maxHealthyPercentage": 150},
            Maintenance(80, 120),
            (100, 150),
            (100, 150),
        ),
    ],
)
def test_the_block_goes_before_the_maintenance_policy_and_that_before_defaults(
    given: dict[str, Any],
    maintenance: Maintenance | None,
    hold: tuple[int, int | None],
    sent: tuple[int | None, int | None],
) -> None:
    """MinHealthyPercentage: 90 or the group's maintenance policy; CloudFormation's 100 and 110 must be sent."""
    block = refresh(**given)
    found, told = percentages(block, maintenance), preferences(block, maintenance)
    assert (found.least, found.most) == hold
    assert (told.get("MinHealthyPercentage"), told.get("MaxHealthyPercentage")) == sent


@pytest.mark.parametrize(
    ("given", "on_failure", "reversible", "itself"),
    [
        ({}, OnFailure.ROLL_BACK, True, True),
        ({}, OnFailure.ROLL_BACK, False, False),
        ({}, OnFailure.LEAVE, True, False),
        ({"autoRollback": False}, OnFailure.ROLL_BACK, True, False),
        ({"defaults": "cloudFormation"}, OnFailure.ROLL_BACK, True, False),
        ({"defaults": "cloudFormation", "autoRollback": True}, OnFailure.ROLL_BACK, True, True),
    ],
)
def test_the_service_returns_the_group_where_it_can_and_is_to(
    given: dict[str, Any], on_failure: OnFailure, reversible: bool, itself: bool
) -> None:
    """CloudFormation has no AutoRollback: its way back is another refresh, and a pasted block keeps that."""
    told = preferences(refresh(**given), on_failure=on_failure, reversible=reversible)
    assert told["AutoRollback"] is itself


def test_a_forced_refresh_skips_nobody_and_the_way_back_tries_nothing_out() -> None:
    """Triggers replace members that match; a return has no checkpoint, alarm, bake or return of its own."""
    assert preferences(refresh(), forced=True)["SkipMatching"] is False
    told = back_preferences(parse_policy({"instanceRefresh": FLAT}).instance_refresh)
    assert told["AutoRollback"] is False and told["MinHealthyPercentage"] == 90
    assert not {"CheckpointPercentages", "CheckpointDelay", "AlarmSpecification", "BakeTime"} & told.keys()


def judged(found: Found, on_failure: OnFailure = OnFailure.ROLL_BACK, **given: Any) -> dict[str, str]:
    return by_path(feasibility(refresh(**given), found, on_failure)[0])


def warned(found: Found, **given: Any) -> str:
    return "\n".join(feasibility(refresh(**given), found)[1])


def test_a_suspended_process_that_the_refresh_needs_is_a_fault() -> None:
    """InstanceRefresh, Launch and Terminate: the refresh would stand still, or fail an hour later."""
    for process in ("InstanceRefresh", "Launch", "Terminate"):
        found = judged(Found(desired=4, old=4, suspended=frozenset({process, "AZRebalance"})))
        assert list(found) == ["autoScalingGroup.suspendedProcesses"]
        assert found["autoScalingGroup.suspendedProcesses"].startswith(f"{process} is suspended")
    assert judged(Found(desired=4, old=4, suspended=frozenset({"AZRebalance"}))) == {}


def test_what_a_live_group_forbids_has_the_path_of_what_is_to_be_mended() -> None:
    """A configuration, a return that cannot be had, one that is not wanted, and percentages of two owners."""
    plain = Found(desired=4, old=4)
    assert list(judged(Found(desired=4, old=4, configuration=True))) == [
        "autoScalingGroup.launchConfiguration"
    ]
    wide = judged(Found(desired=4, old=4, maintenance=Maintenance(100, 200)), minHealthyPercentage=50)
    assert "100 apart" in wide[f"{REFRESH}.minHealthyPercentage"]
    cannot = judged(Found(desired=4, old=4, irreversible="the group points at $Latest"), autoRollback=True)
    assert "cannot be had: the group points at $Latest" in cannot[f"{REFRESH}.autoRollback"]
    assert list(judged(plain, OnFailure.LEAVE, autoRollback=True)) == [f"{REFRESH}.autoRollback"]
    assert "can be retried or skipped" in judged(plain, OnFailure.HOLD)["onFailure"]
    assert judged(Found(desired=4, old=4, irreversible="the group points at $Latest")) == {}


@pytest.mark.parametrize(
    ("found", "given", "sentence"),
    [
        (Found(desired=1, old=1), {}, "the only instance may be replaced at once"),
        (Found(desired=4, old=4), {"minHealthyPercentage": 0}, "all of Desired (4) may be replaced at once"),
        (Found(desired=3, old=3), {}, "the service terminates one all the same"),
        (
            Found(desired=3, old=3),
            {"minHealthyPercentage": 100, "maxHealthyPercentage": 110},
            "launches one first, 4 instances for a while",
        ),
        (Found(desired=4, old=4, unchecked=("web-tg",)), {}, "health behind web-tg is not waited for"),
        (Found(desired=10, old=10, protected=2), {}, "2 to be replaced are protected from scale-in"),
        (Found(desired=10, old=10, standby=1), {}, "1 to be replaced is in standby"),
        (Found(desired=10, old=10, heaviest=10), {}, "Keep Desired above the largest weight"),
        (Found(desired=10, old=10), {"checkpointPercentages": [20, 40]}, "up to 6 old instances are left"),
        (
            Found(desired=10, old=10),
            {"checkpointPercentages": [20, 100], "approval": True},
            "stops once until somebody approves",
        ),
        (
            Found(desired=10, old=10),
            {"checkpointPercentages": [20, 100], "timeout": "PT1H"},
            "timeout PT1H leaves no time",
        ),
    ],
)
def test_what_the_group_makes_of_the_policy_is_warned_of(
    found: Found, given: dict[str, Any], sentence: str
) -> None:
    """An outage, rounding, members that are waited for, weights, and stops that come too early or too late."""
    assert sentence in warned(found, **given)


def test_an_ordinary_refresh_has_no_warning_and_nothing_to_replace_has_none_either() -> None:
    """Warnings are for what is not as it looks."""
    assert warned(Found(desired=10, old=10, protected=0, standby=0)) == ""
    assert warned(Found(desired=1, old=0)) == ""
    assert warned(Found(desired=10, old=10, protected=3), scaleInProtectedInstances="Refresh") == ""


def test_the_notes_say_whose_defaults_hold() -> None:
    """Two owners of defaults: what applies is said wherever the block leaves it open."""
    found = Found(desired=10, old=10)
    assert notes(refresh(), found) == [
        "minHealthyPercentage 90 and no maxHealthyPercentage: the service's defaults where the policy gives none"
    ]
    pasted = notes(refresh(defaults="cloudFormation"), found)
    assert "100 and maxHealthyPercentage 110: CloudFormation's defaults" in pasted[0]
    assert "returned by another refresh to the former version" in pasted[1]
    both = {"minHealthyPercentage": 90, "maxHealthyPercentage": 100}
    assert notes(refresh(**both), found) == []


def test_limits_are_those_of_the_group_as_found() -> None:
    """Who returns the group, what of it the service does itself, when nothing has moved for too long."""
    found = Found(desired=10, old=10, warm_up=120)
    resolved = limits(
        refresh(checkpointPercentages=[20, 50], timeout="PT2H"), found, Timing(poll=1, settle=9)
    )
    assert (resolved.way_back_by, resolved.otherwise) == (WayBack.SERVICE, WayBack.OPERATION)
    assert (resolved.returns_by_itself, resolved.pausable, resolved.part) == (True, True, True)
    assert (resolved.stall, resolved.timeout, resolved.poll, resolved.settle) == (3720, 7200, 5, 9)
    assert resolved.alarms == () and resolved.bake == 0
    gates = (ForeseenGate("20 %", 20.0, 3600.0),)
    assert resolved.foreseen == Foreseen(batch=1, lowest=9, most=10, gates=gates, ends_at=50.0, warm_up=120)
    fixed = Found(desired=10, old=10, irreversible="$Latest", former_configuration=True)
    resolved = limits(refresh(instanceWarmup=30), fixed, Timing())
    assert (resolved.way_back_by, resolved.otherwise) == (WayBack.REPLACE, WayBack.REPLACE)
    assert (resolved.returns_by_itself, resolved.part, resolved.stall) == (False, False, 3630)


def test_the_former_policy_rules_the_way_back() -> None:
    """Its percentages hold there, and nothing of either is tried out."""
    former = refresh(minHealthyPercentage=100, maxHealthyPercentage=150, checkpointPercentages=[10, 100])
    resolved = limits(
        refresh(approval=True, checkpointPercentages=[1, 100]), Found(desired=4, old=4), Timing(), former
    )
    back = resolved.back()
    assert (back.preferences["MinHealthyPercentage"], back.preferences["MaxHealthyPercentage"]) == (100, 150)
    assert (back.preferences["MinHealthyPercentage"], back.preferences["MaxHealthyPercentage"]) == (100, 150)
    assert not {"CheckpointPercentages", "AlarmSpecification"} & back.preferences.keys()
    assert (back.approval, back.part, back.preferences["AutoRollback"]) == (False, False, False)
    assert (back.foreseen.lowest, back.foreseen.most, back.foreseen.gates) == (4, 6, ())
