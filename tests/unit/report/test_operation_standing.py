"""`rolling status` and `rolling watch` of a rollout that the cloud carries out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.delegate.delegating import AtGate, Delegating, Way, Whose
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.operation import Operation, State
from pulumi_rolling.core.model.codes import ReasonCode, Step, VerdictCode
from pulumi_rolling.core.model.decision import Because
from pulumi_rolling.core.model.goal import Direction, Goal
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.report.counted import counted
from pulumi_rolling.report.listing import ListedRoll, listing_json, listing_text
from pulumi_rolling.report.standing import OperationStatus, Standing
from pulumi_rolling.report.status import status_text
from pulumi_rolling.report.status_json import status_json
from pulumi_rolling.report.watch import ended, line, member_rows

NOW = 1_800_000_000.0
ONE, TWO = Revision("lt-1:1", "one", "version 1"), Revision("lt-1:2", "two", "version 2")
TOLD = Operation("4a77", State.RUNNING, "InProgress", "two", percent=40.0, done=4, total=10)
FOLLOWED = Delegating(
    Goal("r1", TWO, ONE),
    NOW - 600,
    way=Way(operation="4a77", total=10, done=4),
    step=Step.FOLLOW,
)


def standing(rollout: Delegating = FOLLOWED, told: Operation = TOLD, **changes: Any) -> OperationStatus:
    seen = Delegated(NOW, (told,), "one", runs={"one": 6, "two": 4}, desired=10, in_service=9)
    given: dict[str, Any] = {"driver": "d1", "lease_until": NOW + 5, "owner": "abc"}
    return OperationStatus(group="web", at=NOW, rollout=rollout, seen=seen, **(given | changes))


def test_a_driven_operation_as_a_whole() -> None:
    """Which operation, how far by the service's word and by what the group runs, who drives it, and what to do."""
    assert status_text(standing()).splitlines() == [
        "web: rolling to version 2, step follow",
        "  rollout    r1 of resource abc",
        "  since      2027-01-15 07:50:00 UTC (10 min ago)",
        "  operation  4a77, InProgress, 40 %",
        "  progress   4/10 replaced, 9 in service; 4 of 10 made from version 2",
        "  driver     d1 is at work",
        "  now        wait, or end it with 'rolling abort web'",
    ]


def test_an_operation_that_was_paused_does_not_go_on_alone() -> None:
    """Where its driver has died at a checkpoint with approval, it stands until somebody drives it again."""
    paused = replace(TOLD, status="Paused", is_paused=True)
    text = status_text(standing(told=paused, lease_until=NOW - 1))
    assert "now        the operation stands still meanwhile; run 'pulumi up' again" in text


GATE = replace(FOLLOWED, way=replace(FOLLOWED.way, gate=AtGate("40 %", NOW - 60)))
APPROVAL = Because(ReasonCode.APPROVAL, {"approval": 1, "percent": 40.0}, ("40 %",))
TURNED = replace(FOLLOWED, direction=Direction.BACK, verdict=Verdict(VerdictCode.ABORTED, NOW))


@pytest.mark.parametrize(
    ("rollout", "changes", "told"),
    [
        (GATE, {"because": APPROVAL}, "web: rolling to version 2, step follow, waiting for approval"),
        (
            GATE,
            {"because": APPROVAL},
            "gate       checkpoint 40 %, since 2027-01-15 07:59:00 UTC, approval wanted",
        ),
        (GATE, {"because": APPROVAL}, "'rolling approve web' goes on, 'rolling reject web' goes back"),
        (
            GATE,
            {"because": Because(ReasonCode.CHECKPOINT, {"wait": 120.0}, ("40 %",))},
            "closed until 2027-01-15 08:01:00 UTC",
        ),
        (replace(FOLLOWED, way=replace(FOLLOWED.way, paused=True)), {}, "'rolling resume web' goes on"),
        (
            replace(FOLLOWED, way=replace(FOLLOWED.way, whose=Whose.STRANGERS)),
            {},
            "40 %, begun by somebody else",
        ),
        (FOLLOWED, {"lease_until": NOW - 1}, "now        the service goes on alone; run 'pulumi up' again"),
        (replace(FOLLOWED, unheeded=("retry",)), {}, "retry: the service picks and paces"),
        (TURNED, {}, "web: going back to version 1, step follow"),
        (TURNED, {}, "reason     aborted on request"),
        (TURNED, {}, "now        wait for it to end"),
    ],
)
def test_what_an_operation_waits_for_is_told(rollout: Delegating, changes: dict[str, Any], told: str) -> None:
    """The gate, a pause, a stranger's, a driver that is gone, a way back: each in words with what to do."""
    assert told in status_text(standing(rollout, **changes))


def test_watch_tells_the_operation_and_no_members() -> None:
    """The line has the service's progress; members are the service's own matter."""
    following = Because(ReasonCode.FOLLOWING, {"percent": 40.0}, ("4a77",))
    told = line(standing(because=following))
    assert told == "web: rolling to version 2, 4/10 replaced, 9 in service, the cloud replaces (40 %)"
    now = counted(standing())
    assert (now.replaced, now.total) == (4, 10) and member_rows(standing()) == []


def test_the_end_is_told_by_what_the_group_runs() -> None:
    """All of the target is a success; others left are none, and a way back is told as one."""
    seen = Delegated(NOW, (), "two", runs={"two": 10}, desired=10, in_service=10)
    assert ended(FOLLOWED, "web", seen).words == "web: done, 10 instances on version 2."
    mixed = ended(FOLLOWED, "web", replace(seen, runs={"one": 3, "two": 7}))
    assert not mixed.succeeded and "3 of 10 instances are not of version 2" in mixed.words
    assert ended(TURNED, "web", seen).words == "web: back on version 1 (aborted on request)."


def test_an_operation_as_json() -> None:
    """The keys are those of every status, with the operation in place of the instances."""
    told = status_json(standing(GATE, because=APPROVAL))
    wanted = {"state": "rolling", "driven": True, "step": "follow", "replaced": 4, "total": 10, "held": None}
    assert {key: told[key] for key in wanted} == wanted
    assert told["operation"] == {"id": "4a77", "status": "InProgress", "percent": 40.0, "reason": None}
    assert told["gate"] == {"since": "2027-01-15T07:59:00+00:00", "approved": False}
    assert told["inService"] == 9 and "members" not in told
    back = status_json(standing(TURNED))
    assert (back["state"], back["verdict"]["code"]) == ("returning", "aborted")


def test_an_operation_in_a_list() -> None:
    """What the record alone says is told without a look at the operation."""
    recorded = Standing(group="web", at=NOW, rollout=FOLLOWED, owner="abc", driver="d1", lease_until=NOW + 5)
    listed = [ListedRoll("web", 10, recorded)]
    assert listing_text(listed).splitlines()[1] == "web    10         rolling to version 2"
    assert listing_json(listed)["groups"][0]["total"] == 10
