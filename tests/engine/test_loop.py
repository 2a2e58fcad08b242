"""The loop under bad weather: requests, deadlines, throttling, refusals, silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
from pulumi_rolling.core.machine import REPLACE
from pulumi_rolling.core.model.codes import ReasonCode, Remedy, VerdictCode
from pulumi_rolling.core.model.goal import Direction, OnFailure
from pulumi_rolling.core.model.member import Lifecycle, Revision, Signal, Sizes
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.replace.actions import Action, PointAt, Resize, Resume, Suspend, Terminate
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.engine.lease import Lease, found_lease
from pulumi_rolling.engine.loop import SILENCE, Drive
from pulumi_rolling.engine.record.pieces import REQUEST, Journal, read, request_mark
from pulumi_rolling.errors import DeniedFleetError, PermanentFleetError, TemporaryFleetError
from pulumi_rolling.fleets.replace import Sight
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from .stage import FleetClock, MortalFleet, RetryingFleet, drive

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
FOUND = Sizes(2, 8, 6)
PROCESSES = frozenset({"AZRebalance", "AlarmNotification"})
LIMITS = Limits(
    batch=2, floor=5, max_size=8, signals=True, pause=60.0, suspend=PROCESSES, settle=6.0, poll=1.0
)


def group(*, good: bool = True, throttled: float = 0.0, seed: int = 1, boot: float = 4.0) -> SimulatedFleet:
    behaviour = Behaviour(boot=boot) if good else Behaviour(boot=boot, signal=Signal.FAILURE)
    return SimulatedFleet(
        desired=6, min_size=2, max_size=8, revision=V1, behaviours={"two": behaviour},
        suspended=frozenset({"AZRebalance"}), throttled=throttled, seed=seed,
    )  # fmt: skip


def fresh(fleet: SimulatedFleet) -> Rollout:
    return new_rollout("r", V2, V1, FOUND, fleet.suspended, fleet.now)


def is_as_found(fleet: SimulatedFleet) -> bool:
    return fleet.sizes == FOUND and fleet.suspended == frozenset({"AZRebalance"}) and not fleet._marks


def revisions(fleet: SimulatedFleet) -> set[Revision]:
    return {m.revision for m in fleet.members() if m.lifecycle is not Lifecycle.LEAVING}


def floor_held(fleet: SimulatedFleet) -> bool:
    pairs = zip(fleet.history, fleet.history[1:], strict=False)
    return all(
        now.in_service >= 5 for before, now in pairs if now.by_us and now.in_service < before.in_service
    )


@dataclass
class Meddled(MortalFleet):
    """Something happens to the group before the ``at_look``-th look."""

    at_look: int = 0
    marks_then: Mapping[str, str] = field(default_factory=dict)

    def observe(self, rollout: Rollout) -> Sight:
        if self.calls.count("observe") + 1 == self.at_look:
            self.inner.write_marks(self.marks_then)
        return super().observe(rollout)


@pytest.mark.parametrize("at", range(2, 16))
def test_an_abort_is_acted_on_once_and_returns_the_group(at: int) -> None:
    """At whichever look the tag appears, the group goes back, is as found, and the tag is gone with the record."""
    fleet = group()
    seen: list[Decided] = []
    meddled = Meddled(fleet, at_look=at, marks_then=request_mark("abort"))
    decision = drive(meddled, FleetClock(fleet), LIMITS, fresh(fleet), seen=seen)
    assert decision.outcome is not None and decision.outcome.returned is True
    assert decision.next.verdict is not None and decision.next.verdict.code is VerdictCode.ABORTED
    turns = [d for d in seen if d.because.code is ReasonCode.FAILED]
    assert len(turns) == 1
    assert revisions(fleet) == {V1} and fleet.pointer == V1
    assert is_as_found(fleet) and floor_held(fleet)


def test_an_abort_on_the_way_back_changes_nothing() -> None:
    """Who is going back already cannot be asked to; the way back goes on to its end."""
    fleet = group(good=False)

    @dataclass
    class Late(MortalFleet):
        done: bool = False

        def observe(self, rollout: Rollout) -> Sight:
            if rollout.direction is Direction.BACK and not self.done:
                self.done = True
                self.inner.write_marks(request_mark("abort"))
            return super().observe(rollout)

    decision = drive(Late(fleet), FleetClock(fleet), LIMITS, fresh(fleet))
    assert decision.outcome is not None and decision.outcome.returned is True
    assert decision.next.verdict is not None and decision.next.verdict.code is VerdictCode.TOO_MANY_FAILURES
    assert is_as_found(fleet)


def test_an_abort_from_the_same_process_ends_the_roll_too() -> None:
    """What a face is told (Ctrl-C) reaches the core like the tag does."""
    fleet = group()
    clock = FleetClock(fleet)
    lease = Lease(fleet, "me", clock, LIMITS.poll)
    lease.acquire()
    asked: list[Request] = []

    def listen(before: Rollout, decision: Decided) -> None:
        if decision.next.ours.launched >= 3:
            asked[:] = [Request("ctrl-c", "abort")]

    driving = Drive(
        REPLACE,
        fleet,
        LIMITS,
        Journal(fleet, "me"),
        lease,
        clock,
        listen,
        lambda: False,
        requests=lambda: tuple(asked),
    )
    decision = driving.run(fresh(fleet))
    assert decision.outcome is not None and decision.outcome.returned is True
    assert decision.next.handled == {"ctrl-c"} and is_as_found(fleet)


@pytest.mark.parametrize("text", ["abort", ":x", "dance:x", ""])
def test_a_request_that_nobody_understands_is_no_request(text: str) -> None:
    """Only KIND:ID of a known kind does anything."""
    fleet = group()
    decision = drive(
        Meddled(fleet, at_look=4, marks_then={REQUEST: text}), FleetClock(fleet), LIMITS, fresh(fleet)
    )
    assert decision.outcome is not None and decision.outcome.done and is_as_found(fleet)


def test_a_deadline_ends_the_way_forward_and_not_the_way_back() -> None:
    """The whole roll's timeout turns it; going back takes as long as it takes."""
    fleet = group(boot=20.0)
    decision = drive(fleet, FleetClock(fleet), replace(LIMITS, timeout=45.0), fresh(fleet))
    assert decision.next.verdict is not None and decision.next.verdict.code is VerdictCode.DEADLINE
    assert decision.outcome is not None and decision.outcome.returned is True
    assert decision.next.deadline is not None and fleet.now > decision.next.deadline
    assert revisions(fleet) == {V1} and is_as_found(fleet)


