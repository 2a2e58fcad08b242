"""What people ask of a running rollout: each request is acted on once, soon, and leaves no tag behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from pulumi_rolling.core.model.codes import Step, VerdictCode
from pulumi_rolling.core.model.goal import Direction, OnFailure
from pulumi_rolling.core.model.member import Lifecycle, Revision, Signal, Sizes
from pulumi_rolling.core.replace.actions import Terminate
from pulumi_rolling.core.replace.decide import decide
from pulumi_rolling.core.replace.limits import ONE_HOUR, Limits
from pulumi_rolling.core.replace.observation import Observation
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.engine.lease import found_lease
from pulumi_rolling.engine.record.pieces import (
    OF_A_MEMBER,
    OF_THE_ROLLOUT,
    REQUEST,
    asked,
    read,
    request_mark,
    requests,
)
from pulumi_rolling.errors import PermanentFleetError, TemporaryFleetError
from pulumi_rolling.fleets.replace import Sight
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from .stage import Death, FleetClock, MortalFleet, drive

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
FOUND = Sizes(2, 8, 6)
LIMITS = Limits(batch=2, floor=4, max_size=8, signals=True, pause=60.0, settle=6.0, poll=1.0)
FEW_LOOKS = 4.0
"""Seconds, at a poll of one, within which somebody who waits at another terminal sees an answer."""

When = Callable[[SimulatedFleet, Rollout], bool]
Do = Callable[[SimulatedFleet, Rollout], None]
Script = list[tuple[When, Do]]


def group(signal: Signal | None = Signal.SUCCESS, share: float = 1.0) -> SimulatedFleet:
    behaviour = Behaviour(boot=4.0, signal=signal, share=share)
    return SimulatedFleet(desired=6, min_size=2, max_size=8, revision=V1, behaviours={"two": behaviour})


def fresh(fleet: SimulatedFleet) -> Rollout:
    return new_rollout("r", V2, V1, FOUND, fleet.suspended, fleet.now)


def new(fleet: SimulatedFleet) -> list[str]:
    return [m.id for m in fleet.members() if m.revision == V2 and m.lifecycle is not Lifecycle.LEAVING]


def old(fleet: SimulatedFleet) -> list[str]:
    return [m.id for m in fleet.members() if m.revision == V1 and m.lifecycle is not Lifecycle.LEAVING]


def kills(fleet: SimulatedFleet) -> list[float]:
    return [at for at, act in fleet.acts if isinstance(act, Terminate)]


@dataclass
class Attended(MortalFleet):
    """Somebody looks at the group before each look of the driver, and does each thing once its moment has come."""

    script: Script = field(default_factory=list)

    def observe(self, rollout: Rollout) -> Sight:
        assert isinstance(self.inner, SimulatedFleet)
        record = read(self.inner._marks)
        if self.script and record is not None and self.script[0][0](self.inner, record[1]):
            self.script.pop(0)[1](self.inner, record[1])
        return super().observe(rollout)


def ask(kind: str, member: str = "") -> Do:
    return lambda fleet, _: fleet.write_marks(request_mark(kind, member))


def after(seconds: float) -> When:
    return lambda fleet, _: fleet.now >= 1000.0 + seconds


def turns_of(seen: list[Decided]) -> list[bool]:
    """Each time that the pause began or ended."""
    return [b.next.way.paused for a, b in pairwise(seen) if a.next.way.paused is not b.next.way.paused]


def ends_as_found(fleet: SimulatedFleet, decision: Decided, revision: Revision = V2) -> None:
    assert decision.outcome is not None and decision.outcome.done is (revision == V2)
    assert {m.revision for m in fleet.members() if m.lifecycle is not Lifecycle.LEAVING} == {revision}
    assert fleet.sizes == FOUND and not fleet._marks


@pytest.mark.parametrize("at", range(11))
def test_a_paused_roll_starts_nothing_until_it_is_resumed(at: int) -> None:
    """Wherever the pause comes, no member goes between it and the resume, and the roll then ends as it would have."""
    fleet = group()
    taken: list[float] = []

    def note(fleet: SimulatedFleet, record: Rollout) -> None:
        taken.append(fleet.now)
        fleet.write_marks(request_mark("resume"))

    script: Script = [
        (after(at), ask("pause")),
        (lambda fleet, record: record.way.paused, lambda fleet, _: taken.append(fleet.now)),
        (lambda fleet, _: fleet.now >= taken[0] + 100, note),
        (lambda fleet, record: not record.way.paused, lambda fleet, _: taken.append(fleet.now)),
    ]
    decision = drive(Attended(fleet, script=script), FleetClock(fleet), LIMITS, fresh(fleet))
    paused_at, asked_at, resumed_at = taken
    assert not [when for when in kills(fleet) if paused_at < when < asked_at]
    assert resumed_at - asked_at <= FEW_LOOKS
    assert [when for when in kills(fleet) if when >= asked_at], "the pause held something up"
    ends_as_found(fleet, decision)


@pytest.mark.parametrize("kind", sorted(OF_THE_ROLLOUT | OF_A_MEMBER))
def test_what_was_asked_for_is_on_the_record_when_its_tag_goes(kind: str) -> None:
    """A tag is removed by the driver, and never before the record names the request: a crash loses nothing."""
    fleet = group()
    removed: list[bool] = []

    class Strict(Attended):
        def remove_marks(self, keys: list[str]) -> None:
            of_requests = [key for key in keys if key.startswith(REQUEST)]
            if of_requests and len(keys) == len(of_requests):
                record = read(fleet._marks)
                assert record is not None
                wanted = asked({key: fleet._marks[key] for key in of_requests})
                removed.extend(r.id in record[1].handled for r in wanted.values())
            super().remove_marks(keys)

    def put(fleet: SimulatedFleet, record: Rollout) -> None:
        fleet.write_marks(request_mark(kind, old(fleet)[0] if kind in OF_A_MEMBER else ""))

    script: Script = [(after(3), put), (lambda _, record: record.way.paused, ask("resume"))]
    drive(Strict(fleet, script=script), FleetClock(fleet), LIMITS, fresh(fleet))
    assert removed and all(removed)
    assert not fleet._marks


def test_a_skipped_member_stays_and_a_retried_one_goes() -> None:
    """Named members: the old one that is skipped is there at the end, the new one that is retried is not."""
    fleet = group()
    named: dict[str, str] = {}

    def skip(fleet: SimulatedFleet, record: Rollout) -> None:
        named["skip"] = old(fleet)[-1]
        ask("skip", named["skip"])(fleet, record)

    def retry(fleet: SimulatedFleet, record: Rollout) -> None:
        named["retry"] = new(fleet)[0]
        ask("retry", named["retry"])(fleet, record)

    script: Script = [(after(2), skip), (lambda fleet, _: fleet.now > 1005 and bool(new(fleet)), retry)]
    decision = drive(Attended(fleet, script=script), FleetClock(fleet), LIMITS, fresh(fleet))
    assert decision.outcome is not None and decision.outcome.done
    assert old(fleet) == [named["skip"]] and decision.next.way.skipped == {named["skip"]}
    assert named["retry"] not in new(fleet) and len(new(fleet)) == 5
    taken = [act.member for _, act in fleet.acts if isinstance(act, Terminate)]
    assert taken.count(named["retry"]) == 1 and decision.next.way.failures == 0
    assert fleet.sizes == FOUND and not fleet._marks


GATED = replace(LIMITS, canary=1, approval=True)


def test_a_gate_is_waited_at_for_long_and_opens_soon_after_the_approval() -> None:
    """Longer than anything may stand still: the lease never runs out, nobody goes, the approval is taken up at once."""
    fleet = group()
    opened: list[float] = []
    past: list[float] = []

    class Watching(FleetClock):
        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            lease = found_lease(fleet._marks)
            if lease is not None and lease.until <= fleet.now:
                past.append(fleet.now)

    def approve(fleet: SimulatedFleet, record: Rollout) -> None:
        opened.append(fleet.now)
        ask("approve")(fleet, record)

    script: Script = [
        (lambda fleet, record: record.way.gate is not None and fleet.now > 1000 + 1.5 * ONE_HOUR, approve)
    ]
    decision = drive(Attended(fleet, script=script), Watching(fleet), GATED, fresh(fleet))
    ends_as_found(fleet, decision)
    assert not past
    assert len([when for when in kills(fleet) if when < opened[0]]) == 1
    assert min(when for when in kills(fleet) if when >= opened[0]) - opened[0] <= FEW_LOOKS


def test_a_gate_stands_in_the_record_at_once() -> None:
    """Another shell sees the gate at the look after the driver came to it, though no act goes with it."""
    fleet = group()
    said: list[tuple[Decided, Rollout]] = []
    script: Script = [(lambda _, record: record.way.gate is not None, ask("approve"))]

    class Told(Attended):
        def observe(self, rollout: Rollout) -> Sight:
            record = read(fleet._marks)
            if seen and record is not None:
                said.append((seen[-1], record[1]))
            return super().observe(rollout)

    seen: list[Decided] = []
    drive(Told(fleet, script=script), FleetClock(fleet), GATED, fresh(fleet), seen=seen)
    gates = [(decision.next.way.gate, record.way.gate) for decision, record in said]
    assert any(gate is not None for gate, _ in gates)
    assert all(now == recorded for now, recorded in gates)


def test_a_rejected_gate_takes_the_group_back() -> None:
    """reject at the gate is no abort: the verdict says that somebody looked and said no."""
    fleet = group()
    script: Script = [(lambda _, record: record.way.gate is not None, ask("reject"))]
    decision = drive(Attended(fleet, script=script), FleetClock(fleet), GATED, fresh(fleet))
    assert decision.next.verdict is not None and decision.next.verdict.code is VerdictCode.REJECTED
    ends_as_found(fleet, decision, V1)


@pytest.mark.parametrize("kind", ["retry", "skip", "abort"])
def test_a_held_roll_goes_on_with_the_word_that_is_spoken(kind: str) -> None:
    """onFailure hold: a failure is waited at until it is retried or skipped, or the group is sent back."""
    fleet = group(Signal.FAILURE, share=0.3)
    waited: list[float] = []

    def speak(fleet: SimulatedFleet, record: Rollout) -> None:
        waited.append(fleet.now)
        member = record.way.failed[0].id if kind != "abort" else ""
        ask(kind, member)(fleet, record)

    def is_held(fleet: SimulatedFleet, record: Rollout) -> bool:
        return (
            record.way.held is not None
            and fleet.now > record.way.held.at + 200
            and not requests(fleet._marks)
        )

    limits = replace(LIMITS, on_failure=OnFailure.HOLD)
    script: Script = [(is_held, speak) for _ in range(20)]
    decision = drive(Attended(fleet, script=script), FleetClock(fleet), limits, fresh(fleet))
    assert waited
    if kind == "abort":
        assert (
            decision.next.verdict is not None and decision.next.verdict.code is VerdictCode.TOO_MANY_FAILURES
        )
        ends_as_found(fleet, decision, V1)
    else:
        ends_as_found(fleet, decision)
    assert len(decision.next.way.skipped) == (len(waited) if kind == "skip" else 0)


class Forgetful(Attended):
    """A cloud whose every other read still shows the first request, as it was before its tag was removed."""

    looks: int = 0
    first: Mapping[str, str] | None = None

    def observe(self, rollout: Rollout) -> Sight:
        sight = super().observe(rollout)
        self.looks += 1
        shown = list(asked(sight.marks))
        if self.first is None and shown:
            self.first = {shown[0]: sight.marks[shown[0]]}
        return replace(sight, marks={**sight.marks, **(self.first or {})}) if self.looks % 2 else sight


@pytest.mark.parametrize("forgets", [False, True], ids=["", "the core forgets what it sees no more"])
def test_a_stale_read_that_shows_a_removed_tag_again_repeats_nothing(
    forgets: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paused once and resumed once: the pause that every other look still shows is not taken up again."""
    if forgets:

        def forgetting(limits: Limits, rollout: Rollout, seen: Observation) -> Decided:
            shown = {request.id for request in seen.requests}
            return decide(limits, replace(rollout, handled=rollout.handled & shown), seen)

        monkeypatch.setattr("pulumi_rolling.core.replace.decide.decide", forgetting)
    fleet = group()
    seen: list[Decided] = []
    script: Script = [(after(5), ask("pause")), (lambda _, record: record.way.paused, ask("resume"))]
    forgetful = Forgetful(fleet, script=script)
    decision = drive(forgetful, FleetClock(fleet), LIMITS, fresh(fleet), seen=seen)
    ends_as_found(fleet, decision)
    turns = turns_of(seen)
    assert turns == [True, False] and forgetful.first
    assert forgetful.calls.count("remove") == 3, "one a request, and the record's end"


