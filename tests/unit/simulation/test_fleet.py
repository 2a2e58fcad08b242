"""The simulated fleet plays each misfortune as documented, and the rollout meets it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pulumi_rolling.core.model.member import Lifecycle, Signal, Sizes, TargetHealth
from pulumi_rolling.core.model.seen import AlarmState
from pulumi_rolling.core.replace.actions import PointAt, Remove, Terminate
from pulumi_rolling.core.replace.limits import Choice, Pacing
from pulumi_rolling.core.replace.observation import LaunchError
from pulumi_rolling.core.replace.roster import make_roster
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.simulation.driver import drive

from .stage import SLIDING, V1, V2, Drawn, counted, fresh, group, shown


def launched(fleet: SimulatedFleet) -> str:
    """One member of version 2, launched now."""
    fleet.apply(PointAt(V2))
    fleet.apply(Terminate(fleet.members()[0].id, relaunch=True))
    return fleet.launched[-1].id


def test_the_same_seed_gives_the_same_run() -> None:
    """Ids, boots and misfortunes hang on the seed alone."""
    one, two = Drawn(3), Drawn(3)
    first, second = one.fleet(), two.fleet()
    assert drive(first, one.limits(), fresh(first)) == drive(second, two.limits(), fresh(second))
    assert (first.acts, first.history, first.launched) == (second.acts, second.history, second.launched)


def test_a_liar_that_dies_is_in_service_with_a_success_until_then() -> None:
    """SUCCESS first, then a dead machine, which the group finds a moment later and replaces."""
    fleet = group(Behaviour(boot=10.0, dies_after=5.0))
    liar = launched(fleet)
    fleet.advance(fleet.now + 11)
    assert (shown(fleet, liar).signal, shown(fleet, liar).alive) == (Signal.SUCCESS, True)
    fleet.advance(fleet.now + 5)
    assert (shown(fleet, liar).lifecycle, shown(fleet, liar).alive) == (Lifecycle.IN_SERVICE, False)
    fleet.advance(fleet.now + 3)
    assert shown(fleet, liar).lifecycle is Lifecycle.LEAVING
    assert not fleet.launched[-1].by_us


def test_a_liar_behind_the_load_balancer_fails_the_rollout() -> None:
    """SUCCESS and in service, but a target that never becomes healthy is not ready."""
    sick = Behaviour(targets=((0.0, TargetHealth.UNHEALTHY),))
    fleet = group(sick, targets=True)
    made = drive(fleet, replace(SLIDING, target_health=True), fresh(fleet))
    assert (made.done, made.returned, made.why) == (False, True, "tooManyFailures")
    other = group(sick)
    assert drive(other, SLIDING, fresh(other)).done, "without target groups nobody would have noticed"


def test_targets_follow_their_script() -> None:
    """Initial, healthy from the end of the boot on, unhealthy later, draining on the way out."""
    script = ((0.0, TargetHealth.HEALTHY), (5.0, TargetHealth.UNHEALTHY))
    fleet = group(Behaviour(boot=10.0, targets=script), targets=True)
    member = launched(fleet)
    told = []
    for seconds in (1.0, 10.0, 5.0):
        fleet.advance(fleet.now + seconds)
        told.append(shown(fleet, member).target)
    fleet.apply(Terminate(member, relaunch=True))
    told.append(shown(fleet, member).target)
    assert told == [
        TargetHealth.INITIAL,
        TargetHealth.HEALTHY,
        TargetHealth.UNHEALTHY,
        TargetHealth.DRAINING,
    ]


def test_status_checks_follow_their_script() -> None:
    """Not passed until the script says so; a rollout that wants them waits."""
    fleet = group(Behaviour(boot=2.0, checks=((30.0, True),)), checks=True)
    made = drive(fleet, replace(SLIDING, status_checks=True), fresh(fleet))
    other = group(Behaviour(boot=2.0))
    plain = drive(other, SLIDING, fresh(other))
    assert made.done and made.seconds > plain.seconds + 2 * 30


@pytest.mark.parametrize(
    ("again", "arrives"), [(None, True), (Signal.SUCCESS, True), (Signal.FAILURE, False)]
)
def test_a_second_signal(again: Signal | None, arrives: bool) -> None:
    """A duplicate SUCCESS counts once; a FAILURE after it wins."""
    fleet = group(Behaviour(boot=5.0, signal_again=again, signal_again_after=2.0))
    made = drive(fleet, SLIDING, fresh(fleet))
    assert made.done is arrives
    assert made.touched == 6 if arrives else made.touched < 6


def test_a_success_after_a_failure_counts_for_nothing() -> None:
    """ "Signals may only be updated with a FAILURE status" (CloudFormation)."""
    fleet = group(Behaviour(boot=5.0, signal=Signal.FAILURE, signal_again=Signal.SUCCESS))
    member = launched(fleet)
    fleet.advance(fleet.now + 30)
    assert shown(fleet, member).signal is Signal.FAILURE


def test_an_early_signal_is_there_before_service() -> None:
    """A signal may precede service, as in CloudFormation; then service alone is waited for."""
    fleet = group(Behaviour(boot=10.0, signal_after=-8.0))
    member = launched(fleet)
    fleet.advance(fleet.now + 3)
    seen = shown(fleet, member)
    assert (seen.signal, seen.lifecycle) == (Signal.SUCCESS, Lifecycle.PENDING)


def test_a_late_signal_is_a_failure() -> None:
    """One that comes after PauseTime finds its member failed."""
    fleet = group(Behaviour(boot=5.0, signal_after=70.0))
    made = drive(fleet, SLIDING, fresh(fleet))
    assert (made.done, made.why) == (False, "tooManyFailures")


def test_foreign_signals_reach_nobody() -> None:
    """A signal for an id that the group does not know is seen by no driver, and kept for the test."""
    fleet = group()
    fleet.signal("i-stranger", Signal.FAILURE)
    made = drive(fleet, SLIDING, fresh(fleet))
    assert made.done
    assert [name for _, name, _ in fleet.foreign_signals] == ["i-stranger"]


def test_a_signal_from_outside_is_seen_at_its_member() -> None:
    """An old member's FAILURE is shown, and fails no rollout: it was not launched by it."""
    fleet = group()
    old = fleet.members()[0].id
    fleet.signal(old, Signal.FAILURE)
    assert shown(fleet, old).signal is Signal.FAILURE
    assert drive(fleet, SLIDING, fresh(fleet)).done


