"""Who is who in one look: old, new, in flight, failed, in a special state; and what is still to appear."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import FailureReason
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member, Signal, TargetHealth
from pulumi_rolling.core.model.verdict import Failure
from pulumi_rolling.core.replace.actions import Terminate
from pulumi_rolling.core.replace.census import is_in_service, is_ready, is_sound, is_working
from pulumi_rolling.core.replace.limits import Pacing
from pulumi_rolling.core.replace.rollout import Issued

from tests.unit.core.stage import (
    START,
    V0,
    V1,
    V2,
    booting,
    counted,
    limits,
    names,
    new,
    old,
    role_of,
    rolling,
)

M = frozenset({"m"})
BACK: dict[str, Any] = {"direction": Direction.BACK}
FORCED: dict[str, Any] = {"forced": True, "to": V1}
UNHEALED = {"heals": False}


@pytest.mark.parametrize(
    ("past", "member", "role"),
    [
        pytest.param({}, old("m"), "old", id="of the former revision"),
        pytest.param({}, old("m", revision=V0), "old", id="of any other revision"),
        pytest.param(
            {}, new("m", revision=V1), "old", id="however young: by a launch before the pointer moved"
        ),
        pytest.param({}, old("m", revision=V2), "keeper", id="of the target, and there before"),
        pytest.param({}, new("m"), "open", id="of the target, launched since"),
        pytest.param({}, booting("m", launched_at=None), "open", id="the cloud has not said when"),
        pytest.param({}, new("m", launched_at=START), "keeper", id="as old as the youngest at the start"),
        pytest.param({"watermark": None}, new("m"), "keeper", id="before the direction began nobody is new"),
        pytest.param({"succeeded": M}, new("m"), "keeper", id="ready"),
        pytest.param({"failed": (Failure("m", FailureReason.VANISHED),)}, new("m"), "again", id="failed"),
        pytest.param({"retried": M}, new("m"), "again", id="retried"),
        pytest.param({"skipped": M}, old("m"), "keeper", id="skipped, old"),
        pytest.param({"skipped": M}, new("m"), "keeper", id="skipped, in flight"),
        pytest.param({}, old("m", lifecycle=Lifecycle.LEAVING), "none", id="leaving"),
        pytest.param({}, old("m", lifecycle=Lifecycle.STANDBY), "none", id="in standby: outside Desired"),
        pytest.param({}, old("m", lifecycle=Lifecycle.PENDING), "old", id="coming, of the former revision"),
        pytest.param(
            {"issued": (Issued(Terminate("m", True), START),)},
            old("m"),
            "none",
            id="an issued victim, still seen",
        ),
        pytest.param(FORCED, old("m"), "old", id="forced: equal revision, launched before"),
        pytest.param(FORCED, new("m", revision=V1), "open", id="forced: equal revision, launched since"),
        pytest.param(BACK | FORCED, old("m"), "keeper", id="forced and back: revisions tell, not ages"),
        pytest.param(BACK, new("m"), "old", id="back: of the revision that failed"),
        pytest.param(BACK, old("m", revision=V2), "old", id="back: of it, whenever it was launched"),
        pytest.param(BACK, old("m"), "keeper", id="back: of the former revision"),
        pytest.param(BACK, old("m", revision=V0), "keeper", id="back: of another one, as it was found"),
        pytest.param(
            BACK | {"abandoned": (V0.digest,)},
            old("m", revision=V0),
            "old",
            id="back: of a target given up before",
        ),
        pytest.param(
            BACK | {"abandoned": (V0.digest,)},
            old("m", revision=V0, healthy=False),
            "old",
            id="back: of a target given up before, and unhealthy",
        ),
        pytest.param(BACK, old("m", revision=V0, healthy=False), "keeper", id="back: another one, unhealthy"),
        pytest.param(BACK, new("m", revision=V1), "open", id="back: launched since, of the former revision"),
    ],
)
def test_who_is_who(past: dict[str, Any], member: Member, role: str) -> None:
    """Forward goes whoever is not of the target revision; back, whoever is of one that failed; and failed new ones."""
    assert role_of(counted(rolling(**past), member)) == role


@pytest.mark.parametrize(
    ("member", "seen", "role"),
    [
        pytest.param(new("m", healthy=False), {}, "keeper", id="unhealthy: the cloud replaces it"),
        pytest.param(
            new("m", healthy=False), UNHEALED, "again", id="unhealthy, health checks suspended: we do"
        ),
        pytest.param(
            new("m", alive=False),
            UNHEALED,
            "again",
            id="dead, replacing suspended: we do",
        ),
        pytest.param(new("m"), UNHEALED, "keeper", id="well"),
        pytest.param(
            new("m", target=TargetHealth.UNHEALTHY),
            UNHEALED,
            "keeper",
            id="a load balancer's word does not end it",
        ),
        pytest.param(
            new("m", healthy=False), {"suspended": frozenset({"AZRebalance"})}, "keeper", id="another process"
        ),
    ],
)
def test_a_ready_member_that_breaks(member: Member, seen: dict[str, Any], role: str) -> None:
    """After it was ready a loss is the cloud's to make up for, unless the cloud was told not to."""
    assert role_of(counted(rolling(succeeded=M), member, **seen)) == role


