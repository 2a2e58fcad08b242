"""The rules of who is who, which stand in more than one place for speed, agree for any look at a group."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from pulumi_rolling.core.model.codes import FailureReason, Step
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member, Revision, Signal, Sizes, TargetHealth
from pulumi_rolling.core.model.verdict import Failure
from pulumi_rolling.core.replace.actions import Terminate
from pulumi_rolling.core.replace.census import Census, take_census
from pulumi_rolling.core.replace.limits import Choice, Limits, Pacing
from pulumi_rolling.core.replace.observation import Observation, roster_of
from pulumi_rolling.core.replace.questions import unproved
from pulumi_rolling.core.replace.rollout import Issued, Rollout
from pulumi_rolling.core.replace.roster import Roster

from tests.rollouts import rollout_of

from .test_properties import checked

V0, V1, V2 = (Revision(f"lt-1:{n}", digest) for n, digest in enumerate(("zero", "one", "two")))
NAMES = [f"i-{n}" for n in range(9)]
ids = st.frozensets(st.sampled_from(NAMES), max_size=4)


@st.composite
def members(draw: st.DrawFn) -> tuple[Member, ...]:
    """Up to nine members in any state, most of them plain, so that the quick way has something to count."""
    found = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        member = Member(
            name,
            draw(st.sampled_from((V0, V1, V2))),
            Lifecycle.IN_SERVICE,
            zone=draw(st.sampled_from(("a", "b"))),
            launched_at=float(draw(st.integers(0, 40))),
        )
        if draw(st.booleans()):
            odd = {
                "lifecycle": draw(st.sampled_from(Lifecycle)),
                "healthy": draw(st.booleans()),
                "alive": draw(st.booleans()),
                "protected": draw(st.booleans()),
                "target": draw(st.sampled_from((None, *TargetHealth))),
                "signal": draw(st.sampled_from((None, *Signal))),
                "launched_at": draw(st.sampled_from((None, 3.0, 21.0, 30.0))),
                "weight": draw(st.sampled_from((1, 1, 2))),
            }
            member = replace(member, **{key: odd[key] for key in draw(st.sets(st.sampled_from(sorted(odd))))})
        found.append(member)
    return tuple(found)


limits = st.builds(
    Limits,
    batch=st.just(2),
    floor=st.integers(0, 5),
    max_size=st.just(12),
    signals=st.booleans(),
    pacing=st.sampled_from(Pacing),
    standby=st.sampled_from(Choice),
    protected=st.sampled_from(Choice),
    warm_pool=st.sampled_from(Choice),
)
rollouts = st.builds(
    rollout_of,
    id=st.just("r"),
    to=st.just(V2),
    came_from=st.just(V1),
    found=st.just(Sizes(0, 12, 6)),
    started_at=st.just(0.0),
    desired=st.integers(0, 9),
    unit=st.sampled_from((1, 1, 2)),
    step=st.sampled_from((Step.PREPARE, Step.ROLL, Step.RESIZE)),
    direction=st.sampled_from(Direction),
    forced=st.booleans(),
    abandoned=st.sampled_from(((), ("zero",))),
    watermark=st.sampled_from((None, 0.0, 20.0)),
    succeeded=ids,
    skipped=ids,
    retried=ids,
    failed=ids.map(lambda names: tuple(Failure(n, FailureReason.VANISHED) for n in sorted(names))),
    issued=ids.map(lambda names: tuple(Issued(Terminate(n, True), 0.0) for n in sorted(names))),
)


def one_by_one(members: tuple[Member, ...]) -> Roster:
    """A roster in which nobody is plain, so that each member is looked at closely."""
    return Roster(members, {}, {}, {m.id: m for m in members})


def as_sets(census: Census) -> dict[str, object]:
    """What a census says, whatever the order in which its members were counted."""
    named = ("counted", "candidates", "unjudged")
    told: dict[str, object] = {name: frozenset(m.id for m in getattr(census, name)) for name in named}
    numbers = ("old", "kept", "short", "gap", "in_service", "ready", "serving", "occupied_members")
    told |= {name: getattr(census, name) for name in numbers}
    told |= {name: frozenset(getattr(census, name)) for name in ("leaving", "occupied", "standby", "warm")}
    return told


@given(limits, rollouts, members(), members(), st.booleans())
@checked
def test_counting_together_comes_to_what_a_close_look_does(
    rules: Limits,
    rollout: Rollout,
    here: tuple[Member, ...],
    warm: tuple[Member, ...],
    heals: bool,
) -> None:
    """A census that counts plain members at once and one that looks at each of them are the same."""
    warm = tuple(replace(m, id=f"w{m.id}") for m in warm)
    seen = Observation(50.0, here, Sizes(0, 12, 6), V2.address, heals=heals, warm=warm)
    closely = replace(seen, roster=one_by_one(here))
    assert roster_of(closely) is closely.roster
    assert as_sets(take_census(rules, rollout, seen)) == as_sets(take_census(rules, rollout, closely))


@given(limits, rollouts, members(), st.booleans())
@checked
def test_whom_a_census_finds_open_a_look_asks_about(
    rules: Limits, rollout: Rollout, here: tuple[Member, ...], heals: bool
) -> None:
    """Signals, launch times and checks are asked for of every member whose fate the census calls open."""
    census = take_census(rules, rollout, Observation(50.0, here, Sizes(0, 12, 6), V2.address, heals=heals))
    asked = {m.id for m in unproved(rollout, here)} | rollout.way.retried
    assert {m.id for m in census.unjudged} <= asked | {f.id for f in rollout.way.failed}
