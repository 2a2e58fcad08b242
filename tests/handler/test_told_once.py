"""Every thing is told at most once: a death at every call of a roll with an approval, and of its way back."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from pulumi_rolling.core.machine import REPLACE
from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.member import Revision, Signal, Sizes
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.core.replace.takeover import resume
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record.pieces import Journal, read
from pulumi_rolling.engine.told import TOLD, Told
from pulumi_rolling.errors import OrphanedError
from pulumi_rolling.fleets.base import Shelf
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.handler.announcing import Announcer
from pulumi_rolling.handler.audience import Audience, Guards, Listeners, Reporter
from pulumi_rolling.handler.context import Context
from pulumi_rolling.handler.recorded import unfinished
from pulumi_rolling.handler.replace.telling import ReplaceTelling
from pulumi_rolling.handler.words import Words
from pulumi_rolling.notify.message import Message

from tests.engine.stage import Death, FleetClock, MortalFleet

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
FOUND = Sizes(1, 5, 3)
LIMITS = Limits(
    batch=2,
    floor=2,
    max_size=5,
    signals=True,
    pause=60.0,
    pacing=Pacing.SLIDING,
    canary=1,
    approval=True,
    settle=6.0,
    poll=1.0,
)
SHELF = Shelf(50, 256)


@dataclass
class Sent:
    """A messenger that keeps what it is given."""

    messages: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        self.messages.append(message)

    def faults(self) -> list[str]:
        return []

    def close(self) -> list[str]:
        return []

    @property
    def keys(self) -> list[str]:
        return [message.key for message in self.messages]

    @property
    def events(self) -> list[str]:
        return [message.event.value for message in self.messages]


def group(*, good: bool) -> SimulatedFleet:
    behaviour = Behaviour(boot=4.0) if good else Behaviour(boot=4.0, signal=Signal.FAILURE)
    return SimulatedFleet(
        desired=3, min_size=1, max_size=5, revision=V1, behaviours={"two": behaviour}, name="web"
    )


@dataclass
class Faulty:
    """Something of a listener that raises at its ``nth`` use; 0 is never."""

    nth: int = 0
    error: Exception = field(default_factory=lambda: RuntimeError("pipe closed"))
    used: int = 0

    def use(self) -> None:
        self.used += 1
        if self.used == self.nth:
            raise self.error


@dataclass
class Faults:
    """Where listeners fail: in the row's status, in what makes marks, in the sending, and in the warning itself."""

    status: Faulty = field(default_factory=Faulty)
    marks: Faulty = field(default_factory=Faulty)
    send: Faulty = field(default_factory=Faulty)
    warn: Faulty = field(default_factory=Faulty)
    warned: list[str] = field(default_factory=list)

    def heard(self, warning: str) -> None:
        self.warned.append(warning)
        self.warn.use()


class Failing(Announcer):
    """An announcer whose marks or messages fail."""

    faults: Faults

    def marks(self, decision: Decided) -> dict[str, str]:
        self.faults.marks.use()
        return super().marks(decision)

    def _message(self, decision: Decided, due: Any) -> Message:
        self.faults.send.use()
        return super()._message(decision, due)