def test_the_numbers_of_a_look() -> None:
    """Ten wanted: five old, one failed, one ready and one in flight are there, so two launches are owed."""
    members = [*(old(f"old-{i}") for i in range(4)), old("old-4", healthy=False)]
    members += [new("bad-1"), new("ok"), booting("i-1")]
    failed = (Failure("bad-1", FailureReason.FAILURE_SIGNAL),)
    census = counted(
        rolling(failed=failed, succeeded=frozenset({"ok"})),
        *members,
        old("gone", lifecycle=Lifecycle.LEAVING),
    )
    assert len(census.counted) == 8
    assert set(names(census.candidates)) == {*(f"old-{i}" for i in range(5)), "bad-1"}
    assert (census.old, census.gap) == (5, 2)
    assert (names(census.unjudged), census.slots) == (["i-1"], 3)
    assert (census.in_service, census.ready) == (7, 5)
    assert census.leaving == {"gone"}


def test_nothing_is_owed_where_more_are_there_than_wanted() -> None:
    """Members above Desired are the cloud's to end; they open no slot."""
    assert counted(rolling(desired=1), old("a"), old("b")).gap == 0


def test_a_victim_of_ours_counts_as_gone_until_it_is_seen_gone() -> None:
    """Reads are late; otherwise the next look would take one more (design: the heart)."""
    issued = (
        Issued(Terminate("old-0", relaunch=True), START),
        Issued(Terminate("old-1", relaunch=True), START),
    )
    census = counted(rolling(issued=issued), *(old(f"old-{i}") for i in range(10)))
    assert len(census.counted) == census.in_service == census.ready == len(census.candidates) == 8
    assert census.gap == 2


@pytest.mark.parametrize(
    ("changes", "in_service", "ready"),
    [
        pytest.param({}, 1, 1, id="well"),
        pytest.param({"target": TargetHealth.HEALTHY}, 1, 1, id="well behind its load balancer"),
        pytest.param({"target": TargetHealth.UNHEALTHY}, 1, 0, id="unhealthy behind it"),
        pytest.param({"target": TargetHealth.INITIAL}, 1, 0, id="not registered yet"),
        pytest.param({"target": TargetHealth.DRAINING}, 1, 0, id="taken out of it"),
        pytest.param({"healthy": False}, 1, 0, id="unhealthy, and the cloud still counts it"),
        pytest.param({"alive": False}, 0, 0, id="dead, whatever the group believes"),
        pytest.param({"lifecycle": Lifecycle.PENDING}, 0, 0, id="pending"),
        pytest.param({"lifecycle": Lifecycle.WAITING}, 0, 0, id="held by a hook"),
        pytest.param({"checks": False}, 1, 1, id="status checks are for those that are launched"),
    ],
)
@pytest.mark.parametrize(
    ("past", "member"),
    [
        pytest.param({}, old("m"), id="old"),
        pytest.param({"succeeded": M}, new("m"), id="ready once"),
        pytest.param({"skipped": M}, old("m"), id="skipped"),
    ],
)
def test_in_service_and_ready(
    changes: dict[str, Any], in_service: int, ready: int, past: dict[str, Any], member: Member
) -> None:
    """Target health counts toward ready, and not toward what the cloud calls in service (design: words)."""
    census = counted(rolling(**past), replace(member, **changes))
    assert (census.in_service, census.ready) == (in_service, ready)


