"""Property 9 on ESS: processes, standby, protection and sizes end as found, whatever the end is.

For both kinds of group, over the subsets of the five processes.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations
from random import Random
from typing import Any

import pytest
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.errors import AbortedError, PolicyErrors, RolloutError
from pulumi_rolling.lab.world.ess.group import PROCESSES

from tests.handler.ess_web import EssWeb
from tests.handler.held_ess import HeldEss, Killed, held

NEEDED = {"ScaleIn", "ScaleOut"}
SUBSETS = list(chain.from_iterable(combinations(PROCESSES, n) for n in range(len(PROCESSES) + 1)))
NAMES = {
    "HealthCheck": "HealthCheck",
    "AlarmNotification": "AlarmNotification",
    "ScheduledAction": "ScheduledActions",
}


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> HeldEss:
    monkeypatch.setenv("ROLLING_POLL_SECONDS", "1")
    return held(monkeypatch)


class Found:
    """What must end as it was."""

    def __init__(self, web: EssWeb) -> None:
        group = web.group
        self.suspended = group["suspended"]
        self.sizes = web.sizes
        self.there = len(web.members())
        self.standby = set(web.members(lambda member: member["lifecycle"] == "Standby"))
        self.protected = set(web.members(lambda member: member["lifecycle"] == "Protected"))
        self.tags = group["tags"]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Found) and vars(self) == vars(other)

    def __repr__(self) -> str:
        return repr(vars(self))


class Case:
    """A group with members in standby and protected ones, on the first of three configurations; drawn by its seed."""

    def __init__(self, lab: HeldEss, kept: bool, suspended: tuple[str, ...], seed: str) -> None:
        lab.reset()
        self.lab = lab
        self.draw = draw = Random(seed)
        size = draw.randint(5, 7)
        least = draw.randint(1, size)
        expected = {} if kept else {"DesiredCapacity": None}
        self.web = web = EssWeb(
            lab, "m-1", "m-2", size=size, MinSize=least, MaxSize=size + draw.randint(0, 2), **expected
        )
        web.context = replace(web.context, clock=lab.clock)
        self.state = web.deploy(web.news(1))
        members = web.members()
        for member in members[: draw.randint(0, 2)]:
            self.befall(member, "standby")
        if draw.random() < 0.5:
            self.befall(members[-1], "protect")
        self.lab.move_group(web.id, suspend=list(suspended))
        self.found = Found(web)

    def befall(self, member: str, what: str) -> None:
        self.lab.member(member, do=what)
        self.lab.clock.wait(30)

    def news(self, version: int) -> dict[str, Any]:
        draw = Random(f"{self.found} {version}")
        rest = [name for name in NAMES.values() if draw.random() < 0.6]
        return self.web.news(
            version,
            maxBatchSize=draw.randint(1, 2),
            minInstancesInService=draw.randint(0, 1),
            suspendProcesses=rest,
            scaleInProtectedInstances="Ignore",
            readiness={"timeout": "PT2M"},
        )

    def die(self) -> bool:
        """A driver that is killed at one of its calls; False where it came to its end before."""
        self.lab.kill_at = self.lab.sent + self.draw.randint(12, 70)
        try:
            self.state = self.web.update(self.state, self.news(2))
        except Killed:
            self.lab.clock.wait(60)
            self.state = self.web.handler.read(self.state) or {}
            return True
        self.lab.kill_at = None
        return False

    def meddle(self) -> None:
        """While nobody drives somebody takes a member into standby or out of it."""
        web, found = self.web, self.found
        resting = sorted(found.standby)
        if resting and self.draw.random() < 0.6:
            self.befall(resting[0], "return")
            found.standby -= {resting[0]}
            return
        serving = web.members(lambda member: member["lifecycle"] == "InService" and member["image"] == "m-1")
        if serving:
            self.befall(serving[0], "standby")
            found.standby |= {serving[0]}

    def is_as_found(self) -> None:
        self.lab.clock.wait(60)
        assert Found(self.web) == self.found


def end_well(case: Case) -> None:
    case.web.update(case.state, case.news(2))


def end_returned(case: Case) -> None:
    """By a launch that is refused, or by members that never serve, whose launch ESS gives up."""
    case.lab.rules(launchTimeout=300.0)
    behaviour: dict[str, Any] = {"inService": False}
    if case.draw.random() < 0.5:
        behaviour = {"launchError": "InvalidImageId.NotFound"}
    case.lab.image("m-2", **behaviour)
    with pytest.raises(RolloutError) as caught:
        case.web.update(case.state, case.news(2))
    assert caught.value.returned
    case.lab.image("m-2")


def end_aborted(case: Case) -> None:
    after = case.lab.sent + case.draw.randint(10, 30)
    abort = Request("stop", "abort")
    case.web.context = replace(case.web.context, requests=lambda: (abort,) if case.lab.sent > after else ())
    with pytest.raises(AbortedError) as caught:
        case.web.update(case.state, case.news(2))
    assert caught.value.returned


def end_after_a_death(case: Case) -> None:
    if case.die():
        case.meddle()
        if case.die():
            case.web.update(case.state, case.news(2))


def end_rolled_back(case: Case) -> None:
    """A person takes the change back after a death."""
    if case.die():
        case.meddle()
    case.web.update(case.state, case.news(1))


ENDS = {
    "success": end_well,
    "failure": end_returned,
    "abort": end_aborted,
    "death": end_after_a_death,
    "rollback": end_rolled_back,
}


@pytest.mark.parametrize("kept", [True, False], ids=["expected number", "by hand"])
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("suspended", [each for each in SUBSETS if not NEEDED & set(each)], ids="+".join)
def test_all_is_as_found_at_the_end(lab: HeldEss, kept: bool, end: str, suspended: tuple[str, ...]) -> None:
    """Processes, sizes, how many there are, who rests, who is protected, tags."""
    case = Case(lab, kept, suspended, f"{end} {kept} {suspended}")
    ENDS[end](case)
    case.is_as_found()


@pytest.mark.parametrize("kept", [True, False], ids=["expected number", "by hand"])
def test_a_group_that_cannot_act_is_left_as_found(lab: HeldEss, kept: bool) -> None:
    """With ScaleIn or ScaleOut suspended the roll is refused before anything is touched."""
    case = Case(lab, kept, (), f"refused {kept}")
    news = case.news(2)
    for suspended in [each for each in SUBSETS if NEEDED & set(each)]:
        lab.move_group(case.web.id, resume=list(PROCESSES), suspend=list(suspended))
        found = Found(case.web)
        with pytest.raises(PolicyErrors) as caught:
            case.web.update(case.state, news)
        assert caught.value.faults[0].path == "essScalingGroup.suspendedProcesses"
        assert Found(case.web) == found
