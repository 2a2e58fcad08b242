"""A service where nothing goes wrong: the stepper behind the plan, and what every act does to an operation.

One step is one look. An act takes effect at once; an operation replaces a batch a step, stands at each gate for one
step, or until somebody continues it, and bakes for one.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import assert_never

from pulumi_rolling.core.delegate.actions import Act, Begin, Continue, Pause, RollBack, Stop
from pulumi_rolling.core.delegate.limits import Foreseen
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.operation import Gate, Operation, State

_CALM = frozenset({State.PENDING, State.RUNNING})


class IdealService:
    """``at`` moves as the driver looks; the operation that is under way moves one step with it."""

    def __init__(
        self, seen: Delegated, foreseen: Foreseen, *, part: bool = False, asks: bool = False
    ) -> None:
        self._seen = replace(seen, refusals=(), requests=(), alarms=())
        self._foreseen = foreseen
        self._part = part
        """The last checkpoint is the end."""
        self._asks = asks
        """A gate that a word ends waits for that."""
        self._passed: set[str] = set()
        self.acts: list[Act] = []

    @property
    def at(self) -> float:
        return self._seen.at

    def observe(self) -> Delegated:
        return self._seen

    def apply(self, act: Act) -> None:
        self.acts.append(act)
        match act:
            case Begin(to, token):
                old = sum(n for digest, n in self._seen.runs.items() if digest != to.digest)
                began = Operation(
                    f"planned-{len(self.acts)}",
                    State.PENDING,
                    leads_to=to.digest,
                    token=token,
                    started_at=self.at,
                    percent=0.0,
                    done=0,
                    total=old or sum(self._seen.runs.values()),
                )
                self._seen = replace(self._seen, operations=(began, *self._seen.operations))
            case Continue(name, gate):
                self._passed.add(gate)
                self._change(name, State.RUNNING, is_paused=False)
            case Pause(name):
                self._change(name, None, is_paused=True)
            case Stop(name):
                self._change(name, State.STOPPED)
            case RollBack(name):
                self._change(name, State.RETURNED)
            case _:
                assert_never(act)

    def step(self, to: float) -> None:
        """Go on to the moment ``to``: what is under way moves on by one step."""
        self._seen = replace(self._seen, at=to)
        for operation in self._seen.operations:
            if not operation.is_over and not operation.is_paused:
                self._move(operation)

    def _move(self, operation: Operation) -> None:
        gate = operation.gate
        if operation.state is State.AT_GATE and gate is not None:
            if gate.by_word and self._asks:
                return
            self._passed.add(gate.name)
        if operation.state is State.BAKING or (self._is_done(operation) and not self._foreseen.bake):
            self._succeed(operation)
        elif self._is_done(operation):
            self._change(operation.id, State.BAKING)
        else:
            self._replace_some(operation)

    def _is_done(self, operation: Operation) -> bool:
        return (operation.done or 0) >= (operation.total or 0)

    def _replace_some(self, operation: Operation) -> None:
        total, done = operation.total or 0, operation.done or 0
        gate = self._next_gate()
        now = min(total, done + max(1, self._foreseen.batch))
        ends_at = self._foreseen.ends_at if self._part else None
        for percent in (None if gate is None else gate.percent, ends_at):
            if percent is not None:
                now = min(now, max(done, math.ceil(total * percent / 100)))
        self._run(operation, now - done)
        share = 100.0 * now / total if total else 100.0
        reached = self._reached(share)
        state = State.RUNNING if reached is None else State.AT_GATE
        self._change(operation.id, state, done=now, percent=share, gate=reached)
        at_the_end = ends_at is not None and share >= ends_at
        last = ends_at is None and self._part and reached is not None
        if at_the_end or (last and reached is not None and reached.name == self._foreseen.gates[-1].name):
            self._change(operation.id, state, gate=None, whole=False)
            self._succeed(operation)

    def _reached(self, share: float) -> Gate | None:
        """Of several that are reached at once only the highest is told."""
        told = [
            g for g in self._foreseen.gates if g.name not in self._passed and share >= (g.percent or 101.0)
        ]
        if not told:
            return None
        self._passed.update(g.name for g in told[:-1])
        last = told[-1]
        return Gate(last.name, last.percent, last.lasts, by_word=last.by_word)

    def _next_gate(self) -> Gate | None:
        for told in self._foreseen.gates:
            if told.name not in self._passed:
                return Gate(told.name, told.percent, told.lasts, by_word=told.by_word)
        return None

    def _run(self, operation: Operation, count: int) -> None:
        """So many members of the oldest other revision become the target's."""
        target, runs = operation.leads_to or "", dict(self._seen.runs)
        for digest in [d for d in runs if d != target]:
            taken = min(count, runs[digest])
            runs[digest] -= taken
            runs[target] = runs.get(target, 0) + taken
            count -= taken
        self._seen = replace(self._seen, runs={d: n for d, n in runs.items() if n})

    def _succeed(self, operation: Operation) -> None:
        self._change(operation.id, State.SUCCEEDED)
        self._seen = replace(self._seen, pointer=operation.leads_to or self._seen.pointer)

    def _change(self, name: str, state: State | None, **changes: object) -> None:
        told = tuple(
            replace(o, state=o.state if state is None else state, **changes) if o.id == name else o  # type: ignore[arg-type]
            for o in self._seen.operations
        )
        self._seen = replace(self._seen, operations=told)
