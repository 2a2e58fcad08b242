"""A group that its cloud rolls by operations, in memory under virtual time: the truth, and what befalls it.

An operation opens up to ``batch`` slots, each a member that goes and one that boots by the behaviour of its revision;
it stands at checkpoints, bakes, gives up after ``patience`` without a success, and goes back where it is made to.
What a driver is shown of it is another matter (``delegated``).
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable

from pulumi_rolling.core.delegate.operation import Gate, Operation, ServiceReturn, State
from pulumi_rolling.core.model.member import Revision, Signal
from pulumi_rolling.fleets.simulated.behaviour import Behaviour, draw
from pulumi_rolling.fleets.simulated.course import Course, Life, OperationOptions, gate_name

_AT_WORK = frozenset({State.PENDING, State.RUNNING})


class OperatedGroup:
    """The truth of the group, the cloud's side of its operations, and verbs for scripts of misfortunes."""

    def __init__(self, options: OperationOptions) -> None:
        self.options = options
        self.now = 1000.0
        self.pointer = options.revision
        self.pointer_open = self.open = ""
        """What revisions leave open: as it was when the pointer moved, and as it is now."""
        self.courses: list[Course] = []
        self.history: list[tuple[float, int]] = []
        """How many were in service since when."""
        self.touched = 0
        """Launches by operations."""
        self._chance = random.Random(options.seed)
        self._booting: Counter[tuple[str, str]] = Counter()
        self._doubled: set[str] = set()
        """Members that serve until their replacements do."""
        self._events: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = 0
        self._dooms = False
        self._alarms = dict(options.alarms or {})
        self._lives = [Life(f"old-{n + 1}", options.revision) for n in range(options.desired)]
        self._note()

    def advance(self, to: float) -> None:
        """Let the cloud work until the moment ``to``."""
        while self._events and self._events[0][0] <= to:
            at, _, do = heapq.heappop(self._events)
            self.now = max(self.now, at)
            do()
            self._note()
        self.now = max(self.now, to)

    def after(self, seconds: float, do: Callable[[], object]) -> None:
        """A misfortune to come."""
        self._numbers += 1
        heapq.heappush(self._events, (self.now + seconds, self._numbers, do))

    @property
    def active(self) -> Course | None:
        return next((c for c in reversed(self.courses) if not c.is_over), None)

    def runs(self) -> dict[str, int]:
        """Members by their revision's digest, those included that boot."""
        counts: Counter[str] = Counter()
        for (digest, _), count in self.makes().items():
            counts[digest] += count
        return dict(counts)

    def makes(self) -> dict[tuple[str, str], int]:
        """The same by revision and what that leaves open, which no driver is shown."""
        there = Counter(life.made_from for life in self._lives if life.up)
        return {made: count for made, count in (there + self._booting).items() if count}

    def push(self, what: str) -> None:
        """Another party puts something else behind what revisions leave open."""
        self.open = what

    def in_service(self) -> int:
        return sum(life.up for life in self._lives)

    def start(self, to: Revision, token: str = "", by: str = "", *, gates: bool = True) -> Course:
        """An operation begins: ours, or with ``by`` somebody else's."""
        self._numbers += 1
        old = sum(life.made_from != (to.digest, self.open) for life in self._lives)
        course = Course(
            f"op-{len(self.courses) + 1}",
            to,
            self.pointer,
            token,
            self.now + self.options.skew,
            old or len(self._lives),
            self.options.checkpoints if gates else (),
            before=len(self._lives) - old,
            by=by,
            open=self.open,
            back_open=self.pointer_open,
            moved_at=self.now,
            doomed=self._dooms,
        )
        self.courses.append(course)
        self.after(1.0, lambda: self._set_running(course))
        self._watch_patience(course)
        self._note()
        return course

    def doom_ways_back(self) -> None:
        """From now on each way back of the service fails."""
        self._dooms = True

    def halt(self, course: Course, *, reason: str = "stopped") -> None:
        """Replacements in flight are finished; nothing is returned."""
        if course.is_over or course.state is State.STOPPING:
            return
        course.reason = reason
        self._set(course, State.STOPPING)
        self._come_to_rest(course)
        self._note()

    def _come_to_rest(self, course: Course) -> None:
        def look() -> None:
            if course.slots:
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
            self.pointer, self.pointer_open = course.to, course.open
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
        if not course.is_over:
            course.state = state

    def _work(self, course: Course | None) -> None:
        """Open slots as far as batch, checkpoint and pause allow; end where nobody is left."""
        if course is None:
            return
        returning = course.state is State.RETURNING
        if course.frozen or course.paused or not (returning or course.state is State.RUNNING):
            return
        target = course.makes_from
        while course.slots < self.options.batch:
            there = [life for life in self._lives if life.up and life.id not in self._doubled]
            old = [life for life in there if life.made_from != target]
            if not old or (not returning and self._limit(course) <= course.done + course.slots):
                break
            self._open(course, old[0])
        if course.slots:
            return
        if not returning and self._limit(course) <= course.done:
            self._reach_gate(course)
        elif self._is_pure(target):
            self._finish(course, returning=returning)

    def _is_pure(self, target: tuple[str, str]) -> bool:
        """All serve and are made from one thing, and none from another boots."""
        boots = any(count for made, count in self._booting.items() if made != target)
        return not boots and all(life.made_from == target and life.up for life in self._lives)

    def _limit(self, course: Course) -> float:
        """How many may be done before the next checkpoint."""
        following = [p for p in course.checkpoints if p not in course.passed]
        return -(-course.total * following[0] // 100) if following else float("inf")

    def _open(self, course: Course, victim: Life) -> None:
        course.slots += 1
        self.touched += 1
        made = course.makes_from
        self._booting[made] += 1
        target, returning = course.target, course.state is State.RETURNING
        known = self.options.behaviours or {}
        behaviours = known.get(made[1]) or known.get(target.digest, Behaviour())
        fate = draw([behaviours] if isinstance(behaviours, Behaviour) else behaviours, self._chance)
        works = fate.in_service and fate.launch_error is None and fate.signal is not Signal.FAILURE
        works = works and not (returning and course.doomed)
        if self.options.launch_first:
            self._doubled.add(victim.id)
        else:
            victim.up = False
        self.after(
            max(0.1, fate.draw_boot(self._chance)), lambda: self._close(course, victim, target, made, works)
        )

    def _close(
        self, course: Course, victim: Life, target: Revision, made: tuple[str, str], works: bool
    ) -> None:
        """A slot ends: the new member serves, or another is tried in its place."""
        course.slots -= 1
        self._booting[made] -= 1
        self._doubled.discard(victim.id)
        if works:
            self._numbers += 1
            self._lives[self._lives.index(victim)] = Life(f"new-{self._numbers}", target, open=made[1])
            course.moved_at = self.now
        elif course.state in (State.RUNNING, State.RETURNING) and not (course.frozen or course.paused):
            self._open(course, victim)
        elif not victim.up:
            # Nobody rolls any more: the cloud launches from where the group points.
            victim.revision, victim.open, victim.up = self.pointer, self.pointer_open, True
        there = sum(life.made_from == course.leads_to and life.up for life in self._lives)
        course.done = max(0, there - course.before)
        self._work(course)
        if self.active not in (None, course):
            # It may have waited for this slot of the operation before it.
            self._work(self.active)

    def _reach_gate(self, course: Course) -> None:
        """Of several that are reached at once only the highest is told."""
        share = 100 * course.done / course.total
        reached = [p for p in course.checkpoints if p not in course.passed and p <= share]
        percent = max(reached)
        course.passed.update(reached[:-1])
        later = [p for p in course.checkpoints if p > percent]
        if percent < 100 and not later:
            course.whole = False
            self._end(course)
            return
        course.gate, course.moved_at = percent, self.now
        self._set(course, State.AT_GATE)
        self.after(self.options.delay, lambda: self._leave_gate(course, percent))

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
        if returning:
            course.done = 0
            self._set(course, State.RETURNED)
        elif self.options.bake:
            self._set(course, State.BAKING)
            self.after(self.options.bake, lambda: self._end(course))
        else:
            self._end(course)

    def _end(self, course: Course) -> None:
        if course.is_over or course.state is State.RETURNING:
            return
        self._set(course, State.SUCCEEDED)
        self.pointer, self.pointer_open = course.to, course.open

    def _watch_patience(self, course: Course) -> None:
        def look() -> None:
            if course.is_over or course.frozen:
                return
            rests = course.state not in (*_AT_WORK, State.RETURNING) or course.paused
            left = self.options.patience if rests else course.moved_at + self.options.patience - self.now
            if left <= 0:
                self.give_up(course, "it could not make progress")
            else:
                self.after(left, look)

        self.after(self.options.patience, look)

    def _note(self) -> None:
        count = self.in_service()
        if not self.history or self.history[-1][1] != count:
            self.history.append((self.now, count))
