"""A group that the service rolls: what is called, in which order, how often, and what is never called.

The errors are those of the API reference, with the sentences of live answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pulumi_rolling.cloud_time import steady
from pulumi_rolling.core.delegate.actions import Begin, Continue, Pause, RollBack, Stop
from pulumi_rolling.core.delegate.delegating import AtGate, Delegating, Way
from pulumi_rolling.core.delegate.operation import State
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.errors import BusyFleetError, PermanentFleetError
from pulumi_rolling.fleets.auto_scaling_group.refresh import RefreshFleet
from pulumi_rolling.fleets.auto_scaling_group.refresh_facts import RefreshWatched
from pulumi_rolling.fleets.aws.launch_templates import TemplateWanted
from pulumi_rolling.fleets.aws.shared_poll import Look
from pulumi_rolling.fleets.delegate import Fleet

from tests.fleets.scripted_aws import Answer, ScriptedAws, refused
from tests.fleets.stage import POINTER, V1, V2, WEB, Stage, group, instance, once, twice

IN_PROGRESS = "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh."
NONE_ACTIVE = "No in progress or pending Instance Refresh found for Auto Scaling group web"
TO_V2 = {"LaunchTemplate": {**POINTER, "Version": "2"}}
ROLLOUT = Delegating(goal=Goal("r1", V2, V1), started_at=1000.0)


def refresh(ident: str = "r-1", status: str = "InProgress", **more: Any) -> Answer:
    return {
        "InstanceRefreshId": ident,
        "Status": status,
        "StartTime": datetime.fromtimestamp(1000, UTC),
        "PercentageComplete": 0,
        "InstancesToUpdate": 2,
        "DesiredConfiguration": TO_V2,
        **more,
    }


def following(ident: str = "r-1", **way: Any) -> Delegating:
    return replace(ROLLOUT, way=Way(operation=ident, **way))


def _asked_of(page: list[Answer]) -> Callable[[Answer], Answer]:
    def answer(parameters: Answer) -> Answer:
        ids = parameters.get("InstanceRefreshIds")
        return {"InstanceRefreshes": [r for r in page if not ids or r["InstanceRefreshId"] in ids]}

    return answer


class Refreshed:
    """A fleet of one group on scripted AWS, rolled by the service."""

    def __init__(self, aws: ScriptedAws) -> None:
        self.aws = aws
        self.stage = Stage(aws)
        self.stage.shows(group(instance("i-a"), instance("i-b")))
        aws.answer("StartInstanceRefresh", {"InstanceRefreshId": "r-1"})
        for operation in ("CancelInstanceRefresh", "RollbackInstanceRefresh"):
            aws.answer(operation, {"InstanceRefreshId": "r-1"})

    def tells(self, *pages: list[Answer]) -> None:
        self.aws.answer("DescribeInstanceRefreshes", *(_asked_of(page) for page in pages))

    def fleet(self, retry: Any = once, clock: Callable[[], float] = steady) -> RefreshFleet:
        wanted = TemplateWanted(id=WEB, version="2")
        made = RefreshFleet("web", wanted=wanted, place=self.aws.place, retry=retry, clock=clock)
        checked: Fleet = made
        assert checked.name == "web"
        return made


@pytest.fixture
def web(aws: ScriptedAws) -> Refreshed:
    return Refreshed(aws)


def start(to: Revision = V2, **preferences: Any) -> Begin:
    return Begin(to, "r1-1", preferences)


def test_a_refresh_is_started_with_a_desired_configuration_and_the_group_is_not_touched(
    web: Refreshed,
) -> None:
    """An update of the group first would destroy what the service returns to."""
    web.fleet().apply(start(MinHealthyPercentage=90, SkipMatching=True))
    (sent,) = web.aws.sent("StartInstanceRefresh")
    assert sent == {
        "AutoScalingGroupName": "web",
        "Strategy": "Rolling",
        "DesiredConfiguration": {"LaunchTemplate": {"LaunchTemplateId": WEB, "Version": "2"}},
        "Preferences": {"MinHealthyPercentage": 90, "SkipMatching": True},
    }
    assert "UpdateAutoScalingGroup" not in web.aws.operations()


def test_a_mixed_instances_policy_goes_with_its_overrides(web: Refreshed) -> None:
    """Only the pointer moves: overrides, their own templates and the distribution stay as the group has them."""
    own = {"LaunchTemplateId": "lt-arm", "LaunchTemplateName": "arm", "Version": "7"}
    overrides = [
        {"InstanceType": "m5.large", "WeightedCapacity": "2"},
        {"InstanceType": "m6g.large", "LaunchTemplateSpecification": own},
    ]
    mixed = {
        "LaunchTemplate": {"LaunchTemplateSpecification": POINTER, "Overrides": overrides},
        "InstancesDistribution": {"OnDemandBaseCapacity": 1},
    }
    web.stage.shows(group(instance("i-a"), MixedInstancesPolicy=mixed, LaunchTemplate=None))
    web.fleet().apply(start())
    (sent,) = web.aws.sent("StartInstanceRefresh")
    policy = sent["DesiredConfiguration"]["MixedInstancesPolicy"]
    template = {"LaunchTemplateId": WEB, "Version": "2"}
    assert policy["LaunchTemplate"]["LaunchTemplateSpecification"] == template
    assert policy["InstancesDistribution"] == {"OnDemandBaseCapacity": 1}
    kept = {"LaunchTemplateId": "lt-arm", "Version": "7"}
    assert policy["LaunchTemplate"]["Overrides"] == [
        overrides[0],
        {"InstanceType": "m6g.large", "LaunchTemplateSpecification": kept},
    ]


def test_a_version_of_equal_contents_needs_no_refresh(web: Refreshed) -> None:
    """The service compares numbers and would replace everybody; the pointer moves by itself."""
    web.fleet().point_at(V2)
    (sent,) = web.aws.sent("UpdateAutoScalingGroup")
    assert sent["LaunchTemplate"] == {"LaunchTemplateId": WEB, "Version": "2"}
    assert web.aws.sent("StartInstanceRefresh") == []


def test_the_refresh_that_we_began_is_told_with_its_token(web: Refreshed) -> None:
    """The answer names it; a stranger's has none."""
    fleet = web.fleet()
    web.tells([refresh("r-1"), refresh("r-0", "Successful")])
    fleet.apply(start())
    ours, theirs = fleet.observe(ROLLOUT).observation.operations
    assert (ours.token, theirs.token) == ("r1-1", "")
    assert (ours.leads_to, ours.state) == (V2.digest, State.RUNNING)


