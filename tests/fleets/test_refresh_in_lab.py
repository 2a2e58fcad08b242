"""The refreshed group against the lab, driven by the delegate machine: what the service does, and what is true then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from pulumi_rolling.core.delegate.actions import Begin, Continue, Pause, RollBack, Stop
from pulumi_rolling.core.delegate.delegating import DelegateDecision
from pulumi_rolling.core.delegate.operation import State
from pulumi_rolling.core.model.codes import VerdictCode
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.fleets.auto_scaling_group.refresh import RefreshFleet
from pulumi_rolling.fleets.aws.launch_templates import TemplateWanted
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.lab import Lab
from pulumi_rolling.policy.check import parse_policy
from pulumi_rolling.policy.instance_refresh.feasibility import Found
from pulumi_rolling.policy.instance_refresh.limits import limits
from pulumi_rolling.policy.timing import Timing

from tests.fleets.driven import Drive, Kept, Once, once, wait

GROUP = {"AutoScalingGroupName": "web"}
TIMING = Timing(poll=0.01, settle=1.0)
BAD = {"launchError": "InvalidAMIID.NotFound"}


class Web(Drive):
    """A group of the lab at version 1 of a template that has two, and the machine that has it refreshed."""

    def __init__(self, lab: Lab) -> None:
        super().__init__()
        self.lab = lab
        self.ec2, self.asg = boto3.client("ec2"), boto3.client("autoscaling")
        first = {"ImageId": "ami-v1", "InstanceType": "t3.small"}
        made = self.ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=first)
        self.template = made["LaunchTemplate"]["LaunchTemplateId"]
        self.ec2.create_launch_template_version(
            LaunchTemplateId=self.template, LaunchTemplateData={**first, "ImageId": "ami-v2"}
        )

    def group(self, size: int = 4, version: str = "1", **more: Any) -> None:
        self.asg.create_auto_scaling_group(
            **GROUP,
            MinSize=0,
            MaxSize=10,
            DesiredCapacity=size,
            AvailabilityZones=["us-east-1a"],
            LaunchTemplate={"LaunchTemplateId": self.template, "Version": version},
            **more,
        )
        wait(lambda: len(self.versions()) == size)

    def versions(self) -> list[str]:
        """Of the members in service."""
        (group,) = self.asg.describe_auto_scaling_groups()["AutoScalingGroups"]
        serving = [each for each in group["Instances"] if each["LifecycleState"] == "InService"]
        return sorted(each["LaunchTemplate"]["Version"] for each in serving)

    def is_mixed(self) -> bool:
        return len(set(self.versions())) == 2

    def stored(self) -> str:
        (group,) = self.asg.describe_auto_scaling_groups()["AutoScalingGroups"]
        return str(group["LaunchTemplate"]["Version"])

    def refreshes(self) -> list[tuple[str, str]]:
        """Version and status of each, the newest first."""
        found = self.asg.describe_instance_refreshes(**GROUP)["InstanceRefreshes"]
        return [(each["DesiredConfiguration"]["LaunchTemplate"]["Version"], each["Status"]) for each in found]

    def fleet(self, version: str = "2") -> RefreshFleet:
        return RefreshFleet(
            "web", wanted=TemplateWanted(self.template, None, version), place=Place.of(), retry=once
        )

    def roll(
        self,
        fleet: RefreshFleet,
        *requests: tuple[Callable[[], bool], str],
        forced: bool = False,
        **refresh: Any,
    ) -> DelegateDecision:
        """To the end. A request is made once its fact holds."""
        facts = fleet.facts()
        assert facts.current is not None
        found = Found(
            desired=facts.sizes.desired,
            old=len(facts.replaced(fleet.target(), skip_matching=True)),
            irreversible=facts.irreversible,
        )
        policy = parse_policy({"instanceRefresh": refresh}).instance_refresh
        allowed = limits(policy, found, TIMING, forced=forced)
        goal = Goal("roll", fleet.target(), facts.current, forced=forced)
        return self.drive(fleet, allowed, goal, *requests)


@pytest.fixture
def web(lab: Lab) -> Web:
    return Web(lab)


def test_a_group_is_refreshed_and_its_template_moves_with_the_success(web: Web) -> None:
    """One start; until the end the group points where it came from, and never fewer serve than the policy says."""
    web.group()
    web.lab.image("ami-v2", boot=0.5)
    fleet = web.fleet()
    decision = web.roll(fleet, minHealthyPercentage=100, maxHealthyPercentage=125)
    assert decision.outcome is not None and decision.outcome.done
    assert (web.kinds(), web.versions(), web.stored()) == ([Begin], ["2"] * 4, "2")
    assert web.states()[-1] is State.SUCCEEDED
    started = next(point for point in web.points if point.operations)
    assert started.operations[0].token == "roll-1" and started.operations[0].leads_to == fleet.target().digest
    going = [p for p in web.points if p.operations and p.operations[0].state is not State.SUCCEEDED]
    assert {point.pointer for point in going} == {started.pointer}
    assert min(point.in_service for point in web.points) == 4
    done = [point.operations[0].done for point in web.points if point.operations]
    assert done == sorted(done, key=lambda each: each or 0) and done[-1] == 4


def test_a_bad_image_is_returned_by_the_service_with_its_cause(web: Web) -> None:
    """AutoRollback: the refresh fails, the service returns it, and the group is what it was."""
    web.group(2)
    web.lab.image("ami-v2", **BAD)
    web.lab.refresh_rules(hour=1.0)
    decision = web.roll(web.fleet())
    assert decision.outcome is not None and decision.outcome.returned
    verdict = decision.next.verdict
    assert verdict is not None and verdict.code is VerdictCode.OPERATION_FAILED
    assert (web.kinds(), web.versions(), web.stored()) == ([Begin], ["1", "1"], "1")
    assert web.refreshes() == [("2", "RollbackSuccessful")]
    reasons = {reason for point in web.points for each in point.operations for reason in each.reasons}
    assert any("InvalidAMIID.NotFound" in reason or "does not exist" in reason for reason in reasons), reasons


@pytest.mark.parametrize(
    ("do", "status", "code"),
    [
        ("fail", "Failed", VerdictCode.OPERATION_FAILED),
        ("cancel", "Cancelled", VerdictCode.OPERATION_STOPPED),
    ],
)
def test_one_that_ends_and_stays_so_is_returned_by_another_refresh(
    do: str, status: str, code: VerdictCode, web: Web
) -> None:
    """CloudFormation's defaults have no AutoRollback, and what somebody cancelled nobody returns: that is ours."""
    web.group(2)
    has_begun = Once(web.is_mixed)

    def ends() -> bool:
        if has_begun():
            web.lab.move_group("web", refresh={"do": do})
        return False

    decision = web.roll(web.fleet(), (ends, "abort"), defaults="cloudFormation", instanceWarmup=1)
    assert decision.outcome is not None and decision.outcome.returned
    verdict = decision.next.verdict
    assert verdict is not None and verdict.code is code
    assert web.kinds() == [Begin, Begin]
    assert web.refreshes() == [("1", "Successful"), ("2", status)]
    assert (web.versions(), web.stored()) == (["1", "1"], "1")


