"""A driver whose process is dead on the same machine: its lease is not waited out; nobody alive is taken for dead."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pulumi_rolling.engine.lease import Lease, found_lease
from pulumi_rolling.engine.process import has_ended, own_name
from pulumi_rolling.engine.record.pieces import LEASE
from pulumi_rolling.errors import LeaseHeldError

from .stage import FleetClock
from .test_lease import group

LONG = 600.0
TELLS = (
    "import sys; from pulumi_rolling.engine.process import own_name; print(own_name(), flush=True); "
    "sys.stdin.read()"
)

pytestmark = pytest.mark.skipif(not own_name(), reason="the kernel does not tell of its processes")


@pytest.fixture
def other() -> Iterator[subprocess.Popen[str]]:
    """Another process of this machine, which has told its name."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", TELLS], stdin=pipe, stdout=pipe, text=True) as started:
        yield started
        started.kill()


def _told(started: subprocess.Popen[str]) -> str:
    assert started.stdout is not None
    return started.stdout.readline().strip()


def test_a_dead_drivers_lease_is_taken_at_once_and_a_live_ones_is_waited_for(
    other: subprocess.Popen[str],
) -> None:
    """The lease of a long wait would be waited out for minutes; of the same resource alone, and once it is dead."""
    fleet, name = group(), _told(other)
    until = fleet.now + LONG

    def stands(owner: str = "ours") -> None:
        fleet.write_marks({LEASE: f"abc-{name} {owner} {until:.0f} {LONG:.0f}"})

    def acquired() -> float:
        began = fleet.now
        Lease(fleet, "ours", FleetClock(fleet), 1.0).acquire()
        return fleet.now - began

    stands()
    assert acquired() >= LONG, "its process lives, so it may renew the lease yet"
    other.kill()
    other.wait()
    until = fleet.now + LONG
    stands()
    assert acquired() <= 4.0
    stands("theirs")
    with pytest.raises(LeaseHeldError, match="driver abc-"):
        acquired()


def test_a_process_that_is_dead_and_not_waited_for_has_ended(other: subprocess.Popen[str]) -> None:
    """In a container nobody may wait for an orphan: its id stays, and nothing of it runs."""
    name = _told(other)
    assert not has_ended(name)
    other.kill()
    os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
    assert has_ended(name)


def test_nothing_is_known_of_processes_elsewhere_and_of_names_that_are_none() -> None:
    """Another machine, another container, another version of ours: they count as alive."""
    place, pid, began = own_name().split(".")
    assert not has_ended(own_name())
    assert has_ended(f"{place}.{pid}.{int(began) + 1}"), "the id was used again"
    for name in ("", "x", f"elsewhere.{pid}.1", f"{place}.x.1", f"{place}.{pid}", "a.b.c.d"):
        assert not has_ended(name), name


def test_a_process_of_somebody_else_that_may_not_be_looked_at_counts_as_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With hidepid /proc shows nothing of it."""
    place = own_name().split(".")[0]

    def refused(pid: int, signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refused)
    assert not has_ended(f"{place}.1.1")


def test_a_lease_tells_its_process() -> None:
    """The tag's first word ends with it; what an earlier version wrote tells none."""
    fleet = group()
    Lease(fleet, "ours", FleetClock(fleet), 1.0).acquire()
    found = found_lease(fleet.marks())
    assert found is not None and found.process == own_name()
    old = found_lease({LEASE: "0123456789ab ours 100"})
    assert old is not None and old.process == ""
