"""Commands on a group that one machine hands over to the other between any two of their calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from pulumi_rolling.cli import live
from pulumi_rolling.core.delegate.plan import begin
from pulumi_rolling.core.machine import DELEGATE, machine_of, take_on
from pulumi_rolling.core.model.codes import VerdictCode
from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.engine.record.pieces import LEASE, pack
from pulumi_rolling.fleets.base import Sight
from pulumi_rolling.fleets.simulated import DelegatedFleet

from tests.rollouts import changed
from tests.unit.cli.conftest import Ran
from tests.unit.cli.stage import V1, V2, Looked

Rolling = Callable[..., Ran]


@dataclass
class HandedOver:
    """Group ``web``: so many calls find the service's rollout recorded, so many the way back of this program."""

    forward: int
    back: int = 1000
    calls: int = 0
    asked: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.service = DelegatedFleet(desired=4, revision=V1, name="web")
        self.ours = Looked(desired=4, max_size=6, revision=V1, name="web")
        facts = self.ours.facts()
        record = begin(Goal("r1", V2, V1), facts.observation.at)
        taken = take_on(record, facts.sizes, frozenset(), frozenset())
        taken = changed(taken, verdict=Verdict(VerdictCode.ABORTED, 1.0))
        lease = {LEASE: f"driver-1 urn-hash {facts.observation.at + 60:.0f}"}
        self.records = [{**pack(each, "urn-hash", 1, self.ours.shelf), **lease} for each in (record, taken)]

    def marks(self) -> Mapping[str, str]:
        """Each reading is a call."""
        self.calls += 1
        if self.calls > self.forward + self.back:
            return {}
        return {**self.records[self.calls > self.forward], **self.asked}


@dataclass
class Opened:
    """The group as the fleet of one machine, which makes nothing of the other one's records."""

    group: HandedOver
    machine: str
    name: str = "web"
    call: str = "web"

    def marks(self) -> Mapping[str, str]:
        return self.group.marks()

    def write_marks(self, marks: Mapping[str, str]) -> None:
        self.group.asked.update(marks)

    def observe(self, rollout: Any) -> Sight[Any]:
        assert machine_of(rollout).name == self.machine
        fleet: Any = self.group.service if self.machine == DELEGATE.name else self.group.ours
        return Sight(fleet.observe(rollout).observation, self.group.marks())


def on(monkeypatch: pytest.MonkeyPatch, group: HandedOver) -> HandedOver:
    def fleet(name: str, region: object, endpoint: object, signals: object, machine: str = "") -> Opened:
        return Opened(group, machine)

    monkeypatch.setattr(live, "_fleet", fleet)
    return group


@pytest.mark.parametrize("forward", range(4))
def test_status_tells_the_record_that_its_look_shows(
    rolling: Rolling, monkeypatch: pytest.MonkeyPatch, forward: int
) -> None:
    """Whichever call comes after the hand-over, the one machine's record is never told by the other's look."""
    on(monkeypatch, HandedOver(forward))
    ran = rolling("status", "web")
    assert ran.code == 0, ran.err
    shown = "rolling to version 2" if forward > 1 else "going back to version 1"
    assert shown in ran.out, ran.out


@pytest.mark.parametrize("forward", range(4))
def test_a_request_fits_the_record_that_its_look_shows(
    rolling: Rolling, monkeypatch: pytest.MonkeyPatch, forward: int
) -> None:
    """An abort of what goes back already is refused, and no tag stays behind."""
    group = on(monkeypatch, HandedOver(forward))
    ran = rolling("abort", "web")
    if forward > 1:
        assert ran.code == 0 and group.asked, ran.err
    else:
        assert "web is going back to version 1 already" in ran.err and not group.asked


@pytest.mark.parametrize("forward", range(5))
def test_watch_follows_into_the_way_back(
    rolling: Rolling, monkeypatch: pytest.MonkeyPatch, forward: int
) -> None:
    """The end is told by the last record that was seen."""
    on(monkeypatch, HandedOver(forward, back=3))
    ran = rolling("watch", "web", "--interval", "0.1")
    assert ran.code == 1 and "web: back on version 1 (aborted on request)." in ran.out, ran


@pytest.mark.parametrize("back", [1, 2])
def test_a_way_back_that_ends_while_it_is_looked_at_anew_is_told(
    rolling: Rolling, monkeypatch: pytest.MonkeyPatch, back: int
) -> None:
    """The record of the way back stood for no longer than a look."""
    on(monkeypatch, HandedOver(2, back=back))
    ran = rolling("watch", "web", "--interval", "0.1")
    assert ran.code == 1 and "web: back on version 1 (aborted on request)." in ran.out, ran
