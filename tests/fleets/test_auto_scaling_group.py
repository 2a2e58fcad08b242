"""The Auto Scaling group fleet against AWS by script: questions asked, acts sent, and what answers become."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import FailureReason
from pulumi_rolling.core.model.member import Lifecycle, Signal, Sizes
from pulumi_rolling.core.model.verdict import Failure
from pulumi_rolling.core.replace.actions import PointAt, Resize, Resume, Suspend, Terminate
from pulumi_rolling.core.replace.rollout import Opening, Rollout
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.auto_scaling_group.description import folded
from pulumi_rolling.fleets.auto_scaling_group.fleet import AutoScalingGroupFleet
from pulumi_rolling.fleets.aws.launch_templates import TemplateWanted
from pulumi_rolling.signals.choose import NoSignals
from pulumi_rolling.signals.hook import HookSignals
from pulumi_rolling.signals.tag import TagSignals

from tests.fleets.scripted_aws import Answer, refused
from tests.fleets.stage import (
    POINTER,
    ROLLOUT,
    STARTED,
    V1,
    V2,
    WEB,
    Stage,
    group,
    instance,
    machine,
    member,
    once,
    twice,
    versions,
)
from tests.rollouts import changed


@pytest.mark.parametrize(
    ("state", "lifecycle"),
    [
        ("Pending", Lifecycle.PENDING),
        ("Pending:Proceed", Lifecycle.PENDING),
        ("Pending:Wait", Lifecycle.WAITING),
        ("InService", Lifecycle.IN_SERVICE),
        ("RootVolumeReplaced", Lifecycle.IN_SERVICE),
        ("ReplacingRootVolume:Wait", Lifecycle.PENDING),
        ("Standby", Lifecycle.STANDBY),
        ("EnteringStandby", Lifecycle.STANDBY),
        ("Terminating", Lifecycle.LEAVING),
        ("Terminating:Wait", Lifecycle.LEAVING),
        ("Terminating:Proceed", Lifecycle.LEAVING),
        ("Terminating:Retained", Lifecycle.LEAVING),
        ("Terminated", Lifecycle.LEAVING),
        ("Detaching", Lifecycle.LEAVING),
        ("Detached", Lifecycle.LEAVING),
        ("Quarantined", Lifecycle.LEAVING),
    ],
)
def test_each_lifecycle_state_has_one_of_five_meanings(state: str, lifecycle: Lifecycle) -> None:
    """Every LifecycleState of the API (facts/aws.md 2.1) is folded."""
    assert folded(state) is lifecycle


def test_a_look_without_news_is_one_call(stage: Stage) -> None:
    """Versions and launch times are known after the first look, so a later one costs the describe alone."""
    stage.shows(group(instance("i-1"), instance("i-2")))
    stage.machines = {i: machine(i) for i in ("i-1", "i-2")}
    fleet = stage.fleet(TagSignals())
    fleet.observe(changed(ROLLOUT, watermark=None))
    assert stage.aws.operations() == [
        "DescribeAutoScalingGroups",
        "DescribeLaunchTemplateVersions",
        "DescribeInstances",
    ]
    stage.aws.calls.clear()
    sight = fleet.observe(ROLLOUT)
    assert stage.aws.operations() == ["DescribeAutoScalingGroups"]
    assert [(m.id, m.revision, m.launched_at) for m in sight.observation.members] == [
        ("i-1", V1, 500.0),
        ("i-2", V1, 500.0),
    ]
    assert fleet.api_calls() == 4


def test_an_observation_says_what_the_group_says(stage: Stage) -> None:
    """Sizes, pointer as a literal, processes without the deprecated one, health, zone, protection, marks."""
    stage.shows(
        group(
            instance(
                "i-1", HealthStatus="Unhealthy", ProtectedFromScaleIn=True, AvailabilityZone="us-east-1b"
            ),
            instance("i-w", state="Warmed:Stopped"),
            DesiredCapacity=1,
            LaunchTemplate={"LaunchTemplateId": WEB, "LaunchTemplateName": "web", "Version": "$Latest"},
            SuspendedProcesses=[
                {"ProcessName": "AZRebalance"},
                {"ProcessName": "RemoveFromLoadBalancerLowPriority"},
            ],
            Tags=[{"Key": "rolling:lease", "Value": "x"}, {"Key": "Name", "Value": "web"}],
        )
    )
    sight = stage.fleet().observe(ROLLOUT)
    seen = sight.observation
    assert (seen.sizes, seen.pointer) == (Sizes(1, 6, 1), f"{WEB}:$Latest")
    assert seen.suspended == {"AZRebalance"}
    assert sight.marks == {"rolling:lease": "x"}
    assert [(m.id, m.healthy, m.protected, m.zone) for m in seen.members] == [
        ("i-1", False, True, "us-east-1b")
    ]


def test_no_version_in_the_pointer_is_the_default(stage: Stage) -> None:
    """ "If not specified, the default version is used": the pointer says so."""
    stage.shows(group(instance("i-1"), LaunchTemplate={"LaunchTemplateId": WEB, "LaunchTemplateName": "web"}))
    assert stage.fleet().observe(ROLLOUT).observation.pointer == f"{WEB}:$Default"


def test_a_look_is_newer_than_the_last_act(stage: Stage) -> None:
    """After an act, a description taken before it is never shown, however young it is."""
    stage.shows(group(instance("i-1")), group(instance("i-1"), MinSize=2))
    fleet = stage.fleet()
    fleet.marks()
    fleet.apply(Resize(min=2))
    assert fleet.observe(ROLLOUT).observation.sizes.min == 2


def test_another_groups_look_serves_this_one(stage: Stage) -> None:
    """Two fleets that look within a second share one describe, and it is counted for the one that made it."""
    both = [group(instance("i-1")), {**group(instance("i-2")), "AutoScalingGroupName": "api"}]
    stage.aws.answer("DescribeAutoScalingGroups", {"AutoScalingGroups": both})
    web = stage.fleet()
    api = AutoScalingGroupFleet(
        "api", wanted=stage.wanted, place=stage.aws.place, retry=once, signals=NoSignals()
    )
    web.marks()
    api.marks()
    assert (web.api_calls(), api.api_calls()) == (1, 0)


def test_another_groups_look_from_before_our_act_does_not_serve(stage: Stage) -> None:
    """A look that another group made after ours but before our act would show the group as it was."""
    both = [group(instance("i-1")), {**group(instance("i-2")), "AutoScalingGroupName": "api"}]
    stage.aws.answer("DescribeAutoScalingGroups", {"AutoScalingGroups": both})
    web = stage.fleet()
    api = AutoScalingGroupFleet(
        "api", wanted=stage.wanted, place=stage.aws.place, retry=once, signals=NoSignals()
    )
    web.marks()
    api.marks()
    api.marks()
    web.apply(Resize(min=2))
    web.marks()
    assert stage.aws.operations().count("DescribeAutoScalingGroups") == 3


def test_a_new_fleet_sees_nothing_from_before_it_was_made(stage: Stage) -> None:
    """The program may have changed the group a moment ago; another group's older look does not serve."""
    stage.shows(group(instance("i-1")), group(instance("i-1"), MaxSize=9))
    stage.fleet().marks()
    assert stage.fleet().facts().sizes.max == 9


