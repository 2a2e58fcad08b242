"""Members that are protected from scale-in, in standby, or in the warm pool, by each choice of the policy.

Ignore, Wait and Replace mean what they mean for instance refresh.
"""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.core.replace.actions import Remove
from pulumi_rolling.core.replace.limits import Choice
from pulumi_rolling.core.replace.rollout import Issued

from tests.unit.core.stage import START, V1, V2, counted, limits, new, old, role_of, rolling

M = frozenset({"m"})
FORCED: dict[str, Any] = {"forced": True, "to": V1}
BACK: dict[str, Any] = {"direction": Direction.BACK}
PROTECTED = old("m", protected=True)
STANDBY = old("m", lifecycle=Lifecycle.STANDBY)


@pytest.mark.parametrize(
    ("choice", "past", "member", "role", "occupied"),
    [
        pytest.param(Choice.REPLACE, {}, PROTECTED, "old", (), id="Replace, as CloudFormation does"),
        pytest.param(Choice.IGNORE, {}, PROTECTED, "keeper", (), id="Ignore: it stays"),
        pytest.param(Choice.WAIT, {}, PROTECTED, "keeper", ("m",), id="Wait: not before it is free"),
        pytest.param(Choice.WAIT, {}, old("m"), "old", (), id="Wait: free again"),
        pytest.param(Choice.WAIT, {}, old("m", alive=False), "old", (), id="Wait: dead, but not protected"),
        pytest.param(Choice.WAIT, {}, new("m", protected=True), "open", (), id="a new one is judged"),
        pytest.param(Choice.WAIT, {"skipped": M}, PROTECTED, "keeper", (), id="skipped: nobody waits for it"),
        pytest.param(
            Choice.WAIT,
            BACK,
            new("m", protected=True),
            "old",
            (),
            id="back: a failed revision goes, protected or not",
        ),
    ],
)
def test_protected_members(
    choice: Choice, past: dict[str, Any], member: Member, role: str, occupied: tuple[str, ...]
) -> None:
    """Members protected from scale-in count as any other; old ones by the policy's choice (design: special states)."""
    census = counted(rolling(**past), member, rules=limits(protected=choice))
    assert (role_of(census), census.occupied, census.occupied_members) == (role, occupied, len(occupied))
    assert (len(census.counted), census.ready) == (1, int(role != "open" and member.alive))


@pytest.mark.parametrize(
    ("choice", "past", "member", "occupied", "replaced"),
    [
        pytest.param(Choice.IGNORE, {}, STANDBY, (), (), id="Ignore"),
        pytest.param(Choice.WAIT, {}, STANDBY, ("m",), (), id="Wait: replaced when it is back"),
        pytest.param(Choice.REPLACE, {}, STANDBY, (), ("m",), id="Replace: ended where it stands"),
        pytest.param(
            Choice.REPLACE,
            {},
            new("m", lifecycle=Lifecycle.STANDBY),
            (),
            (),
            id="of the target: nothing to do",
        ),
        pytest.param(
            Choice.REPLACE, FORCED, STANDBY, (), ("m",), id="forced: of an equal revision, and there before"
        ),
        pytest.param(
            Choice.REPLACE,
            FORCED,
            new("m", revision=V1, lifecycle=Lifecycle.STANDBY),
            (),
            (),
            id="forced: of an equal revision, launched since",
        ),
        pytest.param(
            Choice.REPLACE,
            {},
            old("m", revision=V2, lifecycle=Lifecycle.STANDBY),
            (),
            (),
            id="of the target, and there before",
        ),
        pytest.param(Choice.WAIT, {"skipped": M}, STANDBY, (), (), id="Wait, skipped"),
        pytest.param(Choice.REPLACE, {"skipped": M}, STANDBY, (), (), id="Replace, skipped"),
        pytest.param(
            Choice.REPLACE,
            {"issued": (Issued(Remove("m"), START),)},
            STANDBY,
            (),
            (),
            id="Replace, act is on its way",
        ),
        pytest.param(
            Choice.WAIT, BACK, new("m", lifecycle=Lifecycle.STANDBY), (), (), id="back: a person took it out"
        ),
    ],
)
def test_members_in_standby(
    choice: Choice, past: dict[str, Any], member: Member, occupied: tuple[str, ...], replaced: tuple[str, ...]
) -> None:
    """They stand outside Desired; old ones by the policy's choice (instance refresh: StandbyInstances)."""
    census = counted(rolling(**past), member, rules=limits(standby=choice))
    assert (census.occupied, census.occupied_members, census.standby) == (occupied, len(occupied), replaced)
    assert (census.counted, census.gap) == ((), 10)


@pytest.mark.parametrize(
    ("choice", "past", "instance", "occupied", "replaced"),
    [
        pytest.param(Choice.REPLACE, {}, old("m"), (), ("m",), id="Replace: ended before the first launch"),
        pytest.param(Choice.IGNORE, {}, old("m"), (), (), id="Ignore: replaced once it has entered"),
        pytest.param(Choice.WAIT, {}, old("m"), ("m",), (), id="Wait: until it has entered or gone"),
        pytest.param(Choice.REPLACE, {}, new("m"), (), (), id="of the target"),
        pytest.param(Choice.REPLACE, {}, old("m", lifecycle=Lifecycle.LEAVING), (), (), id="leaving already"),
        pytest.param(
            Choice.REPLACE,
            {"issued": (Issued(Remove("m"), START),)},
            old("m"),
            (),
            (),
            id="act is on its way",
        ),
        pytest.param(Choice.REPLACE, BACK, new("m"), (), ("m",), id="back: of the revision that failed"),
        pytest.param(Choice.REPLACE, BACK, old("m"), (), (), id="back: of the former revision"),
        pytest.param(Choice.REPLACE, BACK | FORCED, old("m"), (), (), id="forced and back: revisions tell"),
    ],
)
def test_warm_instances(
    choice: Choice,
    past: dict[str, Any],
    instance: Member,
    occupied: tuple[str, ...],
    replaced: tuple[str, ...],
) -> None:
    """They are no members: nobody waits for them to be counted, and M has none of them."""
    census = counted(rolling(**past), rules=limits(warm_pool=choice), warm=(instance,))
    assert (census.occupied, census.occupied_members, census.warm) == (occupied, 0, replaced)
    assert census.counted == ()


def test_who_does_not_serve_is_not_in_standby() -> None:
    """Pending, unhealthy and leaving members are in no special state, whatever the policy chooses for those."""
    rules = limits(standby=Choice.REPLACE, protected=Choice.WAIT, warm_pool=Choice.REPLACE)
    members = (
        old("a", lifecycle=Lifecycle.PENDING),
        old("b", healthy=False),
        old("c", lifecycle=Lifecycle.LEAVING),
    )
    census = counted(rolling(), *members, rules=rules)
    assert (census.standby, census.occupied, census.warm) == ((), (), ())