def test_a_request_is_not_lost_in_a_look_that_shows_only_a_part() -> None:
    """Nothing is decided on a look that is not complete, so the tag stays until one is."""
    fleet = group()

    class Partial(Attended):
        def observe(self, rollout: Rollout) -> Sight:
            sight = super().observe(rollout)
            half = fleet.now < 1012.0 and bool(requests(sight.marks))
            return replace(sight, observation=replace(sight.observation, complete=not half))

    script: Script = [(after(5), ask("abort"))]
    decision = drive(Partial(fleet, script=script), FleetClock(fleet), LIMITS, fresh(fleet))
    assert decision.next.verdict is not None and decision.next.verdict.code is VerdictCode.ABORTED
    ends_as_found(fleet, decision, V1)


def test_a_request_that_fits_no_more_is_taken_off_as_soon() -> None:
    """Nothing comes of it and nothing else is recorded meanwhile, and its tag goes all the same."""
    fleet = group()
    moments: list[float] = []

    def approve(fleet: SimulatedFleet, record: Rollout) -> None:
        moments.append(fleet.now)
        ask("approve")(fleet, record)

    def is_gone(fleet: SimulatedFleet, record: Rollout) -> bool:
        return not requests(fleet._marks)

    script: Script = [
        (after(5), ask("pause")),
        (lambda fleet, record: record.way.paused and fleet.now > 1060, approve),
        (is_gone, lambda fleet, _: moments.append(fleet.now)),
        (lambda fleet, _: fleet.now > 1120, ask("resume")),
    ]
    decision = drive(Attended(fleet, script=script), FleetClock(fleet), LIMITS, fresh(fleet))
    ends_as_found(fleet, decision)
    assert moments[1] - moments[0] <= FEW_LOOKS


