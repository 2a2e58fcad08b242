"""What a look at an ESS group asks for while members boot, and what makes it ask for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pulumi_rolling.cli.live import RolledGroup
from pulumi_rolling.core.delegate.actions import Stop
from pulumi_rolling.core.delegate.delegating import Delegating, Earlier, Issued, Way
from pulumi_rolling.core.model.codes import Step
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.replace.actions import Action, Adjust, Resize, Suspend, Terminate, Together
from pulumi_rolling.core.replace.boots import add_boots
from pulumi_rolling.core.replace.looks import frame_serves, leaves_frame
from pulumi_rolling.core.replace.rollout import Boots, Rollout
from pulumi_rolling.core.replace.rollout import Issued as IssuedAct
from pulumi_rolling.fleets.ess_scaling_group.refresh import RefreshFleet
from pulumi_rolling.fleets.ess_scaling_group.refresh_facts import RefreshWatched
from pulumi_rolling.fleets.rhythm import Rhythm

from tests.fleets.ess_stage import FROM, GROUP, NEW, ROLLOUT, TO, EssStage, activity, group, instance, once
from tests.fleets.scripted_alibaba import Answer, ScriptedAlibaba
from tests.rollouts import changed

BOOTING = replace(
    changed(ROLLOUT, in_flight=frozenset({"i-3"})),
    step=Step.ROLL,
    prior=add_boots(Boots(), [1_000.0] * 20),
)
"""Boots take long, so that what the group shows serves for minutes."""
GROUPS, MEMBERS, ACTIVITIES = "DescribeScalingGroups", "DescribeScalingInstances", "DescribeScalingActivities"
REFRESHES = "DescribeInstanceRefreshes"
COUNTS = {
    f"{name}Capacity": number
    for name, number in {
        "Active": 2, "Pending": 1, "PendingWait": 0, "Protected": 1,
        "Removing": 0, "RemovingWait": 0, "Standby": 0, "Stopped": 0,
    }.items()
}  # fmt: skip


@pytest.fixture
def alibaba() -> Iterator[ScriptedAlibaba]:
    scripted = ScriptedAlibaba()
    yield scripted
    assert scripted.unsigned == []
    scripted.close()


@pytest.fixture
def stage(alibaba: ScriptedAlibaba) -> EssStage:
    found = EssStage(alibaba)
    found.shows(group(), instance("i-1"), instance("i-2"), instance("i-3", NEW, "Pending"))
    return found


def asked(alibaba: ScriptedAlibaba) -> list[str]:
    """Operations since this was asked last."""
    found = [name for name, _ in alibaba.calls]
    alibaba.calls.clear()
    return found


def test_while_members_boot_a_look_is_their_list(stage: EssStage, alibaba: ScriptedAlibaba) -> None:
    """The group itself is asked with what follows from the look, and its tags are those of that moment."""
    fleet = stage.fleet()
    assert fleet.observe(BOOTING).whole is None
    assert asked(alibaba)[:2] == [GROUPS, MEMBERS]
    stage.shows(
        group(Tags=[{"TagKey": "rolling:x", "TagValue": "1"}]), *(instance(f"i-{n}") for n in (1, 2, 3))
    )
    partial = fleet.observe(BOOTING)
    assert asked(alibaba) == [MEMBERS] and partial.marks == {} and partial.whole is not None
    whole = partial.whole()
    assert asked(alibaba) == [GROUPS] and whole.marks == {"rolling:x": "1"}
    assert (whole.whole, whole.observation, whole.started) == (None, partial.observation, partial.started)


def test_a_command_that_watches_is_shown_whole_looks(stage: EssStage) -> None:
    """What a driver says of its rollout stands in tags, also while members boot."""
    stage.shows(group(Tags=[{"TagKey": "rolling:x", "TagValue": "1"}]), instance("i-3", NEW, "Pending"))
    watched = RolledGroup(lambda machine: stage.fleet())
    for _ in range(3):
        sight = watched.observe(BOOTING)
        assert (sight.whole, sight.marks) == (None, {"rolling:x": "1"})


def test_a_group_that_has_changed_is_asked_all_that_follows(
    stage: EssStage, alibaba: ScriptedAlibaba
) -> None:
    """Its health checks rest by somebody's hand meanwhile: the whole look asks ECS who lives, and has the sizes."""
    fleet = stage.fleet()
    fleet.observe(BOOTING)
    partial = fleet.observe(BOOTING)
    stage.shows(group(SuspendedProcesses=["HealthCheck"], MinSize=2), instance("i-1"))
    asked(alibaba)
    assert partial.whole is not None
    seen = partial.whole().observation
    assert asked(alibaba) == [GROUPS, "DescribeInstances"]
    assert (seen.heals, seen.sizes.min, partial.observation.sizes.min) == (False, 2, 1)


