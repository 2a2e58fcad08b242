"""What stands outside Desired: members in standby and the warm pool, how they are seen and how they end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.core.replace.actions import Remove, Terminate
from pulumi_rolling.core.replace.rollout import Issued, ReplaceStep, Rollout
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.auto_scaling_group.description import folded
from pulumi_rolling.fleets.auto_scaling_group.facts import Watched
from pulumi_rolling.fleets.auto_scaling_group.fleet import AutoScalingGroupFleet
from pulumi_rolling.fleets.aws.launch_templates import TemplateWanted
from pulumi_rolling.signals.choose import NoSignals

from tests.fleets.scripted_aws import Answer, refused
from tests.fleets.stage import ROLLOUT, V1, V2, WEB, Stage, group, instance, once
from tests.rollouts import changed

ROLLING = replace(ROLLOUT, step=Step.ROLL)
PREPARING = replace(ROLLOUT, step=Step.PREPARE)
POOL = {"WarmPoolConfiguration": {"MinSize": 1}}


def warm(*instances: Answer, **more: Any) -> Answer:
    return {"Instances": list(instances), **more}


class Warm:
    """A group with a warm pool, and a clock."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.at = 5000.0
        stage.shows(group(instance("i-1"), **POOL))
        stage.aws.answer("TerminateInstances", {})
        stage.aws.answer("TerminateInstanceInAutoScalingGroup", {})

    def has(self, *answers: Answer) -> None:
        self.stage.aws.answer("DescribeWarmPool", *answers)

    def fleet(self, **watched: Any) -> AutoScalingGroupFleet:
        fleet = AutoScalingGroupFleet(
            "web",
            wanted=TemplateWanted(id=WEB, version="2"),
            place=self.stage.aws.place,
            retry=once,
            signals=NoSignals(),
            clock=lambda: self.at,
        )
        fleet.watch(Watched(**{"warm_pool": True, "seldom": 5.0, **watched}))
        return fleet

    def looks(self) -> int:
        return self.stage.aws.operations().count("DescribeWarmPool")


@pytest.fixture
def pool(stage: Stage) -> Warm:
    return Warm(stage)


def seen(fleet: AutoScalingGroupFleet, rollout: Rollout = ROLLING) -> tuple[Member, ...]:
    return fleet.observe(rollout).observation.warm


@pytest.mark.parametrize(
    ("state", "lifecycle"),
    [
        ("Warmed:Pending", Lifecycle.STANDBY),
        ("Warmed:Pending:Wait", Lifecycle.STANDBY),
        ("Warmed:Pending:Proceed", Lifecycle.STANDBY),
        ("Warmed:Pending:Retained", Lifecycle.STANDBY),
        ("Warmed:Stopped", Lifecycle.STANDBY),
        ("Warmed:Running", Lifecycle.STANDBY),
        ("Warmed:Hibernated", Lifecycle.STANDBY),
        ("Warmed:Terminating", Lifecycle.LEAVING),
        ("Warmed:Terminating:Wait", Lifecycle.LEAVING),
        ("Warmed:Terminating:Proceed", Lifecycle.LEAVING),
        ("Warmed:Terminating:Retained", Lifecycle.LEAVING),
        ("Warmed:Terminated", Lifecycle.LEAVING),
    ],
)
def test_each_state_of_the_warm_pool_is_prepared_or_leaving(state: str, lifecycle: Lifecycle) -> None:
    """Every Warmed state of the API (facts/aws.md 2.1): whatever is there may enter the group."""
    assert folded(state) is lifecycle


def test_the_warm_pool_comes_with_its_revisions(pool: Warm) -> None:
    """They keep the version they were made from; those that leave already are left out, and a page is not the end."""
    pool.has(
        warm(instance("i-8", 1, "Warmed:Stopped"), NextToken="more"),
        warm(instance("i-9", 2, "Warmed:Running"), instance("i-7", 1, "Warmed:Terminating")),
    )
    assert [(m.id, m.revision, m.lifecycle) for m in seen(pool.fleet())] == [
        ("i-8", V1, Lifecycle.STANDBY),
        ("i-9", V2, Lifecycle.STANDBY),
    ]


def test_facts_bring_the_warm_pool_whatever_the_policy_does_with_it(pool: Warm) -> None:
    """Preview says how many there are; a glance asks only where they can be a difference."""
    pool.has(warm(instance("i-8", 1, "Warmed:Stopped")))
    fleet = pool.fleet(warm_pool=False)
    assert [m.revision for m in fleet.facts().observation.warm] == [V1]
    assert fleet.glance().warm == () and pool.looks() == 1
    fleet.watch(Watched(warm_pool=True))
    assert [m.revision for m in fleet.glance().warm] == [V1] and pool.looks() == 2


def test_a_group_without_a_warm_pool_costs_nothing(stage: Stage) -> None:
    """DescribeWarmPool is not expected by the script, and would fail the test."""
    stage.shows(group(instance("i-1")))
    fleet = stage.fleet()
    fleet.watch(Watched(warm_pool=True))
    assert fleet.facts().observation.warm == fleet.glance().warm == seen(fleet) == ()


def test_the_warm_pool_is_asked_seldom_while_old_ones_remain(pool: Warm) -> None:
    """An answer serves for some looks; the next one shows what our acts did."""
    pool.has(warm(instance("i-8", 1, "Warmed:Stopped")), warm(instance("i-9", 2, "Warmed:Stopped")))
    fleet = pool.fleet()
    for pool.at in (5000.0, 5002.0, 5004.9):
        assert [m.id for m in seen(fleet)] == ["i-8"]
    pool.at = 5005.0
    assert [m.id for m in seen(fleet)] == ["i-9"]
    assert pool.looks() == 2


