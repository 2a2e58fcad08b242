"""Whom next. CloudFormation does not publish its order; this one is documented in docs/design.md (victims)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import FailureReason
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member, Signal, TargetHealth
from pulumi_rolling.core.model.verdict import Failure
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.core.replace.victims import Victims, in_order, zone_by_zone

from tests.unit.core.stage import START, new, old, rolling

BACK: dict[str, Any] = {"direction": Direction.BACK}


def aged(name: str, age: float = 0.0, zone: str = "a", **changes: Any) -> Member:
    return old(name, launched_at=START - 1000.0 - age, zone=zone, **changes)


def order(victims: Victims) -> tuple[list[str], list[str]]:
    return [m.id for m in victims.broken], [m.id for m in victims.working]


def working(rollout: Rollout, members: Iterable[Member]) -> list[str]:
    return order(in_order(rollout, tuple(members)))[1]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(aged("b", lifecycle=Lifecycle.PENDING), id="not in service"),
        pytest.param(aged("b", healthy=False), id="unhealthy"),
        pytest.param(aged("b", alive=False), id="dead"),
        pytest.param(aged("b", target=TargetHealth.UNHEALTHY), id="unhealthy behind its load balancer"),
        pytest.param(aged("b", target=TargetHealth.INITIAL), id="not served to yet"),
        pytest.param(aged("b", signal=Signal.FAILURE), id="it said FAILURE itself"),
        pytest.param(new("failed"), id="failed"),
        pytest.param(new("retried"), id="to be replaced once more"),
    ],
)
def test_members_that_serve_nobody_go_first(broken: Member) -> None:
    """Whatever their age and zone: nothing is lost with them."""
    rollout = rolling(
        failed=(Failure("failed", FailureReason.NOT_IN_SERVICE),), retried=frozenset({"retried"})
    )
    made = order(in_order(rollout, [aged("w1", 900.0), aged("w2", 800.0, "b"), broken]))
    assert made == ([broken.id], ["w1", "w2"])


def test_of_those_the_ones_out_of_service_and_the_oldest_go_first() -> None:
    """A failed member that still serves is the last of them."""
    rollout = rolling(
        failed=(Failure("f1", FailureReason.FAILURE_SIGNAL), Failure("f2", FailureReason.FAILURE_SIGNAL))
    )
    members = [
        aged("f1", 10.0),
        aged("dead", 20.0, alive=False),
        aged("f2", 900.0),
        aged("pending", 30.0, lifecycle=Lifecycle.PENDING),
    ]
    assert order(in_order(rollout, members)) == (["pending", "dead", "f2", "f1"], [])


@pytest.mark.parametrize(
    ("members", "goes"),
    [
        pytest.param(
            [aged("young", 1.0), aged("old", 9.0), aged("middle", 5.0)],
            ["old", "middle", "young"],
            id="in one zone the oldest",
        ),
        pytest.param(
            [aged("i-2"), aged("i-1"), aged("i-3")], ["i-1", "i-2", "i-3"], id="of equal age by name"
        ),
        pytest.param(
            [aged("a1", 1.0, "a"), aged("b1", 900.0, "b"), aged("a2", 0.0, "a")],
            ["a1", "b1", "a2"],
            id="the zone with most old members before the oldest member",
        ),
        pytest.param(
            [*(aged(f"a{i}", 10.0 - i, "a") for i in range(4)), aged("b0", 100.0, "b"), aged("b1", 0.0, "b")],
            ["a0", "a1", "b0", "a2", "a3", "b1"],
            id="looked at again after each pick; of equal zones the one with the oldest",
        ),
        pytest.param(
            [aged("known", 1.0), old("unknown", launched_at=None, zone="a")],
            ["known", "unknown"],
            id="a launch time that the cloud has not said is a young one",
        ),
        pytest.param([], [], id="nobody"),
    ],
)
def test_the_order_of_those_that_serve(members: list[Member], goes: list[str]) -> None:
    """The zone with most old members left, in it the oldest (design: victims 2 and 3)."""
    assert working(rolling(), members) == goes
    assert working(rolling(), reversed(members)) == goes


def test_on_the_way_back_the_newest_go_first() -> None:
    """So that a bad revision is left fast; zones weigh as before, and of equal age the name decides."""
    members = [aged("a1", 9.0, "a"), aged("a2", 5.0, "a"), aged("a3", 5.0, "a"), aged("b1", 1.0, "b")]
    assert working(rolling(**BACK), members) == ["a2", "a3", "b1", "a1"]


THREE_ZONES = [
    *(aged(f"c{i}", 100.0 - i, "c") for i in range(3)),
    *(aged(f"b{i}", 10.0 - i, "b") for i in range(2)),
    aged("a0", 1.0, "a"),
]


@pytest.mark.parametrize(
    ("past", "free", "zone", "goes"),
    [
        pytest.param({}, True, "a", ["a0"], id="the first zone by name, not by numbers"),
        pytest.param({"zone": "b"}, True, "b", ["b0", "b1"], id="the zone that has begun goes on"),
        pytest.param({"zone": "b"}, False, "b", ["b0", "b1"], id="also while slots are in use"),
        pytest.param({"zone": "z"}, False, "z", [], id="done, but slots are in use: nobody of another zone"),
        pytest.param({"zone": "z"}, True, "a", ["a0"], id="done, and no slot in use: the next zone"),
        pytest.param({}, False, "", [], id="nothing has begun, and slots are in use by others' doing"),
        pytest.param(BACK, True, "c", ["c2", "c1", "c0"], id="back: the last zone by name, the newest first"),
        pytest.param(BACK | {"zone": "a"}, True, "a", ["a0"], id="back: the zone that has begun goes on"),
    ],
)
def test_zone_by_zone(past: dict[str, Any], free: bool, zone: str, goes: list[str]) -> None:
    """Another zone's turn comes only when the one before is done and no slot is in use (zoneOrder: oneAtATime)."""
    told, victims = zone_by_zone(rolling(**past), THREE_ZONES, free=free)
    assert (told, order(victims)) == (zone, ([], goes))