def test_a_lost_zone_takes_its_members_and_gets_none_until_it_is_back() -> None:
    """Its machines die, the group replaces them elsewhere, and the rollout arrives all the same."""
    fleet = group(zones=3)
    fleet.after(12.0, lambda: fleet.lose_zone("zone-2"))
    made = drive(fleet, replace(SLIDING, need_percent=50.0), fresh(fleet))
    assert made.done
    assert {m.zone for m in counted(fleet)} == {"zone-1", "zone-3"}
    assert len(counted(fleet)) == 6
    fleet.regain_zone("zone-2")
    fleet.apply(Terminate(counted(fleet)[0].id, relaunch=True))
    assert fleet.members()[-1].zone == "zone-2"


def test_with_every_zone_lost_launches_are_refused_for_lack_of_capacity() -> None:
    """And they are tried again until a zone is back."""
    fleet = group(zones=1)
    fleet.lose_zone("zone-1")
    fleet.advance(fleet.now + 20)
    assert not counted(fleet)
    refused = fleet.observe(replace(fresh(fleet), started_at=0.0)).observation.launches
    assert len(refused) >= 3 and {launch.error for launch in refused} == {LaunchError.CAPACITY}
    fleet.regain_zone("zone-1")
    fleet.advance(fleet.now + 20)
    assert len(counted(fleet)) == 6


def test_a_large_group_is_whole_from_the_start() -> None:
    """All members were launched before the first look, however many there are."""
    fleet = SimulatedFleet(desired=1200, max_size=1200, revision=V1)
    seen = fleet.observe(fresh(fleet)).observation
    assert len(seen.members) == 1200 and not fleet.launched
    assert all(m.launched_at is not None and m.launched_at < seen.at for m in seen.members)


def test_a_zone_that_is_not_there_is_told_at_once() -> None:
    """A typing error in a script of misfortunes is no misfortune."""
    with pytest.raises(ValueError, match="no such zone: 'zone-9'; there are zone-1, zone-2, zone-3"):
        group().lose_zone("zone-9")


def test_an_instance_attached_by_others_is_kept_at_the_end() -> None:
    """AttachInstances raises Desired by one, and the rollout keeps what others did to it."""
    fleet = group()
    fleet.after(8.0, lambda: fleet.attach(V1))
    made = drive(fleet, SLIDING, fresh(fleet))
    assert made.done and fleet.sizes.desired == 7
    assert {m.revision for m in counted(fleet)} == {V2}


def test_launches_by_others_are_no_touch_of_ours() -> None:
    """A scale-out of somebody else launches by itself: it stands beside what our acts touched."""
    fleet = group()
    fleet.after(8.0, lambda: fleet.move(desired=8))
    made = drive(fleet, SLIDING, fresh(fleet))
    assert made.done
    assert (made.touched, made.relaunched) == (6, 2)


