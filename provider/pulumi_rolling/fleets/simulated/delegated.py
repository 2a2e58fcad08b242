"""A group that its cloud rolls, as a driver meets it: late looks, lost answers, refused acts, strangers' operations."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.core.delegate.actions import Act, Begin, Continue, Pause, RollBack, Stop, key_of
from pulumi_rolling.core.delegate.delegating import Delegating
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.operation import Operation, State
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.model.seen import Alarm, AlarmState, Request
from pulumi_rolling.errors import BusyFleetError, PermanentFleetError, TemporaryFleetError
from pulumi_rolling.fleets.base import Glance, Shelf
from pulumi_rolling.fleets.delegate import Facts, Sight, carry_out
from pulumi_rolling.fleets.simulated.course import Course, OperationOptions
from pulumi_rolling.fleets.simulated.operation import OperatedGroup
from pulumi_rolling.fleets.simulated.options import given_as_keywords


@dataclass(frozen=True, slots=True)
class _Shown:
    operations: tuple[Operation, ...]
    pointer: Revision
    runs: Mapping[str, int]
    in_service: int


class DelegatedFleet(OperatedGroup):
    """A fleet as ``pulumi_rolling.fleets.delegate.Fleet`` describes it, without a cloud."""

    shelf = Shelf(count=50, characters=256)

    @given_as_keywords(OperationOptions)
    def __init__(self, options: OperationOptions) -> None:
        self._log: list[tuple[float, _Shown]] = []
        self._answered: set[str] = set()
        """Operations whose begin this driver had the answer to."""
        self._forgotten: set[str] = set()
        self._marks: dict[str, str] = {}
        self._requests: list[Request] = []
        self._calls = 0
        self.lost_answers: set[int] = set()
        """Acts, by their number, that have their effect while their answer is lost."""
        self.acts: list[tuple[float, Act]] = []
        super().__init__(options)
        self.name = self.call = options.name

    def observe(self, rollout: Delegating) -> Sight:
        self._call()
        return Sight(self.shown(), dict(self._marks))

    def shown(self) -> Delegated:
        """What a look shows now."""
        shown = self._at(self.now - self.options.stale)
        return Delegated(
            at=self.now,
            operations=shown.operations,
            pointer=shown.pointer.digest,
            runs=shown.runs,
            desired=self.options.desired,
            in_service=shown.in_service,
            requests=tuple(self._requests),
            alarms=tuple(Alarm(name, state) for name, state in self._alarms.items()),
        )

    def apply(self, action: Act) -> None:
        self._call()
        self.acts.append((self.now, action))
        carry_out(self, action)
        self._note()
        if len(self.acts) in self.lost_answers:
            raise TemporaryFleetError("the answer is lost")

    def key(self, action: Act) -> str:
        return key_of(action)

    def begin(self, act: Begin) -> None:
        if self.options.tells_tokens and any(c.token == act.token for c in self.courses):
            return
        active = self.active
        if active is not None and not self.options.supersedes:
            raise BusyFleetError(f"{active.id} is in progress and blocks this one", code="InProgress")
        if active is not None:
            self.supersede(active)
        course = self.start(act.to, act.token, gates=act.preferences.get("gates", True))
        if len(self.acts) not in self.lost_answers:
            self._answered.add(course.id)

    def go_on(self, act: Continue) -> None:
        course = self.find(act.operation)
        if course is not None:
            self.free(course, act.gate)

    def pause(self, act: Pause) -> None:
        course = self.find(act.operation)
        if course is None or course.is_over:
            raise PermanentFleetError("nothing is under way", code="NotFound")
        course.paused = True

    def stop(self, act: Stop) -> None:
        course = self.find(act.operation)
        if course is not None:
            self.halt(course, reason="stopped by the driver")

    def roll_back(self, act: RollBack) -> None:
        course = self.find(act.operation)
        if course is None or course.is_over:
            raise PermanentFleetError("nothing is under way", code="NotFound")
        if not self.options.reversible:
            raise PermanentFleetError("the group points at no number", code="Irreversible")
        self.turn(course, "asked for by the driver")

    def supersede(self, course: Course) -> None:
        """Another operation takes its place."""
        course.reason = "superseded"
        self._set(course, State.STOPPED)

    def die(self) -> None:
        """The driver forgets which answers it had."""
        self._answered.clear()

    def forget(self, course: Course) -> None:
        """It ends, and the service tells nothing of it any more."""
        self._set(course, State.FAILED)
        self._forgotten.add(course.id)
        self._note()

    def point(self, revision: Revision) -> None:
        """Another party points the group elsewhere."""
        self.pointer = revision
        self._note()

    def request(self, request: Request) -> None:
        """Somebody's wish, as the group's tags would bring it."""
        self._requests.append(request)

    def set_alarm(self, name: str, state: AlarmState) -> None:
        self._alarms[name] = state

    def facts(self) -> Facts:
        return Facts(
            name=self.name,
            id=self.name,
            pointer=self.pointer.address,
            current=self.pointer,
            observation=self.shown(),
            tags=dict(self._marks),
        )

    def glance(self) -> Glance:
        runs = self.runs()
        counts = {known: runs[known.digest] for known in self._known() if known.digest in runs}
        return Glance(
            target=self.pointer,
            current=self.pointer,
            pointer=self.pointer.address,
            tags=dict(self._marks),
            counts=counts,
        )

    def target(self) -> Revision:
        """Where the group points: no inputs want anything else of it."""
        return self.pointer

    def at(self, address: str) -> Revision:
        gone = Revision(address, f"gone:{address}", exists=False)
        return next((known for known in self._known() if known.address == address), gone)

    def _known(self) -> set[Revision]:
        """Every revision that a member may have."""
        return {self.options.revision, self.pointer, *(course.to for course in self.courses)}

    def contents(self, revision: Revision) -> Mapping[str, Any]:
        """Revisions are nothing but their digests here."""
        return {"digest": revision.digest}

    def give_back(self, record: Delegating) -> None:
        """What a rollout set still goes on."""
        if record.paused_by_us:
            self.apply(Continue(record.paused_by_us))

    def marks(self) -> Mapping[str, str]:
        self._call()
        return dict(self._marks)

    def write_marks(self, marks: Mapping[str, str]) -> None:
        self._call()
        self._marks.update(marks)

    def remove_marks(self, keys: list[str]) -> None:
        self._call()
        for key in keys:
            self._marks.pop(key, None)

    def api_calls(self) -> int:
        return self._calls

    def find(self, name: str) -> Course | None:
        """The operation of that id as it really is."""
        return next((c for c in self.courses if c.id == name), None)

    def _call(self) -> None:
        self._calls += 1
        if self.options.throttled and self._chance.random() < self.options.throttled:
            raise TemporaryFleetError("throttled")

    def _note(self) -> None:
        super()._note()
        told = [
            self.told(c, answered=c.id in self._answered)
            for c in reversed(self.courses)
            if c.id not in self._forgotten
        ]
        shown = _Shown(tuple(told), self.pointer, self.runs(), self.in_service())
        if not self._log or self._log[-1][1] != shown:
            self._log.append((self.now, shown))

    def _at(self, at: float) -> _Shown:
        place = bisect_right(self._log, at, key=lambda entry: entry[0])
        return self._log[max(0, place - 1)][1]