def test_a_new_member_is_looked_up_until_it_is_judged(stage: Stage) -> None:
    """Tags are asked for open members of the target alone: old and judged ones cause no call."""
    stage.shows(group(instance("i-1"), instance("i-2", 2)))
    stage.machines = {"i-1": machine("i-1"), "i-2": machine("i-2", 1001.0)}
    fleet = stage.fleet(TagSignals())
    assert member(fleet, ROLLOUT, "i-2").signal is None
    stage.machines["i-2"] = machine("i-2", 1001.0, rolling_signal="success")
    assert member(fleet, ROLLOUT, "i-2").signal is Signal.SUCCESS
    assert [c["Filters"][0]["Values"] for c in stage.aws.sent("DescribeInstances")] == [["i-2"], ["i-2"]]
    stage.aws.calls.clear()
    fleet.observe(changed(ROLLOUT, succeeded=frozenset({"i-2"})))
    fleet.observe(changed(ROLLOUT, failed=(Failure("i-2", FailureReason.FAILURE_SIGNAL),)))
    assert stage.aws.operations() == ["DescribeAutoScalingGroups"] * 2


def test_a_late_failure_is_seen_while_others_are_open(stage: Stage) -> None:
    """FAILURE after SUCCESS wins (CloudFormation B.4): members that succeeded ride along."""
    stage.shows(group(instance("i-2", 2), instance("i-3", 2)))
    stage.machines = {"i-2": machine("i-2", 1001.0, rolling_signal="FAILURE"), "i-3": machine("i-3", 1002.0)}
    fleet = stage.fleet(TagSignals())
    assert member(fleet, changed(ROLLOUT, succeeded=frozenset({"i-2"})), "i-2").signal is Signal.FAILURE
    assert len(stage.aws.sent("DescribeInstances")) == 1