@pytest.mark.parametrize("after_the_call", [False, True])
def test_a_death_around_the_tags_removal_repeats_nothing(after_the_call: bool) -> None:
    """A driver dies as it removes the tag of a pause: the next one is paused still, and once resumed it stays so."""
    fleet = group()
    script: Script = [(after(5), ask("pause"))]
    mortal = Attended(fleet, script=script, after=after_the_call)

    class DiesAtTheTag(Attended):
        def remove_marks(self, keys: list[str]) -> None:
            if after_the_call:
                super().remove_marks(keys)
            raise Death

    with pytest.raises(Death):
        drive(DiesAtTheTag(fleet, script=mortal.script), FleetClock(fleet), LIMITS, fresh(fleet))
    assert bool(requests(fleet._marks)) is not after_the_call
    record = read(fleet._marks)
    assert record is not None and record[1].way.paused
    fleet.advance(fleet.now + 40.0)
    seen: list[Decided] = []
    next_script = [(lambda fleet, _: fleet.now > 1150.0, ask("resume"))]
    decision = drive(Attended(fleet, script=next_script), FleetClock(fleet), LIMITS, fresh(fleet), seen=seen)
    ends_as_found(fleet, decision)
    paused = [decision.next.way.paused for decision in seen]
    assert paused == sorted(paused, reverse=True) and paused[0]