def test_the_cloud_relaunches_after_an_abandon() -> None:
    """An abandoned launch is replaced by the cloud at once: relaunched, not touched."""
    fleet = group(Behaviour(boot=5.0, abandon=True))
    made = drive(fleet, SLIDING, fresh(fleet))
    assert (made.done, made.returned) == (False, True)
    assert made.touched == 2 and made.relaunched >= 1


def test_standby_is_outside_desired_until_it_returns() -> None:
    """Entering lowers Desired by one, returning raises it; a rollout leaves it alone unless told otherwise."""
    fleet = group()
    member = fleet.members()[0].id
    fleet.stand_by(member)
    assert (fleet.sizes.desired, shown(fleet, member).lifecycle) == (5, Lifecycle.STANDBY)
    assert drive(fleet, SLIDING, fresh(fleet)).done
    assert [m.revision for m in fleet.members() if m.id == member] == [V1]
    fleet.return_to_service(member)
    assert (fleet.sizes.desired, shown(fleet, member).lifecycle) == (6, Lifecycle.IN_SERVICE)
    with pytest.raises(ValueError, match="is not in standby"):
        fleet.return_to_service(member)


def test_remove_ends_a_member_in_standby_and_leaves_desired() -> None:
    """The act for what stands outside Desired."""
    fleet = group()
    member = fleet.members()[0].id
    fleet.stand_by(member)
    fleet.apply(Remove(member))
    fleet.advance(fleet.now + 10)
    assert member not in {m.id for m in fleet.members()}
    assert fleet.sizes.desired == len(counted(fleet)) == 5


def test_scale_in_spares_the_protected() -> None:
    """The cloud takes the oldest that are not protected."""
    fleet = group()
    first, second = (m.id for m in fleet.members()[:2])
    fleet.protect(first)
    fleet.move(desired=5)
    names = {m.id for m in counted(fleet)}
    assert first in names and second not in names
    assert shown(fleet, first).protected


def test_the_warm_pool_goes_first_with_its_own_revision() -> None:
    """A launch takes from the pool, which may be of the former revision, and the pool is filled up again."""
    fleet = group(Behaviour(boot=10.0), warm=2)
    before = [m.id for m in fleet.warm_pool()]
    member = launched(fleet)
    assert member == before[0] and shown(fleet, member).revision == V1
    seen = fleet.observe(fresh(fleet)).observation
    assert [m.revision for m in seen.warm] == [V1, V2]


def test_a_rollout_replaces_the_warm_pool_before_it_launches() -> None:
    """Otherwise the launches to come would be of the former revision."""
    fleet = group(warm=2)
    assert drive(fleet, replace(SLIDING, warm_pool=Choice.REPLACE), fresh(fleet)).done
    assert {m.revision for m in (*counted(fleet), *fleet.warm_pool())} == {V2}


def test_an_alarm_that_rings_later_returns_the_group() -> None:
    """Alarms change over time as the script says."""
    fleet = group(alarms={"errors": AlarmState.OK})
    fleet.after(15.0, lambda: fleet.set_alarm("errors", AlarmState.ALARM))
    made = drive(fleet, replace(SLIDING, alarms=("errors",)), fresh(fleet))
    assert (made.done, made.returned, made.why) == (False, True, "alarm")
    with pytest.raises(ValueError, match="no such alarm: 'latency'"):
        fleet.set_alarm("latency", AlarmState.OK)


def test_answers_are_late_by_the_staleness() -> None:
    """What is shown is the group as it was, sizes and members alike; the truth is apart."""
    fleet = group(stale=5.0)
    member = fleet.members()[0].id
    fleet.apply(Terminate(member, relaunch=False))
    seen = fleet.observe(fresh(fleet)).observation
    assert (seen.sizes.desired, shown(fleet, member).lifecycle) == (6, Lifecycle.IN_SERVICE)
    assert fleet.sizes.desired == 5
    fleet.advance(fleet.now + 5)
    seen = fleet.observe(fresh(fleet)).observation
    assert (seen.sizes.desired, shown(fleet, member).lifecycle) == (5, Lifecycle.LEAVING)
    fleet.advance(fleet.now + 2)
    assert member not in {m.id for m in fleet.observe(fresh(fleet)).observation.members}