def test_another_refresh_in_the_way_is_named_by_its_id(web: Refreshed) -> None:
    """InstanceRefreshInProgress says that there is one, and not which."""
    web.aws.answer("StartInstanceRefresh", refused("InstanceRefreshInProgress", IN_PROGRESS))
    web.tells([refresh("r-7", "Baking")])
    with pytest.raises(BusyFleetError, match="instance refresh r-7 is Baking in the way on group web"):
        web.fleet().apply(start())


def test_a_start_whose_answer_was_lost_is_found_and_not_begun_again(web: Refreshed) -> None:
    """The service takes no token: the one that is new and goes where ours was to go is ours."""
    fleet = web.fleet(retry=twice)
    web.tells([refresh("r-0", "Failed")])
    fleet.observe(ROLLOUT)
    web.aws.answer("StartInstanceRefresh", refused("InternalFailure", status=500))
    web.tells([refresh("r-1"), refresh("r-0", "Failed")])
    fleet.apply(start())
    assert len(web.aws.sent("StartInstanceRefresh")) == 1
    assert fleet.observe(ROLLOUT).observation.operations[0].token == "r1-1"


def test_a_start_that_never_arrived_is_sent_again(web: Refreshed) -> None:
    """What is told was there before, or goes elsewhere."""
    fleet = web.fleet(retry=twice)
    web.tells([refresh("r-0", "Failed")])
    fleet.observe(ROLLOUT)
    lost = refused("InternalFailure", status=500)
    web.aws.answer("StartInstanceRefresh", lost, {"InstanceRefreshId": "r-1"})
    elsewhere = refresh("r-5", "Failed", DesiredConfiguration={"LaunchTemplate": POINTER})
    web.tells([elsewhere, refresh("r-0", "Failed")])
    fleet.apply(start())
    assert len(web.aws.sent("StartInstanceRefresh")) == 2


