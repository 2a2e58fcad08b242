"""Our own acts until they are seen, victims that drain, and what others do to Desired."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.model.member import Lifecycle, Member, Sizes
from pulumi_rolling.core.replace.actions import Action, PointAt, Remove, Resize, Resume, Suspend, Terminate
from pulumi_rolling.core.replace.acts import forget_issued, is_desired_settled, issue
from pulumi_rolling.core.replace.rollout import Issued, Rollout

from tests.rollouts import changed
from tests.unit.core.stage import START, V1, V2, limits, look, old, rolling

AT = START + 1000.0
HELD = frozenset({"AZRebalance"})
LEAVING = Lifecycle.LEAVING
TERMINATE = Terminate("m", relaunch=True)


def settled(
    rollout: Rollout, *members: Member, at: float = AT, drain: float | None = None, **seen: Any
) -> Rollout:
    return forget_issued(limits(drain=drain), rollout, look(*members, at=at, **seen))


@pytest.mark.parametrize(
    ("action", "members", "seen", "is_seen"),
    [
        pytest.param(
            Suspend(HELD), (), {"suspended": HELD | {"HealthCheck"}}, True, id="suspended, among others"
        ),
        pytest.param(Suspend(HELD), (), {"suspended": HELD}, True, id="suspended"),
        pytest.param(
            Suspend(HELD | {"HealthCheck"}), (), {"suspended": HELD}, False, id="one of two suspended"
        ),
        pytest.param(Resume(HELD), (), {"suspended": frozenset({"HealthCheck"})}, True, id="resumed"),
        pytest.param(Resume(HELD | {"HealthCheck"}), (), {"suspended": HELD}, False, id="one of two resumed"),
        pytest.param(PointAt(V2), (), {}, True, id="the pointer is there"),
        pytest.param(PointAt(V1), (), {}, False, id="the pointer is elsewhere"),
        pytest.param(Resize(0, 10), (), {}, True, id="both sizes"),
        pytest.param(Resize(4, 10), (), {}, False, id="least size is to come"),
        pytest.param(Resize(desired=10), (), {"sizes": Sizes(3, 12, 10)}, True, id="Desired alone"),
        pytest.param(Resize(min=0), (), {}, True, id="least size alone"),
        pytest.param(TERMINATE, (old("m"),), {}, False, id="the victim is there as before"),
        pytest.param(TERMINATE, (old("m", lifecycle=LEAVING),), {}, True, id="the victim is leaving"),
        pytest.param(TERMINATE, (), {}, True, id="the victim is gone"),
        pytest.param(
            Remove("m"),
            (old("m", lifecycle=Lifecycle.STANDBY),),
            {},
            False,
            id="Remove: in standby as before",
        ),
        pytest.param(
            Remove("m"), (old("m", lifecycle=LEAVING),), {}, True, id="Remove: leaving from standby"
        ),
        pytest.param(Remove("m"), (), {"warm": (old("m"),)}, False, id="Remove: in the warm pool as before"),
        pytest.param(
            Remove("m"), (), {"warm": (old("m", lifecycle=LEAVING),)}, True, id="Remove: leaving the pool"
        ),
        pytest.param(Remove("m"), (), {"warm": (old("x"),)}, True, id="Remove: gone, others are in the pool"),
        pytest.param(Remove("m"), (old("m"),), {}, False, id="Remove: it has entered the group instead"),
    ],
)
def test_an_act_is_kept_until_it_is_seen(
    action: Action, members: tuple[Member, ...], seen: dict[str, Any], is_seen: bool
) -> None:
    """Kept while it does not show; after a settle time without it plainly did not happen and is decided anew."""
    issued = (Issued(action, AT - 19.0),)
    assert settled(rolling(issued=issued), *members, **seen).ours.issued == (() if is_seen else issued)
    assert settled(rolling(issued=issued), *members, at=AT + 1, **seen).ours.issued == ()


def test_of_several_acts_those_not_seen_are_kept() -> None:
    """Each act is kept, seen or given up by itself."""
    ages = {"gone": 5.0, "there": 5.0, "lost": 50.0, "lost too": 50.0}
    issued = tuple(Issued(Terminate(name, True), AT - age) for name, age in ages.items())
    after = settled(rolling(issued=issued, launched=4), *(old(name) for name in ages if name != "gone"))
    assert after.ours.issued == issued[1:2]
    assert after.ours.launched == 2, "the launches of the acts that were lost did not happen either"


def test_a_lost_act_without_replacement_takes_no_launch_back() -> None:
    """Only those that launch were counted."""
    issued = (Issued(Terminate("m", relaunch=False), AT - 50.0), Issued(Suspend(HELD), AT - 50.0))
    assert settled(rolling(issued=issued, launched=3), old("m")).ours.launched == 3


@pytest.mark.parametrize(
    ("actions", "desired", "launched"),
    [
        pytest.param((Resize(12, 12),), 12, 2, id="raised by two: two launches"),
        pytest.param((Resize(0, 8),), 8, 0, id="lowered: no launch"),
        pytest.param((Resize(min=4),), 10, 0, id="the least size alone"),
        pytest.param((Terminate("a", True), Terminate("b", True)), 10, 2, id="two replaced"),
        pytest.param((Terminate("a", True), Terminate("b", False)), 9, 1, id="one of two replaced"),
        pytest.param((Remove("a"),), 10, 0, id="what stands outside Desired leaves it alone"),
    ],
)
def test_the_record_of_acts(actions: tuple[Action, ...], desired: int, launched: int) -> None:
    """Written before they are done: what Desired will be, and how many are launched by us (the members touched)."""
    after = issue(rolling(launched=7), actions, AT)
    assert (after.ours.desired, after.ours.desired_before, after.ours.launched) == (desired, 10, 7 + launched)
    assert after.ours.issued == tuple(Issued(action, AT) for action in actions)
    assert after.progress_at == AT
    assert after.ours.desired_at == (AT if desired != 10 else 0.0)
    assert is_desired_settled(after) == (desired == 10)


LOWERED: dict[str, Any] = {"desired_before": 12, "desired": 10}
RAISED: dict[str, Any] = {"desired_before": 10, "desired": 12, "desired_at": AT - 10}


@pytest.mark.parametrize(
    ("past", "live", "desired", "delta", "known"),
    [
        pytest.param({}, 10, 10, 0, True, id="as we left it"),
        pytest.param({}, 13, 13, 3, True, id="others raised it"),
        pytest.param({}, 9, 9, -1, True, id="others lowered it"),
        pytest.param({"delta": 2}, 9, 9, 1, True, id="again, in the other direction"),
        pytest.param(RAISED, 12, 12, 0, True, id="ours has come"),
        pytest.param(RAISED, 10, 12, 0, False, id="ours is to come"),
        pytest.param(RAISED, 11, 12, 0, False, id="between before and after: ours"),
        pytest.param(RAISED, 14, 14, 2, True, id="beyond both: others added two to ours"),
        pytest.param(RAISED, 7, 7, -5, True, id="below both: others took five of ours"),
        pytest.param(
            RAISED | {"desired_at": AT - 20}, 10, 10, 0, True, id="ours did not happen within its time"
        ),
        pytest.param(
            LOWERED | {"desired_at": AT - 10},
            11,
            10,
            0,
            False,
            id="of two decrements one",
        ),
        pytest.param(LOWERED | {"desired_at": AT - 10}, 12, 10, 0, False, id="of two decrements none"),
        pytest.param(LOWERED | {"desired_at": AT - 20}, 11, 11, 0, True, id="one of two did not happen"),
    ],
)
def test_what_others_do_to_desired(
    past: dict[str, Any], live: int, desired: int, delta: int, known: bool
) -> None:
    """Kept as a delta to the end, where CloudFormation throws it away; while ours is unseen, between counts as ours."""
    after = settled(rolling(**past), desired=live)
    assert (after.ours.desired, after.ours.delta, is_desired_settled(after)) == (desired, delta, known)
    assert (after.progress_at == AT) == (after.ours.delta != past.get("delta", 0))


def test_the_least_size_with_desired_still_to_come() -> None:
    """A resize is seen when both are; Desired that others moved meanwhile is not waited for."""
    issued = (Issued(Resize(12, 12), AT - 10),)
    raised = rolling(**RAISED, issued=issued)
    assert settled(raised, sizes=Sizes(12, 12, 10)).ours.issued == issued
    assert settled(raised, sizes=Sizes(12, 12, 12)).ours.issued == ()
    assert settled(raised, sizes=Sizes(12, 15, 15)).ours.issued == ()
    lowered = rolling(desired_before=12, desired=11, desired_at=AT - 5, issued=issued)
    assert settled(lowered, sizes=Sizes(12, 12, 12)).ours.issued == (), "a decrement after it is to come"
    least = rolling(**RAISED, issued=(Issued(Resize(min=12), AT - 10),))
    assert settled(least, sizes=Sizes(12, 12, 10)).ours.issued == (), "it said nothing of Desired"


def draining_from(since: float) -> Rollout:
    return rolling(draining=(("m", since),))


@pytest.mark.parametrize(
    ("rollout", "member", "draining"),
    [
        pytest.param(
            rolling(issued=(Issued(TERMINATE, AT - 5),)),
            old("m", lifecycle=LEAVING),
            (("m", AT - 5),),
            id="a victim of ours that leaves, from our act",
        ),
        pytest.param(rolling(issued=(Issued(TERMINATE, AT - 5),)), old("m"), (), id="not seen leaving yet"),
        pytest.param(rolling(), old("m", lifecycle=LEAVING), (), id="leaving, but not by us"),
        pytest.param(
            draining_from(AT - 800), old("m", lifecycle=LEAVING), (("m", AT - 800),), id="still leaving"
        ),
        pytest.param(draining_from(AT - 800), old("x"), (), id="gone"),
        pytest.param(
            draining_from(AT - 899), old("m", lifecycle=LEAVING), (("m", AT - 899),), id="its last second"
        ),
        pytest.param(draining_from(AT - 900), old("m", lifecycle=LEAVING), (), id="longer than drainTimeout"),
        pytest.param(
            rolling(issued=(Issued(Remove("m"), AT - 5),)),
            old("m", lifecycle=LEAVING),
            (),
            id="from outside Desired",
        ),
    ],
)
def test_draining(rollout: Rollout, member: Member, draining: tuple[tuple[str, float], ...]) -> None:
    """A slot is in use until its victim is gone, or has taken drainTimeout; each change is progress."""
    after = settled(rollout, member, drain=900.0)
    assert after.way.draining == draining
    assert (after.progress_at == AT) == (draining != rollout.way.draining)
    assert settled(changed(rollout, draining=()), member).way.draining == (), "where the policy does not wait"


def test_draining_keeps_the_time_of_the_first_act() -> None:
    """A termination that was asked for twice does not begin anew."""
    rollout = rolling(draining=(("m", AT - 100),), issued=(Issued(TERMINATE, AT - 5),))
    after = settled(rollout, old("m", lifecycle=LEAVING), drain=900.0)
    assert (after.way.draining, after.ours.issued) == ((("m", AT - 100),), ())
