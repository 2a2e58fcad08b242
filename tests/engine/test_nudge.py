"""A verb of this machine ends the driver's wait, and nothing that a file system does ends a rollout."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.engine.lease import found_lease
from pulumi_rolling.engine.nudge import Nudges, nudge
from pulumi_rolling.engine.process import own_name
from pulumi_rolling.engine.record.pieces import asked, request_mark
from pulumi_rolling.fleets.simulated import SimulatedFleet

from .stage import FleetClock, Intercepted
from .test_long_waits import Waiting, driver, group, never, rollout_of

pytestmark = pytest.mark.skipif(not own_name(), reason="the kernel does not tell of its processes")

HERE = f"driver-{own_name()}"
SOON = 2.0
"""Seconds after which a nudge is heard: a slice of the wait, and a moment."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where drivers of this user listen, which nobody has made yet."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "pulumi-rolling"


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


class Asking:
    """A verb of this machine, in the first wait for a boot that goes on for minutes."""

    def __init__(self, fleet: SimulatedFleet, seen: list[Decided]) -> None:
        self.fleet, self.seen = fleet, seen
        self.at: float | None = None
        self.told = False

    def __call__(self, seconds: float) -> None:
        decided = self.seen[-1] if self.seen else None
        if self.at is None and decided is not None and decided.by_boots:
            lease = found_lease(self.fleet.marks())
            if decided.look_again_at - self.fleet.now > 60 and lease is not None:
                self.at = self.fleet.now
                self.fleet.write_marks(request_mark("abort"))
                self.told = nudge(lease.holder, lease.process)


class Late(Intercepted):
    """Looks show the group's tags of so many seconds ago, where those of now have a request."""

    def __init__(self, inner: SimulatedFleet, behind: float) -> None:
        super().__init__(inner)
        self.fleet, self.behind = inner, behind
        self.since: float | None = None

    def observe(self, rollout: Rollout):  # type: ignore[no-untyped-def]
        sight = super().observe(rollout)
        requests = asked(sight.marks)
        if requests and self.since is None:
            self.since = self.fleet.now
        if self.since is not None and self.fleet.now - self.since < self.behind:
            shown: Mapping[str, str] = {k: v for k, v in sight.marks.items() if k not in requests}
            return replace(sight, marks=shown)
        return sight


class Sparing(Intercepted):
    """Looks leave the group's tags out until the rest is asked for."""

    def observe(self, rollout: Rollout):  # type: ignore[no-untyped-def]
        sight = super().observe(rollout)
        return replace(sight, marks={}, whole=lambda: sight)


@pytest.mark.parametrize(
    ("shown", "within"),
    [(Intercepted, SOON), (Sparing, SOON), (lambda fleet: Late(fleet, 5.0), 12.0)],
    ids=["it shows at once", "looks leave tags out", "it shows late"],
)
def test_a_nudge_ends_a_wait_and_looks_go_on_until_its_word_shows(
    folder: Path, shown: Callable[[SimulatedFleet], Intercepted], within: float
) -> None:
    """Boots of ten minutes leave looks minutes apart; a look may be older than the word, so that others follow soon."""
    fleet, seen = group(), list[Decided]()
    asking = Asking(fleet, seen)
    drive = driver(fleet, Waiting(fleet, asking), seen, never)
    drive.fleet = shown(fleet)
    heard: list[float] = []

    def note(_: Rollout, decision: Decided) -> None:
        seen.append(decision)
        if decision.next.verdict is not None:
            heard.append(fleet.now)

    drive.on_decision = note
    with Nudges(drive.lease.holder) as nudges:
        drive.nudged = nudges.came
        drive.run(rollout_of(fleet))
    assert asking.at is not None and asking.told
    assert heard[0] - asking.at <= within
    assert not files(folder), "nothing is left of it"


def test_a_nudge_that_comes_during_a_look_is_not_lost(folder: Path) -> None:
    """Between two waits it is kept for the next, and each is told once."""
    with Nudges(HERE) as nudges:
        assert not nudges.came()
        assert nudge(HERE, own_name()) and nudge(HERE, own_name())
        assert nudges.came() and not nudges.came()
    assert not nudge(HERE, own_name()), "it listens no more"
    assert not files(folder)


