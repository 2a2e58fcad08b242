"""Looks that leave something out: what the loop does on them, and for what it asks for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.replace.actions import Action
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.record.pieces import request_mark
from pulumi_rolling.errors import LeaseLostError
from pulumi_rolling.fleets.replace import Sight
from pulumi_rolling.fleets.simulated import SimulatedFleet

from .stage import FleetClock, Intercepted, drive
from .test_loop import LIMITS, V1, V2, floor_held, fresh, group, is_as_found, revisions


@dataclass
class Sparing(Intercepted):
    """Every look leaves the tags out until the rest is asked for; ``did`` has what happened, in order."""

    inner: SimulatedFleet
    did: list[str] = field(default_factory=list)
    meddle: Mapping[str, str] = field(default_factory=dict)
    """Tags that somebody writes before the fifth look."""

    def observe(self, rollout: object) -> Sight:
        self.did.append("look")
        if self.did.count("look") == 5 and self.meddle:
            self.inner.write_marks(self.meddle)
            self.did.append("meddled")
        seen = super().observe(rollout)  # type: ignore[arg-type]

        def whole() -> Sight:
            self.did.append("whole")
            return seen

        return Sight(seen.observation, {}, seen.started, whole=whole)

    def apply(self, action: Action) -> None:
        self.did.append("act")
        super().apply(action)

    def write_marks(self, marks: Mapping[str, str]) -> None:
        self.did.append("write")
        super().write_marks(marks)


@pytest.mark.parametrize("boot", [4.0, 50.0], ids=["acts and records", "leases"])
def test_nothing_is_done_or_written_but_on_a_whole_look(boot: float) -> None:
    """Acts, records and leases follow from a look that was made whole; those that only wait are not."""
    inner = group(boot=boot)
    fleet = Sparing(inner)
    decision = drive(fleet, FleetClock(inner), LIMITS, fresh(inner))
    assert decision.outcome is not None and decision.outcome.done
    assert revisions(inner) == {V2} and floor_held(inner) and not inner._marks
    begun = fleet.did[fleet.did.index("look") :]
    for place, what in enumerate(begun):
        if what in ("act", "write"):
            since = begun[max(n for n in range(place) if begun[n] == "look") : place]
            assert "whole" in since, begun[: place + 1]
    assert 0 < begun.count("whole") < begun.count("look")


def test_a_word_on_the_group_is_heard_with_the_next_whole_look() -> None:
    """An abort that stands in a tag returns the group, and nobody is taken after it was written."""
    inner = group()
    fleet = Sparing(inner, meddle=request_mark("abort"))
    decision = drive(fleet, FleetClock(inner), LIMITS, fresh(inner))
    assert decision.next.direction is Direction.BACK
    assert revisions(inner) == {V1} and is_as_found(inner)


def test_another_driver_is_found_before_anything_is_done() -> None:
    """Its lease stands in a tag that partial looks do not show: no act comes after it."""
    inner = group()
    clock = FleetClock(inner)
    fleet = Sparing(inner, meddle=Lease(inner, "me", clock, LIMITS.poll).mark())
    with pytest.raises(LeaseLostError):
        drive(fleet, clock, LIMITS, fresh(inner))
    assert not {"act", "write"} & set(fleet.did[fleet.did.index("meddled") :])
