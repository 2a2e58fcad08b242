"""A group that its cloud rolls by operations, in memory under virtual time: the truth, and what befalls it.

An operation replaces members as bounds and checkpoints allow, stands at checkpoints, bakes, gives up after ``patience``
without a success, and goes back where it is made to. How members are replaced is in ``operated_members``; what a driver
is shown of it is another matter (``delegated``).
"""

from __future__ import annotations

import math

from pulumi_rolling.core.delegate.operation import Gate, Operation, ServiceReturn, State
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.fleets.simulated.course import Course, OperationOptions, gate_name
from pulumi_rolling.fleets.simulated.operated_members import OperatedMembers

WHOLE = 100.0
"""A checkpoint at which nobody pauses: it is the end."""
_AT_WORK = frozenset({State.PENDING, State.RUNNING})


class OperatedGroup(OperatedMembers):
    """The truth of the group, the cloud's side of its operations, and verbs for scripts of misfortunes."""

    def __init__(self, options: OperationOptions) -> None:
        self.courses: list[Course] = []
        self._dooms = False
        self._alarms = dict(options.alarms or {})
        super().__init__(options)

    @property
    def active(self) -> Course | None:
        return next((c for c in reversed(self.courses) if not c.is_over), None)

    def start(self, to: Revision, token: str = "", by: str = "", *, gates: bool = True) -> Course:
        """An operation begins: ours, or with ``by`` somebody else's."""
        old = self._outdated((to.digest, self.open))
        course = Course(
            f"op-{len(self.courses) + 1}",
            to,
            self.pointer,
            token,
            self.now + self.options.skew,
            old or self.options.desired,
            self.options.checkpoints if gates else (),
            by=by,
            to_go=old + self._missing(),
            open=self.open,
            back_open=self.pointer_open,
            moved_at=self.now,
            doomed=self._dooms,
        )
        self.courses.append(course)
        self.after(self.options.pending, lambda: self._set_running(course))
        self._watch_patience(course)
        self._note()
        return course

    def doom_ways_back(self) -> None:
        """From now on each way back of the service fails."""
        self._dooms = True

    def halt(self, course: Course, *, reason: str = "stopped") -> None:
        """Replacements in flight are finished, as long as the patience lasts; nothing is returned."""
        if course.is_over or course.state is State.STOPPING:
            return
        course.reason, course.moved_at = reason, self.now
        self._set(course, State.STOPPING)
        self._come_to_rest(course)
        self._note()

    def _come_to_rest(self, course: Course) -> None:
        def look() -> None:
            if self._is_booting() and self.now < course.moved_at + self.options.patience:
                self._come_to_rest(course)
            else:
                self._set(course, State.STOPPED)

        self.after(2.0, look)

    def turn(self, course: Course, reason: str, *, by_person: bool = False) -> None:
        """The operation goes back to where the group points."""
        if course.is_over or course.state is State.RETURNING:
            return
        course.turned = ServiceReturn(reason, course.done, by_person)
        course.reason, course.gate, course.moved_at = reason, None, self.now
        course.to_go, self._again = self.options.desired, 0
        self._set(course, State.RETURNING)
        self._work(course)
        self._note()

    def give_up(self, course: Course, reason: str) -> None:
        """The operation ends by itself: it fails, or its own way back does."""
        if course.is_over:
            return
        course.reason = reason
        if course.state is State.RETURNING:
            self._set(course, State.RETURN_FAILED)
        elif self.options.auto_rollback:
            self.turn(course, reason)
        else:
            self._set(course, State.FAILED)
        self._note()

    def end_early(self, course: Course, *, moves_pointer: bool = False) -> None:
        """The service calls it a success although old members are there."""
        if course.is_over or course.state is State.RETURNING:
            return
        if moves_pointer:
            self._point_at(course)
        self._set(course, State.SUCCEEDED)
        self._note()

    def free(self, course: Course, gate: str = "") -> None:
        course.paused = False
        if gate and course.gate is not None and gate_name(course.gate) == gate and self.options.by_word:
            self._leave_gate(course, course.gate)
        self._work(course)
        self._note()

    def told(self, course: Course, *, answered: bool) -> Operation:
        """The operation as the service tells it. ``answered``: this driver had the answer to its begin."""
        shown = course.done if course.told_done is None else course.told_done
        knows = self.options.tells_tokens or (answered and self.options.answers)
        gate = None
        if course.gate is not None and course.state is State.AT_GATE:
            gate = Gate(gate_name(course.gate), course.gate, self.options.delay, by_word=self.options.by_word)
        state = State.UNKNOWN if course.unknown else course.state
        return Operation(
            course.id,
            state,
            status="Mystified" if course.unknown else course.state.value.capitalize(),
            leads_to=course.to.digest,
            token=course.token if knows else "",
            started_at=course.started_at,
            percent=100.0 * shown // course.total if course.total else 100.0,
            done=shown,
            total=course.total,
            reasons=(course.reason,) if course.reason else (),
            by=course.by,
            gate=gate,
            is_paused=course.paused,
            returned=course.turned,
            whole=course.whole,
        )

    def _set_running(self, course: Course) -> None:
        if course.state is State.PENDING:
            self._set(course, State.RUNNING)
            self._work(course)

    def _set(self, course: Course, state: State) -> None:
        if course.is_over:
            return
        course.state = state
        if course.is_over:
            self._trim((self.pointer.digest, self.pointer_open))
            self._changed()

    def _changed(self) -> None:
        active = self.active
        if active is None:
            self._refill(lambda: self._launch(self.pointer, self.pointer_open))
        else:
            self._work(active)

    def _work(self, course: Course) -> None:
        """Count, replace as far as bounds, checkpoint and pause allow, and end where nobody is left."""
        self._count_done(course)
        returning, target = course.state is State.RETURNING, course.makes_from
        source = (course.target, target[1])
        if course.state is State.STOPPING:
            source = (self.pointer, self.pointer_open)
        sound = not (returning and course.doomed)

        def launch() -> None:
            self._launch(*source, sound=sound)

        if course.frozen or course.paused or not (returning or course.state is State.RUNNING):
            self._surge = min(self._surge, max(0, self._total - self.options.desired))
            self._refill(launch)
        elif not returning and self._reach_gate(course):
            self._refill(launch)
        else:
            if self._replace(target, self._may_begin(course), launch):
                self._work(course)
            elif not self._outdated(target) and not self._missing():
                self._finish(course, returning=returning)

    def _count_done(self, course: Course) -> None:
        """A victim is done when its replacement is ready. On the way back counts are never better than at the turn."""
        undone = self._outdated(course.makes_from) + self._missing()
        if undone < course.to_go:
            course.moved_at = self.now
        course.to_go = undone
        before = course.total if course.turned is None else course.turned.done_before or 0
        left = min(before, undone)
        course.done = left if course.state is State.RETURNING else course.total - left

    def _may_begin(self, course: Course) -> float:
        """How many replacements may begin before the next checkpoint."""
        following = [p for p in course.checkpoints if p not in course.passed]
        if self.options.overshoots or not following or course.state is State.RETURNING:
            return math.inf
        over = max(0, self._total - self.options.desired)
        begun = course.total - self._outdated(course.leads_to) + over
        return max(0, math.ceil(course.total * following[0] / 100) - begun)

    def _reach_gate(self, course: Course) -> bool:
        """Whether a checkpoint stops it now. Of several that are reached at once only the highest is told."""
        share = 100 * course.done // course.total
        reached = [p for p in course.checkpoints if p not in course.passed and p <= share]
        if not reached:
            return False
        percent = max(reached)
        if percent == WHOLE:
            return False
        course.passed.update(reached[:-1])
        if percent == course.checkpoints[-1]:
            course.whole = False
            self._end_in_part(course)
        else:
            course.gate, course.moved_at = percent, self.now
            self._set(course, State.AT_GATE)
            self.after(self.options.delay, lambda: self._leave_gate(course, percent))
        return True

    def _leave_gate(self, course: Course, percent: float) -> None:
        if course.state is not State.AT_GATE or course.gate != percent:
            return
        if course.paused:
            self.after(1.0, lambda: self._leave_gate(course, percent))
            return
        course.passed.add(percent)
        course.gate, course.moved_at = None, self.now
        self._set(course, State.RUNNING)
        self._watch_patience(course)
        self._work(course)

    def _finish(self, course: Course, *, returning: bool) -> None:
        if self._waits_for_the_last():
            return
        if returning:
            course.done = 0
            self._set(course, State.RETURNED)
        elif self.options.bake:
            self._set(course, State.BAKING)
            self.after(self.options.bake, lambda: self._end_operation(course))
        else:
            self._end_operation(course)

    def _end_in_part(self, course: Course) -> None:
        """What boots is waited for, and old members make room for it."""
        if self._is_booting():
            return
        self._trim(course.leads_to)
        if not self._waits_for_the_last():
            self._end_operation(course)

    def _waits_for_the_last(self) -> bool:
        """An operation ends when the last of those that it ended is gone."""
        waits = self.now < self._all_gone_at
        if waits:
            self.after(self._all_gone_at - self.now, self._changed)
        return waits

    def _point_at(self, course: Course) -> None:
        self.pointer, self.pointer_open = course.to, course.open

    def _end_operation(self, course: Course) -> None:
        if course.is_over or course.state is State.RETURNING:
            return
        self._point_at(course)
        self._set(course, State.SUCCEEDED)

    def _watch_patience(self, course: Course) -> None:
        def look() -> None:
            if course.is_over or course.frozen:
                return
            rests = course.state not in (*_AT_WORK, State.RETURNING) or course.paused
            until = max(course.moved_at + self.options.patience, self._warm_at)
            left = self.options.patience if rests else until - self.now
            if left <= 0:
                self.give_up(course, "it could not make progress")
            else:
                self.after(left, look)

        self.after(self.options.patience, look)
