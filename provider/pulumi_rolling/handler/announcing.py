"""What people elsewhere are told of a rollout, and when: start, failure, what waits for somebody, and the end.

Each thing is noted on the group's record before it is sent (``marks`` stands with the record of the decision that it
is about), and nothing is sent that is not noted, so that it is told at most once, whatever dies or fails. The sentences
are those of the row, of its lasting line, and of the error at the end. A target that fails is warned of once, and
changes nothing else. Of a group that is new, and of which nobody is replaced, only what goes wrong or waits is told: a
stack that comes up whole is no news of each of its groups.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.explain import asked_line, verdict_sentence
from pulumi_rolling.core.machine import is_handed_over
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.engine.told import Told
from pulumi_rolling.errors import RollingError
from pulumi_rolling.handler.aws_place import place_beside
from pulumi_rolling.handler.context import Context
from pulumi_rolling.handler.operation import Operation
from pulumi_rolling.handler.words import Words
from pulumi_rolling.notify.failing import NotToldError
from pulumi_rolling.notify.message import Event, Message
from pulumi_rolling.notify.sending import Messenger, Send
from pulumi_rolling.notify.targets import By, targets_in
from pulumi_rolling.report.wording import utc


@dataclass(frozen=True, slots=True)
class _Due:
    """A thing to tell. ``moment``: of its occasion, where it may come again."""

    event: Event
    word: str
    moment: str
    sentence: str
    succeeded: bool | None = None


@dataclass
class Announcer:
    """Tells of one drive. ``told``: what stands on the group as told."""

    operation: Operation
    context: Context
    words: Words
    messenger: Messenger
    told: Told
    _now: Decision[Any, Any] | None = field(default=None, init=False)
    _noted: tuple[_Due, ...] = field(default=(), init=False)
    """What the marks of the decision that is next heard stand for."""

    def marks(self, decision: Decision[Any, Any]) -> dict[str, str]:
        """The tag that has to stand before anything of this decision is sent; nothing where nothing is to be told."""
        self._noted = ()
        told = self.told.about(decision.next.goal)
        due = (*self._due(told, decision),)
        for each in due:
            told = told.and_also(each.word, each.moment)
        mark = told.mark(self.operation.fleet.shelf) if due else {}
        if due and not mark:
            raise NotToldError("the cloud takes no tag that says what was told")
        self._noted = due
        return mark

    def standing(self) -> dict[str, str]:
        return self.told.mark(self.operation.fleet.shelf) if self.told.words else {}

    def __call__(self, before: Any, decision: Decision[Any, Any]) -> None:
        """The decision is recorded, and with it its marks."""
        self._now, due, self._noted = decision, self._noted, ()
        self.told = self.told.about(decision.next.goal)
        for each in due:
            # Before it is sent, as on the group: what fails in between is not told, and not told twice.
            self.told = self.told.and_also(each.word, each.moment)
            self.messenger.send(self._message(decision, each))
        self._warn(self.messenger.faults())

    def close(self, error: RollingError | None) -> None:
        """The drive is over. ``error``: by this, and the rollout is not."""
        if error is not None and self._now is not None:
            at = f"{self.operation.clock.now():.0f}"
            stopped = _Due(Event.STOPPED, "stopped", at, f"{self.operation.name}: {error}")
            self.messenger.send(self._message(self._now, stopped))
        self._warn(self.messenger.close())

    def _due(self, told: Told, decision: Decision[Any, Any]) -> Iterator[_Due]:
        for each in self._occasions(decision):
            # Who was asked or told of a failure hears how it ended.
            unsaid = each.succeeded and not told.words and is_fresh(decision.next)
            if not unsaid and not told.has(each.word, each.moment):
                yield each

    def _occasions(self, decision: Decision[Any, Any]) -> Iterator[_Due]:
        """All that is true now and worth telling, told or not."""
        rollout, name = decision.next, self.operation.name
        if not is_fresh(rollout):
            yield _Due(Event.STARTED, "started", "", f"{name}: {_whither(rollout)}")
        if decision.outcome is not None:
            if not is_handed_over(rollout):
                yield self._end(decision)
            return
        if rollout.verdict is not None:
            moment = f"{rollout.verdict.at:.0f}"
            yield _Due(Event.FAILED, "failed", moment, f"{name}: {_turn(rollout)}")
        asked = asked_line(decision.because, name, self.operation.fleet.call)
        if asked:
            yield _Due(Event.WAITING, decision.because.code, _since(rollout), asked)

    def _end(self, decision: Decision[Any, Any]) -> _Due:
        rollout, name = decision.next, self.operation.name
        # A way back that failed is tried anew by the next update, and then ends anew.
        moment = str(rollout.generation)
        if decision.outcome is not None and decision.outcome.done:
            telling = self.operation.strategy.situation.telling
            left = telling.left_as_they_are(rollout)
            sentence = f"{name}: done, on {rollout.goal.to}" + (f"; {left}" if left else "")
            return _Due(Event.ENDED, "ended", moment, sentence, succeeded=True)
        failed = self.operation.strategy.situation.telling.failure(decision, self.words)
        return _Due(Event.ENDED, "ended", moment, f"{name}: {failed}", succeeded=False)

    def _message(self, decision: Decision[Any, Any], due: _Due) -> Message:
        rollout, status = decision.next, decision.status
        facts = {
            "at": utc(self.operation.clock.now()),
            "rollout": rollout.goal.id,
            "urn": self.context.urn or None,
            "stack": self.context.stack or None,
            "resource": self.context.resource or None,
            "from": None if rollout.goal.came_from is None else str(rollout.goal.came_from),
            "to": str(rollout.goal.to),
            "direction": rollout.direction.value,
            "reason": decision.because.code.value,
            "verdict": None if rollout.verdict is None else rollout.verdict.code.value,
            "replaced": status.replaced,
            "total": status.total,
            "inService": status.in_service,
            "failed": status.failed,
        }
        key = ".".join(filter(None, (rollout.goal.id, due.word, due.moment)))
        whose = " ".join(filter(None, (self.context.stack, self.context.resource)))
        return Message(due.event, self.operation.name, due.sentence, key, due.succeeded, facts, whose)

    def _warn(self, faults: list[str]) -> None:
        for fault in faults:
            self.context.warn(f"people could not be told of {self.operation.name} at {fault}")


def announcer_of(
    operation: Operation, context: Context, words: Words, marks: Mapping[str, str]
) -> Announcer | None:
    """None where nobody is to be told. ``marks``: the group's tags as they are now."""
    targets = targets_in(os.environ)
    if not targets:
        return None
    messenger = Messenger(targets, _senders(operation))
    return Announcer(operation, context, words, messenger, Told.in_marks(marks))