@pytest.mark.parametrize(("pacing", "serving"), [(Pacing.LOCK_STEP, 3), (Pacing.SLIDING, 1)])
def test_what_the_floor_is_held_against(pacing: Pacing, serving: int) -> None:
    """Lock-step: the cloud's own count, as CloudFormation; sliding: ready members, without those in flight."""
    members = (old("a"), old("b", target=TargetHealth.UNHEALTHY), new("c"))
    assert counted(rolling(), *members, rules=limits(pacing=pacing)).serving == serving


def test_members_that_failed_are_not_ready() -> None:
    """In service by the cloud's count, but nothing that the floor of sliding may stand on; the same of retried ones."""
    census = counted(
        rolling(failed=(Failure("a", FailureReason.VANISHED),), retried=frozenset({"b"})), new("a"), new("b")
    )
    assert (census.in_service, census.ready) == (2, 0)


WELL: dict[str, Any] = {"target": TargetHealth.HEALTHY, "checks": True, "signal": Signal.SUCCESS}


@pytest.mark.parametrize(
    ("rules", "lacks", "ready"),
    [
        pytest.param({}, {"signal": None, "target": None, "checks": None}, True, id="in service is enough"),
        pytest.param({}, {"lifecycle": Lifecycle.PENDING}, False, id="but pending is not"),
        pytest.param({}, {"healthy": False}, False, id="nor unhealthy"),
        pytest.param({}, {"target": TargetHealth.INITIAL}, False, id="nor known to be unserved"),
        pytest.param({}, {"checks": False}, True, id="status checks only on request"),
        pytest.param({"signals": True}, {"signal": None}, False, id="signals: its SUCCESS is needed"),
        pytest.param({"signals": True}, {"signal": Signal.FAILURE}, False, id="signals: a FAILURE is none"),
        pytest.param({"signals": True}, {"lifecycle": Lifecycle.WAITING}, False, id="signals: and service"),
        pytest.param({"target_health": True}, {"target": None}, False, id="targets: nobody said healthy yet"),
        pytest.param(
            {"target_health": True}, {"target": TargetHealth.UNHEALTHY}, False, id="targets: unhealthy"
        ),
        pytest.param({"status_checks": True}, {"checks": None}, False, id="checks: EC2 has not said"),
        pytest.param({"status_checks": True}, {"checks": False}, False, id="checks: failed"),
        pytest.param(
            {"signals": True, "target_health": True, "status_checks": True}, {}, True, id="all, and well"
        ),
    ],
)
def test_ready(rules: dict[str, Any], lacks: dict[str, Any], ready: bool) -> None:
    """In service, working, and what the policy wants beside it: signal, target health, status checks."""
    assert is_ready(limits(**rules), new("m", **(WELL | lacks))) is ready


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({}, (True, True, True), id="in service"),
        pytest.param({"target": TargetHealth.INITIAL}, (True, True, False), id="unserved"),
        pytest.param({"healthy": False}, (True, False, False), id="unhealthy"),
        pytest.param({"alive": False}, (False, False, False), id="dead"),
        pytest.param({"lifecycle": Lifecycle.WAITING}, (False, False, False), id="held by a hook"),
    ],
)
def test_in_service_sound_and_working(changes: dict[str, Any], told: tuple[bool, bool, bool]) -> None:
    """Each is narrower than the one before: the cloud's count, the group's and the machine's word, the balancer's."""
    member = old("m", **changes)
    assert (is_in_service(member), is_sound(member), is_working(member)) == told
