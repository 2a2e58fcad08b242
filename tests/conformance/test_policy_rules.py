"""CloudFormation's rules on the policy block, each with its source.

DOC is the CloudFormation template reference, page "UpdatePolicy attribute" (aws-attribute-updatepolicy); REFRESH is
the API reference of StartInstanceRefresh, whose limits the fields have that instance refresh has as well. The literal
texts are the service's own, or those of Eucalyptus' clone of it, as the docstrings say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.replace.limits import Choice, Guard, Pacing, ZoneOrder
from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.check import check_policy, parse_policy
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.policy.rolling_update.feasibility import feasibility
from pulumi_rolling.policy.rolling_update.limits import limits
from pulumi_rolling.policy.timing import Timing

SIZES = Sizes(2, 8, 6)
ROLL = "updatePolicy.rollingUpdate"


def pasted(**fields: Any) -> RollingUpdate:
    return parse_policy({"UpdatePolicy": {"AutoScalingRollingUpdate": fields}}).rolling_update


def faults_of(**fields: Any) -> dict[str, str]:
    found = check_policy({"AutoScalingRollingUpdate": fields}).faults
    return {fault.path: fault.message for fault in found}


def held_against(
    roll: RollingUpdate, suspended: Iterable[str] = (), scheduled_actions: tuple[str, ...] = ()
) -> tuple[list[Fault], list[str]]:
    """The block's faults and warnings against a group."""
    allowed = limits(roll, SIZES, Timing())
    return feasibility(roll, allowed, SIZES, frozenset(suspended), scheduled_actions)


def test_defaults_of_the_seven_fields() -> None:
    """DOC: batches of 1, none kept in service, both percents 100, no pause, nothing suspended, no signals."""
    resolved = limits(pasted(), SIZES, Timing())
    assert (resolved.batch, resolved.floor, resolved.pause) == (1, 0, 0.0)
    assert (resolved.need_percent, resolved.active_percent) == (100.0, 100.0)
    assert (resolved.suspend, resolved.signals) == (frozenset(), False)


def test_pause_time_defaults_to_five_minutes_with_signals() -> None:
    """DOC: PT5M when WaitOnResourceSignals is true; otherwise no pause."""
    assert limits(pasted(WaitOnResourceSignals=True), SIZES, Timing()).pause == 300.0


def test_rounds_are_lock_step() -> None:
    """Observed (guardian/testing-asg-rolling-update): a batch ends before the next one begins."""
    assert limits(pasted(), SIZES, Timing()).pacing is Pacing.LOCK_STEP


def test_numbers_and_booleans_may_be_strings() -> None:
    """Templates in use write MaxBatchSize: '1' (pulumi-eks, nodegroup.ts)."""
    resolved = limits(pasted(MaxBatchSize="3", WaitOnResourceSignals="true"), SIZES, Timing())
    assert (resolved.batch, resolved.signals) == (3, True)


def test_max_batch_size_is_one_to_a_hundred() -> None:
    """DOC: at most 100; the text for 0: Eucalyptus' clone."""
    assert faults_of(MaxBatchSize=100) == {}
    assert "from 1 to 100" in faults_of(MaxBatchSize=101)[f"{ROLL}.maxBatchSize"]
    assert "MaxBatchSize must be a number greater than 0" in faults_of(MaxBatchSize=0)[f"{ROLL}.maxBatchSize"]


@pytest.mark.parametrize(("pause", "accepted"), [("PT1H", True), ("PT3600S", True), ("PT1H1S", False)])
def test_pause_time_is_at_most_one_hour(pause: str, accepted: bool) -> None:
    """DOC: at most PT1H; the text is the service's."""
    literal = "must be in the ISO8601 time period format and must be no greater than PT3600S seconds"
    found = faults_of(PauseTime=pause)
    assert found == {} if accepted else literal in found[f"{ROLL}.pauseTime"]


def test_pt_alone_is_no_pause_time() -> None:
    """aws-cdk issue 1113: the service refuses "PT"."""
    assert list(faults_of(PauseTime="PT")) == [f"{ROLL}.pauseTime"]


def test_min_successful_instances_percent_needs_signals() -> None:
    """DOC: WaitOnResourceSignals must be on as well; the text: Eucalyptus' clone, which lets 0 pass."""
    found = faults_of(MinSuccessfulInstancesPercent=50)
    literal = "Can not set MinSuccessfulInstancesPercent greater than zero and not set WaitOnResourceSignals"
    assert literal in found[f"{ROLL}.minSuccessfulInstancesPercent"]
    assert faults_of(MinSuccessfulInstancesPercent=50, WaitOnResourceSignals=True) == {}
    assert faults_of(MinSuccessfulInstancesPercent=0) == {}


@pytest.mark.parametrize("percent", [0, 100])
def test_percents_are_nought_to_a_hundred(percent: int) -> None:
    """DOC: from 0 to 100."""
    assert faults_of(MinActiveInstancesPercent=percent) == {}
    beyond = percent + (1 if percent else -1)
    assert list(faults_of(MinActiveInstancesPercent=beyond)) == [f"{ROLL}.minActiveInstancesPercent"]