def test_once_no_old_one_is_left_in_the_roll_nobody_asks_any_more(pool: Warm) -> None:
    """While preparing the pool may still be filled from the old pointer, so that answer does not end it."""
    pool.has(warm(instance("i-9", 2, "Warmed:Stopped")))
    fleet = pool.fleet()
    for rollout in (PREPARING, ROLLING, ROLLING, ROLLING):
        pool.at += 10.0
        assert [m.id for m in seen(fleet, rollout)] == ["i-9"]
    assert pool.looks() == 2


def test_the_way_back_looks_again(pool: Warm) -> None:
    """What was new on the way forward is what has to go on the way back."""
    pool.has(warm(instance("i-9", 2, "Warmed:Stopped")))
    fleet = pool.fleet()
    seen(fleet)
    for _ in range(2):
        pool.at += 10.0
        seen(fleet, replace(ROLLING, direction=Direction.BACK))
    assert pool.looks() == 3


def test_an_act_on_the_warm_pool_is_looked_after(pool: Warm) -> None:
    """A Remove that is not seen yet keeps the question open, although none was old before."""
    pool.has(warm(instance("i-9", 2, "Warmed:Stopped")))
    fleet = pool.fleet()
    seen(fleet)
    pool.at += 10.0
    seen(fleet, changed(ROLLING, issued=(Issued(Remove("i-9"), 1.0),)))
    assert pool.looks() == 2


@pytest.mark.parametrize("step", [Step.BAKE, Step.RESIZE, Step.RESTORE])
def test_the_warm_pool_is_no_question_after_the_roll(pool: Warm, step: ReplaceStep) -> None:
    """Nothing hangs on it there."""
    pool.has(warm(instance("i-8", 1, "Warmed:Stopped")))
    assert seen(pool.fleet(), replace(ROLLOUT, step=step)) == () and pool.looks() == 0


def test_a_member_that_is_kept_is_tagged_and_detached(stage: Stage) -> None:
    """The tag first, so that no machine lives outside every group unexplained; Desired as with a termination."""
    stage.aws.answer("CreateTags", {})
    stage.aws.answer("DetachInstances", {})
    stage.fleet().apply(Terminate("i-1", True, keep=True))
    assert stage.aws.calls == [
        ("CreateTags", {"Resources": ["i-1"], "Tags": [{"Key": "rolling:kept", "Value": "web"}]}),
        (
            "DetachInstances",
            {
                "AutoScalingGroupName": "web",
                "InstanceIds": ["i-1"],
                "ShouldDecrementDesiredCapacity": False,
            },
        ),
    ]


def test_a_warm_instance_is_ended_by_ec2(pool: Warm) -> None:
    """TerminateInstanceInAutoScalingGroup "cannot be called on instances in a warm pool" (its API reference)."""
    pool.has(warm(instance("i-8", 1, "Warmed:Stopped")))
    fleet = pool.fleet()
    seen(fleet)
    fleet.apply(Remove("i-8"))
    assert pool.stage.aws.sent("TerminateInstances") == [{"InstanceIds": ["i-8"]}]
    assert pool.stage.aws.sent("TerminateInstanceInAutoScalingGroup") == []


def test_a_warm_instance_that_is_gone_is_ended(pool: Warm) -> None:
    """EC2 refuses an id that it no longer knows; other refusals are for the core to hear of."""
    pool.has(warm(instance("i-8", 1, "Warmed:Stopped")))
    pool.stage.aws.answer(
        "TerminateInstances",
        refused("InvalidInstanceID.NotFound"),
        refused("OperationNotPermitted", "protected"),
    )
    fleet = pool.fleet()
    seen(fleet)
    fleet.apply(Remove("i-8"))
    with pytest.raises(PermanentFleetError, match="protected"):
        fleet.apply(Remove("i-8"))


def test_a_member_in_standby_is_ended_without_touching_desired(pool: Warm) -> None:
    """It is outside Desired, so nothing is lowered with it and nothing launched for it."""
    pool.has(warm())
    fleet = pool.fleet()
    seen(fleet)
    fleet.apply(Remove("i-1"))
    assert pool.stage.aws.sent("TerminateInstanceInAutoScalingGroup") == [
        {"InstanceId": "i-1", "ShouldDecrementDesiredCapacity": False}
    ]
    assert pool.stage.aws.sent("TerminateInstances") == []


def test_a_warm_instance_of_an_overrides_own_template_matches(pool: Warm) -> None:
    """As a member would; otherwise it would be ended and made anew for ever."""
    own = {"LaunchTemplateId": WEB, "LaunchTemplateName": "web", "Version": "1"}
    launch = {
        "LaunchTemplateSpecification": {**own, "Version": "2"},
        "Overrides": [{"InstanceType": "m5.large", "LaunchTemplateSpecification": own}],
    }
    policy = {"LaunchTemplate": None, "MixedInstancesPolicy": {"LaunchTemplate": launch}}
    pool.stage.shows(group(instance("i-1", 2), **POOL, **policy))
    pool.has(warm({**instance("i-8", 1, "Warmed:Stopped"), "InstanceType": "m5.large"}))
    fleet = pool.fleet()
    assert [m.revision.digest for m in seen(fleet)] == [V2.digest]
    facts = fleet.facts().matching_overrides(V2.digest)
    assert [m.revision.digest for m in facts.observation.warm] == [V2.digest]
    assert [m.revision.digest for m in fleet.glance().warm] == [V2.digest]