def _senders(operation: Operation) -> Mapping[By, Send]:
    def webhook(url: str, message: Message) -> None:
        from pulumi_rolling.notify.webhook import post

        post(url, message)

    def topic(arn: str, message: Message) -> None:
        from pulumi_rolling.notify.topic import publish, region_of

        publish(arn, message, place_beside(operation, region_of(arn)))

    def chat(url: str, message: Message) -> None:
        from pulumi_rolling.notify.chat import send

        send(url, message)

    return {By.WEBHOOK: webhook, By.TOPIC: topic, By.CHAT: chat}


def is_fresh(rollout: Rollout | Delegating) -> bool:
    """The group came from nowhere, and is waited for: nothing of it is replaced by us, or begun."""
    if rollout.goal.came_from is not None:
        return False
    return rollout.way.total == 0 if isinstance(rollout, Rollout) else rollout.begun == 0


def _whither(rollout: Any) -> str:
    goal = rollout.goal
    if rollout.direction is Direction.BACK:
        return f"goes on back to {goal.came_from}"
    begins = "begins to roll" if rollout.resumed_at is None else "goes on rolling"
    came = "" if goal.came_from is None else f" from {goal.came_from}"
    return f"{begins}{came} to {goal.to}"


def _turn(rollout: Any) -> str:
    """What failed, and what follows."""
    returns = rollout.direction is Direction.BACK or getattr(rollout, "hands_over", False)
    follows = f"going back to {rollout.goal.came_from}" if returns else "nothing more is replaced"
    return f"{verdict_sentence(rollout.verdict)}; {follows}"


def _since(rollout: Any) -> str:
    """Since when somebody is waited for, where the record has it."""
    way = rollout.way
    held = way.held if isinstance(rollout, Rollout) else None
    stands = held if held is not None else way.gate
    return "" if stands is None else f"{stands.at:.0f}"