def test_members_from_before_the_watermark_never_have_to_signal(stage: Stage) -> None:
    """A member that matched before the rollout began is asked for once, for its launch time."""
    stage.shows(group(instance("i-1", 2)))
    stage.machines = {"i-1": machine("i-1", 800.0)}
    fleet = stage.fleet(TagSignals())
    for _ in range(3):
        fleet.observe(ROLLOUT)
    assert len(stage.aws.sent("DescribeInstances")) == 1


def test_hook_signals_need_launch_times_only(stage: Stage) -> None:
    """In service means CONTINUE was given; waiting is no signal yet; EC2 is asked once."""
    stage.shows(group(instance("i-2", 2, "Pending:Wait")), group(instance("i-2", 2)))
    stage.machines = {"i-2": machine("i-2", 1001.0)}
    fleet = stage.fleet(HookSignals())
    assert member(fleet, ROLLOUT, "i-2").signal is None
    assert member(fleet, ROLLOUT, "i-2").signal is Signal.SUCCESS
    assert len(stage.aws.sent("DescribeInstances")) == 1


def test_an_id_that_ec2_does_not_know_yet_is_alive_without_a_launch_time(stage: Stage) -> None:
    """EC2's reads lag behind the group's; asking by filter, an unknown id does not refuse the call."""
    stage.shows(group(instance("i-2", 2, "Pending")))
    seen = member(stage.fleet(), ROLLOUT, "i-2")
    assert (seen.alive, seen.launched_at) == (True, None)
    assert stage.aws.sent("DescribeInstances") == [{"Filters": [{"Name": "instance-id", "Values": ["i-2"]}]}]


@pytest.mark.parametrize(
    ("state", "alive"),
    [
        ("pending", True),
        ("running", True),
        ("stopping", False),
        ("stopped", False),
        ("shutting-down", False),
        ("terminated", False),
    ],
)
def test_without_health_checks_ec2_says_who_is_dead(stage: Stage, state: str, alive: bool) -> None:
    """With HealthCheck suspended a dead member looks in service, so each look asks EC2 about everybody."""
    stage.shows(group(instance("i-1"), SuspendedProcesses=[{"ProcessName": "HealthCheck"}]))
    stage.machines = {"i-1": machine("i-1", state=state)}
    fleet = stage.fleet()
    assert [member(fleet, ROLLOUT, "i-1").alive for _ in range(2)] == [alive, alive]
    assert len(stage.aws.sent("DescribeInstances")) == 2


def test_a_machine_that_ec2_has_forgotten_is_dead(stage: Stage) -> None:
    """EC2 drops a terminated instance after an hour; the group, without health checks, never does."""
    stage.shows(group(instance("i-1"), SuspendedProcesses=[{"ProcessName": "HealthCheck"}]))
    stage.machines = {"i-1": machine("i-1")}
    fleet = stage.fleet()
    assert member(fleet, ROLLOUT, "i-1").alive
    stage.machines = {}
    assert not member(fleet, ROLLOUT, "i-1").alive