@pytest.mark.parametrize("good", [True, False], ids=["good build", "failing build"])
@pytest.mark.parametrize("seed", range(5))
def test_a_throttled_cloud_slows_a_roll_and_does_not_end_it(seed: int, good: bool) -> None:
    """With four calls of ten throttled both ways reach their ends, sizes and processes as found."""
    fleet = group(good=good, throttled=0.4, seed=seed)
    clock = FleetClock(fleet)
    decision = drive(RetryingFleet(fleet, clock), clock, LIMITS, fresh(fleet))
    assert decision.outcome is not None and decision.outcome.done is good
    assert revisions(fleet) == {V2 if good else V1}
    assert is_as_found(fleet) and floor_held(fleet)


@dataclass
class Refusing(MortalFleet):
    """A fleet that refuses one kind of act for good, after ``first`` such acts have passed."""

    act: type[Action] = Suspend  # type: ignore[assignment]
    first: int = 0
    asked: Counter[str] = field(default_factory=Counter)

    def apply(self, action: Action) -> None:
        if isinstance(action, self.act):
            self.asked[type(action).__name__] += 1
            if self.asked[type(action).__name__] > self.first:
                self.calls.append(type(action).__name__)
                hint = f"Allow autoscaling:{type(action).__name__}."
                raise DeniedFleetError("AccessDenied: no", operation="X", code="AccessDenied", hint=hint)
        super().apply(action)


