"""Observe, decide, record, act, wait; until there is an outcome.

Theory of operation. The loop knows no rule of a rollout: it carries facts to ``decide`` and carries out what comes
back, in order, one call after the other. Before the first act of a decision the rollout as it will be is on the
group (journal), so that dying anywhere loses nothing: acts that were recorded and not done are decided again, acts
that were done and not recorded cannot exist. A refused act becomes an observation and the rest of its decision is
dropped. Listeners raise nothing: their faults end where they are bound together. A record that cannot be written for
the moment means no act: the look is forgotten and the next one decides anew. An act does not outlive its look: when a
look is too old (the lease says), nothing more is written or done on it; acts that were recorded and not sent are taken
back, and the next look, which follows at once, decides them anew. What people ask for stands in tags of its own
(journal): it goes into the decision of the look that shows it, and the tag is removed once that decision is recorded,
so that a crash in between neither loses the request nor repeats it.

Worked example: look 1 at 10.0 s says "suspend, point". Written: {issued: suspend, point}; done: two calls. Look 2 at
11.0 s sees both, says "resize to 7". kill -9 between record and call: the next run finds {issued: resize}, waits a
settle time, still sees 6, forgets the act and decides the same again.

The process may outlive the engine that started it (a dynamic provider does, after kill -9): ``orphaned`` is asked at
every look, and two yeses in a row end the drive with the record kept and the lease released.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pulumi_rolling.core.machine import Machine, Paced, Remembered
from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.core.model.seen import RefusedAct, Request
from pulumi_rolling.core.shared.lease_rules import ASLEEP, longest_sleep, wait_before
from pulumi_rolling.engine.clock import Clock
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.record.pieces import Journal, asked
from pulumi_rolling.engine.said import said_mark
from pulumi_rolling.errors import (
    BusyFleetError,
    DeniedFleetError,
    GroupNotFoundError,
    MarksLostError,
    OrphanedError,
    PermanentFleetError,
    TemporaryFleetError,
)
from pulumi_rolling.fleets.base import Driven, Sight

MOST_RESTORED = 5
"""How often tags of ours are written again that somebody removes, before the drive gives up."""
GONE = 3
"""Looks in a row that do not find the group, after which it is gone; one empty answer is none."""
AWAKE = 0.05
"""Seconds by which a sleep ends early where nobody woke us."""
NUDGED = 1.0
"""Seconds of a sleep after which we see whether a verb of this machine nudged us."""
SHOWS = 20.0
"""Seconds after a nudge within which the word shows that it was for."""
SILENCE = 900.0
"""Seconds without any answer of the cloud after which a drive gives up, the record kept."""

R = TypeVar("R", bound=Remembered)
S = TypeVar("S")
A = TypeVar("A")
L = TypeVar("L", bound=Paced)


@dataclass(slots=True)
class Drive(Generic[R, S, A, L]):
    """One rollout of one group by this process, whatever the machine."""

    machine: Machine[R, S, A, L, Any]
    fleet: Driven[R, S, A]
    limits: L
    journal: Journal
    lease: Lease
    clock: Clock
    on_decision: Callable[[R, Decision[R, A]], None]
    orphaned: Callable[[], bool]
    requests: Callable[[], tuple[Request, ...]] = lambda: ()
    """What people ask of this process itself, beside the requests on the group."""
    before_end: Callable[[Decision[R, A]], None] = lambda decision: None
    """Told of the outcome while the record stands, so that after a death in between it is told again."""
    beside: Callable[[Decision[R, A]], Mapping[str, str]] = lambda decision: {}
    """Tags that must stand on the group before a decision is told; such are worth a writing of their own."""
    standing: Callable[[], Mapping[str, str]] = dict
    """Those tags as they stood last."""
    nudged: Callable[[], bool] | None = None
    """Whether a verb of this machine put a word on the group since this was asked last."""
    _refused: tuple[RefusedAct, ...] = ()
    _taken_off: set[str] = field(default_factory=set)
    """Requests whose tags we removed: a read from before that still shows them."""
    decided: R | None = None
    """The rollout as of the last decision that stands on the group or needed no record."""
    left: tuple[str, ...] = ()
    """Tags that could not be removed at the end of a rollout that is whole."""
    _missing: int = 0
    """Looks in a row that did not show our tags."""
    _restored: int = 0
    _absent: int = 0
    _unreachable: int = 0
    _heard_at: float = 0.0
    _nudged_at: float | None = None
    """When we were nudged for a word that no look has shown since."""

    def run(self, rollout: R) -> Decision[R, A]:
        """Drive to an outcome. The lease must be held; it and the record are gone when the outcome is whole."""
        self._heard_at = self.clock.steady()
        written = rollout
        while True:
            self._stop_if_orphaned()
            try:
                decided = self._decide(rollout, written)
                if decided is None:
                    self.clock.wait(self.limits.poll)
                    continue
                decision, marks = decided
                written = self._record(written, decision)
                self._take_off(written, marks)
                self._heard_at = self.clock.steady()
                self.decided = decision.next
                self.on_decision(rollout, decision)
                unsent, whole = self._carry_out(decision.actions)
                rollout = self.machine.take_back(decision.next, unsent) if unsent else decision.next
                if decision.outcome is not None:
                    self.before_end(decision)
                    self._finish(decision, marks)
                    return decision
            except TemporaryFleetError:
                if self.clock.steady() - self._heard_at > SILENCE:
                    self._release_quietly()
                    raise
                self.clock.wait(self.limits.poll)
                continue
            except PermanentFleetError as error:
                self._absent += isinstance(error, GroupNotFoundError)
                if isinstance(error, GroupNotFoundError) and self._absent < GONE:
                    self.clock.wait(self.limits.poll)
                    continue
                self._release_quietly()
                raise
            self._absent = 0
            if not unsent:
                self._sleep(self._wait_of(decision) if whole else self.limits.poll)

    def _wait_of(self, decision: Decision[R, A]) -> float:
        until_look = decision.look_again_at - self.clock.now()
        return wait_before(self.lease.length, until_look, by_boots=decision.by_boots)

    def _sleep(self, seconds: float) -> None:
        """Until then, or until somebody wakes or nudges us; an engine that is gone is found as in short waits."""
        # A lease that runs out between two looks would be somebody else's to take.
        left = min(seconds, longest_sleep(self.lease.length, self.lease.left()), self._until_word_shows())
        pace, asked_at = ASLEEP * self.lease.length, self.clock.steady()
        longest = pace if self.nudged is None else min(pace, NUDGED)
        while left > 0 and not self._is_nudged():
            piece, began = min(left, longest), self.clock.steady()
            woken = self.clock.wait(piece)
            now = self.clock.steady()
            left -= piece
            if woken or now - began < piece - AWAKE or left <= 0:
                return
            if now - asked_at >= pace - AWAKE:
                asked_at = now
                self._stop_if_orphaned()

    def _is_nudged(self) -> bool:
        if self.nudged is None or not self.nudged():
            return False
        self._nudged_at = self.clock.steady()
        return True

    def _until_word_shows(self) -> float:
        """The longest wait: a look may be older than the word that we were nudged for, so others follow, ever later."""
        since = math.inf if self._nudged_at is None else self.clock.steady() - self._nudged_at
        if since > SHOWS:
            self._nudged_at = None
            return math.inf
        return max(self.limits.poll, since)

    def _decide(self, rollout: R, written: R) -> tuple[Decision[R, A], Mapping[str, str]] | None:
        """A look and what follows from it. None: the look does not show our tags, and nothing follows from it."""
        self.lease.look_begins()
        if self.lease.has_run_out():
            self.lease.take_again()
        asked_at = self.clock.steady()
        sight = self.fleet.observe(rollout)
        if sight.whole is not None:
            waits = self._decision(rollout, sight)
            if not self._is_more_than_a_wait(written, waits):
                return waits, sight.marks
            sight = sight.whole()
        self.lease.looked(asked_at if sight.started is None else sight.started)
        if self.lease.is_gone(sight.marks) or self.journal.misses(sight.marks):
            self._put_back(rollout)
            return None
        self._missing = 0
        self.lease.must_be_ours(sight.marks)
        return self._decision(rollout, sight), sight.marks

    def _decision(self, rollout: R, sight: Sight[S]) -> Decision[R, A]:
        """What follows from a look, which asks for health behind load balancers where that decides."""
        wanted = tuple(r for r in asked(sight.marks).values() if r.id not in self._taken_off)
        if wanted:
            self._nudged_at = None
        requests = (*wanted, *self.requests())

        def of(seen: S) -> Decision[R, A]:
            return self.machine.decide(self.limits, rollout, self.machine.hear(seen, requests, self._refused))

        decision = of(sight.observation)
        if decision.asks_health and sight.with_health is not None:
            return of(sight.with_health())
        return decision

    def _is_more_than_a_wait(self, written: R, decision: Decision[R, A]) -> bool:
        """Whether anything is to be done, written or told to people, or a word is to be looked for."""
        ends = decision.outcome is not None or self.machine.is_news(written, decision.next)
        is_due = self.lease.is_due(self._wait_of(decision))
        is_asked = self._nudged_at is not None or bool(self.beside(decision))
        return bool(decision.actions) or ends or is_due or is_asked

    def _put_back(self, rollout: R) -> None:
        """Tags that vanish are no other driver: a cleaner removes what it does not know. They are written again.

        One look without them says nothing, since reads may be older than writes.
        """
        self._missing += 1
        if self._missing < 2:
            return
        self._missing, self._restored = 0, self._restored + 1
        if self._restored > MOST_RESTORED:
            self.fleet.give_back(rollout)
            raise MarksLostError(
                f"somebody removes the tags of ours from group {self.fleet.name} as often as they are written",
                hint="Let whatever cleans up tags leave those that begin with 'rolling:', then run 'pulumi up' again.",
            )
        self.lease.insist()
        self.journal.write(rollout, {**self.lease.mark(), **self.standing()}, whole=True)
        self.lease.written()

    def _record(self, written: R, decision: Decision[R, A]) -> R:
        """What now stands on the group. The refusals that the decision has taken up are done with."""
        said = said_mark(decision, self.clock.now(), self.fleet.shelf)
        wait, first = self._wait_of(decision), self.beside(decision)
        if decision.actions or first or self.machine.is_news(written, decision.next):
            self.lease.insist()
            self.journal.write(decision.next, {**self.lease.mark(wait), **said, **first})
            self.lease.written()
            written = decision.next
        elif self.lease.is_due(wait):
            self.lease.insist()
            self.fleet.write_marks({**self.lease.mark(wait), **said})
            self.lease.written()
        self._refused = ()
        return written

    def _take_off(self, written: R, marks: Mapping[str, str]) -> None:
        """Remove the tags of requests that the record has as taken up. One that stays is ignored, and removed later."""
        done = {key: r.id for key, r in asked(marks).items() if r.id in written.handled}
        keys = [key for key, ident in done.items() if ident not in self._taken_off]
        if not keys:
            return
        try:
            self.fleet.remove_marks(keys)
        except (TemporaryFleetError, PermanentFleetError):
            return
        self._taken_off.update(done.values())

    def _carry_out(self, actions: tuple[A, ...]) -> tuple[tuple[A, ...], bool]:
        """Do them in order. Those come back that were never sent, and whether all that were sent are done."""
        for place, action in enumerate(actions):
            try:
                if self.lease.is_due() and self.lease.allows():
                    self.lease.renew()
            except (TemporaryFleetError, PermanentFleetError):
                return actions[place:], True
            if not self.lease.allows():
                # A slow call before this one, or we slept: another driver may be at work, as the next look will show.
                return actions[place:], True
            try:
                self.fleet.apply(action)
            except TemporaryFleetError:
                # It stands in the record as issued; unseen after a settle time it is decided again.
                return actions[place + 1 :], False
            except PermanentFleetError as error:
                self._refused += (_refused_act(self.fleet.key(action), error),)
                return actions[place + 1 :], False
        return (), True

    def _finish(self, decision: Decision[R, A], marks: Mapping[str, str]) -> None:
        self.lease.insist()
        try:
            if decision.next.keeps_record:
                self.lease.release()
            else:
                self.journal.clear(marks)
        except (TemporaryFleetError, PermanentFleetError):
            # The rollout is whole, and says so in its record: the next run removes them.
            self.left = tuple(self.journal.all_of(marks))
        self.lease.look_begins()

    def _stop_if_orphaned(self) -> None:
        self._unreachable = self._unreachable + 1 if self.orphaned() else 0
        if self._unreachable >= 2:
            self._release_quietly()
            raise OrphanedError(
                f"the Pulumi engine is gone; group {self.fleet.name} stays as it is and the record is kept",
                hint="Run 'pulumi cancel' and 'pulumi up' to go on.",
            )

    def _release_quietly(self) -> None:
        try:
            self.lease.release()
        except (TemporaryFleetError, PermanentFleetError):
            # The lease runs out by itself.
            return


def _refused_act(key: str, error: PermanentFleetError) -> RefusedAct:
    remedy = Remedy.PERMISSION if isinstance(error, DeniedFleetError) else None
    remedy = Remedy.OPERATION if isinstance(error, BusyFleetError) else remedy
    return RefusedAct(key, error.code, error.message, remedy, error.hint)
