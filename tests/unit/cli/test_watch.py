"""`rolling watch`: what it shows of a rollout that a driver drives at the same time, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from pulumi_rolling.cli import watch as watching
from pulumi_rolling.cli.watch import JsonLines, Lines, Pace, TimedOutError, await_start, follow
from pulumi_rolling.core.model.codes import Step, VerdictCode
from pulumi_rolling.core.model.goal import Direction, OnFailure
from pulumi_rolling.core.model.member import Signal, Sizes
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.replace.actions import Action
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.engine.record.pieces import read
from pulumi_rolling.errors import RollingError
from pulumi_rolling.fleets.replace import Sight
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.report.counted import counted
from pulumi_rolling.report.standing import Either, GroupStatus
from pulumi_rolling.report.watch import Ending, member_rows

from tests.engine.stage import FleetClock, MortalFleet, drive
from tests.unit.cli.conftest import Ran
from tests.unit.cli.stage import V1, V2, staged

Rolling = Callable[..., Ran]

LIMITS = Limits(
    batch=2,
    floor=2,
    max_size=6,
    signals=True,
    pause=60.0,
    suspend=frozenset({"AZRebalance"}),
    settle=6.0,
    poll=1.0,
)


class Replay:
    """The group as it was at each look of a driver, for whoever looks on afterwards: a look a step, as wait goes."""

    name = call = "web"

    def __init__(self, sights: list[Sight]) -> None:
        self.sights = sights
        self.at = 0

    def now(self) -> float:
        return self.sights[self.at].observation.at

    steady = now

    def wait(self, seconds: float) -> None:
        while self.at + 1 < len(self.sights):
            self.at += 1
            if self.now() >= self.sights[self.at - 1].observation.at + seconds:
                return

    def observe(self, rollout: Rollout) -> Sight:
        return self.sights[self.at]

    def marks(self) -> Mapping[str, str]:
        return self.sights[self.at].marks


def rolled(limits: Limits = LIMITS, *, good: bool = True) -> Replay:
    """A whole roll of four, look by look, with the group as it is when the record is gone."""
    behaviour = Behaviour(boot=4.0, signal=Signal.SUCCESS if good else Signal.FAILURE)
    fleet = SimulatedFleet(desired=4, min_size=2, max_size=6, revision=V1, behaviours={"two": behaviour})
    sights: list[Sight] = []

    class Filmed(MortalFleet):
        def observe(self, rollout: Rollout) -> Sight:
            sight = super().observe(rollout)
            if read(sight.marks) is not None:
                sights.append(sight)
            return sight

        def apply(self, action: Action) -> None:
            super().apply(action)
            sights.append(self.inner.observe(start))

    start = new_rollout("r1", V2, V1, Sizes(2, 6, 4), frozenset(), fleet.now)
    drive(Filmed(fleet), FleetClock(fleet), limits, start)
    sights.append(fleet.observe(start))
    return Replay(sights)


def followed(replay: Replay) -> tuple[Ending, list[GroupStatus]]:
    shown: list[GroupStatus] = []
    return follow(replay, replay, Pace(0.0), shown.append), shown  # type: ignore[arg-type]


def test_a_roll_is_watched_to_its_end() -> None:
    """Every member in flight is seen on its way, the count goes up to the whole, and the end is a success."""
    ending, shown = followed(rolled())
    assert ending == Ending(True, "web: done, 4 instances on version 2.")
    counts = [counted(standing).replaced for standing in shown if standing.rollout.way.total]
    assert counts == sorted(counts) and set(counts) == {0, 2, 4}
    states = {row.state for standing in shown for row in member_rows(standing)}
    assert {"launching", "leaving"} <= states
    assert shown[-1].rollout.step is Step.RESTORE


def test_a_roll_that_goes_back_ends_with_what_failed() -> None:
    """The last record told the direction and the verdict, so the end is no success, though the group is whole."""
    ending, shown = followed(rolled(good=False))
    assert not ending.succeeded
    assert ending.words.startswith("web: back on version 1 (")
    failed = {row.state for standing in shown for row in member_rows(standing) if row.failed}
    assert failed == {"failed: sent FAILURE"}


def test_a_roll_that_is_left_ends_as_no_success() -> None:
    """onFailure leave: the pointer is the target's, and the end says all the same what failed."""
    ending, _ = followed(rolled(replace(LIMITS, on_failure=OnFailure.LEAVE), good=False))
    assert not ending.succeeded and ending.words.startswith("web: left as it is, pointing at version 2 (")


def test_without_a_terminal_a_line_a_change_is_printed() -> None:
    """Looks that show nothing new print nothing; each line begins with the time of day."""
    said: list[str] = []
    replay = rolled()
    follow(replay, replay, Pace(0.0), Lines(said.append))  # type: ignore[arg-type]
    assert 4 < len(said) < len(replay.sights)
    assert all(a.partition(" ")[2] != b.partition(" ")[2] for a, b in pairwise(said))
    assert said[0].startswith("00:16:4") and "web: rolling to version 2, " in said[0]
    assert any("1/4 replaced" in line or "2/4 replaced" in line for line in said)