@pytest.mark.parametrize(("floor", "accepted"), [(7, True), (8, False), (9, False)])
def test_min_instances_in_service_is_below_max_size(floor: int, accepted: bool) -> None:
    """DOC; coreos-kubernetes issue 476: found only when an update runs, here before it."""
    found, _ = held_against(pasted(MinInstancesInService=floor))
    if accepted:
        assert found == []
        return
    assert [fault.path for fault in found] == [f"{ROLL}.minInstancesInService"]
    assert "MinInstancesInService must be less than the autoscaling group's MaxSize" in found[0].message


@pytest.mark.parametrize(
    ("suspended", "names"),
    [({"Launch"}, "Launch"), ({"Terminate"}, "Terminate"), ({"Terminate", "Launch"}, "Launch, Terminate")],
)
def test_a_group_with_launch_or_terminate_suspended_is_not_rolled(suspended: set[str], names: str) -> None:
    """ecs-refarch-cloudformation issue 25; the text: Eucalyptus' clone, which says that AWS does the same."""
    found, _ = held_against(pasted(), suspended)
    assert [(fault.path, fault.message) for fault in found] == [
        (
            "autoScalingGroup.suspendedProcesses",
            f"Autoscaling rolling updates cannot be performed because the [{names}] process(es) have been "
            "suspended; please resume these processes and then retry the update.",
        )
    ]


@pytest.mark.parametrize("name", ["Launch", "Terminate", "launch"])
def test_launch_and_terminate_may_not_be_listed(name: str) -> None:
    """AWS knowledge centre on rolling updates of Auto Scaling groups: never suspend these; text as above."""
    found = faults_of(SuspendProcesses=["HealthCheck", name])
    assert list(found) == [f"{ROLL}.suspendProcesses[1]"]
    literal = f"because the [{name.capitalize()}] process(es) have been suspended"
    assert literal in found[f"{ROLL}.suspendProcesses[1]"]


def test_the_nine_processes() -> None:
    """cfn-lint's schema of UpdatePolicy: nine names, two of which a roll needs."""
    seven = [
        "AddToLoadBalancer",
        "AlarmNotification",
        "AZRebalance",
        "HealthCheck",
        "InstanceRefresh",
        "ReplaceUnhealthy",
        "ScheduledActions",
    ]
    assert limits(pasted(SuspendProcesses=seven), SIZES, Timing()).suspend == frozenset(seven)
    assert list(faults_of(SuspendProcesses=["RemoveFromLoadBalancerLowPriority"])) == [
        f"{ROLL}.suspendProcesses[0]"
    ]


@pytest.mark.parametrize(
    ("listed", "suspended", "accepted"),
    [
        ([], [], False),
        (["HealthCheck"], [], False),
        (["ScheduledActions"], [], True),
        ([], ["ScheduledActions"], True),
    ],
)
def test_scheduled_actions_must_rest(listed: list[str], suspended: list[str], accepted: bool) -> None:
    """aws-solutions/instance-scheduler-on-aws issue 705: refused unless ScheduledActions rests."""
    found, _ = held_against(pasted(SuspendProcesses=listed), suspended, ("up", "down"))
    if accepted:
        assert found == []
        return
    assert [fault.path for fault in found] == [f"{ROLL}.suspendProcesses"]
    assert (
        "Autoscaling rolling updates cannot be performed because scheduled action(s) [up, down] are "
        "currently associated with this autoscaling group; either delete these actions or suspend the "
        "ScheduledActions process and then retry the update."
    ) in found[0].message


def test_without_scheduled_actions_the_process_may_run() -> None:
    """The same issue: only a group that has a scheduled action is refused."""
    assert held_against(pasted()) == ([], [])


def test_rolling_update_and_instance_refresh_together_fail() -> None:
    """DOC: with a rolling update and an instance refresh together the update fails."""
    found = check_policy(
        {"AutoScalingRollingUpdate": {}, "AutoScalingInstanceRefresh": {"Strategy": "Rolling"}}
    ).faults
    messages = {fault.path: fault.message for fault in found}
    assert list(messages) == ["updatePolicy"]
    assert "CloudFormation's update fails" in messages["updatePolicy"]


@pytest.mark.parametrize("beside", [{}, {"AutoScalingRollingUpdate": {}}])
def test_will_replace_wins_and_is_not_ours(beside: dict[str, Any]) -> None:
    """DOC: WillReplace true takes precedence over a rolling update. Pulumi has its own way to replace."""
    found = check_policy({"AutoScalingReplacingUpdate": {"WillReplace": "true"}, **beside}).faults
    assert [fault.path for fault in found] == ["updatePolicy.autoScalingReplacingUpdate.willReplace"]
    assert "replaceOnChanges" in found[0].message


def test_will_replace_false_leaves_the_rolling_update() -> None:
    """DOC: only WillReplace true replaces the group."""
    found = check_policy(
        {"AutoScalingReplacingUpdate": {"WillReplace": False}, "AutoScalingRollingUpdate": {}}
    ).faults
    assert found == ()


