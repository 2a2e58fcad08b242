"""Status and abort on a group in memory: what a record, a lease and their absence lead to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from pulumi_rolling.core.model import Direction, Revision, Rollout
from pulumi_rolling.core.plan import new_rollout
from pulumi_rolling.engine.journal import LEASE, REQUEST, pack, requests
from pulumi_rolling.fleets.simulated import SimulatedFleet

from tests.unit.cli.conftest import Ran

Rolling = Callable[..., Ran]

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch) -> SimulatedFleet:
    simulated = SimulatedFleet(desired=4, max_size=6, revision=V1)
    for command in ("status", "abort"):
        monkeypatch.setattr(f"pulumi_rolling.cli.{command}.live_group", lambda *_: simulated)
    return simulated


def record(
    fleet: SimulatedFleet, *, lease_for: float | None, direction: Direction = Direction.FORWARD
) -> Rollout:
    """A rollout as a driver would have written it; its lease runs for so many more seconds, or is gone."""
    seen = fleet.facts().observation
    rollout = replace(new_rollout("r1", V2, V1, seen.sizes, frozenset(), seen.at), direction=direction)
    fleet.write_marks(pack(rollout, "urn-hash", 1))
    if lease_for is not None:
        fleet.write_marks({LEASE: f"driver-1 urn-hash {seen.at + lease_for:.0f}"})
    return rollout


def test_status_without_a_record(rolling: Rolling, fleet: SimulatedFleet) -> None:
    """A group that nobody rolls says so, and that is no error."""
    ran = rolling("status", "web")
    assert (ran.code, ran.out) == (0, "web: no rollout is recorded.\n")


def test_status_of_a_driven_rollout(rolling: Rolling, fleet: SimulatedFleet) -> None:
    """The record and the lease on the group tell whose rollout it is and that somebody is at work."""
    record(fleet, lease_for=60)
    out = rolling("status", "web").out
    assert "rolling to version 2, step prepare" in out
    assert "r1 of resource urn-hash" in out
    assert "0 of 4 instances made from version 2" in out
    assert "driver-1 is at work" in out


def test_status_of_a_killed_rollout(rolling: Rolling, fleet: SimulatedFleet) -> None:
    """A lease that ran out means that the next update has to go on."""
    record(fleet, lease_for=-60)
    out = rolling("status", "web").out
    assert "stopped while rolling to version 2" in out
    assert "run 'pulumi up' again" in out


def test_status_of_a_torn_record(rolling: Rolling, fleet: SimulatedFleet) -> None:
    """Tags of two writings are no record: one line, code 1."""
    fleet.write_marks({"rolling:record.0": "7.2 abc"})
    ran = rolling("status", "web")
    assert ran.code == 1
    assert ran.err.startswith("rolling: the record on the group is torn")


def test_abort_asks_the_driver(rolling: Rolling, fleet: SimulatedFleet) -> None:
    """The request is a tag that the driver reads at its next look."""
    record(fleet, lease_for=60)
    assert rolling("abort", "web").code == 0
    assert [request.kind for request in requests(fleet.marks())] == ["abort"]


@pytest.mark.parametrize(
    ("lease_for", "direction", "sentence"),
    [
        (-60.0, Direction.FORWARD, "Nobody drives the rollout"),
        (None, Direction.FORWARD, "Nobody drives the rollout"),
        (60.0, Direction.BACK, "is going back to version 1 already"),
    ],
)
def test_abort_is_refused_where_it_would_do_harm_later(
    rolling: Rolling, fleet: SimulatedFleet, lease_for: float | None, direction: Direction, sentence: str
) -> None:
    """A request that nobody acts on would end the next, perhaps repaired, rollout at its first look."""
    record(fleet, lease_for=lease_for, direction=direction)
    ran = rolling("abort", "web")
    assert ran.code == 1
    assert sentence in ran.err
    assert REQUEST not in fleet.marks()


def test_abort_without_a_rollout(rolling: Rolling, fleet: SimulatedFleet) -> None:
    """There is nothing to abort, which is an error: whoever asked was mistaken about the group."""
    ran = rolling("abort", "web")
    assert ran.code == 1
    assert "has no rollout to abort" in ran.err