@pytest.mark.parametrize("seed", range(12))
def test_a_look_is_what_the_members_are(seed: int) -> None:
    """However few changed since the last look: all members as in the truth, and the roster is theirs."""
    drawn = Drawn(seed)
    fleet = drawn.fleet()
    look = fleet.observe

    def checked(rollout: object) -> object:
        sight = look(rollout)  # type: ignore[arg-type]
        seen = sight.observation
        if not fleet.stale:
            assert {m.id: m for m in seen.members} == {m.id: m for m in fleet.members()}
            assert list(seen.warm) == fleet.warm_pool()
        assert seen.roster is not None and seen.roster.members is seen.members
        anew = make_roster(seen.members)
        assert set(seen.roster.others) == set(anew.others)
        for digest, crowd in anew.plain.items():
            known = seen.roster.plain[digest]
            assert dict(known.ids) == dict(crowd.ids)
            assert {z: list(line) for z, line in known.zones.items() if line} == crowd.zones
        return sight

    fleet.observe = checked  # type: ignore[assignment,method-assign]
    drive(fleet, drawn.limits(), fresh(fleet))


def test_members_that_did_not_change_stay_the_same_objects() -> None:
    """A look at a large group costs what changed in it."""
    fleet = group()
    before = fleet.observe(fresh(fleet)).observation.members
    fleet.apply(Terminate(before[0].id, relaunch=True))
    after = fleet.observe(fresh(fleet)).observation.members
    assert all(one is two for one, two in zip(before[1:], after[1:], strict=False))
    assert fleet.observe(fresh(fleet)).observation.members is after


def test_quantiles_are_the_law_of_the_boots() -> None:
    """Straight between the quantiles, and never beyond the outermost."""
    fleet = SimulatedFleet(
        desired=1000,
        max_size=1000,
        revision=V1,
        behaviours={"two": Behaviour(quantiles=((0.0, 10.0), (0.5, 20.0), (1.0, 60.0)))},
    )
    fleet.apply(PointAt(V2))
    for member in fleet.members():
        fleet.apply(Terminate(member.id, relaunch=True))
    fleet.advance(fleet.now + 100)
    boots = sorted(m.in_service_at - 1000.0 for m in counted(fleet) if m.in_service_at is not None)
    assert boots[0] >= 10.0 and boots[-1] <= 60.0
    assert boots[500] == pytest.approx(20.0, abs=2.0) and boots[750] == pytest.approx(40.0, abs=5.0)


def test_several_behaviours_share_a_revision() -> None:
    """Each takes its share, and the rest is well with the same boots."""
    mixed = (
        Behaviour(boot=5.0, signal=Signal.FAILURE, share=0.2),
        Behaviour(boot=5.0, signal=None, share=0.3),
    )
    fleet = SimulatedFleet(desired=1000, max_size=1000, revision=V1, behaviours={"two": mixed})
    fleet.apply(PointAt(V2))
    for member in fleet.members():
        fleet.apply(Terminate(member.id, relaunch=True))
    fleet.advance(fleet.now + 20)
    signals = [m.signal for m in counted(fleet)]
    assert signals.count(Signal.FAILURE) == pytest.approx(200, abs=50)
    assert signals.count(None) == pytest.approx(300, abs=60)
    assert {m.in_service_at for m in counted(fleet)} == {1005.0}


def test_lock_step_and_sliding_meet_the_same_boots() -> None:
    """Policies are compared on the same chances: the k-th launch boots alike under both."""
    boots = []
    for pacing in Pacing:
        fleet = group(Behaviour(boot=10.0, spread=0.5), seed=7)
        drive(fleet, replace(SLIDING, pacing=pacing), fresh(fleet))
        born = {m.id: m.in_service_at for m in fleet.members()}
        boots.append([round((born[b.id] or 0.0) - b.at, 6) for b in fleet.launched])
    assert boots[0] == boots[1]


def test_others_point_resize_renew_and_refuse() -> None:
    """What others do counts as theirs: launches go where they point, sizes are theirs, refusals have their sentence."""
    fleet = group()
    fleet.point(V2)
    fleet.renew(fleet.members()[0].id)
    assert fleet.pointer == V2 and [(b.revision, b.by_us) for b in fleet.launched] == [(V2, False)]
    fleet.resize(least=3, largest=9, desired=7)
    assert fleet.sizes == Sizes(3, 9, 7)
    fleet.refuse(V2, LaunchError.CAPACITY, "no m5.large")
    fleet.resize(desired=8)
    refused = fleet.observe(fresh(fleet)).observation.launches
    assert [(x.error, x.cause) for x in refused] == [(LaunchError.CAPACITY, "no m5.large")]
    fleet.allow(V2)
    fleet.advance(fleet.now + 10)
    assert len(counted(fleet)) == 8