def test_many_members_are_asked_for_in_pages_of_a_filter(stage: Stage) -> None:
    """A filter takes at most 200 values (EC2 API reference)."""
    stage.shows(group(*(instance(f"i-{n:04}") for n in range(450))))
    stage.fleet().observe(changed(ROLLOUT, watermark=None))
    assert [len(c["Filters"][0]["Values"]) for c in stage.aws.sent("DescribeInstances")] == [200, 200, 50]


@pytest.mark.parametrize(
    ("instances", "desired", "rollout", "asks"),
    [
        ([instance("i-1"), instance("i-2")], 2, ROLLOUT, False),
        ([instance("i-1"), instance("i-2")], 3, ROLLOUT, True),
        ([instance("i-1"), instance("i-2", state="Terminating")], 2, ROLLOUT, True),
        ([instance("i-1"), instance("i-2")], 2, changed(ROLLOUT, in_flight=frozenset({"i-9"})), True),
        ([instance("i-1"), instance("i-2")], 2, changed(ROLLOUT, in_flight=frozenset({"i-2"})), False),
        ([instance("i-1")], 1, changed(ROLLOUT, missing=(("i-9", 1.0),)), True),
        ([instance("i-1")], 1, changed(ROLLOUT, openings=(Opening(1.0, 1),)), True),
        ([instance("i-1", WeightedCapacity="4"), instance("i-2")], 5, ROLLOUT, False),
        ([instance("i-1", WeightedCapacity="4"), instance("i-2")], 6, ROLLOUT, True),
    ],
    ids=[
        "complete",
        "short",
        "leaving",
        "in flight gone",
        "in flight here",
        "missing",
        "opening",
        "complete in units",
        "short in units",
    ],
)
def test_activities_are_read_only_when_something_is_missing(
    stage: Stage, instances: list[Answer], desired: int, rollout: Rollout, asks: bool
) -> None:
    """A complete group has nothing to explain, and the call is spared."""
    stage.shows(group(*instances, DesiredCapacity=desired))
    stage.fleet().observe(rollout)
    assert ("DescribeScalingActivities" in stage.aws.operations()) is asks


def activity(ident: str, description: str, status: str, cause: str = "", message: str = "") -> Answer:
    return {
        "ActivityId": ident,
        "AutoScalingGroupName": "web",
        "Description": description,
        "Cause": cause,
        "StartTime": datetime.fromtimestamp(STARTED + 5, UTC),
        "StatusCode": status,
        "StatusMessage": message,
    }


def test_refused_launches_and_losses_come_with_the_observation(stage: Stage) -> None:
    """Refused launches, and ends of members in flight; an abandoned hook is never excused."""
    stage.shows(group(instance("i-1"), DesiredCapacity=3))
    stage.aws.answer(
        "DescribeScalingActivities",
        {
            "Activities": [
                activity("a1", "Launching a new EC2 instance", "Failed", message="You are not authorized"),
                activity(
                    "a3", "Terminating EC2 instance: i-7", "InProgress", "shrinking the capacity from 3 to 2"
                ),
                activity("a2", "Launching a new EC2 instance: i-7", "Cancelled", message="was abandoned: x"),
                activity(
                    "a4", "Terminating EC2 instance: i-0", "Successful", "in response to a user request"
                ),
            ]
        },
    )
    seen = stage.fleet().observe(changed(ROLLOUT, in_flight=frozenset({"i-7"}))).observation
    assert [(x.id, x.cause) for x in seen.launches] == [("a1", "You are not authorized")]
    assert [(x.member, x.excused, x.cause) for x in seen.losses] == [("i-7", False, "was abandoned: x")]