def test_a_group_that_is_not_rolling_is_not_watched(
    rolling: Rolling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with every verb it is said, with code 1."""
    staged(monkeypatch)
    ran = rolling("watch", "web")
    assert (ran.code, ran.err) == (1, "rolling: web has no rollout to watch.\n")


@pytest.mark.parametrize(("ending", "code"), [(Ending(True, "done."), 0), (Ending(False, "back."), 1)])
def test_the_exit_code_says_how_it_ended(
    rolling: Rolling, monkeypatch: pytest.MonkeyPatch, ending: Ending, code: int
) -> None:
    """0 where the group reached its target, 1 where it did not, with the sentence last."""
    staged(monkeypatch)
    monkeypatch.setattr(watching, "follow", lambda *_: ending)
    assert rolling("watch", "web") == Ran(code, f"{ending.words}\n", "")


def test_ctrl_c_ends_the_watching_and_not_the_rollout(
    rolling: Rolling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is put on the group, and the code is what shells make of an interrupt."""
    stage = staged(monkeypatch)
    stage.record()
    before = dict(stage.fleet.marks())

    def interrupted(*_: object) -> Ending:
        raise KeyboardInterrupt

    monkeypatch.setattr(watching, "follow", interrupted)
    ran = rolling("watch", "web")
    assert (ran.code, ran.out) == (130, "web: no longer watched; the rollout goes on.\n")
    assert dict(stage.fleet.marks()) == before


def test_a_record_that_nobody_can_go_on_from_ends_the_watching(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the way back has failed as well, the record stays for the next update and the driver is gone."""
    stage = staged(monkeypatch)
    stage.record(
        lease_for=None,
        direction=Direction.BACK,
        step=Step.DONE,
        verdict=Verdict(VerdictCode.ABORTED, 1.0),
        back_failed=Verdict(VerdictCode.STALLED, 2.0),
    )
    ending = follow(stage.fleet, FleetClock(stage.fleet), Pace(1.0), lambda _: None)
    assert ending == Ending(False, "web: stopped, and the record is kept: nothing has moved for an hour.")


def test_a_driver_that_was_killed_is_told_and_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rollout has not ended: the next update goes on with it, and the watching with that."""
    stage = staged(monkeypatch)
    stage.record(lease_for=-5.0)
    said: list[str] = []
    looks = 0

    class Patient(FleetClock):
        def wait(self, seconds: float) -> None:
            nonlocal looks
            looks += 1
            super().wait(seconds)
            if looks == 3:
                raise RollingError("enough")

    with pytest.raises(RollingError, match="enough"):
        follow(stage.fleet, Patient(stage.fleet), Pace(1.0), Lines(said.append))
    assert len(said) == 1 and said[0].endswith("web: stopped while rolling to version 2, nobody drives it")


def test_as_json_each_change_is_a_line_and_the_end_is_the_last(
    rolling: Rolling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program reads counts, members and reason from each line, and from the last one whether it succeeded."""
    said: list[dict[str, Any]] = []
    replay = rolled()
    follow(replay, replay, Pace(0.0), JsonLines(lambda line: said.append(json.loads(line))))  # type: ignore[arg-type]
    assert 4 < len(said) < len(replay.sights)
    assert {line["state"] for line in said} == {"rolling"}
    assert [line["replaced"] for line in said] == sorted(line["replaced"] for line in said)
    assert {member["part"] for line in said for member in line["members"]} >= {"old", "in flight", "leaving"}
    staged(monkeypatch)
    monkeypatch.setattr(watching, "follow", lambda *_: Ending(False, "web: back."))
    ran = rolling("watch", "web", "--format", "json")
    assert ran.code == 1
    assert json.loads(ran.out) == {
        "version": 1,
        "group": "web",
        "state": "ended",
        "succeeded": False,
        "sentence": "web: back.",
    }


def test_a_rollout_that_has_not_begun_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """With --wait-for-start the watching begins with the rollout, whenever that is."""
    stage = staged(monkeypatch)

    class Late(FleetClock):
        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            if self.now() - began > 5.0:
                stage.record()

    clock = Late(stage.fleet)
    began = clock.now()
    await_start(stage.fleet, clock, Pace(1.0))
    assert 5.0 < clock.now() - began < 7.0
    assert read(stage.fleet.marks()) is not None


def test_the_time_of_a_watching_may_be_limited(rolling: Rolling, monkeypatch: pytest.MonkeyPatch) -> None:
    """After --timeout the exit code is 124, before the start of a rollout and while one goes on."""
    stage = staged(monkeypatch)
    clock = FleetClock(stage.fleet)
    with pytest.raises(TimedOutError, match="web: no rollout has begun"):
        await_start(stage.fleet, clock, Pace(2.0, clock.steady() + 5.0))
    ran = rolling("watch", "web", "--wait-for-start", "--timeout", "0")
    assert (ran.code, ran.out) == (124, "web: no rollout has begun.\n")
    stage.record(lease_for=1000.0)
    began, shown = clock.now(), list[Either]()
    with pytest.raises(TimedOutError, match="web: no longer watched; the rollout goes on"):
        follow(stage.fleet, clock, Pace(2.0, clock.steady() + 5.0), shown.append)
    assert (len(shown), clock.now() - began) == (4, 5.0)
    ran = rolling("watch", "web", "--timeout", "0")
    assert (ran.code, ran.out.splitlines()[-1]) == (124, "web: no longer watched; the rollout goes on.")
