"""Properties 1 to 12 of docs/design.md, for random policies, sizes, boots, misfortunes and crash points."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, note, settings
from hypothesis import strategies as st
from pulumi_rolling.core.model.codes import ReasonCode, VerdictCode
from pulumi_rolling.core.model.goal import Direction, OnFailure
from pulumi_rolling.core.model.member import Revision, Signal, Sizes
from pulumi_rolling.core.replace.limits import Guard, Limits, Pacing, ZoneOrder
from pulumi_rolling.core.replace.observation import LaunchError
from pulumi_rolling.core.replace.plan import new_rollout, plan
from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.core.replace.sizing import tolerated
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet

from .driver import Run

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
EXAMPLES = int(os.environ.get("ROLLING_EXAMPLES", "100"))

checked = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize="ROLLING_EXAMPLES" not in os.environ,
    # Whether a fault is noticed at all (mutations.py) needs no smallest example of it.
    phases=(Phase.generate,) if "ROLLING_QUICK" in os.environ else tuple(Phase),
)


@dataclass(frozen=True)
class Case:
    limits: Limits
    sizes: Sizes
    seed: int
    suspended: frozenset[str] = frozenset()

    def fleet(self, **more: object) -> SimulatedFleet:
        more = {"suspended": self.suspended, **more}
        return SimulatedFleet(
            desired=self.sizes.desired,
            min_size=self.sizes.min,
            max_size=self.sizes.max,
            revision=V1,
            seed=self.seed,
            targets=self.limits.target_health,
            checks=self.limits.status_checks,
            **more,  # type: ignore[arg-type]
        )

    def rollout(self, fleet: SimulatedFleet) -> Rollout:
        return new_rollout("r", V2, V1, self.sizes, fleet.suspended, fleet.now)


@st.composite
def beyond_cloudformation(draw: st.DrawFn, pacing: Pacing) -> dict[str, Any]:
    """Guard, gates, readiness, order and drains: each alone, several together, or none."""
    fields: dict[str, Any] = {}
    if pacing is Pacing.SLIDING:
        fields["guard"] = draw(st.sampled_from(Guard))
    if draw(st.booleans()):
        return fields
    fields |= {
        "canary": draw(st.integers(0, 3)),
        "soak": draw(st.sampled_from([0.0, 7.0])),
        "slow_start": draw(st.booleans()),
        "checkpoints": tuple(sorted(draw(st.frozensets(st.integers(1, 100).map(float), max_size=3)))),
        "checkpoint_delay": draw(st.sampled_from([0.0, 9.0])),
        "bake": draw(st.sampled_from([0.0, 12.0])),
        "target_health": draw(st.booleans()),
        "status_checks": draw(st.booleans()),
        "warm_up": draw(st.sampled_from([0.0, 4.0])),
        "zone_order": draw(st.sampled_from(ZoneOrder)),
        "drain": draw(st.sampled_from([None, 1.0, 30.0])),
        "keep_failed": draw(st.integers(0, 2)),
        "probes": draw(st.booleans()),
        "before_terminate": draw(st.sampled_from([None, 30.0])),
    }
    stops = bool(fields["canary"] or fields["checkpoints"])
    return {**fields, "approval": stops and draw(st.booleans())}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    desired = draw(st.integers(1, 12))
    largest = draw(st.integers(desired, desired + 6))
    least = draw(st.integers(0, desired))
    signals = draw(st.booleans())
    pacing = draw(st.sampled_from(Pacing))
    floor = min(desired, draw(st.integers(0, largest - 1)))
    return Case(
        Limits(
            batch=draw(st.integers(1, 8)),
            floor=floor,
            max_size=largest,
            need_percent=draw(st.sampled_from([0.0, 50.0, 80.0, 90.0, 100.0])),
            active_percent=None if signals else draw(st.sampled_from([50.0, 90.0, 100.0])),
            signals=signals,
            pause=60.0
            if signals
            else draw(st.sampled_from([0.0, 5.0]))
            if pacing is Pacing.LOCK_STEP
            else 0.0,
            pacing=pacing,
            suspend=draw(st.frozensets(st.sampled_from(["AZRebalance", "AlarmNotification", "HealthCheck"]))),
            on_failure=draw(st.sampled_from(OnFailure)),
            settle=8.0,
            boot_limit=120.0,
            **draw(beyond_cloudformation(pacing)),
        ),
        Sizes(least, largest, desired),
        draw(st.integers(0, 10_000)),
        draw(st.frozensets(st.sampled_from(["AZRebalance", "ScheduledActions"]))),
    )


# Even a slow boot of these stays within the slot's clock of 60 s: a good build is one that boots in time.
good = st.builds(Behaviour, boot=st.floats(0.5, 5), spread=st.floats(0, 0.5))
bad = st.one_of(
    st.builds(Behaviour, boot=st.floats(1, 20), signal=st.just(Signal.FAILURE), in_service=st.just(False)),
    st.builds(Behaviour, in_service=st.just(False), signal=st.none()),
    st.builds(Behaviour, abandon=st.just(True), boot=st.floats(1, 20)),
    st.builds(Behaviour, launch_error=st.just(LaunchError.PERMANENT)),
    st.builds(Behaviour, launch_error=st.just(LaunchError.CAPACITY)),
    st.builds(Behaviour, vanish_after=st.floats(0.5, 5), boot=st.just(20.0)),
)
misfortunes = st.one_of(
    good,
    bad,
    st.builds(Behaviour, launch_error=st.just(LaunchError.CAPACITY), refusals=st.integers(1, 5).map(float)),
    st.builds(
        Behaviour,
        boot=st.floats(1, 20),
        signal=st.sampled_from([None, Signal.FAILURE]),
        in_service=st.booleans(),
        share=st.floats(0, 1),
    ),
    st.builds(
        Behaviour, vanish_after=st.floats(0.5, 30), vanish_excused=st.booleans(), share=st.floats(0, 0.5)
    ),
    st.builds(Behaviour, unhealthy_after=st.floats(1, 40), share=st.floats(0, 0.5)),
)


def assert_as_found(run: Run, case: Case, delta: int = 0) -> None:
    fleet = run.fleet
    note(str(run.rollout))
    assert fleet.suspended == run.rollout.found.suspended, "property 9: processes"
    assert (fleet.sizes.min, fleet.sizes.max) == (case.sizes.min, case.sizes.max), "property 9: min, max"
    wanted = max(case.sizes.min, min(case.sizes.max, case.sizes.desired + delta))
    assert fleet.sizes.desired == wanted, f"property 9: desired {fleet.sizes.desired} != {wanted}"


def assert_floor_and_ceiling(run: Run, case: Case) -> None:
    """Truth: no act of ours took the group below the floor; never more members than capacity.

    An act that is refused and tried again comes later than its look: who went by itself meanwhile was not to be known.
    """
    floor = case.limits.floor
    history = run.fleet.history
    lost = 0
    looks = iter([*run.looked_at, float("inf")])
    following = next(looks)
    for before, after in pairwise(history):
        while following < after.at or (after.by_us and following == after.at):
            lost, following = 0, next(looks)
        fell = max(0, before.in_service - after.in_service)
        if not after.by_us:
            lost += fell
        elif fell:
            assert after.in_service + lost >= floor, f"property 1: {after} below {floor}"
    assert max(t.total for t in history) <= run.ceiling() <= case.sizes.max, "property 2"


@checked
@given(cases(), good, st.floats(0, 4), st.sampled_from([0.0, 0.4]))
def test_a_good_build_always_arrives_with_everything_as_found(
    case: Case, behaviour: Behaviour, stale: float, throttled: float
) -> None:
    """Properties 1, 2, 3, 4, 5, 8, 9: boots that succeed end the roll, under stale reads and throttling."""
    fleet = case.fleet(behaviours={"two": behaviour}, stale=stale, throttled=throttled)
    run = Run(fleet, case.limits, case.rollout(fleet))
    end = run.go()
    assert end.outcome is not None and end.outcome.done, run.rollout
    assert {m.revision for m in fleet.members() if m.lifecycle.value != "leaving"} == {V2}
    assert_as_found(run, case)
    assert_floor_and_ceiling(run, case)


LATE_ACT = Case(
    Limits(
        batch=1, floor=2, max_size=3, signals=True, pause=60.0, need_percent=0.0, settle=8.0, boot_limit=120.0
    ),
    Sizes(0, 3, 2),
    1,
)
"""Under throttling a member vanishes between a look and the kill that it brought."""


@checked
@example(LATE_ACT, Behaviour(vanish_after=20.0, share=0.5), 0.0, 0.3)
@given(cases(), misfortunes, st.floats(0, 4), st.sampled_from([0.0, 0.3]))
def test_whatever_the_build_does_the_roll_ends_and_gives_back(
    case: Case, behaviour: Behaviour, stale: float, throttled: float
) -> None:
    """Properties 1 to 6, 8, 9 for builds that fail in every way."""
    fleet = case.fleet(behaviours={"two": behaviour}, stale=stale, throttled=throttled)
    run = Run(fleet, case.limits, case.rollout(fleet))
    end = run.go()
    assert end.outcome is not None
    if end.outcome.returned is not False or case.limits.on_failure is OnFailure.LEAVE:
        assert_as_found(run, case)
    if end.outcome.returned:
        assert fleet.pointer == V1
        assert not [m for m in fleet.members() if m.revision == V2 and m.lifecycle.value != "leaving"]
    if not stale and behaviour.unhealthy_after == float("inf"):
        assert_floor_and_ceiling(run, case)


@checked
@given(cases(), bad)
def test_more_failures_than_the_budget_always_end_it(case: Case, behaviour: Behaviour) -> None:
    """Property 6, and an all-bad build is returned from, or left, but never called a success."""
    fleet = case.fleet(behaviours={"two": behaviour})
    run = Run(fleet, case.limits, case.rollout(fleet))
    end = run.go()
    if case.limits.signals or behaviour.signal is not Signal.FAILURE:
        assert end.outcome is not None and not end.outcome.done
    returns = case.limits.on_failure in (OnFailure.ROLL_BACK, OnFailure.HOLD)
    if end.outcome is not None and not end.outcome.done and returns:
        assert end.outcome.returned, "the way back of a good old build arrives"
        assert_as_found(run, case)


@checked
@given(
    cases(), st.one_of(good, bad), st.frozensets(st.integers(1, 25), min_size=1, max_size=5), st.floats(0, 4)
)
def test_a_crash_anywhere_reaches_the_same_end(
    case: Case, behaviour: Behaviour, crashes: frozenset[int], stale: float
) -> None:
    """Property 7: dying between record and act, then resuming, ends as the undisturbed run does."""
    calm = case.fleet(behaviours={"two": behaviour}, stale=stale)
    first = Run(calm, case.limits, case.rollout(calm)).go()
    fleet = case.fleet(behaviours={"two": behaviour}, stale=stale)
    run = Run(fleet, case.limits, case.rollout(fleet), crashes=crashes)
    second = run.go()
    assert first.outcome == second.outcome
    assert_as_found(run, case)
    assert fleet.pointer == calm.pointer
    assert_floor_and_ceiling(run, case)


@checked
@given(cases(), good, st.integers(-3, 3), st.integers(2, 40))
def test_what_others_do_to_desired_is_kept(case: Case, behaviour: Behaviour, delta: int, look: int) -> None:
    """Property 9: Desired ends as found plus others' change, which CloudFormation would throw away.

    One that falls into the moment of an opposite change of ours, not yet seen, cannot be told from it.
    """
    fleet = case.fleet(behaviours={"two": behaviour})
    moved: list[int] = []

    def meddle(group: SimulatedFleet, number: int) -> None:
        ours_is_seen = run.rollout.ours.desired == run.rollout.ours.desired_before
        if number >= look and not moved and ours_is_seen:
            sizes = group.sizes
            target = max(sizes.min, min(sizes.max, sizes.desired + delta))
            moved.append(target - sizes.desired)
            group.move(desired=target)

    run = Run(fleet, case.limits, case.rollout(fleet), meddle=meddle)
    end = run.go()
    assert end.outcome is not None and end.outcome.done
    assert_as_found(run, case, delta=sum(moved))


@checked
@given(cases(), good, st.integers(0, 12))
def test_an_unhealthy_start_never_prevents_the_fix(case: Case, behaviour: Behaviour, broken: int) -> None:
    """Property 11: a group whose old members are dead, even all of them, still rolls to the good build."""
    fleet = case.fleet(behaviours={"two": behaviour}, suspended=frozenset({"HealthCheck"}))
    for member in fleet.members()[:broken]:
        fleet.kill(member.id)
    run = Run(fleet, case.limits, case.rollout(fleet))
    end = run.go()
    assert end.outcome is not None and end.outcome.done
    assert {m.revision for m in fleet.members() if m.lifecycle.value != "leaving"} == {V2}


@checked
@given(cases())
def test_the_plan_equals_the_run_when_nothing_goes_wrong(case: Case) -> None:
    """Property 10: rounds, capacity and lowest count of the plan are those of the lock-step run."""
    fleet = case.fleet()
    rollout = case.rollout(fleet)
    planned = plan(case.limits, rollout, fleet.observe(rollout).observation)
    run = Run(fleet, case.limits, rollout)
    run.go()
    assert run.rollout.way.total == planned.replace
    if case.limits.pacing is Pacing.LOCK_STEP:
        rounds = [
            (d.because.numbers["terminate"], d.because.numbers["launch"])
            for d in run.decisions
            if d.because.code is ReasonCode.REPLACING
        ]
        assert rounds == [(r.terminate, r.launch) for r in planned.rounds]
        assert min(t.in_service for t in fleet.history) == planned.lowest_in_service


@checked
@given(st.integers(1, 24), st.integers(1, 10), st.floats(0, 1), st.integers(0, 1000))
def test_sliding_stays_near_the_lower_bound(members: int, window: int, spread: float, seed: int) -> None:
    """Property 12: below 2 - 1/W times max(sum of boots / W, longest boot), but for looks a quarter of a boot late."""
    limits = Limits(
        batch=window, floor=0, max_size=members, pacing=Pacing.SLIDING, settle=5.0, boot_limit=1e9, poll=0.05
    )
    fleet = SimulatedFleet(
        desired=members,
        max_size=members,
        revision=V1,
        seed=seed,
        behaviours={"two": Behaviour(boot=100.0, spread=spread)},
    )
    run = Run(fleet, limits, new_rollout("r", V2, V1, fleet.sizes, frozenset(), fleet.now), looks=6000)
    started = fleet.now
    run.go()
    boots = [m.in_service_at - m.launched_at for m in fleet.members() if m.in_service_at and m.launched_at]
    window = min(window, members)
    bound = max(sum(boots) / window, max(boots))
    looks = 32.0 * (members / window + 3) + max(boots) / 4
    assert fleet.now - started <= (2 - 1 / window) * bound + looks


def test_an_abort_returns_the_group() -> None:
    """A request is acted on once and the group goes back to where it came from."""
    from pulumi_rolling.core.model.seen import Request

    fleet = SimulatedFleet(desired=6, max_size=8, revision=V1)
    limits = Limits(batch=2, floor=5, max_size=8, settle=5.0)

    def meddle(group: SimulatedFleet, number: int) -> None:
        if number == 10:
            group.request(Request("a1", "abort"))

    run = Run(fleet, limits, new_rollout("r", V2, V1, fleet.sizes, frozenset(), fleet.now), meddle=meddle)
    end = run.go()
    assert end.outcome is not None and end.outcome.returned
    assert run.rollout.verdict is not None and run.rollout.verdict.code is VerdictCode.ABORTED
    assert {m.revision for m in fleet.members() if m.lifecycle.value != "leaving"} == {V1}
    assert run.rollout.direction is Direction.BACK
    assert tolerated(6, 100.0) == 0