TAKEN = Terminate("i-1", relaunch=True)
SHRUNK = Terminate("i-1", relaunch=False)


@pytest.mark.parametrize(
    ("act", "expected_number", "without"),
    [
        (TAKEN, True, True),
        (SHRUNK, False, True),
        (Adjust(2), False, True),
        (Together((SHRUNK,)), False, True),
        (Resize(1, None), False, False),
        (Suspend(frozenset({"HealthCheck"})), False, False),
    ],
    ids=["replaced", "taken", "launched", "taken together", "resized", "suspended"],
)
def test_an_act_on_members_alone_leaves_the_group_as_it_was_seen(
    act: Action, expected_number: bool, without: bool, stage: EssStage, alibaba: ScriptedAlibaba
) -> None:
    """After any other the next look asks for the group, until that act is seen."""
    alibaba.answer("ScaleWithAdjustment", {"ScalingActivityId": "asa-1"})
    for kept, leaves in ((True, expected_number), (False, without)):
        stage.shows(group(EnableDesiredCapacity=kept), instance("i-1"), instance("i-3", NEW, "Pending"))
        found = replace(BOOTING.found, sizes=replace(BOOTING.found.sizes, kept=kept))
        rollout = replace(BOOTING, found=found)
        fleet = stage.fleet()
        fleet.observe(rollout)
        fleet.apply(act)
        asked(alibaba)
        fleet.observe(rollout)
        assert (GROUPS not in asked(alibaba)) is leaves is leaves_frame(act, kept=kept)
        if not isinstance(act, Together):
            waiting = changed(rollout, issued=(IssuedAct(act, 0.0),))
            assert (frame_serves(waiting) > 0) is leaves


@pytest.mark.parametrize(
    "rollout",
    [
        replace(BOOTING, prior=Boots()),
        replace(BOOTING, step=Step.PREPARE),
        changed(BOOTING, paused=True),
        changed(BOOTING, in_flight=frozenset()),
    ],
    ids=["no boot is known", "before the roll", "paused", "nobody is on the way"],
)
def test_where_not_boots_alone_are_waited_for_each_look_is_whole(rollout: Rollout) -> None:
    """Known boots bring looks of members, for a quarter of a boot each."""
    assert frame_serves(rollout) == 0.0
    assert 200.0 < frame_serves(BOOTING) < 300.0