def run(
    fleet: SimulatedFleet, sent: Sent, dies_at: int = 0, after: bool = False, faults: Faults | None = None
) -> MortalFleet:
    """Drive to the end or to death; somebody approves as soon as that is asked for."""
    clock, mortal, faults = FleetClock(fleet), MortalFleet(fleet, dies_at, after), faults or Faults()
    lease = Lease(mortal, "me", clock, LIMITS.poll)
    marks = lease.acquire()
    found = read(marks)
    start = new_rollout("r1", V2, V1, FOUND, fleet.suspended, fleet.now)
    operation: Any = SimpleNamespace(
        name="web", fleet=fleet, clock=clock,
        strategy=SimpleNamespace(situation=SimpleNamespace(telling=ReplaceTelling())),
    )  # fmt: skip
    messenger: Any = sent
    context = Context(warn=faults.heard, status=lambda line: faults.status.use())
    people = Failing(operation, context, Words("web", "it", "t"), messenger, Told.in_marks(marks))
    people.faults = faults
    audience = Audience(
        Listeners(Reporter("web", "web", context), people=people), Guards("web", context.warn)
    )
    asked: list[Request] = []

    def hear(before: Rollout, decision: Decided) -> None:
        audience(before, decision)
        if decision.because.code is ReasonCode.APPROVAL:
            asked[:] = [Request("a1", "approve")]

    drive = Drive(
        REPLACE, mortal, LIMITS, Journal(mortal, "me"), lease, clock, on_decision=hear,
        orphaned=lambda: False, requests=lambda: tuple(asked), beside=audience.marks, standing=audience.standing,
    )  # fmt: skip
    with audience:
        drive.run(start if found is None else resume(found[1], clock.now()))
    return mortal


EVENTS = [(True, ["started", "waiting", "ended"]), (False, ["started", "failed", "ended"])]
builds = pytest.mark.parametrize(("good", "events"), EVENTS, ids=["good build", "failing build"])


@builds
def test_whatever_dies_each_thing_is_told_at_most_once(good: bool, events: list[str]) -> None:
    """Over the death and the run after it no key is sent twice, and nothing is left on the group."""
    whole = Sent()
    total = len(run(group(good=good), whole).calls)
    assert whole.events == events, whole.messages
    for dies_at in range(1, total + 1):
        for after in (False, True):
            dies_and_goes_on(good, events, dies_at, after, Faults())


def dies_and_goes_on(good: bool, events: list[str], dies_at: int, after: bool, faults: Faults) -> None:
    fleet, sent, where = group(good=good), Sent(), f"died at call {dies_at}, after it: {after}"
    with pytest.raises(Death):
        run(fleet, sent, dies_at, after, faults)
    fleet.advance(fleet.now + 40.0)
    if unfinished(fleet.marks()) is not None:
        run(fleet, sent)
        assert not dict(fleet.marks()), where
    assert len(sent.keys) == len(set(sent.keys)), f"{where}: {sent.keys}"
    assert sent.events == [each for each in events if each in sent.events], where


FAULTS = [
    *((where, nth) for where in ("marks", "send") for nth in (1, 2, 3)),
    ("status", 1),
    ("status", 4),
]
UNTOLD = {
    "status": "the row of web does not tell all",
    "marks": "people could not be told of web",
    "send": "people could not be told of web",
}


@pytest.mark.parametrize(("where", "nth"), FAULTS, ids=lambda given: str(given))
@builds
def test_whatever_fails_in_a_listener_each_thing_is_told_at_most_once_and_the_fault_once(
    good: bool, events: list[str], where: str, nth: int
) -> None:
    """One fault at each place, then a death at each call; the warning may fail as well, and the roll ends well.

    What has no mark is not sent: its mark is made at the next decision. What fails between mark and sending is lost.
    """
    faults, whole = Faults(), Sent()
    setattr(faults, where, Faulty(nth))
    faults.warn = Faulty(1)
    fleet = group(good=good)
    total = len(run(fleet, whole, faults=faults).calls)
    assert faults.warned == [f"{UNTOLD[where]}: pipe closed"]
    assert not dict(fleet.marks()) and fleet.pointer == (V2 if good else V1)
    lost = [events[nth - 1]] if where == "send" else []
    assert whole.events == [each for each in events if each not in lost]
    for dies_at in range(1, total + 1):
        faults = Faults()
        setattr(faults, where, Faulty(nth))
        dies_and_goes_on(good, events, dies_at, True, faults)


