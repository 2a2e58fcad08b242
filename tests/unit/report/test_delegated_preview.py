"""The plan of a rollout that the service drives, in rows."""

from __future__ import annotations

from pulumi_rolling.core.delegate.limits import DelegateLimits, Foreseen, ForeseenGate
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.plan import begin, plan
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.report.delegated_preview import delegated_rows

OLD, NEW = Revision("web:1", "old", "web:1"), Revision("web:2", "new", "web:2")


def test_a_gate_that_waits_for_a_word_is_no_fixed_wait() -> None:
    """Only what has a time of its own stands in the duration."""
    foreseen = Foreseen(
        batch=4, lowest=4, most=8, gates=(ForeseenGate("POST_SCALE_UP", by_word=True),), bake=600
    )
    seen = Delegated(0.0, (), OLD.digest, runs={OLD.digest: 4}, desired=4, in_service=4)
    limits = DelegateLimits(foreseen=foreseen)
    rows = dict(
        delegated_rows(
            plan(limits, begin(Goal("plan", NEW, OLD), 0.0), seen), "web:1", "shop/web", leaves=False
        )
    )
    assert "10 min of bake on top" in rows["duration"] and "checkpoints" not in rows["duration"]


def test_a_forced_operation_between_equals_is_returned_by_the_service_or_by_nobody() -> None:
    """There is no other revision to name, and the service's own way back is worth asking for or is not."""
    seen = Delegated(0.0, (), NEW.digest, runs={NEW.digest: 4}, desired=4, in_service=4)
    rollout = begin(Goal("plan", NEW, NEW, forced=True), 0.0)

    def told(*, returns_equals: bool, by_itself: bool = False) -> str:
        limits = DelegateLimits(returns_equals=returns_equals, returns_by_itself=by_itself)
        planned = plan(limits, rollout, seen)
        rows = delegated_rows(planned, None, "shop/web", leaves=False)
        return " ".join(value for label, value in rows if label == "on failure")

    assert "the service is asked to return the group to what ran before else the group is left" in told(
        returns_equals=True
    )
    assert "the service returns the group by itself" in told(returns_equals=True, by_itself=True)
    assert "there is no other revision to return to" in told(returns_equals=False)