def test_a_whole_rollout_visits_each_zone_once() -> None:
    """Forward a, b, c; back c, b, a; each to its end, from whichever point it goes on."""
    for past, zones in (({}, "abbccc"), (BACK, "cccbba")):
        left = {m.id: m for m in THREE_ZONES}
        rollout = rolling(**past)
        visited = ""
        while left:
            zone, victims = zone_by_zone(rollout, left.values(), free=True)
            rollout = rolling(**past, zone=zone)
            visited += left.pop(next(victims.working).id).zone
        assert visited == zones


def test_members_that_serve_nobody_go_in_every_zone() -> None:
    """Nothing is lost with them, and they are not counted when the next zone is chosen."""
    members = [aged("a1", zone="a", healthy=False), aged("b1", zone="b"), aged("c1", zone="c", alive=False)]
    zone, victims = zone_by_zone(rolling(), members, free=True)
    assert (zone, order(victims)) == ("b", (["a1", "c1"], ["b1"]))
    assert order(zone_by_zone(rolling(zone="z"), members, free=False)[1]) == (["a1", "c1"], [])


def test_where_all_are_broken_no_zone_begins() -> None:
    """The zone of the record stays as it is."""
    zone, victims = zone_by_zone(rolling(zone="b"), [aged("a1", healthy=False)], free=True)
    assert (zone, order(victims)) == ("b", (["a1"], []))


@pytest.mark.parametrize("past", [pytest.param({}, id="forward"), pytest.param(BACK, id="back")])
def test_lines_of_plain_members_go_in_the_same_order(past: dict[str, Any]) -> None:
    """Given by zone, the oldest first, or one by one, or some of each: the order is the same."""
    loose = [*THREE_ZONES, aged("b9", 50.0, "b"), aged("d0", 2.0, "d")]
    lines: dict[str, list[Member]] = {}
    for member in sorted(loose[::2], key=lambda m: m.launched_at or 0.0):
        lines.setdefault(member.zone, []).append(member)
    rollout = rolling(**past)
    assert order(in_order(rollout, loose[1::2], lines)) == order(in_order(rollout, loose))
    given = zone_by_zone(rollout, loose[1::2], lines, free=True)
    wanted = zone_by_zone(rollout, loose, free=True)
    assert (given[0], order(given[1])) == (wanted[0], order(wanted[1]))
