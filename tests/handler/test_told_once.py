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
from pulumi_rolling.fleets.base import Shelf
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.handler.announcing import Announcer
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


def run(fleet: SimulatedFleet, sent: Sent, dies_at: int = 0, after: bool = False) -> MortalFleet:
    """Drive to the end or to death; somebody approves as soon as that is asked for."""
    clock, mortal = FleetClock(fleet), MortalFleet(fleet, dies_at, after)
    lease = Lease(mortal, "me", clock, LIMITS.poll)
    marks = lease.acquire()
    found = read(marks)
    start = new_rollout("r1", V2, V1, FOUND, fleet.suspended, fleet.now)
    operation: Any = SimpleNamespace(
        name="web", fleet=fleet, clock=clock,
        strategy=SimpleNamespace(situation=SimpleNamespace(telling=ReplaceTelling())),
    )  # fmt: skip
    messenger: Any = sent
    announcer = Announcer(operation, Context(), Words("web", "it", "t"), messenger, Told.in_marks(marks))
    asked: list[Request] = []

    def hear(before: Rollout, decision: Decided) -> None:
        announcer(before, decision)
        if decision.because.code is ReasonCode.APPROVAL:
            asked[:] = [Request("a1", "approve")]

    drive = Drive(
        REPLACE, mortal, LIMITS, Journal(mortal, "me"), lease, clock,
        on_decision=hear, orphaned=lambda: False, requests=lambda: tuple(asked), beside=announcer.marks,
    )  # fmt: skip
    drive.run(start if found is None else resume(found[1], clock.now()))
    return mortal


@pytest.mark.parametrize(
    ("good", "events"),
    [(True, ["started", "waiting", "ended"]), (False, ["started", "failed", "ended"])],
    ids=["good build", "failing build"],
)
def test_whatever_dies_each_thing_is_told_at_most_once(good: bool, events: list[str]) -> None:
    """Over the death and the run after it no key is sent twice, and nothing is left on the group."""
    whole = Sent()
    total = len(run(group(good=good), whole).calls)
    assert whole.events == events, whole.messages
    for dies_at in range(1, total + 1):
        for after in (False, True):
            fleet, sent, where = group(good=good), Sent(), f"died at call {dies_at}, after it: {after}"
            with pytest.raises(Death):
                run(fleet, sent, dies_at, after)
            fleet.advance(fleet.now + 40.0)
            if unfinished(fleet.marks()) is not None:
                run(fleet, sent)
                assert not dict(fleet.marks()), where
            assert len(sent.keys) == len(set(sent.keys)), f"{where}: {sent.keys}"
            assert sent.events == [each for each in events if each in sent.events], where


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
