"""An ESS scaling group as a fleet, on scripted answers: facts, looks, acts, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.core.model.member import Lifecycle, Revision, Signal, Sizes
from pulumi_rolling.core.replace.actions import Action, PointAt, Remove, Resize, Resume, Suspend, Terminate
from pulumi_rolling.core.replace.observation import LaunchError
from pulumi_rolling.core.replace.resized import renewed
from pulumi_rolling.errors import GroupNotFoundError, PermanentFleetError, TemporaryFleetError
from pulumi_rolling.fleets.ess_scaling_group.fleet import EssScalingGroupFleet
from pulumi_rolling.fleets.ess_scaling_group.revisions import Wanted
from pulumi_rolling.signals.hook import HookSignals
from pulumi_rolling.signals.tag import TagSignals

from tests.fleets.ess_stage import (
    FROM,
    GROUP,
    NEW,
    OLD,
    ROLLOUT,
    TO,
    EssStage,
    activity,
    configuration,
    group,
    instance,
    machine,
)
from tests.fleets.scripted_alibaba import Answer, ScriptedAlibaba, refused
from tests.rollouts import changed


@pytest.fixture(scope="module")
def running_alibaba() -> Iterator[ScriptedAlibaba]:
    scripted = ScriptedAlibaba()
    yield scripted
    assert scripted.unsigned == []
    scripted.close()


@pytest.fixture
def stage(running_alibaba: ScriptedAlibaba) -> EssStage:
    running_alibaba.calls.clear()
    return EssStage(running_alibaba)


def test_facts_tell_the_group_in_our_words(stage: EssStage) -> None:
    """Sizes, pointer, members with revision and launch time, processes; six calls of ESS and one of ECS."""
    stage.machines = {ident: machine(ident) for ident in ("i-1", "i-2")}
    stage.shows(
        group(SuspendedProcesses=["HealthCheck"], Tags=[{"TagKey": "team", "TagValue": "a"}]),
        instance("i-1"),
        instance("i-2", state="Protected"),
        instance("i-3", NEW, "Pending:Wait"),
    )
    stage.alibaba.answer("DescribeLifecycleHooks", {"LifecycleHooks": [hook("SCALE_OUT"), hook("SCALE_IN")]})
    facts = stage.fleet().facts()
    assert (facts.pointer, facts.current, facts.where) == (OLD, FROM, "cn-hangzhou")
    assert (
        facts.sizes == Sizes(1, 6, 3) and facts.suspended == {"HealthCheck"} and facts.tags == {"team": "a"}
    )
    seen = [(m.id, m.revision, m.lifecycle, m.protected) for m in facts.observation.members]
    assert seen == [
        ("i-1", FROM, Lifecycle.IN_SERVICE, False),
        ("i-2", FROM, Lifecycle.IN_SERVICE, True),
        ("i-3", TO, Lifecycle.WAITING, False),
    ]
    assert {m.launched_at for m in facts.observation.members} == {1_780_000_000.0}
    assert not facts.observation.heals and facts.refusals == () and facts.strays == {}
    assert [each.name for each in facts.hooks] == ["SCALE_OUT"]
    assert len(stage.alibaba.calls) == 7


def hook(transition: str) -> Answer:
    return {
        "LifecycleHookName": transition,
        "LifecycleTransition": transition,
        "HeartbeatTimeout": 600,
        "DefaultResult": "ABANDON",
    }


def test_revisions_are_told_by_contents(stage: EssStage) -> None:
    """Names and times of a configuration are no part of it; one that is gone matches nothing and is no target."""
    same = configuration(NEW, ImageId="m-old", ScalingConfigurationName="other", LifecycleState="Inactive")
    stage.configurations(configuration(OLD), same)
    fleet = stage.fleet()
    assert fleet.target().digest == fleet.at(OLD).digest and fleet.target().address == NEW
    assert not fleet.at("asc-gone").exists
    stage.wanted = Wanted(configuration="asc-gone")
    with pytest.raises(PermanentFleetError, match=f"Group {GROUP} has no scaling configuration asc-gone"):
        stage.fleet().target()


def test_a_launch_templates_versions_are_revisions(stage: EssStage) -> None:
    """Members and target by number; a pointer at Default is read as the number that it stands for now."""
    data = {"1": {"ImageId": "m-1"}, "2": {"ImageId": "m-2"}}

    def versions(asked: Answer) -> Answer:
        numbers = [value for key, value in asked.items() if key.startswith("LaunchTemplateVersion.")]
        sets = [{"VersionNumber": int(n), "LaunchTemplateData": data[n]} for n in numbers if n in data]
        return {"LaunchTemplateVersionSets": {"LaunchTemplateVersionSet": sets}}

    stage.alibaba.answer("DescribeLaunchTemplateVersions", versions)
    numbers = {"DefaultVersionNumber": 1, "LatestVersionNumber": 2}
    stage.alibaba.answer("DescribeLaunchTemplates", {"LaunchTemplateSets": {"LaunchTemplateSet": [numbers]}})
    made: Any = {"ScalingConfigurationId": None, "LaunchTemplateId": "lt-1", "LaunchTemplateVersion": "1"}
    described = group(
        ActiveScalingConfigurationId=None, LaunchTemplateId="lt-1", LaunchTemplateVersion="Default"
    )
    stage.shows(described, instance("i-1", **made))
    stage.wanted = Wanted(template="lt-1", version="2")
    facts = stage.fleet().facts()
    assert facts.pointer == "lt-1:Default" and facts.current is not None and facts.current.address == "lt-1:1"
    assert [m.revision.label for m in facts.observation.members] == ["version 1"]
    fleet = stage.fleet()
    assert fleet.target().address == "lt-1:2" and fleet.contents(fleet.target()) == {"ImageId": "m-2"}
    fleet.apply(PointAt(fleet.target()))
    assert stage.alibaba.sent("ModifyScalingGroup") == [
        {"ScalingGroupId": GROUP, "LaunchTemplateId": "lt-1", "LaunchTemplateVersion": "2"}
    ]
    stage.wanted = Wanted(template="lt-1", version="3")
    with pytest.raises(PermanentFleetError, match="There is no launch template lt-1 with version 3"):
        stage.fleet().target()


def test_members_made_before_an_edit_in_place_are_old(stage: EssStage) -> None:
    """The id is the same; their image is not the one that the configuration names now."""
    stage.wanted = Wanted(configuration=OLD)
    stage.machines = {"i-1": machine("i-1", "m-before"), "i-2": machine("i-2"), "i-3": machine("i-3")}
    fleet = stage.fleet()
    assert fleet.facts().strays == {"i-1": f"of m-before, while {OLD} names m-old now"}
    glance = fleet.glance()
    assert [m.revision.digest == glance.target.digest for m in glance.members] == [False, True, True]
    same = changed(ROLLOUT, to=FROM)
    assert [m.revision.digest == FROM.digest for m in fleet.observe(same).observation.members] == [
        False,
        True,
        True,
    ]


def test_without_the_right_to_ask_ecs_the_edit_is_a_note(stage: EssStage) -> None:
    """Nothing else of a rollout needs it."""
    stage.alibaba.answer("DescribeInstances", refused("Forbidden.RAM", status=403))
    facts = stage.fleet().facts()
    assert facts.strays == {} and len(facts.notes) == 1
    assert facts.notes[0].startswith("whether the scaling configuration was edited in place is not known")
    assert facts.notes[0].endswith("Allow ecs:DescribeInstances.")


@pytest.mark.parametrize(
    ("more", "path", "words"),
    [
        ({"GroupType": "ECI"}, "id", "container instances"),
        ({"LifecycleState": "Inactive"}, "id", "is Inactive"),
        ({"SystemSuspended": True}, "id", "seven days of failures"),
        ({"SuspendedProcesses": ["ScaleIn", "HealthCheck"]}, "suspendedProcesses", "ScaleIn must run"),
        ({"ScalingPolicy": "recycle"}, "scalingPolicy", "stopped instances"),
        ({"ScalingPolicy": "forcerecycle"}, "scalingPolicy", "stopped instances"),
        ({"StoppedCapacity": 1}, "scalingPolicy", "stopped instances"),
        ({"LaunchTemplateOverrides": [{"WeightedCapacity": 2}]}, "weightedCapacity", "by weight"),
    ],
)
def test_what_cannot_be_rolled_is_refused(stage: EssStage, more: Answer, path: str, words: str) -> None:
    """With its path and what to do."""
    stage.shows(group(**more), instance("i-1"))
    (fault,) = stage.fleet().facts().refusals
    assert fault.path == f"essScalingGroup.{path}" and words in fault.message


def test_a_refresh_of_others_is_refused_and_told(stage: EssStage) -> None:
    """By its id, before a rollout and during one."""
    task = {"InstanceRefreshTaskId": "ir-1", "Status": "Paused"}
    stage.alibaba.answer("DescribeInstanceRefreshes", {"InstanceRefreshTasks": [task]})
    fleet = stage.fleet()
    (fault,) = fleet.facts().refusals
    assert fault.path == "essScalingGroup.instanceRefresh" and "ir-1 is Paused" in fault.message
    assert fleet.observe(ROLLOUT).observation.others == "instance refresh ir-1, which is Paused"


def test_a_group_that_is_not_there(stage: EssStage) -> None:
    """An unknown id is left out of the answer, which is an error of ours."""
    stage.alibaba.answer("DescribeScalingGroups", {"ScalingGroups": [], "TotalCount": 0})
    with pytest.raises(GroupNotFoundError, match="There is no ESS scaling group asg-1 in cn-hangzhou"):
        stage.fleet().facts()


@pytest.mark.parametrize(
    ("action", "operation", "sent"),
    [
        (Suspend(frozenset({"HealthCheck", "AlarmNotification"})), "SuspendProcesses", "Processes"),
        (Resume(frozenset({"HealthCheck", "AlarmNotification"})), "ResumeProcesses", "Processes"),
        (PointAt(TO), "ModifyScalingGroup", {"ActiveScalingConfigurationId": NEW}),
        (Resize(desired=4), "ModifyScalingGroup", {"DesiredCapacity": "4"}),
        (Resize(0, 3), "ModifyScalingGroup", {"MinSize": "0", "DesiredCapacity": "3"}),
    ],
)
def test_acts_are_single_calls(stage: EssStage, action: Action, operation: str, sent: Any) -> None:
    """Sizes in one call, absolute; processes in one."""
    fleet = stage.fleet()
    fleet.apply(action)
    processes = {"Processes.1": "AlarmNotification", "Processes.2": "HealthCheck", "RegionId": "cn-hangzhou"}
    wanted = processes if sent == "Processes" else sent
    assert stage.alibaba.calls == [(operation, {"ScalingGroupId": GROUP, **wanted})]


def removed(stage: EssStage) -> list[Answer]:
    sent = stage.alibaba.sent("RemoveInstances")
    return [{key: value for key, value in each.items() if key != "ClientToken"} for each in sent]


def test_a_removal_releases_and_says_whether_another_is_launched(stage: EssStage) -> None:
    """The expected number stays for one that is replaced, and falls for one that is not, and for one in standby."""
    fleet = stage.fleet()
    for action in (Terminate("i-1", True), Terminate("i-2", False), Remove("i-3")):
        fleet.apply(action)
    assert [each["DecreaseDesiredCapacity"] for each in removed(stage)] == ["False", "True", "True"]
    assert removed(stage)[0] == {
        "RegionId": "cn-hangzhou",
        "ScalingGroupId": GROUP,
        "InstanceIds.1": "i-1",
        "DecreaseDesiredCapacity": "False",
        "RemovePolicy": "release",
    }


def twice(work: Any) -> Any:
    try:
        return work()
    except TemporaryFleetError:
        return work()


def test_a_removal_whose_answer_was_lost_is_repeated_with_its_token(stage: EssStage) -> None:
    """One that was refused has done nothing, and the next has another token; a member that is leaving is done."""
    for first, same in (
        (refused("InternalError", status=500), True),
        (refused("ScalingActivityInProgress"), False),
    ):
        stage.alibaba.calls.clear()
        stage.alibaba.answer("RemoveInstances", first, {"ScalingActivityId": "asa-1"})
        stage.fleet(retry=twice).apply(Terminate("i-1", True))
        tokens = [each["ClientToken"] for each in stage.alibaba.sent("RemoveInstances")]
        assert len(tokens) == 2 and (tokens[0] == tokens[1]) is same
    stage.alibaba.calls.clear()
    stage.alibaba.answer("RemoveInstances", refused("ScalingActivityInProgress"))
    stage.shows(group(), instance("i-1", state="Removing"))
    stage.fleet(retry=twice).apply(Terminate("i-1", True))
    assert len(stage.alibaba.sent("RemoveInstances")) == 1


@pytest.mark.parametrize("code", ["IncorrectCapacity.MinSize", "IncorrectInstanceStatus"])
def test_a_removal_that_the_group_outgrows_is_looked_at_again(stage: EssStage, code: str) -> None:
    """It is no refusal for good."""
    stage.alibaba.answer("RemoveInstances", refused(code))
    with pytest.raises(TemporaryFleetError):
        stage.fleet().apply(Terminate("i-1", True))


def test_a_member_that_is_gone_is_removed(stage: EssStage) -> None:
    """Done twice it does no more than once."""
    stage.alibaba.answer("RemoveInstances", refused("InvalidInstanceId.NotFound", status=404))
    stage.fleet().apply(Terminate("i-1", True))
    stage.alibaba.answer("RemoveInstances", refused("InvalidParameter"))
    with pytest.raises(PermanentFleetError):
        stage.fleet().apply(Terminate("i-1", True))


def test_members_in_standby_are_outside_our_sizes(stage: EssStage) -> None:
    """ESS counts them toward the expected number: less is read, and more is written."""
    stage.shows(group(MinSize=2, DesiredCapacity=4), instance("i-1"), instance("i-2", state="Standby"))
    fleet = stage.fleet()
    assert fleet.observe(ROLLOUT).observation.sizes == Sizes(1, 5, 3)
    fleet.apply(Resize(0, 4))
    assert stage.alibaba.sent("ModifyScalingGroup") == [
        {"ScalingGroupId": GROUP, "MinSize": "1", "DesiredCapacity": "5"}
    ]


def test_one_that_leaves_standby_meanwhile_does_not_change_the_least_size(stage: EssStage) -> None:
    """It is given back as found, also by another driver than the one that lowered it."""
    stage.shows(group(MinSize=2, DesiredCapacity=4), instance("i-1"), instance("i-2", state="Standby"))
    fleet = stage.fleet()
    rollout = changed(ROLLOUT, found=fleet.facts().sizes, least=frozenset({0}))
    fleet.observe(rollout)
    fleet.apply(Resize(min=0))
    assert stage.alibaba.sent("ModifyScalingGroup") == [{"ScalingGroupId": GROUP, "MinSize": "0"}]
    stage.shows(group(MinSize=0, DesiredCapacity=4), instance("i-1"), instance("i-2"))
    another = stage.fleet()
    live = another.observe(rollout).observation.sizes
    now = renewed(rollout, live).found.sizes
    assert (live, now) == (Sizes(0, 6, 4), Sizes(2, 6, 4))
    another.apply(Resize(min=now.min))
    assert stage.alibaba.sent("ModifyScalingGroup")[-1] == {"ScalingGroupId": GROUP, "MinSize": "2"}


def test_marks_are_tags_of_the_group(stage: EssStage) -> None:
    """Written in one call, not propagated; ours alone are read; texts with an address are none."""
    fleet = stage.fleet()
    fleet.write_marks({"rolling:said": "x"})
    assert stage.alibaba.sent("TagResources") == [
        {
            "RegionId": "cn-hangzhou",
            "ResourceType": "scalinggroup",
            "ResourceIds.1": GROUP,
            "Tags.1.Key": "rolling:said",
            "Tags.1.Value": "x",
            "Tags.1.Propagate": "False",
        }
    ]
    fleet.remove_marks(["rolling:said"])
    assert stage.alibaba.sent("UntagResources")[0]["TagKeys.1"] == "rolling:said"
    tags = [{"TagKey": "rolling:said", "TagValue": "x"}, {"TagKey": "team", "TagValue": "y"}]
    stage.shows(group(Tags=tags))
    assert fleet.marks() == {"rolling:said": "x"}
    assert (fleet.shelf.count, fleet.shelf.characters) == (20, 128)
    assert [fleet.shelf.allowed(text) for text in ("see https://x", "acs:x", "plain")] == [False, False, True]


WAITING = changed(ROLLOUT, in_flight=frozenset({"i-9"}))


def observed(stage: EssStage, fleet: EssScalingGroupFleet, *told: Answer) -> Any:
    stage.activities(*told)
    return fleet.observe(WAITING).observation


def test_a_refused_launch_is_one_that_was_not_there_before(stage: EssStage) -> None:
    """The minute of its start is all that ESS tells, so what is noted beforehand is another's."""
    stage.activities(activity("asa-0", ErrorCode="InvalidImageId.NotFound"))
    fleet = stage.fleet()
    fleet.facts()
    before, news = activity("asa-0"), activity("asa-1", start="2099-01-01T00:00Z")
    image = {"ErrorCode": "InvalidImageId.NotFound", "ErrorMessage": "no image, see https://x"}
    seen = observed(stage, fleet, {**news, **image}, before)
    (launch,) = seen.launches
    assert (launch.id, launch.error, launch.remedy) == ("asa-1", LaunchError.PERMANENT, Remedy.IMAGE)
    assert launch.cause == "InvalidImageId.NotFound: no image, see x" and launch.at > WAITING.started_at


