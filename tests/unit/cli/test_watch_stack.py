"""`rolling watch` of a whole stack: who is told, when it ends, and what it exits with."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import click
import pytest
from pulumi_rolling.cli.watch_stack import JsonLines, Lines, follow_stack, watch_all
from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.decision import Because, Status
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.engine.clock import SystemClock
from pulumi_rolling.errors import RollingError
from pulumi_rolling.report.apart import Named, labels
from pulumi_rolling.report.stack_watch import WatchedGroup, bar, cells
from pulumi_rolling.report.standing import Standing
from pulumi_rolling.report.watch import Ending
from pulumi_rolling.report.watch_screen import side_by_side
from rich.console import Console

from tests.rollouts import changed

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
APPROVAL = Because(ReasonCode.APPROVAL, {"count": 1, "percent": 50.0})
WAITING = Because(ReasonCode.WAITING, {"inFlight": 1}, ("i-0a",))


def rolls(name: str, replaced: int = 2, because: Because = WAITING, **more: Any) -> WatchedGroup:
    begun = new_rollout("r1", V2, V1, Sizes(2, 8, 6), frozenset(), 0.0)
    standing: Standing[Any] = Standing(
        group=name,
        at=100.0,
        rollout=changed(begun, step=Step.ROLL, total=6),
        owner="me",
        driver="driver-1",
        lease_until=more.pop("lease_until", 160.0),
        because=because,
        status=Status(Step.ROLL, Direction.FORWARD, 6, 6, replaced, 6, (), 1, (60.0, 90.0)),
        said_at=99.0,
    )
    return WatchedGroup(name, f"res-{name}", "eu-central-1", standing, more.pop("floor", 5))


DONE = Ending(True, "web: done, 6 instances on version 2.")
BACK = Ending(False, "api: back on version 1 (2 of 6 instances failed).")


@dataclass
class Scripted:
    """What each look finds, and how those ended that are gone."""

    looks: list[Sequence[WatchedGroup]]
    ends: dict[str, Ending] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def look(self) -> list[WatchedGroup]:
        return [*(self.looks.pop(0) if self.looks else ())]

    def end_of(self, group: WatchedGroup) -> Ending:
        self.asked.append(group.name)
        return self.ends[group.name]


def told(scripted: Scripted, make: Callable[..., Any]) -> tuple[list[str], list[WatchedGroup]]:
    said: list[str] = []
    groups = follow_stack(scripted, lambda: None, make(said.append))
    return said, groups


def lines(say: Callable[[str], None]) -> Lines:
    return Lines(lambda text: say(text.partition(" ")[2]), SystemClock())


def test_a_stack_is_watched_until_its_last_group_has_ended() -> None:
    """A line a change of each; a group that begins meanwhile is told, too; each end is looked up once."""
    scripted = Scripted(
        [[rolls("web")], [rolls("web"), rolls("api", 0)], [rolls("api", 1)], []], {"web": DONE, "api": BACK}
    )
    said, groups = told(scripted, lines)
    rolling = "rolling to version 2, {}/6 replaced, 6 in service, waiting for i-0a, floor 5"
    assert said == [
        f"web: {rolling.format(2)}",
        f"api: {rolling.format(0)}",
        "web: done, 6 instances on version 2",
        f"api: {rolling.format(1)}",
        "api: back on version 1 (2 of 6 instances failed)",
    ]
    assert scripted.asked == ["web", "api"]
    assert [each.ending for each in groups] == [DONE, BACK]


def test_what_waits_for_somebody_is_told_with_its_command() -> None:
    """In a log the command stands before the counts, as in the row."""
    said, _ = told(Scripted([[rolls("web", because=APPROVAL)], []], {"web": DONE}), lines)
    assert said[0].startswith("web: rolling to version 2, run 'rolling approve web' or 'reject': waiting")


def test_a_group_that_nobody_drives_is_told_so_and_is_still_waited_for() -> None:
    """Its next driver goes on; the watching does not end with the old one."""
    left = rolls("web", lease_until=50.0)
    said, _ = told(Scripted([[left], [left], []], {"web": DONE}), lines)
    assert said[0] == "web: stopped while rolling to version 2, nobody drives it"
    assert len(said) == 2


def test_json_is_a_line_a_change_that_a_list_would_have_with_floor_and_count() -> None:
    """Only the time left changes between the two looks, which is no line; the end is as for one group."""
    later = rolls("web")
    assert later.standing is not None
    later = replace(later, standing=replace(later.standing, at=101.0))
    said, _ = told(Scripted([[rolls("web")], [later], []], {"web": DONE}), JsonLines)
    first, last = map(json.loads, said)
    assert (first["group"], first["state"], first["floor"], first["inService"]) == ("web", "rolling", 5, 6)
    assert (first["resourceName"], first["region"], first["replaced"]) == ("res-web", "eu-central-1", 2)
    assert (last["state"], last["succeeded"], last["resourceName"]) == ("ended", True, "res-web")


@pytest.mark.parametrize(("ends", "good"), [(DONE, True), (BACK, False)])
def test_the_exit_code_is_that_of_the_worst(
    ends: Ending, good: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """All must be at their targets; the last line of JSON names those that are not."""
    looks = [[rolls("web"), rolls("api")], [rolls("web"), rolls("api")], []]
    scripted = Scripted([*looks], {"web": DONE, "api": ends})
    assert watch_all(scripted, "prod", SystemClock(), lambda: None, as_json=True, patient=False) is good
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["stack"], last["state"], last["succeeded"]) == ("prod", "ended", good)
    assert last["failed"] == ([] if good else ["api"])
    named = {"group": "api", "resourceName": "res-api", "region": "eu-central-1"}
    assert last["failedGroups"] == ([] if good else [named])
    scripted = Scripted([*looks], {"web": DONE, "api": ends})
    watch_all(scripted, "prod", SystemClock(), lambda: None, as_json=False, patient=False)
    assert capsys.readouterr().out.splitlines()[-1] == f"{2 if good else 1} of 2 groups at the target."


def test_where_nothing_rolls_there_is_nothing_to_watch_unless_it_is_waited_for() -> None:
    """One line says so and how to wait; a wait looks again until a group rolls."""
    with pytest.raises(RollingError, match=r"No group of prod rolls\. '--wait-for-start' waits"):
        watch_all(Scripted([]), "prod", SystemClock(), lambda: None, as_json=True, patient=False)
    begins = Scripted([[], [], [rolls("web")], [rolls("web")], []], {"web": DONE})
    assert watch_all(begins, "prod", SystemClock(), lambda: None, as_json=True, patient=True)


def test_groups_of_one_name_are_told_apart_by_region_or_by_resource() -> None:
    """In lines and on the screen; each is followed by itself to its own end."""
    everywhere = [
        Named("web", "eu-central-1", "here"),
        Named("web", "us-east-1", "there"),
        Named("web", "us-east-1", "other account"),
        Named("prod/web", "us-east-1", "service"),
        Named("db", "", "one"),
        Named("db", "", "two"),
    ]
    called = labels(everywhere)
    assert [*called.values()] == [
        "web (eu-central-1)",
        "web (us-east-1 there)",
        "web (us-east-1 other account)",
        "prod/web",
        "db (one)",
        "db (two)",
    ]
    twins = [
        replace(rolls("web", place), region=each.region, resource=each.resource, label=called[each])
        for place, each in enumerate(everywhere[:3])
    ]
    said, groups = told(Scripted([twins, twins[:1], []], {"web": DONE}), lines)
    assert [line.partition(": ")[0] for line in said[:3]] == [*called.values()][:3]
    assert said[3:] == [
        f"{called[each]}: done, 6 instances on version 2" for each in [*everywhere[1:3], everywhere[0]]
    ]
    assert [cells(each)[0] for each in groups] == [*called.values()][:3]


def test_a_record_that_cannot_be_read_ends_as_a_failure() -> None:
    """Its fault stands where the state would."""
    torn = WatchedGroup("web", "res-web", "eu-central-1", ending=Ending(False, "the record is torn"))
    said, groups = told(Scripted([[torn]]), lines)
    assert said == ["web: the record is torn"] and groups == [torn]


def drawn(*groups: WatchedGroup) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=80, no_color=True).print(side_by_side(groups))
    return out.getvalue().rstrip("\n").split("\n")


def test_a_terminal_of_80_columns_shows_bar_floor_and_the_whole_command() -> None:
    """A row each, what somebody must do first; the last column wraps, and nothing of it is cut."""
    shown = drawn(
        rolls("web", because=APPROVAL),
        rolls("shop-production-api", 3),
        replace(rolls("batch", 6), ending=Ending(True, "batch: done, 6 instances on version 2.")),
    )
    assert all(len(line) <= 80 for line in shown)
    assert shown[0].split() == ["GROUP", "REPLACED", "SERVING", "FLOOR", "STATE"]
    web = " ".join(line[50:].strip() for line in shown[1:4])
    assert shown[1].startswith("web ") and "###....... 2/6" in shown[1]
    assert shown[1].split()[3:5] == ["6", "5"]
    assert "run 'rolling approve web'" in " ".join(" ".join(shown).split()), web
    done = next(line for line in shown if line.startswith("batch"))
    assert "########## 6/6" in done and click.unstyle("\n".join(shown)) == "\n".join(shown)


@pytest.mark.parametrize(
    ("done", "total", "drawing"),
    [(0, 6, ".........."), (3, 6, "#####....."), (6, 6, "##########"), (0, 0, "..........")],
)
def test_a_bar_is_of_ten_letters(done: int, total: int, drawing: str) -> None:
    """Full at the end alone, and empty where nothing is to be done."""
    assert bar(done, total) == drawing


def test_a_group_whose_floor_the_service_keeps_shows_none() -> None:
    """No number stands where none is known."""
    assert cells(rolls("web", floor=None))[3] == ""