def test_slices_of_a_wait_ask_no_more_often_for_the_engine(folder: Path) -> None:
    """The channel to the engine is asked as often as where nobody could nudge."""

    def questions(nudged: Callable[[], bool] | None) -> int:
        fleet, times = group(), list[float]()

        def orphaned() -> bool:
            times.append(fleet.now)
            return False

        drive = driver(fleet, FleetClock(fleet), [], orphaned)
        drive.nudged = nudged
        drive.run(rollout_of(fleet))
        return len(times)

    assert questions(never) == questions(None)


def test_a_wake_at_the_end_of_a_slice_ends_the_wait() -> None:
    """A clock that knows that it was woken is believed, although the slice was over."""
    fleet, seen = group(), list[Decided]()
    woken: list[float] = []
    looks: list[float] = []

    class Knowing(FleetClock):
        def wait(self, seconds: float) -> bool | None:  # type: ignore[override]
            super().wait(seconds)
            if seen and seen[-1].by_boots and seen[-1].look_again_at - fleet.now > 60 and not woken:
                woken.append(fleet.now)
                return True
            return None

    drive = driver(fleet, Knowing(fleet), seen, never)

    def note(_: Rollout, decision: Decided) -> None:
        seen.append(decision)
        looks.append(fleet.now)

    drive.on_decision = note
    drive.nudged = never
    drive.run(rollout_of(fleet))
    assert woken and woken[0] in looks


def a_file(folder: Path) -> None:
    folder.write_text("")


def open_to_others(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)


def elsewhere(folder: Path) -> None:
    other = folder.with_name("other")
    other.mkdir(0o700)
    folder.symlink_to(other)


@pytest.mark.parametrize("amiss", [a_file, open_to_others, elsewhere])
def test_a_folder_that_will_not_do_is_no_fault(
    folder: Path, monkeypatch: pytest.MonkeyPatch, amiss: Callable[[Path], None]
) -> None:
    """Nobody is nudged then, nothing is written there, and the verb knows; the rollout goes on by its looks."""
    amiss(folder)
    monkeypatch.setattr("tempfile.tempdir", str(folder / "none"))
    fleet, seen = group(), list[Decided]()
    drive = driver(fleet, FleetClock(fleet), seen, never)
    with Nudges(drive.lease.holder) as nudges:
        drive.nudged = nudges.came
        assert not nudge(drive.lease.holder, own_name())
        decision = drive.run(rollout_of(fleet))
    assert decision.outcome is not None and decision.outcome.done
    assert not folder.is_dir() or not files(folder)


def test_where_the_first_folder_will_not_do_the_next_one_does(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the verb's environment names no folder of the session and the driver's one that is not there."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "none"))
    with Nudges(HERE) as nudges:
        monkeypatch.delenv("XDG_RUNTIME_DIR")
        assert nudge(HERE, own_name()) and nudges.came()


def test_a_driver_whose_file_is_cleaned_away_listens_anew(folder: Path) -> None:
    """Cleaners of temporary folders know nothing of it."""
    with Nudges(HERE) as nudges:
        for file in folder.iterdir():
            file.unlink()
        assert not nudges.came()
        assert nudge(HERE, own_name()) and nudges.came()


def test_nobody_is_told_who_is_dead_or_elsewhere(folder: Path) -> None:
    """A verb says that it is heard at once only where the driver surely lives here."""
    place, pid, began = own_name().split(".")
    with Nudges(HERE) as nudges:
        for process in ("", "x", f"elsewhere.{pid}.{began}", f"{place}.{pid}.{int(began) + 1}"):
            assert not nudge(HERE, process), process
        assert not nudges.came()


def test_what_killed_drivers_left_is_removed(folder: Path) -> None:
    """Of processes that have ended at once, of those of whom nothing is known after a day; of the living never."""
    place, pid, began = own_name().split(".")
    old = time.time() - 2 * 86_400

    def left(name: str, process: str, at: float | None = None) -> None:
        (folder / name).write_text(f"{process}..")
        if at is not None:
            os.utime(folder / name, (at, at))

    with Nudges("first"):
        left("dead", f"{place}.{pid}.{int(began) + 1}")
        left("unknown", f"elsewhere.{pid}.{began}")
        left("forgotten", f"elsewhere.{pid}.{began}", old)
        left("living", own_name(), old)
        assert not nudge("nobody", own_name())
        assert {"living", "unknown"} <= set(files(folder)) and len(files(folder)) == 3
        left("dead", f"{place}.{pid}.{int(began) + 1}")
        with Nudges("second"):
            assert "dead" not in files(folder)