@pytest.mark.parametrize(
    ("code", "error", "remedy"),
    [
        ("OperationDenied.NoStock", LaunchError.CAPACITY, Remedy.CAPACITY),
        ("QuotaExceed.Instance", LaunchError.PERMANENT, Remedy.QUOTA),
        ("InsufficientBalance", LaunchError.PERMANENT, Remedy.OBJECTION),
        ("InvalidSecurityGroupId.NotFound", LaunchError.PERMANENT, Remedy.TEMPLATE),
        ("NeverHeardOf", LaunchError.CAPACITY, None),
    ],
)
def test_a_refusal_is_read_from_its_code(stage: EssStage, code: str, error: LaunchError, remedy: Any) -> None:
    """Stock may come; images, quotas and money do not by waiting."""
    seen = observed(stage, stage.fleet(), activity("asa-1", start="2099-01-01T00:00Z", ErrorCode=code))
    assert [(each.error, each.remedy) for each in seen.launches] == [(error, remedy)]


def test_losses_have_causes(stage: EssStage) -> None:
    """A launch taken back and a sick member are lost; one that scaling or a person took is excused."""
    late: Any = {"start": "2099-01-01T00:00:00Z"}
    abandoned = activity(
        "asa-1", ErrorMessages=[{"Code": "x", "Message": "abandoned", "FailedInstanceIds": ["i-9"]}], **late
    )
    sick = activity("asa-2", "Successful", DestroyedInstances=['["i-9"]'], **late)
    taken = {**sick, "Cause": "A user requests to remove instances"}
    sick["Cause"] = "An instance failed its health check"
    for told, excused in ((abandoned, False), (sick, False), (taken, True)):
        seen = observed(stage, stage.fleet(), told)
        assert [(loss.member, loss.excused) for loss in seen.losses] == [
            ("i-9", excused)
        ] and seen.launches == ()