def test_activities_of_others_are_asked_for_with_members_that_come_or_go(
    stage: EssStage, alibaba: ScriptedAlibaba, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an expected number: again while others' are under way, and until they are surely told of."""
    monkeypatch.setattr("pulumi_rolling.fleets.ess_scaling_group.activities.TOLD_BY", 0.0)
    here = [instance("i-1"), instance("i-3", NEW, "Pending")]
    rollout = replace(BOOTING, found=replace(BOOTING.found, sizes=replace(BOOTING.found.sizes, kept=False)))
    fleet = stage.fleet()

    def moved(*members: Answer) -> tuple[int, bool]:
        stage.shows(group(EnableDesiredCapacity=False), *members)
        asked(alibaba)
        told = fleet.observe(rollout).observation.moved
        return told, ACTIVITIES in asked(alibaba)

    def launch(status: str, **more: str) -> Answer:
        return activity(
            "asa-9", status, "2026-05-28T20:30Z", CreatedInstances="i-9", TriggerSourceType="Api", **more
        )

    assert [moved(*here), moved(*here)] == [(0, True), (0, False)]
    stage.activities(launch("InProgress"))
    more = [*here, instance("i-9", state="Pending")]
    assert [moved(*more), moved(*more)] == [(0, True), (0, True)]
    stage.activities(launch("Successful"))
    assert [moved(*more), moved(*more)] == [(1, True), (1, False)]
    stage.activities(launch("InProgress", ActivityMetadata="rolling"))
    again = [*more, instance("i-8", state="Pending")]
    assert [moved(*again), moved(*again)] == [(0, True), (0, False)], "our own launches move nothing"
    monkeypatch.setattr("pulumi_rolling.fleets.ess_scaling_group.activities.TOLD_BY", 1e6)
    assert [moved(*here), moved(*here)] == [(0, True), (0, True)]


FOLLOWED = Delegating(Goal("r1", TO, FROM), 0.0, way=Way(operation="ir-1"))


def refresh(status: str = "InProgress", done: int = 2) -> Answer:
    return {
        "InstanceRefreshTaskId": "ir-1", "Status": status, "TotalNeedUpdateCapacity": 3,
        "FinishedUpdateCapacity": done, "DesiredConfiguration": {"ScalingConfigurationId": NEW},
    }  # fmt: skip


def refreshed(stage: EssStage, alibaba: ScriptedAlibaba, told: Answer, **counts: int) -> RefreshFleet:
    alibaba.answer(REFRESHES, {"InstanceRefreshTasks": [told]})
    stage.shows(group(**{**COUNTS, **counts}), instance("i-1"), instance("i-2"))
    fleet = RefreshFleet(GROUP, wanted=stage.wanted, place=alibaba.place, retry=once)
    fleet.watched = RefreshWatched(rhythm=Rhythm(0.0, 600.0))
    return fleet


def test_a_look_at_a_quiet_refresh_is_the_group_alone(stage: EssStage, alibaba: ScriptedAlibaba) -> None:
    """Its tags and how many serve are of this moment; members and refresh are asked with what follows."""
    fleet = refreshed(stage, alibaba, refresh())
    first = fleet.observe(FOLLOWED)
    assert first.whole is None and asked(alibaba).count(REFRESHES) == 1
    quiet = fleet.observe(FOLLOWED)
    assert asked(alibaba) == [GROUPS] and quiet.whole is not None
    assert quiet.observation.operations == first.observation.operations
    assert (first.observation.in_service, quiet.observation.in_service) == (2, 3)
    assert quiet.whole().whole is None and asked(alibaba) == [MEMBERS, REFRESHES]
    alibaba.answer("CancelInstanceRefresh", {"RequestId": "r"})
    fleet.apply(Stop("ir-1"))
    asked(alibaba)
    assert fleet.observe(FOLLOWED).whole is None


@pytest.mark.parametrize(
    ("told", "rollout", "counts", "is_quiet"),
    [
        (refresh(), FOLLOWED, {}, True),
        (refresh("RollbackInProgress"), replace(FOLLOWED, way=Way(), earlier=Earlier(None, "ir-1")), {}, True),
        (refresh(), FOLLOWED, {"PendingCapacity": 2}, False),
        (refresh(done=3), FOLLOWED, {}, False),
        (refresh("Successful"), FOLLOWED, {}, False),
        (refresh(), replace(FOLLOWED, way=Way(operation="ir-2")), {}, False),
        (refresh(), replace(FOLLOWED, issued=(Issued(Stop("ir-1"), 0.0),)), {}, False),
    ],
    ids=["quiet", "returns", "members move", "all are replaced", "over", "another", "an act is unseen"],
)  # fmt: skip
def test_members_and_refresh_are_asked_for_where_they_can_have_moved(
    stage: EssStage,
    alibaba: ScriptedAlibaba,
    told: Answer,
    rollout: Delegating,
    counts: dict[str, int],
    is_quiet: bool,
) -> None:
    """The group's own numbers show that; one that does not tell them is asked all each time."""
    fleet = refreshed(stage, alibaba, told)
    fleet.observe(rollout)
    stage.shows(group(**{**COUNTS, **counts}), instance("i-1"), instance("i-2"))
    assert (fleet.observe(rollout).whole is not None) is is_quiet
    stage.shows(group(), instance("i-1"), instance("i-2"))
    assert fleet.observe(rollout).whole is None