@pytest.mark.parametrize(
    ("reason", "excused"), [("Server.SpotInstanceTermination", True), ("Client.UserInitiatedShutdown", False)]
)
def test_ec2_says_whether_spot_took_a_member(stage: Stage, reason: str, excused: bool) -> None:
    """The group calls an interrupted Spot instance "terminated or stopped"; EC2's StateReason excuses it."""
    cause = (
        "an instance was taken out of service in response to a EC2 health check indicating it has been "
        "terminated or stopped."
    )
    stage.shows(group(instance("i-7", 2, "Terminating"), DesiredCapacity=1))
    stage.machines = {"i-7": machine("i-7", 1001.0, "terminated", reason)}
    stage.aws.answer(
        "DescribeScalingActivities",
        {"Activities": [activity("a1", "Terminating EC2 instance: i-7", "InProgress", cause)]},
    )
    seen = stage.fleet().observe(changed(ROLLOUT, in_flight=frozenset({"i-7"}))).observation
    assert [(x.member, x.excused) for x in seen.losses] == [("i-7", excused)]


@pytest.mark.parametrize(
    ("action", "operation", "parameters"),
    [
        (Suspend(frozenset({"B", "A"})), "SuspendProcesses", {"ScalingProcesses": ["A", "B"]}),
        (Resume(frozenset({"A"})), "ResumeProcesses", {"ScalingProcesses": ["A"]}),
        (Resize(min=0), "UpdateAutoScalingGroup", {"MinSize": 0}),
        (Resize(desired=0), "UpdateAutoScalingGroup", {"DesiredCapacity": 0}),
        (Resize(min=1, desired=4), "UpdateAutoScalingGroup", {"MinSize": 1, "DesiredCapacity": 4}),
        (
            PointAt(V2),
            "UpdateAutoScalingGroup",
            {"LaunchTemplate": {"LaunchTemplateId": WEB, "Version": "2"}},
        ),
    ],
)
def test_each_act_is_one_call_with_nothing_but_what_changes(
    stage: Stage, action: Any, operation: str, parameters: Answer
) -> None:
    """MaxSize, and whatever else the group has, is never sent."""
    stage.shows(group(instance("i-1")))
    stage.fleet().apply(action)
    assert stage.aws.sent(operation) == [{"AutoScalingGroupName": "web", **parameters}]


POLICY = {
    "LaunchTemplate": {
        "LaunchTemplateSpecification": POINTER,
        "Overrides": [{"InstanceType": "m5.large"}, {"InstanceType": "m6i.large", "ImageId": "ami-x"}],
    },
    "InstancesDistribution": {
        "OnDemandBaseCapacity": 1,
        "SpotAllocationStrategy": "price-capacity-optimized",
    },
}


def test_a_mixed_instances_policy_is_sent_back_whole(stage: Stage) -> None:
    """Only the version changes; the name beside the id is left out, since the API takes one of them."""
    stage.shows(group(instance("i-1"), LaunchTemplate=None, MixedInstancesPolicy=POLICY))
    fleet = stage.fleet()
    assert fleet.observe(ROLLOUT).observation.pointer == f"{WEB}:1"
    fleet.apply(PointAt(V2))
    assert stage.aws.sent("UpdateAutoScalingGroup") == [
        {
            "AutoScalingGroupName": "web",
            "MixedInstancesPolicy": {
                "LaunchTemplate": {
                    "LaunchTemplateSpecification": {"LaunchTemplateId": WEB, "Version": "2"},
                    "Overrides": [
                        {"InstanceType": "m5.large"},
                        {"InstanceType": "m6i.large", "ImageId": "ami-x"},
                    ],
                },
                "InstancesDistribution": {
                    "OnDemandBaseCapacity": 1,
                    "SpotAllocationStrategy": "price-capacity-optimized",
                },
            },
        }
    ]


@pytest.mark.parametrize("replaced", [True, False])
def test_a_member_is_terminated_by_its_id(stage: Stage, replaced: bool) -> None:
    """With replacement Desired stays, without it falls by one: ShouldDecrementDesiredCapacity."""
    stage.aws.answer("TerminateInstanceInAutoScalingGroup", {})
    stage.fleet().apply(Terminate("i-1", replaced))
    assert stage.aws.calls == [
        (
            "TerminateInstanceInAutoScalingGroup",
            {"InstanceId": "i-1", "ShouldDecrementDesiredCapacity": not replaced},
        )
    ]