def test_nothing_more_is_asked_while_all_is_as_expected(stage: EssStage) -> None:
    """A look of a whole group is a description and its instances."""
    fleet = stage.fleet()
    fleet.facts()
    stage.alibaba.calls.clear()
    assert fleet.observe(ROLLOUT).observation.pointer == OLD
    assert stage.alibaba.operations() == ["DescribeScalingGroups", "DescribeScalingInstances"]


def test_ecs_is_asked_for_signals_by_tag_and_where_nobody_checks_health(stage: EssStage) -> None:
    """Tags of those that are awaited; the life of all where HealthCheck rests."""
    stage.machines = {
        "i-9": machine("i-9", "m-new", rolling_signal="FAILURE"),
        "i-1": machine("i-1", status="Stopped"),
    }
    stage.shows(group(DesiredCapacity=2), instance("i-1"), instance("i-9", NEW))
    fleet = stage.fleet(TagSignals())
    signals = {m.id: m.signal for m in fleet.observe(WAITING).observation.members}
    assert signals == {"i-1": None, "i-9": Signal.FAILURE}
    stage.shows(
        group(DesiredCapacity=2, SuspendedProcesses=["HealthCheck"]), instance("i-1"), instance("i-9", NEW)
    )
    alive = {m.id: m.alive for m in stage.fleet().observe(WAITING).observation.members}
    assert alive == {"i-1": False, "i-9": True}
    held = stage.fleet(HookSignals()).observe(WAITING).observation.members
    assert {m.id: m.signal for m in held} == {"i-1": Signal.SUCCESS, "i-9": Signal.SUCCESS}


def test_states_fold_into_five_words(stage: EssStage) -> None:
    """A member of a managed pool is none of ours; a new word is pending."""
    states = {
        "InService": Lifecycle.IN_SERVICE,
        "Protected": Lifecycle.IN_SERVICE,
        "Pending": Lifecycle.PENDING,
        "Pending:Wait": Lifecycle.WAITING,
        "Standby": Lifecycle.STANDBY,
        "Stopped": Lifecycle.LEAVING,
        "Removing": Lifecycle.LEAVING,
        "Removing:Wait": Lifecycle.LEAVING,
        "Sleeping": Lifecycle.PENDING,
    }
    stage.shows(
        group(),
        *(instance(f"i-{n}", state=state) for n, state in enumerate(states)),
        instance("i-m", CreationType="Managed"),
        instance("i-a", CreationType="Attached", ScalingConfigurationId=None),
    )
    facts = stage.fleet().facts()
    assert [m.lifecycle for m in facts.observation.members] == [*states.values(), Lifecycle.IN_SERVICE]
    assert facts.observation.members[-1].revision == Revision(
        "attached:i-a", "attached:i-a", "attached by hand"
    )
    assert facts.attached == ("i-a",)