@pytest.mark.parametrize("pacing", Pacing)
@pytest.mark.parametrize("act", [Suspend, PointAt, Resize])
def test_an_act_refused_before_anything_was_replaced_returns_the_group(
    act: type[Action], pacing: Pacing
) -> None:
    """AccessDenied on suspend, point or resize: nobody was terminated, and all is as found."""
    fleet = group()
    refusing = Refusing(fleet, act=act)
    decision = drive(refusing, FleetClock(fleet), replace(LIMITS, pacing=pacing), fresh(fleet))
    assert decision.next.verdict is not None and decision.next.verdict.code is VerdictCode.REFUSED
    assert "AccessDenied" in decision.next.verdict.cause
    assert decision.next.verdict.remedy is Remedy.PERMISSION
    assert decision.next.verdict.hint == f"Allow autoscaling:{act.__name__}."
    assert decision.outcome is not None and decision.outcome.returned is True
    assert revisions(fleet) == {V1} and fleet.pointer == V1
    assert "Terminate" not in refusing.calls and is_as_found(fleet)
    assert refusing.asked.total() <= 3


@pytest.mark.parametrize("pacing", Pacing)
@pytest.mark.parametrize("first", [0, 1, 3])
def test_terminations_refused_for_good_end_with_the_record_kept(first: int, pacing: Pacing) -> None:
    """AccessDenied on terminate: neither forward nor back works, processes run again, the record stays."""
    fleet = group()
    refusing = Refusing(fleet, act=Terminate, first=first)
    decision = drive(refusing, FleetClock(fleet), replace(LIMITS, pacing=pacing), fresh(fleet))
    assert decision.outcome is not None and not decision.outcome.done and decision.outcome.returned is False
    assert decision.next.back_failed is not None and decision.next.back_failed.code == "refused"
    assert decision.next.back_failed.hint == "Allow autoscaling:Terminate."
    assert fleet.suspended == {"AZRebalance"}
    assert refusing.asked["Terminate"] <= first + 4
    found = read(fleet.marks())
    assert found is not None and found_lease(fleet.marks()) is None
    again = drive(fleet, FleetClock(fleet), LIMITS, fresh(fleet))
    assert again.outcome is not None and again.outcome.returned is True
    assert revisions(fleet) == {V1} and is_as_found(fleet)


def test_processes_that_cannot_be_given_back_end_with_the_record_kept() -> None:
    """AccessDenied on resume: the members are new, the error is told, and the next run gives the processes back."""
    fleet = group()
    refusing = Refusing(fleet, act=Resume)
    decision = drive(refusing, FleetClock(fleet), LIMITS, fresh(fleet))
    assert decision.outcome is not None and not decision.outcome.done
    assert decision.next.back_failed is not None and "resume" in decision.next.back_failed.cause
    assert revisions(fleet) == {V2} and fleet.sizes == FOUND
    assert refusing.asked["Resume"] <= 2
    assert read(fleet.marks()) is not None
    again = drive(fleet, FleetClock(fleet), LIMITS, fresh(fleet))
    assert again.outcome is not None and again.outcome.done
    assert revisions(fleet) == {V2} and is_as_found(fleet)


@pytest.mark.parametrize("back", [False, True], ids=["after the way forward", "after the way back"])
def test_sizes_that_cannot_be_given_back_do_not_keep_the_processes_suspended(back: bool) -> None:
    """AccessDenied on the last resize: the processes run again all the same, and the record stays for the sizes."""
    fleet = group(good=not back)

    @dataclass
    class Late(Refusing):
        """The permission goes when the least size is about to be given back."""

        def apply(self, action: Action) -> None:
            if isinstance(action, Resize) and action.min == FOUND.min:
                self.first = 0
            super().apply(action)

    refusing = Late(fleet, act=Resize, first=99)
    decision = drive(refusing, FleetClock(fleet), LIMITS, fresh(fleet))
    assert decision.outcome is not None and not decision.outcome.done and not decision.outcome.returned
    assert decision.next.back_failed is not None
    assert fleet.suspended == {"AZRebalance"}
    assert read(fleet.marks()) is not None