@pytest.mark.parametrize("error", [TemporaryFleetError, PermanentFleetError])
def test_a_tag_that_cannot_be_removed_ends_nothing_and_is_acted_on_once(
    error: type[TemporaryFleetError | PermanentFleetError],
) -> None:
    """The cloud refuses the removal for a while: the roll goes on, and the tag is gone when it may go."""
    fleet = group()

    @dataclass
    class Sticky(Attended):
        refused: int = 0

        def remove_marks(self, keys: list[str]) -> None:
            if self.refused < 3:
                self.refused += 1
                raise error("not now", operation="DeleteTags", code="Throttling")
            super().remove_marks(keys)

    seen: list[Decided] = []
    script: Script = [(after(5), ask("pause")), (lambda fleet, _: fleet.now > 1040.0, ask("resume"))]
    sticky = Sticky(fleet, script=script)
    decision = drive(sticky, FleetClock(fleet), LIMITS, fresh(fleet), seen=seen)
    assert sticky.refused == 3
    ends_as_found(fleet, decision)
    turns = turns_of(seen)
    assert turns == [True, False]


def test_requests_are_taken_up_in_the_order_of_asking() -> None:
    """Pause and resume that stand on the group together end unpaused, the other way round paused."""
    first, second = request_mark("pause"), request_mark("resume")
    names = [next(iter(mark)) for mark in (first, second)]
    assert [r.kind for r in requests({names[1]: "resume", names[0]: "pause"})] == ["pause", "resume"]
    ended: dict[str, bool] = {}
    for kinds in (("pause", "resume"), ("resume", "pause")):
        ended[kinds[0]] = paused_after(dict(zip(names, kinds, strict=True)))
    assert ended == {"pause": False, "resume": True}