def test_a_launch_configuration_is_no_goal_of_a_refresh(web: Refreshed) -> None:
    """Its desired configuration names a launch template; nothing is sent."""
    with pytest.raises(PermanentFleetError, match="cannot be deployed by an instance refresh"):
        web.fleet().apply(start(Revision("lc:old", "x", "old")))
    assert web.aws.sent("StartInstanceRefresh") == []


@pytest.mark.parametrize("status", ["Pending", "InProgress", "Baking", "RollbackInProgress"])
def test_ours_is_cancelled_while_it_is_active(status: str, web: Refreshed) -> None:
    """A rollback is cancelled as well (API, CancelInstanceRefresh)."""
    web.tells([refresh("r-1", status)])
    web.fleet().apply(Stop("r-1"))
    assert web.aws.operations() == ["DescribeInstanceRefreshes", "CancelInstanceRefresh"]


@pytest.mark.parametrize("status", ["Cancelling", "Successful", "Cancelled"])
def test_nothing_is_cancelled_where_ours_is_over(status: str, web: Refreshed) -> None:
    """Cancel names the group and would hit a stranger's that began since."""
    web.tells([refresh("r-1", status)])
    web.fleet().apply(Stop("r-1"))
    assert web.aws.operations() == ["DescribeInstanceRefreshes"]


def test_one_that_ends_before_it_is_cancelled_is_no_error(web: Refreshed) -> None:
    """ActiveInstanceRefreshNotFound: what was asked for is so."""
    web.tells([refresh()])
    web.aws.answer("CancelInstanceRefresh", refused("ActiveInstanceRefreshNotFound", NONE_ACTIVE))
    web.fleet().apply(Stop("r-1"))


def test_the_service_is_asked_to_return_its_refresh_once(web: Refreshed) -> None:
    """One that returns already is no error."""
    web.tells([refresh("r-1", "Baking")], [refresh("r-1", "RollbackInProgress")])
    fleet = web.fleet()
    fleet.apply(RollBack("r-1", V1))
    fleet.apply(RollBack("r-1", V1))
    assert len(web.aws.sent("RollbackInstanceRefresh")) == 1


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        ("Failed", "", "r-1: it is Failed"),
        ("InProgress", "IrreversibleInstanceRefresh", "names no version or no image"),
        ("InProgress", "ActiveInstanceRefreshNotFound", "r-1: it is over"),
    ],
)
def test_a_return_that_the_service_refuses_says_why_and_what_instead(
    status: str, code: str, sentence: str, web: Refreshed
) -> None:
    """Over, or irreversible: another refresh is the way back, which is ours to start."""
    web.tells([refresh("r-1", status)])
    if code:
        web.aws.answer("RollbackInstanceRefresh", refused(code, "no"))
    with pytest.raises(PermanentFleetError, match=sentence) as caught:
        web.fleet().apply(RollBack("r-1", V1))
    assert "another refresh to the former version" in caught.value.hint
    assert len(web.aws.sent("RollbackInstanceRefresh")) == (1 if code else 0)


def test_a_pause_is_the_groups_own_process(web: Refreshed) -> None:
    """InstanceRefresh rests and goes on; what the record says is ours is given back on delete."""
    fleet = web.fleet()
    fleet.apply(Pause("r-1"))
    fleet.apply(Continue("r-1"))
    fleet.give_back(ROLLOUT)
    fleet.give_back(replace(ROLLOUT, paused_by_us="r-1"))
    assert web.aws.operations() == ["SuspendProcesses", "ResumeProcesses", "ResumeProcesses"]
    assert {tuple(sent["ScalingProcesses"]) for _, sent in web.aws.calls} == {("InstanceRefresh",)}


def test_a_look_while_ours_is_active_is_two_calls_and_names_it_by_id(web: Refreshed) -> None:
    """One description of the group, shared with others, and one of the refresh; versions are known."""
    fleet = web.fleet()
    web.tells([refresh()])
    fleet.observe(following())
    web.aws.calls.clear()
    fleet.observe(following())
    assert web.aws.operations() == ["DescribeAutoScalingGroups", "DescribeInstanceRefreshes"]
    assert web.aws.sent("DescribeInstanceRefreshes")[0]["InstanceRefreshIds"] == ["r-1"]