@pytest.mark.parametrize("where", ["status", "marks", "send"])
def test_a_listener_that_always_fails_is_said_once_and_its_neighbours_hear_all(where: str) -> None:
    """The row goes on where people cannot be told, and they are told where the row is broken."""

    class Broken(Faulty):
        def use(self) -> None:
            self.used += 1
            raise OSError("gone")

    faults, sent = Faults(), Sent()
    broken = Broken()
    setattr(faults, where, broken)
    run(group(good=True), sent, faults=faults)
    assert len(faults.warned) == 1 and broken.used > 1
    assert sent.events == (EVENTS[0][1] if where == "status" else [])
    assert where == "status" or faults.status.used > 3


@dataclass
class Cleaned(MortalFleet):
    """Somebody removes all tags before one look."""

    cleaned_at: int = 0
    looks: int = 0

    def observe(self, rollout: Rollout) -> Any:
        self.looks += 1
        if self.looks == self.cleaned_at:
            self.inner.remove_marks([*self.inner.marks()])
        return super().observe(rollout)


def test_what_was_told_is_written_again_where_somebody_removes_our_tags() -> None:
    """With the record stands what was told, so that the next driver does not tell it again."""
    fleet = group(good=True)
    clock, cleaned = FleetClock(fleet), Cleaned(fleet, cleaned_at=4)
    lease = Lease(cleaned, "me", clock, LIMITS.poll)
    lease.acquire()
    start = new_rollout("r1", V2, V1, FOUND, fleet.suspended, fleet.now)
    seen: list[str] = []
    drive = Drive(
        REPLACE, cleaned, LIMITS, Journal(cleaned, "me"), lease, clock,
        on_decision=lambda *_: seen.append(fleet.marks().get(TOLD, "")),
        orphaned=lambda: len(seen) > 5, standing=lambda: {TOLD: "r1 x started"},
    )  # fmt: skip
    with pytest.raises(OrphanedError):
        drive.run(start)
    assert seen[:3] == ["", "", ""] and seen[-1] == "r1 x started"


def test_a_waiting_rollout_is_told_with_the_command_that_answers_it() -> None:
    """The sentence is the row's own lasting line."""
    sent = Sent()
    run(group(good=True), sent)
    started, waiting, ended = sent.messages
    assert started.sentence == "web: begins to roll from version 1 to version 2"
    assert waiting.sentence.startswith("run 'rolling approve web' or 'reject': waiting for approval after")
    assert (ended.sentence, ended.succeeded) == ("web: done, on version 2", True)


def test_what_was_told_is_of_one_target() -> None:
    """The tag is read again as it was written; another target of the same rollout begins with nothing told."""
    start = new_rollout("r1", V2, V1, FOUND, frozenset(), 0.0)
    told = Told().about(start.goal).and_also("started", "").and_also("approval", "17")
    mark = told.mark(SHELF)
    again = Told.in_marks(mark)
    assert again == told and again.about(start.goal).has("approval", "17")
    assert not again.about(start.goal).has("approval", "18")
    other = new_rollout("r1", V1, V2, FOUND, frozenset(), 0.0)
    assert not again.about(other.goal).words
    assert Told.in_marks({}).words == {} and Told(" ".join("x" * 300)).mark(SHELF) == {}
    assert len(mark[TOLD]) < 60


def test_where_the_tag_has_no_room_waits_that_are_over_give_way() -> None:
    """What is still so is kept, and the wait that is told now; the text fits the narrowest tag there is."""
    told = Told("rollout1 12345678").and_also("started", "").and_also("failed", "1764430000")
    for code in ("approval", "paused", "held", "pausedByRequest", "nobodyMayGo", "approval"):
        told = told.and_also(code, "1764430001")
    told = told.and_also("ended", "1")
    again = Told.in_marks(told.mark(Shelf(20, 96)))
    assert [*again.words] == ["started", "failed", "nobodyMayGo", "approval", "ended"]
    assert [*Told.in_marks(told.mark(SHELF)).words][-2:] == ["approval", "ended"]