def paused_after(marks: Mapping[str, str]) -> bool:
    """Whether a roll is paused that has taken up these requests, which stand on it together."""
    fleet = group()
    paused: list[bool] = []
    script: Script = [
        (after(5), lambda fleet, _: fleet.write_marks(marks)),
        (lambda _, record: bool(record.handled), lambda _, record: paused.append(record.way.paused)),
        (lambda _, record: record.way.paused, ask("resume")),
    ]
    drive(Attended(fleet, script=script), FleetClock(fleet), LIMITS, fresh(fleet))
    return paused[0]


def test_the_one_tag_of_earlier_versions_is_still_acted_on_and_removed() -> None:
    """An older command line aborts a newer driver's rollout."""
    fleet = group()
    script: Script = [(after(5), lambda fleet, _: fleet.write_marks({REQUEST: "abort:1f2e"}))]
    decision = drive(Attended(fleet, script=script), FleetClock(fleet), LIMITS, fresh(fleet))
    assert decision.next.verdict is not None and decision.next.verdict.code is VerdictCode.ABORTED
    assert "1f2e" in decision.next.handled
    ends_as_found(fleet, decision, V1)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (f"{REQUEST}.1", "dance"),
        (f"{REQUEST}.1", "skip"),
        (f"{REQUEST}.1", "skip:"),
        (f"{REQUEST}.1", "pause:i-1"),
        (f"{REQUEST}.", "pause"),
        (f"x{REQUEST}.1", "pause"),
        (REQUEST, "abort:"),
        (REQUEST, "retry:i-1"),
    ],
)
def test_what_nobody_understands_is_no_request(key: str, value: str) -> None:
    """Only a known verb, with a member just where it is about one, under a tag of ours with an id."""
    assert requests({key: value}) == ()


def test_on_the_way_back_requests_are_taken_off_and_change_nothing() -> None:
    """Nobody stops the way back, and no tag stays behind it."""
    fleet = group(Signal.FAILURE)

    def goes_back(fleet: SimulatedFleet, record: Rollout) -> bool:
        return record.direction is Direction.BACK

    script: Script = [(goes_back, ask(kind)) for kind in ("pause", "resume", "abort", "approve")]
    decision = drive(Attended(fleet, script=script), FleetClock(fleet), LIMITS, fresh(fleet))
    assert decision.next.verdict is not None and decision.next.verdict.code is VerdictCode.TOO_MANY_FAILURES
    assert decision.next.step is Step.DONE
    ends_as_found(fleet, decision, V1)
