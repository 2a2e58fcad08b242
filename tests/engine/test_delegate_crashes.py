"""Property 7 for delegated rollouts, with the real loop, journal and lease: a death at every call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pulumi_rolling.core.delegate.actions import Act, Begin
from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating
from pulumi_rolling.core.delegate.limits import DelegateLimits, WayBack
from pulumi_rolling.core.delegate.plan import begin
from pulumi_rolling.core.machine import DELEGATE, is_handed_over
from pulumi_rolling.core.model.codes import VerdictCode
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record.pieces import Journal, read_as
from pulumi_rolling.errors import DeniedFleetError, PermanentFleetError
from pulumi_rolling.fleets.simulated import Behaviour, DelegatedFleet

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")


class Death(BaseException):
    """The process is gone. Not an Exception: nothing may catch it."""


class Clock:
    """Virtual time: waiting lets the simulated cloud work."""

    def __init__(self, fleet: DelegatedFleet) -> None:
        self._fleet = fleet

    def now(self) -> float:
        return self._fleet.now

    steady = now

    def wait(self, seconds: float) -> None:
        self._fleet.advance(self._fleet.now + max(0.001, seconds))


@dataclass
class Mortal:
    """A fleet whose driver dies at its ``dies_at``-th look, act or write, before or after the call has its effect."""

    inner: DelegatedFleet
    dies_at: int = 0
    after: bool = False
    calls: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def observe(self, rollout: Delegating) -> Any:
        return self._through("observe", lambda: self.inner.observe(rollout))

    def apply(self, action: Act) -> None:
        self._through(type(action).__name__, lambda: self.inner.apply(action))

    def write_marks(self, marks: dict[str, str]) -> None:
        self._through("write", lambda: self.inner.write_marks(marks))

    def remove_marks(self, keys: list[str]) -> None:
        self._through("remove", lambda: self.inner.remove_marks(keys))

    def _through(self, name: str, call: Callable[[], Any]) -> Any:
        self.calls.append(name)
        dies = len(self.calls) == self.dies_at
        if dies and not self.after:
            raise Death
        answer = call()
        if dies:
            raise Death
        return answer


def limits(way_back: WayBack = WayBack.SERVICE) -> DelegateLimits:
    return DelegateLimits(settle=6.0, poll=1.0, stall=300.0, timeout=900.0, way_back_by=way_back)


def drive(fleet: Any, rules: DelegateLimits) -> DelegateDecision:
    """Take the lease, go on from a record or start anew, and drive to the end."""
    clock = Clock(fleet.inner if isinstance(fleet, Mortal) else fleet)
    lease = Lease(fleet, "me", clock, rules.poll)
    found = read_as(lease.acquire(), Delegating)
    fresh = begin(Goal("r", V2, V1), clock.now())
    rollout = fresh if found is None else DELEGATE.resume(found[1], clock.now())
    return Drive(
        DELEGATE,
        fleet,
        rules,
        Journal(fleet, "me"),
        lease,
        clock,
        on_decision=lambda _, decision: None,
        orphaned=lambda: False,
    ).run(rollout)


def group(*, good: bool, answers: bool) -> DelegatedFleet:
    behaviour = Behaviour(boot=6.0, in_service=good)
    return DelegatedFleet(
        desired=3, revision=V1, behaviours={"two": behaviour}, keep=0, patience=20.0, answers=answers
    )


@pytest.mark.parametrize("good", [True, False], ids=["good build", "failing build"])
@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_a_death_at_every_call_then_a_resume_ends_as_the_undisturbed_rollout(good: bool, after: bool) -> None:
    """Whatever call the driver dies at, one operation a direction is begun and the next run ends where this would."""
    mortal = Mortal(group(good=good, answers=False))
    drive(mortal, limits())
    total = len(mortal.calls)
    assert total > 10
    for dies_at in range(1, total + 1):
        where = f"died at call {dies_at} ({mortal.calls[dies_at - 1]})"
        fleet = group(good=good, answers=False)
        try:
            drive(Mortal(fleet, dies_at, after), limits())
        except Death:
            fleet.die()
            fleet.advance(fleet.now + 40.0)
            if not fleet.marks():
                continue
            drive(fleet, limits())
        assert fleet.runs() == {"two" if good else "one": 3}, where
        assert fleet.pointer == (V2 if good else V1), where
        assert not dict(fleet.marks()), f"{where}: the record is still there"
        begun = [c.to for c in fleet.courses]
        assert begun in ([V2] if good else [V2, V1], [V2]), f"property 19, {where}: {begun}"


def test_what_identifies_the_operation_stands_on_the_group_before_the_call() -> None:
    """Property 18: at the moment of the begin the group's own tags tell its token."""
    fleet = group(good=True, answers=False)
    told: list[str] = []

    class Watched(Mortal):
        def apply(self, action: Act) -> None:
            if isinstance(action, Begin):
                record = read_as(fleet.marks(), Delegating)
                assert record is not None and record[1].way.beginning is not None
                told.append(record[1].way.beginning.token)
                assert told[-1] == action.token
            super().apply(action)

    drive(Watched(fleet), limits())
    assert len(told) == 1