def test_terminating_a_member_that_is_gone_is_success(stage: Stage) -> None:
    """AWS refuses an unknown id; the act has had its effect."""
    message = "Instance Id not found - No managed instance found for instance ID: i-1"
    stage.aws.answer("TerminateInstanceInAutoScalingGroup", refused("ValidationError", message))
    stage.fleet().apply(Terminate("i-1", True))


def test_other_refusals_of_a_termination_stay_errors(stage: Stage) -> None:
    """Below MinSize, for example, is for the core to hear about."""
    stage.aws.answer("TerminateInstanceInAutoScalingGroup", refused("ValidationError", "below the min size"))
    with pytest.raises(PermanentFleetError, match="below the min size"):
        stage.fleet().apply(Terminate("i-1", False))


@pytest.mark.parametrize(
    ("instances", "terminations"),
    [([], 1), ([instance("i-1", state="Terminating")], 1), ([instance("i-1")], 2)],
    ids=["gone", "leaving", "still there"],
)
def test_a_repeated_termination_looks_first(stage: Stage, instances: list[Answer], terminations: int) -> None:
    """If the first answer was lost, a second call with decrement might lower Desired twice."""
    stage.shows(group(*instances))
    stage.aws.answer("TerminateInstanceInAutoScalingGroup", refused("InternalFailure", "lost", 500), {})
    stage.fleet(retry=twice).apply(Terminate("i-1", False))
    assert stage.aws.operations().count("TerminateInstanceInAutoScalingGroup") == terminations


