"""A cloud that launches nothing by itself, and does one thing at a time."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Sizes
from pulumi_rolling.core.replace.actions import Action, Adjust, Remove, Resize, Terminate, Together, spread
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.ideal import IdealFleet, all_old
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.observation import LaunchError, Observation, RefusedLaunch, is_moving
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Decided, Opening, Rollout
from pulumi_rolling.core.replace.takeover import retarget
from pulumi_rolling.engine.record import replace as record

from tests.rollouts import changed
from tests.unit.core.stage import V1, V2

SIZES = [Sizes(4, 4, 4), Sizes(4, 6, 4), Sizes(2, 5, 4), Sizes(0, 4, 4), Sizes(3, 9, 7)]
ROOMS = [
    (sizes, batch, floor)
    for sizes, batch, floor in product(SIZES, (1, 2, 5), (0, 2, 3))
    if floor < sizes.max and floor <= sizes.desired
]
FOUND = Sizes(2, 5, 4)
LIMITS = Limits(batch=2, floor=2, max_size=5, settle=5.0, firm_min=True)


class ByHand:
    """A group of old members, and one rollout of it by one driver."""

    def __init__(self, limits: Limits = LIMITS, found: Sizes = FOUND) -> None:
        self.limits = limits
        sizes = replace(found, kept=False)
        self.fleet = IdealFleet(Observation(0.0, tuple(all_old(found.desired, V1)), sizes, V1.address), V1)
        self.rollout = new_rollout("r1", V2, V1, sizes, frozenset(), 0.0)
        self.lowest = found.desired

    def seen(self, **more: object) -> Observation:
        """A count is all that is told of Desired."""
        seen = self.fleet.observe()
        there = sum(m.lifecycle is not Lifecycle.LEAVING for m in seen.members)
        return replace(seen, sizes=replace(seen.sizes, desired=there), **more)  # type: ignore[arg-type]

    def look(self, **more: object) -> Decided:
        """One decision, carried out: ends take until the next look."""
        decision = decide(self.limits, self.rollout, self.seen(**more))
        moves = [a for a in decision.actions if isinstance(a, Terminate | Remove | Adjust | Together)]
        assert len(moves) <= 1 and not (moves and is_moving(self.seen())), decision.actions
        for action in decision.actions:
            self._carry_out(action)
        self.rollout = decision.next
        return decision

    def _carry_out(self, action: Action) -> None:
        victims = [a for a in spread((action,)) if isinstance(a, Terminate)]
        if victims:
            seen = self.seen()
            assert seen.sizes.desired - len(victims) >= seen.sizes.min
            self.lowest = min(self.lowest, seen.sizes.desired - len(victims))
        if isinstance(action, Resize):
            action = Resize(action.min)
        self.fleet.apply(action)

    def step(self, decision: Decided) -> None:
        self.fleet.step(max(self.fleet.at + 1.0, decision.look_again_at))

    def go(self) -> Decided:
        for _ in range(300):
            decision = self.look()
            if decision.outcome is not None:
                return decision
            self.step(decision)
        raise AssertionError(self.rollout)

    def until(self, kind: type[Action]) -> Decided:
        """The first decision with such an act, carried out."""
        for _ in range(50):
            decision = self.look()
            if any(isinstance(a, kind) for a in decision.actions):
                return decision
            self.step(decision)
        raise AssertionError(self.rollout)


@pytest.mark.parametrize(("sizes", "batch", "floor"), ROOMS)
def test_what_goes_is_launched_by_us_one_act_at_a_time(sizes: Sizes, batch: int, floor: int) -> None:
    """No act while members move, no removal below MinSize, the floor holds, and sizes end as found."""
    limits = Limits(batch=batch, floor=floor, max_size=sizes.max, settle=1e9, firm_min=True)
    web = ByHand(limits, sizes)
    decision = web.go()
    assert decision.outcome is not None and decision.outcome.done
    seen = web.seen()
    assert (seen.sizes, {m.revision for m in seen.members}) == (sizes, {V2}) and web.lowest >= floor


def test_nobody_goes_while_somebody_elses_member_comes() -> None:
    """The cloud would refuse the ends that are due; they follow once it is still again."""
    web = ByHand()
    due = decide(LIMITS, web.rollout, web.seen())
    while not any(isinstance(a, Terminate | Together) for a in due.actions):
        web.step(web.look())
        due = decide(LIMITS, web.rollout, web.seen())
    seen = web.seen()
    coming = Member("i-others", V1, Lifecycle.PENDING)
    put_off = decide(LIMITS, web.rollout, replace(seen, members=(*seen.members, coming), roster=None))
    assert put_off.actions == () and put_off.because.code is ReasonCode.UNSEEN
    assert decide(LIMITS, put_off.next, seen).actions == due.actions


def test_a_launch_that_brought_nobody_is_asked_for_again_after_a_settle_time() -> None:
    """A cloud without capacity refuses; until then nothing is sent, since the act may only not show yet."""
    web = ByHand()
    launch = web.until(Adjust)
    assert launch.actions == (Adjust(2),)
    web.fleet = _without_asked(web.fleet, web.seen())
    asked_at = web.fleet.at
    refused = RefusedLaunch("a-1", asked_at + 1, LaunchError.CAPACITY, "no stock")
    again = launch
    while not again.actions or again is launch:
        web.step(again)
        again = web.look(launches=(refused,))
    assert again.actions == (Adjust(2),) and web.fleet.at - asked_at >= LIMITS.settle


def _without_asked(fleet: IdealFleet, seen: Observation) -> IdealFleet:
    """The same group, whose launch came to nothing."""
    return IdealFleet(seen, V2)


def test_a_driver_that_takes_over_amid_a_round_launches_what_its_record_lacks() -> None:
    """Fewer members than found are no wish of anybody: Desired stands in the record."""
    web = ByHand()
    web.until(Together)
    kept = record.from_json({**record.to_json(web.rollout), "v": record.VERSION})
    web.rollout = replace(kept, resumed_at=web.fleet.at, generation=2)
    decision = web.go()
    assert decision.outcome is not None and decision.outcome.done
    assert web.seen().sizes == FOUND and {m.revision for m in web.seen().members} == {V2}


def test_a_change_that_is_taken_back_amid_a_round_launches_what_went() -> None:
    """Everybody is of the revision wanted, and one fewer than found is there: the driver died before its launch."""
    web = ByHand()
    web.until(Together)
    web.rollout = retarget(web.rollout, V1, web.fleet.at)
    assert web.seen().sizes.desired == 2
    decision = web.go()
    assert decision.outcome is not None and decision.outcome.done
    assert web.seen().sizes == FOUND and {m.revision for m in web.seen().members} == {V1}


def test_no_clock_of_a_launch_runs_while_members_leave_or_nobody_drives() -> None:
    """A launch that could not be asked for is not late."""
    web = ByHand()
    web.until(Together)
    web.fleet.step(web.fleet.at + 1.0)
    long = LIMITS.boot_limit + 1
    waiting = changed(web.rollout, openings=(Opening(web.fleet.at - long, 2),), resumed_at=web.fleet.at)
    assert decide(LIMITS, waiting, web.seen()).next.verdict is None
    left = Member("i-gone", V1, Lifecycle.LEAVING)
    seen = web.seen()
    waiting = changed(waiting, resumed_at=None)
    assert decide(LIMITS, waiting, seen).next.verdict is not None
    leaving = replace(seen, members=(*seen.members, left), roster=None)
    assert decide(LIMITS, waiting, leaving).next.verdict is None


def test_what_others_rules_do_to_the_number_stays() -> None:
    """Two launched by somebody's alarm amid the roll are neither taken away nor made up for."""
    web = ByHand(limits=replace(LIMITS, max_size=9), found=Sizes(2, 9, 4))
    web.until(Adjust)
    web.step(web.look())
    web.fleet.apply(Adjust(2))
    for _ in range(300):
        web.fleet.step(web.fleet.at + 1.0)
        if web.look(moved=2).outcome is not None:
            break
    assert web.seen().sizes.desired == 6 and {m.revision for m in web.seen().members} == {V2}


def test_surplus_that_nobody_takes_away_is_taken_away_at_the_end() -> None:
    """Where somebody moves the pointer the rollout lets the group be, and gives back what it had launched ahead."""
    web = ByHand(limits=Limits(batch=2, floor=4, max_size=6, settle=5.0, firm_min=True), found=Sizes(2, 6, 4))
    web.step(web.until(Adjust))
    other = Revision("v9", "v9")
    web.fleet._pointer = other
    acts: list[Action] = []
    for _ in range(300):
        decision = web.look()
        acts += decision.actions
        if decision.outcome is not None:
            break
        web.step(decision)
    assert Adjust(-2) in acts


def test_a_launch_stands_in_the_record() -> None:
    """Written, read, and taken back where it was not sent."""
    web = ByHand()
    web.until(Adjust)
    kept = record.from_json({**record.to_json(web.rollout), "v": record.VERSION})
    assert [i.action for i in kept.ours.issued] == [Adjust(2)]
    found: Rollout = replace(web.rollout, found=replace(web.rollout.found, sizes=Sizes(1, 3, 2, standby=2)))
    assert record.from_json({**record.to_json(found), "v": 3}).found.sizes.standby == 2