@pytest.mark.parametrize("by", ["fail", "abort"])
def test_a_forced_refresh_is_returned_where_the_service_turns_by_itself(by: str, web: Web) -> None:
    """Members are made from the same version either way: an abort leaves them, and AutoRollback is followed."""
    web.group(2)
    before = web.lab.group("web")["members"]
    ids = {each["id"] for each in before}

    def has_begun() -> bool:
        return not ids >= {each["id"] for each in web.lab.group("web")["members"]}

    once_begun = Once(has_begun)

    def fails() -> bool:
        if once_begun():
            web.lab.move_group("web", refresh={"do": "fail"})
        return False

    asked = (fails, "resume") if by == "fail" else (Kept(has_begun), "abort")
    decision = web.roll(web.fleet("1"), asked, forced=True, instanceWarmup=1)
    assert decision.outcome is not None and bool(decision.outcome.returned) is (by == "fail")
    assert web.kinds() == [Begin, *([] if by == "fail" else [Stop])]
    assert web.refreshes() == [("1", "RollbackSuccessful" if by == "fail" else "Cancelled")]


def test_an_abort_asks_the_service_to_return_what_it_has_done(web: Web) -> None:
    """While it is active the service's own way back is the shortest."""
    web.group(4)
    has_begun = Kept(web.is_mixed)
    decision = web.roll(web.fleet(), (has_begun, "abort"), instanceWarmup=1, minHealthyPercentage=50)
    assert decision.outcome is not None and decision.outcome.returned
    assert web.kinds() == [Begin, RollBack]
    assert (web.versions(), web.stored()) == (["1"] * 4, "1")
    returned = [each.returned for point in web.points for each in point.operations if each.returned]
    assert returned and returned[-1].done_before is not None


def test_where_the_service_cannot_return_ours_is_stopped_and_another_leads_back(web: Web) -> None:
    """The group points at $Latest: known before the start, and the former version is led back to by its number."""
    web.group(2, "$Default")
    fleet = web.fleet()
    assert "$Default" in fleet.facts().irreversible
    has_begun = Kept(web.is_mixed)
    decision = web.roll(fleet, (has_begun, "abort"), instanceWarmup=1)
    assert decision.outcome is not None and decision.outcome.returned
    assert web.kinds() == [Begin, Stop, Begin]
    assert [status for _, status in web.refreshes()] == ["Successful", "Cancelled"]
    assert (web.versions(), web.stored()) == (["1", "1"], "1")


def test_a_checkpoint_stands_until_somebody_approves(web: Web) -> None:
    """The service would go on when its delay is over: the group's process holds it, and lets it go."""
    web.group(2)

    def is_held() -> bool:
        (group,) = web.asg.describe_auto_scaling_groups()["AutoScalingGroups"]
        return Continue in web.kinds() or bool(group["SuspendedProcesses"])

    refresh: dict[str, Any] = {"checkpointPercentages": [50, 100], "checkpointDelay": 1, "approval": True}
    decision = web.roll(web.fleet(), (is_held, "approve"), **refresh)
    assert decision.outcome is not None and decision.outcome.done
    assert web.kinds() == [Begin, Pause, Continue]
    assert State.AT_GATE in web.states()
    (group,) = web.asg.describe_auto_scaling_groups()["AutoScalingGroups"]
    assert (web.versions(), group["SuspendedProcesses"]) == (["2", "2"], [])


def test_a_strangers_refresh_to_elsewhere_is_named_and_never_ended(web: Web) -> None:
    """It is in the way: our start is refused, and theirs goes on."""
    web.group(2)
    template = {"LaunchTemplateId": web.template, "Version": "1"}
    theirs = web.asg.start_instance_refresh(
        **GROUP,
        DesiredConfiguration={"LaunchTemplate": template},
        Preferences={"InstanceWarmup": 600, "SkipMatching": False},
    )["InstanceRefreshId"]
    decision = web.roll(web.fleet())
    assert decision.outcome is not None and not decision.outcome.done
    verdict = decision.next.verdict
    assert verdict is not None and theirs in verdict.cause
    assert not {Stop, RollBack} & set(web.kinds())
    assert web.refreshes() == [("1", "InProgress")]