@pytest.mark.parametrize("ignore", [True, False, "true"])
def test_a_scheduled_action_policy_stands_beside_any_other(ignore: object) -> None:
    """DOC: AutoScalingScheduledAction works beside the other policies; sizes are never re-asserted here."""
    scheduled = {"IgnoreUnmodifiedGroupSizeProperties": ignore}
    checked = check_policy({"AutoScalingRollingUpdate": {}, "AutoScalingScheduledAction": scheduled})
    assert checked.faults == ()
    assert checked.normal["autoScalingScheduledAction"] == {
        "ignoreUnmodifiedGroupSizeProperties": bool(ignore)
    }


def test_unknown_properties_are_refused() -> None:
    """cfn-lint's schema of UpdatePolicy: additionalProperties is false."""
    assert list(faults_of(MaxBatchSizes=1)) == [f"{ROLL}.maxBatchSizes"]


def test_the_way_back_uses_the_former_policy() -> None:
    """DOC: a rollback uses the UpdatePolicy of the template before this update."""
    former = pasted(MaxBatchSize=1, MinInstancesInService=3, WaitOnResourceSignals=True, PauseTime="PT10M")
    back = limits(pasted(MaxBatchSize=4), SIZES, Timing(), former).back()
    assert (back.batch, back.floor, back.signals, back.pause) == (1, 3, True, 600.0)


def test_a_pasted_block_has_nothing_that_cloudformation_has_not() -> None:
    """DOC: seven fields. No guard, no gate, no readiness, no drain, no order of zones comes with them."""
    resolved = limits(pasted(MaxBatchSize=2, WaitOnResourceSignals=True), SIZES, Timing())
    assert (resolved.guard, resolved.canary, resolved.slow_start) == (Guard.OFF, 0, False)
    assert (resolved.checkpoints, resolved.approval) == ((), False)
    assert (resolved.alarms, resolved.bake) == ((), 0.0)
    assert (resolved.target_health, resolved.status_checks, resolved.warm_up) == (False, False, 0.0)
    assert (resolved.ready_within, resolved.drain) == (None, None)
    assert resolved.zone_order is ZoneOrder.BALANCED


def test_a_rolling_update_replaces_protected_members() -> None:
    """DOC: scale-in protection is not honoured by a rolling update. Instance refresh would wait (REFRESH)."""
    assert limits(pasted(), SIZES, Timing()).protected is Choice.REPLACE
    asked = pasted(ScaleInProtectedInstances="Wait")
    assert limits(asked, SIZES, Timing()).protected is Choice.WAIT


@pytest.mark.parametrize(
    ("field", "word", "choice"),
    [
        ("ScaleInProtectedInstances", "Refresh", Choice.REPLACE),
        ("ScaleInProtectedInstances", "Ignore", Choice.IGNORE),
        ("ScaleInProtectedInstances", "Wait", Choice.WAIT),
        ("StandbyInstances", "Terminate", Choice.REPLACE),
        ("StandbyInstances", "Ignore", Choice.IGNORE),
        ("StandbyInstances", "Wait", Choice.WAIT),
    ],
)
def test_special_states_have_instance_refreshs_words(field: str, word: str, choice: Choice) -> None:
    """REFRESH: ScaleInProtectedInstances Refresh, Ignore, Wait; StandbyInstances Terminate, Ignore, Wait."""
    resolved = limits(pasted(**{field: word}), SIZES, Timing())
    assert (resolved.protected if field.startswith("Scale") else resolved.standby) is choice


@pytest.mark.parametrize(("count", "accepted"), [(10, True), (11, False)])
def test_at_most_ten_alarms(count: int, accepted: bool) -> None:
    """REFRESH, AlarmSpecification: up to 10 names."""
    found = faults_of(Alarms=[f"alarm-{index}" for index in range(count)])
    assert list(found) == ([] if accepted else [f"{ROLL}.alarms"])


@pytest.mark.parametrize(
    ("percents", "fault"),
    [
        ([1, 100], None),
        ([20, 50, 100], None),
        ([0, 100], 0),
        ([50, 101], 1),
        ([50, 20], 1),
        ([50, 50], 1),
    ],
)
def test_checkpoints_are_ascending_unique_percents(percents: list[int], fault: int | None) -> None:
    """REFRESH, CheckpointPercentages: from 1 to 100, ascending, unique. Here the last need not be 100."""
    found = faults_of(Checkpoints={"Percents": percents})
    assert list(found) == ([] if fault is None else [f"{ROLL}.checkpoints.percents[{fault}]"])
    assert faults_of(Checkpoints=[50]) == {}


@pytest.mark.parametrize(("seconds", "accepted"), [(172_800, True), (172_801, False)])
def test_bake_and_checkpoint_delay_are_at_most_two_days(seconds: int, accepted: bool) -> None:
    """REFRESH: CheckpointDelay and BakeTime from 0 to 172800 seconds."""
    wait = f"PT{seconds}S"
    found = faults_of(BakeTime=wait, Checkpoints={"Percents": [50], "Delay": wait})
    assert list(found) == ([] if accepted else [f"{ROLL}.bakeTime", f"{ROLL}.checkpoints.delay"])