def test_after_ours_is_over_others_are_told_as_well(web: Refreshed) -> None:
    """The newest first; ours stays among them, and costs no call of its own where it is one of them."""
    fleet = web.fleet()
    web.tells([refresh("r-1", "Cancelled")], [refresh("r-2"), refresh("r-1", "Cancelled")])
    found = fleet.observe(following()).observation.operations
    assert [(each.id, each.state) for each in found] == [("r-2", State.RUNNING), ("r-1", State.STOPPED)]
    web.aws.calls.clear()
    fleet.observe(following())
    assert len(web.aws.sent("DescribeInstanceRefreshes")) == 1


def test_one_that_the_service_does_not_tell_of_is_missing_and_no_error(web: Refreshed) -> None:
    """A read may be stale: whether it is gone the machine decides."""
    web.tells([])
    assert web.fleet().observe(following()).observation.operations == ()


def test_a_look_counts_who_runs_what(web: Refreshed) -> None:
    """By contents, in units of Desired; who leaves or stands by is no member, who is pending serves not yet."""
    web.stage.shows(
        group(
            instance("i-a", 2, WeightedCapacity="2"),
            instance("i-b", 2, "Pending"),
            instance("i-c", 1),
            instance("i-d", 1, "Terminating"),
            instance("i-e", 1, "Standby"),
            DesiredCapacity=4,
        )
    )
    seen = web.fleet().observe(ROLLOUT).observation
    assert seen.runs == {V2.digest: 3, V1.digest: 1}
    assert (seen.desired, seen.in_service, seen.pointer, seen.let_be) == (4, 3, V1.digest, ())


def test_members_that_the_policy_lets_be_are_told_apart(web: Refreshed) -> None:
    """Protected and standby ones that do not match; a new one that is protected counts as new."""
    web.stage.shows(
        group(
            instance("i-a", 1, ProtectedFromScaleIn=True),
            instance("i-b", 2, ProtectedFromScaleIn=True),
            instance("i-c", 1, "Standby"),
        )
    )
    fleet = web.fleet()
    assert fleet.observe(ROLLOUT).observation.runs == {V1.digest: 1, V2.digest: 1}
    fleet.watched = RefreshWatched(leaves_protected=True, leaves_standby=True)
    seen = fleet.observe(ROLLOUT).observation
    assert (seen.let_be, seen.runs) == (("i-a", "i-c"), {V2.digest: 1})


def test_a_refresh_without_a_desired_configuration_leads_where_the_group_is(web: Refreshed) -> None:
    """While it goes on; of a past one nobody can tell."""
    web.tells([refresh(DesiredConfiguration={}), refresh("r-0", "Failed", DesiredConfiguration={})])
    active, past = web.fleet().observe(ROLLOUT).observation.operations
    assert (active.leads_to, past.leads_to) == (V1.digest, None)


def test_a_checkpoint_lasts_from_the_first_look_that_saw_it(web: Refreshed) -> None:
    """The service tells no time: the record's is earlier than ours where another driver saw it first."""
    checkpoints = {"CheckpointPercentages": [50, 100], "CheckpointDelay": 600}
    web.tells([refresh(PercentageComplete=50, InstancesToUpdate=1, Preferences=checkpoints)])

    def state(fleet: RefreshFleet, rollout: Delegating) -> State:
        (told,) = fleet.observe(rollout).observation.operations
        return told.state

    seen = web.fleet().observe(following()).observation
    assert seen.operations[0].state is State.AT_GATE
    assert state(web.fleet(), following(gate=AtGate("50 %", seen.at - 590))) is State.AT_GATE
    over = following(gate=AtGate("50 %", seen.at - 601))
    assert state(web.fleet(), over) is State.RUNNING
    resting = group(instance("i-a"), SuspendedProcesses=[{"ProcessName": "InstanceRefresh"}])
    going_on = group(instance("i-a"))
    web.stage.shows(resting)
    fleet = web.fleet()
    assert state(fleet, over) is State.AT_GATE, "it stands there until it is let go"
    web.stage.shows(going_on)
    assert state(fleet, over) is State.RUNNING
    web.stage.shows(resting)
    assert state(fleet, over) is State.RUNNING, "it has left, and is paused elsewhere"