def test_marks_are_written_in_one_call_and_not_inherited(stage: Stage) -> None:
    """Several tags a call; PropagateAtLaunch false, or new members would carry the record."""
    stage.fleet().write_marks({"rolling:a": "1", "rolling:b": "2"})
    tag = {"ResourceId": "web", "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}
    assert stage.aws.calls == [
        (
            "CreateOrUpdateTags",
            {"Tags": [{**tag, "Key": "rolling:a", "Value": "1"}, {**tag, "Key": "rolling:b", "Value": "2"}]},
        )
    ]


def test_marks_are_removed_in_one_call(stage: Stage) -> None:
    """DeleteTags by key; nothing to remove is no call."""
    stage.aws.answer("DeleteTags", {})
    fleet = stage.fleet()
    fleet.remove_marks([])
    fleet.remove_marks(["rolling:a"])
    tag = {"ResourceId": "web", "ResourceType": "auto-scaling-group", "Key": "rolling:a"}
    assert stage.aws.calls == [("DeleteTags", {"Tags": [tag]})]


def test_a_glance_costs_a_describe_and_one_read_of_versions(stage: Stage) -> None:
    """Target, pointer and members come from one call even when the template is wanted by name."""
    stage.wanted = TemplateWanted(name="web", version="$Latest")
    stage.shows(group(instance("i-1"), instance("i-2", 2)))
    glance = stage.fleet().glance()
    assert stage.aws.operations() == ["DescribeAutoScalingGroups", "DescribeLaunchTemplateVersions"]
    assert (glance.target, glance.current) == (V2, V1)
    assert [m.revision for m in glance.members] == [V1, V2]


def test_a_second_glance_at_numbers_costs_nothing_but_the_describe(stage: Stage) -> None:
    """Ten diffs of groups on one template read its versions once."""
    stage.shows(group(instance("i-1")))
    stage.fleet().glance()
    stage.aws.calls.clear()
    stage.fleet().glance()
    assert stage.aws.operations() == ["DescribeAutoScalingGroups"]


def test_a_glance_at_another_template_resolves_it(stage: Stage) -> None:
    """A name that the group does not have is looked up, and a missing one is named."""
    stage.wanted = TemplateWanted(name="other", version="1")
    stage.shows(group(instance("i-1")))
    stage.aws.answer(
        "DescribeLaunchTemplateVersions",
        lambda p: versions(p)
        if "LaunchTemplateId" in p
        else refused("InvalidLaunchTemplateName.NotFoundException"),
    )
    with pytest.raises(PermanentFleetError, match="no launch template other with version 1"):
        stage.fleet().glance()


def test_facts_cost_six_calls(stage: Stage) -> None:
    """The group, its versions, its machines, hooks, scheduled actions and refreshes; no warm pool, no call for one."""
    stage.shows(
        group(
            instance("i-1"), instance("i-2", state="Standby"), instance("i-3", 2, ProtectedFromScaleIn=True)
        )
    )
    stage.aws.answer(
        "DescribeLifecycleHooks",
        {
            "LifecycleHooks": [
                {
                    "LifecycleHookName": "ready",
                    "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
                    "HeartbeatTimeout": 300,
                    "DefaultResult": "ABANDON",
                },
                {
                    "LifecycleHookName": "drain",
                    "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
                    "HeartbeatTimeout": 60,
                    "DefaultResult": "CONTINUE",
                },
            ]
        },
    )
    stage.aws.answer(
        "DescribeScheduledActions", {"ScheduledUpdateGroupActions": [{"ScheduledActionName": "night"}]}
    )
    fleet = stage.fleet()
    facts = fleet.facts()
    assert fleet.api_calls() == 6
    assert [(h.name, h.heartbeat, h.default) for h in facts.hooks] == [("ready", 300.0, "ABANDON")]
    assert facts.scheduled_actions == ("night",)
    assert (facts.standby, facts.protected) == (("i-2",), ("i-3",))
    assert facts.counts == {"version 1": 2, "version 2": 1}
    assert (facts.current, facts.pointer, facts.id) == (V1, f"{WEB}:1", "arn:web")
    assert facts.refusals == ()


def test_a_weight_is_read_with_the_member(stage: Stage) -> None:
    """WeightedCapacity is a text in the API (EC2 Auto Scaling API, Instance); without it a member counts for one."""
    stage.shows(group({**instance("i-1"), "WeightedCapacity": "3"}, instance("i-2")))
    assert [m.weight for m in stage.fleet().facts().observation.members] == [3, 1]


@pytest.mark.parametrize(
    ("status", "is_active"),
    [
        ("Pending", True),
        ("InProgress", True),
        ("Baking", True),
        ("Cancelling", True),
        ("RollbackInProgress", True),
        ("Successful", False),
        ("Failed", False),
        ("Cancelled", False),
        ("RollbackSuccessful", False),
        ("RollbackFailed", False),
    ],
)
def test_an_active_refresh_is_refused_by_its_id(stage: Stage, status: str, is_active: bool) -> None:
    """Another roller at work is refused; each status of DescribeInstanceRefreshes is active or over."""
    stage.shows(group(instance("i-1")))
    stage.aws.answer(
        "DescribeInstanceRefreshes", {"InstanceRefreshes": [{"InstanceRefreshId": "r-7", "Status": status}]}
    )
    refusals = stage.fleet().facts().refusals
    assert [("r-7" in fault.message) for fault in refusals] == ([True] if is_active else [])


def test_a_member_attached_by_hand_matches_nothing(stage: Stage) -> None:
    """It was launched from nothing that a group could point at."""
    attached = instance("i-2")
    del attached["LaunchTemplate"]
    stage.shows(group(instance("i-1"), attached))
    facts = stage.fleet().facts()
    assert facts.counts == {"version 1": 1, "no launch template": 1}
    assert facts.observation.members[1].revision.digest not in {V1.digest, V2.digest}


def test_a_member_of_another_template_is_counted_apart(stage: Stage) -> None:
    """Version 1 of two templates are two things."""
    other = instance("i-2")
    other["LaunchTemplate"] = {"LaunchTemplateId": "lt-0gone", "Version": "1"}
    stage.shows(group(instance("i-1"), other))
    stage.aws.answer(
        "DescribeLaunchTemplateVersions",
        lambda p: versions(p)
        if p["LaunchTemplateId"] == WEB
        else refused("InvalidLaunchTemplateId.NotFound"),
    )
    assert stage.fleet().facts().counts == {"version 1": 1, "version 1 (deleted) of lt-0gone": 1}