@pytest.mark.parametrize(("act", "first"), [(Terminate, 0), (Resume, 0), (Resize, 1)])
def test_left_as_it_is_a_refused_act_is_told_and_processes_run_again_where_they_may(
    act: type[Action], first: int
) -> None:
    """onFailure leave: what cannot be given back is kept in the record; it ends, and never loops."""
    fleet = group(good=False)
    limits = replace(LIMITS, on_failure=OnFailure.LEAVE)
    refusing = Refusing(fleet, act=act, first=first)
    decision = drive(refusing, FleetClock(fleet), limits, fresh(fleet))
    assert decision.outcome is not None and not decision.outcome.done and not decision.outcome.returned
    assert refusing.asked.total() <= 6 and decision.next.back_failed is not None
    if act is not Resume:
        assert fleet.suspended == {"AZRebalance"}


@dataclass
class Silent(MortalFleet):
    """A cloud that answers nothing from a moment on, or for a while."""

    since: float = float("inf")
    until: float = float("inf")
    only: tuple[str, ...] = ()

    def _count(self, name: str) -> bool:
        dying = super()._count(name)
        assert isinstance(self.inner, SimulatedFleet)
        if self.since <= self.inner.now < self.until and (not self.only or name in self.only):
            raise TemporaryFleetError("no answer", operation=name, code="RequestTimeout")
        return dying


@pytest.mark.parametrize("only", [(), ("write",)], ids=["all calls", "writes of the record alone"])
def test_a_cloud_silent_for_a_quarter_of_an_hour_ends_the_drive_with_the_record_kept(
    only: tuple[str, ...],
) -> None:
    """Fifteen minutes without an answer and it gives up: no act without its record, the record stays."""
    fleet = group()
    silent = Silent(fleet, since=1012.0, only=only)
    with pytest.raises(TemporaryFleetError):
        drive(silent, FleetClock(fleet), LIMITS, fresh(fleet))
    # Counted from the last answer, which was one wait before.
    assert SILENCE - 5 <= fleet.now - 1012.0 < SILENCE + 60
    assert max(at for at, _ in fleet.acts) <= 1012.0
    assert read(fleet._marks) is not None
    decision = drive(fleet, FleetClock(fleet), LIMITS, fresh(fleet))
    assert decision.outcome is not None and decision.outcome.done and is_as_found(fleet)


@pytest.mark.parametrize("only", [(), ("write",), ("observe",), ("Terminate",), ("Resize",)])
def test_a_cloud_silent_for_ten_minutes_is_waited_for(only: tuple[str, ...]) -> None:
    """Ten minutes without an answer delay the roll; it goes on where it was."""
    fleet = group()
    silent = Silent(fleet, since=1012.0, until=1612.0, only=only)
    limits = replace(LIMITS, pause=1200.0)
    clock = FleetClock(fleet)
    decision = drive(silent, clock, limits, fresh(fleet))
    assert decision.outcome is not None and decision.outcome.done and is_as_found(fleet) and floor_held(fleet)


def test_a_record_that_may_not_be_written_means_no_act() -> None:
    """AccessDenied on the tags at the start: the error is the caller's, and the group was not touched."""
    fleet = group()

    @dataclass
    class Unwritable(MortalFleet):
        def write_marks(self, marks: Mapping[str, str]) -> None:
            if len(marks) > 1:
                raise PermanentFleetError("AccessDenied: no tags", operation="CreateOrUpdateTags")
            super().write_marks(marks)

    with pytest.raises(PermanentFleetError, match="no tags"):
        drive(Unwritable(fleet), FleetClock(fleet), LIMITS, fresh(fleet))
    assert not fleet.acts and not dict(fleet.marks()), "the lease was given back"


def test_nothing_is_done_that_is_not_recorded() -> None:
    """Every act of a roll and of its way back stood in the record on the group before it was done."""
    fleet = group(good=False)

    class Strict(MortalFleet):
        def apply(self, action: Action) -> None:
            found = read(fleet._marks)
            assert found is not None and action in [i.action for i in found[1].ours.issued]
            super().apply(action)

    decision = drive(Strict(fleet), FleetClock(fleet), LIMITS, fresh(fleet))
    assert decision.outcome is not None and decision.outcome.returned is True