def test_causes_are_asked_for_once_when_it_has_gone_wrong(web: Refreshed) -> None:
    """Failed launches and broken instances since it began, the newest first; the service's own ends are none."""

    def activity(nth: int, description: str, status: str, **more: str) -> Answer:
        at = datetime.fromtimestamp(1000 + nth, UTC)
        return {
            "ActivityId": f"a-{nth}", "AutoScalingGroupName": "web", "Description": description,
            "StatusCode": status, "StartTime": at, "Cause": "", **more,
        }  # fmt: skip

    web.aws.answer(
        "DescribeScalingActivities",
        {
            "Activities": [
                activity(
                    3, "Terminating EC2 instance: i-0c", "Successful",
                    Cause="At 1 an instance was taken out of service in response to an ELB health check failure.",
                ),
                activity(
                    2, "Launching a new EC2 instance", "Failed",
                    StatusMessage="The image id '[ami-bad]' does not exist. Launching EC2 instance failed.",
                ),
                activity(
                    1, "Terminating EC2 instance: i-0a", "Successful",
                    Cause="At 1 an instance was taken out of service in response to an instance refresh.",
                ),
            ]
        },
    )  # fmt: skip
    fleet = web.fleet()
    web.tells([refresh("r-1", "InProgress")])
    assert fleet.observe(following()).observation.operations[0].reasons == ()
    assert web.aws.sent("DescribeScalingActivities") == []
    web.tells([refresh("r-1", "RollbackInProgress", StatusReason="Rolling back.")])
    for _ in range(2):
        (told,) = fleet.observe(following()).observation.operations
        assert told.reasons[0] == "Rolling back." and told.reasons[1].startswith("i-0c: At 1 an instance")
        assert (
            told.reasons[2].startswith("The image id '[ami-bad]' does not exist") and len(told.reasons) == 3
        )
    (sent,) = web.aws.sent("DescribeScalingActivities")
    assert sent["Filters"] == [{"Name": "StartTimeLowerBound", "Values": ["1970-01-01T00:16:40Z"]}]


