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