def test_what_is_handed_over_keeps_its_record() -> None:
    """The replace machine's handler finds goal, verdict and direction; a second run is handed over at once."""
    fleet = group(good=False, answers=True)
    end = drive(fleet, limits(WayBack.REPLACE))
    assert end.next.hands_over and end.outcome is not None and end.outcome.returned is False
    again = drive(fleet, limits(WayBack.REPLACE))
    assert again.next.hands_over and again.next.verdict == end.next.verdict
    assert len(fleet.courses) == 1


class Unwilling(Mortal):
    """A service that begins no operation to the former revision."""

    remedy: type[PermanentFleetError] = PermanentFleetError

    def apply(self, action: Act) -> None:
        if isinstance(action, Begin) and action.to == V1:
            raise self.remedy(
                "ValidationError: the former revision cannot be deployed", code="ValidationError"
            )
        super().apply(action)


@pytest.mark.parametrize(
    ("error", "at_last", "handed_over"),
    [
        (PermanentFleetError, True, True),
        (PermanentFleetError, False, False),
        (DeniedFleetError, True, False),
    ],
)
def test_where_no_operation_back_can_begin_the_group_is_handed_over(
    error: type[PermanentFleetError], at_last: bool, handed_over: bool
) -> None:
    """A refusal for good leaves the return to the replace machine, where there is one; a permission is for people."""
    fleet = Unwilling(group(good=False, answers=True))
    fleet.remedy = error
    end = drive(fleet, replace(limits(WayBack.OPERATION), replaces_at_last=at_last))
    assert is_handed_over(end.next) is handed_over
    assert (end.next.back_failed is None) is handed_over and end.next.keeps_record
    assert fleet.inner.active is None and end.outcome is not None and not end.outcome.returned


def test_a_success_that_leaves_the_group_mixed_on_the_way_back_is_handed_over() -> None:
    """An operation back that ends before all are returned would end so again: nothing of it is under way by then."""
    fleet = DelegatedFleet(desired=4, revision=V1, behaviours={"two": Behaviour(boot=6.0)}, keep=3)
    fleet.after(20.0, lambda: fleet.give_up(fleet.courses[0], "it gave up"))

    class Short(Mortal):
        def apply(self, action: Act) -> None:
            super().apply(action)
            if isinstance(action, Begin) and action.to == V1:
                fleet.end_early(fleet.courses[-1])

    end = drive(Short(fleet), replace(limits(WayBack.OPERATION), replaces_at_last=True))
    assert is_handed_over(end.next) and fleet.active is None
    assert end.next.verdict is not None and end.next.verdict.code is VerdictCode.OPERATION_FAILED


def test_a_refused_act_comes_back_as_an_observation() -> None:
    """A service that refuses its own way back ends no drive: ours is stopped, and another operation returns all."""
    fleet = DelegatedFleet(
        desired=3, revision=V1, behaviours={"two": Behaviour(boot=30.0)}, reversible=False, patience=500.0
    )
    fleet.after(40.0, lambda: setattr(fleet.courses[0], "frozen", True))
    end = drive(fleet, DelegateLimits(settle=6.0, poll=1.0, stall=60.0, timeout=300.0))
    assert end.outcome is not None and end.outcome.returned
    assert [type(act).__name__ for _, act in fleet.acts] == ["Begin", "RollBack", "Stop", "Begin"]
    assert fleet.runs() == {"one": 3}