def test_one_that_stands_still_is_asked_why_once_in_a_while(
    web: Refreshed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute without progress; progress ends the asking."""
    now = [1e9]
    fleet = web.fleet(clock=lambda: now[0])
    look = Look(group(instance("i-a")), 0.0)
    monkeypatch.setattr(fleet, "_look", lambda: look)
    web.tells([refresh()])
    for after, asked in ((0, 0), (59, 0), (2, 1), (10, 1), (60, 2)):
        now[0] += after
        fleet.observe(following())
        assert len(web.aws.sent("DescribeScalingActivities")) == asked, after
    web.tells([refresh(PercentageComplete=50, InstancesToUpdate=1)])
    now[0] += 60
    fleet.observe(following())
    assert len(web.aws.sent("DescribeScalingActivities")) == 2


def test_facts_bring_what_a_refresh_depends_on(web: Refreshed) -> None:
    """Percentages and warm-up of the group's own, suspended processes, refreshes, alarms that are missing."""
    web.stage.shows(
        group(
            instance("i-a"),
            instance("i-b", 2),
            InstanceMaintenancePolicy={"MinHealthyPercentage": 80, "MaxHealthyPercentage": 120},
            HealthCheckGracePeriod=300,
            SuspendedProcesses=[{"ProcessName": "AZRebalance"}],
        )
    )
    web.tells([refresh("r-7", "Baking")])
    alarm = {"AlarmName": "errors", "StateValue": "OK"}
    web.aws.answer("DescribeAlarms", {"MetricAlarms": [alarm], "CompositeAlarms": []})
    fleet = web.fleet()
    fleet.watched = RefreshWatched(alarms=("errors", "gone"))
    facts = fleet.facts()
    assert (facts.maintenance, facts.warm_up) == ((80, 120), 300.0)
    assert facts.suspended == {"AZRebalance"}
    assert (facts.missing_alarms, facts.refusals, facts.irreversible) == (("gone",), (), "")
    assert [each.id for each in facts.observation.operations] == ["r-7"]
    assert [m.id for m in facts.replaced(fleet.target(), skip_matching=True)] == ["i-a"]
    assert [m.id for m in facts.replaced(fleet.target(), skip_matching=False)] == ["i-a", "i-b"]


@pytest.mark.parametrize(
    ("more", "maintenance", "warm_up"),
    [
        ({}, None, 0.0),
        ({"DefaultInstanceWarmup": 0, "HealthCheckGracePeriod": 300}, None, 0.0),
        ({"DefaultInstanceWarmup": -1, "HealthCheckGracePeriod": 300}, None, 300.0),
        ({"InstanceMaintenancePolicy": {"MinHealthyPercentage": -1, "MaxHealthyPercentage": -1}}, None, 0.0),
    ],
)
def test_what_the_group_does_not_set_is_not_there(
    more: Answer, maintenance: Any, warm_up: float, web: Refreshed
) -> None:
    """API: -1 clears a value; a warm-up of nought is one."""
    web.stage.shows(group(instance("i-a"), **more))
    facts = web.fleet().facts()
    assert (facts.maintenance, facts.warm_up) == (maintenance, warm_up)


@pytest.mark.parametrize(
    ("more", "image", "sentence"),
    [
        ({}, "ami-b", ""),
        ({"LaunchTemplate": {**POINTER, "Version": "$Latest"}}, "ami-b", "launches from version $Latest"),
        ({"LaunchTemplate": {"LaunchTemplateId": WEB}}, "ami-b", "launches from version $Default"),
        ({}, "resolve:ssm:/images/web", "names its image by the parameter /images/web"),
        (
            {"LaunchTemplate": None, "LaunchConfigurationName": "old"},
            "ami-b",
            "launches from a launch configuration",
        ),
    ],
)
def test_a_return_that_cannot_be_had_is_known_before_the_start(
    more: Answer, image: str, sentence: str, web: Refreshed
) -> None:
    """UG, "Undo changes with a rollback": a version that is no number, an image by parameter."""

    def versions(parameters: Answer) -> Answer:
        data = {1: "ami-a", 2: image}
        asked = {{"$Latest": 2, "$Default": 1}.get(v) or int(v) for v in parameters["Versions"]}
        return {
            "LaunchTemplateVersions": [
                {
                    "LaunchTemplateId": WEB,
                    "VersionNumber": number,
                    "DefaultVersion": number == 1,
                    "LaunchTemplateData": {"ImageId": data[number]},
                }
                for number in sorted(asked)
            ]
        }

    web.aws.answer("DescribeLaunchTemplateVersions", versions)
    web.aws.answer("DescribeLaunchConfigurations", {"LaunchConfigurations": []})
    web.stage.shows(group(instance("i-a"), **more))
    found = web.fleet().facts().irreversible
    assert sentence in found if sentence else found == ""


def test_the_light_look_of_a_diff_has_the_members_and_the_warm_pool(web: Refreshed) -> None:
    """The service replaces the pool as well, and nobody is old for where it stands."""
    web.stage.shows(
        group(
            instance("i-a", 2, AvailabilityZone="us-east-1z"),
            AvailabilityZones=["us-east-1a"],
            WarmPoolConfiguration={"MinSize": 1},
        )
    )
    web.aws.answer("DescribeWarmPool", {"Instances": [instance("i-w", 1, "Warmed:Stopped")]})
    glance = web.fleet().glance()
    assert [m.revision.digest for m in glance.members] == [glance.target.digest]
    assert [m.id for m in glance.warm] == ["i-w"]


@pytest.mark.parametrize(
    ("kind", "unchecked"),
    [("EC2", ("web-tg",)), (None, ("web-tg",)), ("ELB", ()), ("EC2,ELB", ()), ("VPC_LATTICE,EBS", ())],
)
def test_targets_count_where_the_groups_own_checks_look_at_them(
    kind: str | None, unchecked: tuple[str, ...], web: Refreshed
) -> None:
    """API: HealthCheckType is a list with commas, and EC2 where it is not given."""
    arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web-tg/0123456789abcdef"
    web.stage.shows(group(instance("i-a"), TargetGroupARNs=[arn], HealthCheckType=kind))
    assert web.fleet().facts().unchecked == unchecked
