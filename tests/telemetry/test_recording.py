"""A rollout of the simulated group as spans and metrics, with OpenTelemetry's in-memory exporter."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.core.machine import REPLACE
from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.member import Revision, Signal, Sizes
from pulumi_rolling.core.model.seen import Request
from pulumi_rolling.core.replace.limits import Limits, Pacing
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import Decided, Rollout
from pulumi_rolling.engine.lease import Lease
from pulumi_rolling.engine.loop import Drive
from pulumi_rolling.engine.record.pieces import Journal
from pulumi_rolling.fleets.simulated import Behaviour, SimulatedFleet
from pulumi_rolling.report.course.points import Reader
from pulumi_rolling.telemetry.recording import recording

from tests import courses
from tests.engine.stage import FleetClock
from tests.rollouts import changed
from tests.telemetry.collected import Collected

V1 = Revision("lt-1:1", "one", "version 1")
V2 = Revision("lt-1:2", "two", "version 2")
FOUND = Sizes(2, 8, 6)
BOOT = 40.0
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def limits(pacing: Pacing = Pacing.LOCK_STEP, **more: Any) -> Limits:
    given = {
        "batch": 2,
        "floor": 4,
        "max_size": 8,
        "signals": True,
        "pause": 300.0,
        "settle": 6.0,
        "poll": 1.0,
    }
    return Limits(**{**given, "pacing": pacing, **more})


def roll(allowed: Limits, behaviour: Behaviour, environment: dict[str, str] | None = None) -> Collected:
    """Drive to the end; somebody approves as soon as that is asked for, and a while after."""
    fleet = SimulatedFleet(
        desired=6, min_size=2, max_size=8, revision=V1, behaviours={"two": behaviour}, name="web"
    )
    clock, collected, asked = FleetClock(fleet), Collected(), list[Request]()
    reader = Reader(allowed, "web", lambda: fleet.now)
    kept = recording(collected.providers, "web", lambda: fleet.now, environment or {})

    def hear(before: Rollout, decision: Decided) -> None:
        kept.hear(reader.read(before, decision), decision.next)
        if decision.because.code is ReasonCode.APPROVAL:
            asked[:] = [Request("a1", "approve")]

    lease = Lease(fleet, "me", clock, allowed.poll)
    lease.acquire()
    drive = Drive(
        REPLACE, fleet, allowed, Journal(fleet, "me"), lease, clock,
        on_decision=hear, orphaned=lambda: False, requests=lambda: tuple(asked),
    )  # fmt: skip
    ended = drive.run(new_rollout("r1", V2, V1, FOUND, fleet.suspended, fleet.now))
    done = ended.outcome is not None and ended.outcome.done
    kept.close("succeeded" if done else "returned", "" if done else "too many failed")
    return collected


def seconds(span: Any) -> float:
    return float(span.end_time - span.start_time) / 1e9


@pytest.fixture(scope="module")
def in_steps() -> Collected:
    return roll(limits(), Behaviour(boot=BOOT), {"TRACEPARENT": PARENT})


def test_a_roll_is_one_trace_of_batches_with_their_members(in_steps: Collected) -> None:
    """Six members in three batches of two, each below its batch, those below the rollout, that below who started us."""
    whole, batches, members = in_steps.span("rollout"), in_steps.spans("batch"), in_steps.spans("member")
    assert whole.parent is not None and f"{whole.parent.span_id:x}" == "b7ad6b7169203331"
    assert f"{whole.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert {batch.parent.span_id for batch in batches if batch.parent} == {whole.context.span_id}
    assert [batch.attributes["rolling.batch"] for batch in batches if batch.attributes] == [1, 2, 3]
    below = [sum(m.parent.span_id == b.context.span_id for m in members if m.parent) for b in batches]
    assert below == [2, 2, 2]
    assert whole.attributes is not None
    assert (whole.attributes["rolling.group"], whole.attributes["rolling.outcome"]) == ("web", "succeeded")


def test_a_member_lasts_from_our_act_until_it_is_ready(in_steps: Collected) -> None:
    """At least its boot, and a look more; a batch lasts as long as its last member, the whole longer than all."""
    members = in_steps.spans("member")
    assert all(BOOT <= seconds(each) <= BOOT + 20 for each in members), [*map(seconds, members)]
    for batch in in_steps.spans("batch"):
        ends = [m.end_time for m in members if m.parent and m.parent.span_id == batch.context.span_id]
        assert batch.end_time == max(filter(None, ends))
    assert seconds(in_steps.span("rollout")) > sum(map(seconds, in_steps.spans("batch")))


def test_metrics_count_what_was_judged(in_steps: Collected) -> None:
    """Members by result, the rollout by outcome, the gauges as at the end."""
    points = in_steps.metrics()
    assert points["rolling.members", "ready"].value == 6
    assert ("rolling.members", "failed") not in points
    assert points["rolling.rollouts", "succeeded"].value == 1
    assert points["rolling.rollout.duration", "succeeded"].sum > 3 * BOOT
    assert points["rolling.in_service", ""].value == 6
    assert points["rolling.replaced", ""].value == points["rolling.total", ""].value == 6


def test_a_sliding_roll_has_each_member_once_and_leaves_no_span_open() -> None:
    """A batch is what one act of ours brings, so that there may be as many as members."""
    collected = roll(limits(Pacing.SLIDING), Behaviour(boot=BOOT))
    names = [each.attributes["rolling.member"] for each in collected.spans("member") if each.attributes]
    assert len(names) == len(set(names)) == 6
    assert all(BOOT <= seconds(each) <= BOOT + 20 for each in collected.spans("member"))
    assert 3 <= len(collected.spans("batch")) <= 6


def test_a_failed_member_and_a_failed_roll_are_errors_that_say_why() -> None:
    """The member has its reason, the rollout an event with the verdict; the way back is in the same trace."""
    collected = roll(limits(), Behaviour(boot=BOOT, signal=Signal.FAILURE))
    failed = [each for each in collected.spans("member") if not each.status.is_ok]
    assert failed and all(each.status.description == "sent FAILURE" for each in failed)
    whole = collected.span("rollout")
    assert not whole.status.is_ok and whole.status.description == "too many failed"
    (event,) = whole.events
    assert event.attributes is not None and event.attributes["rolling.verdict"] == "tooManyFailures"
    ways = {each.attributes["rolling.direction"] for each in collected.spans("batch") if each.attributes}
    assert ways == {"forward", "back"}
    points = collected.metrics()
    assert points["rolling.members", "failed"].value >= 1
    assert points["rolling.rollouts", "returned"].value == 1


def test_a_wait_for_somebody_is_a_span_with_the_command() -> None:
    """It lasts until the word is taken up."""
    wait = roll(limits(canary=1, approval=True), Behaviour(boot=BOOT)).span("wait")
    assert wait.attributes is not None and wait.attributes["rolling.reason"] == "approval"
    assert str(wait.attributes["rolling.sentence"]).startswith("run 'rolling approve web'")
    assert wait.parent is not None


def test_a_driver_that_goes_on_records_what_it_saw_itself() -> None:
    """Members that were on their way at the takeover and those that were ready have no span; later ones have theirs."""
    rules = courses.limits(12, 4)
    told = courses.decisions(rules, 12, courses.GOOD)
    place = next(n for n, (before, _, _) in enumerate(told) if len(before.way.succeeded) > 3)
    record = changed(told[place][0], succeeded=frozenset())
    now, collected = iter([at for _, _, at in told[place:]]), Collected()
    reader = Reader(rules, "web", lambda: next(now))
    kept = recording(collected.providers, "web", lambda: 0.0, {})
    for before, decision, _ in [(record, *told[place][1:]), *told[place + 1 :]]:
        kept.hear(reader.read(before, decision), decision.next)
    kept.close("succeeded", "")
    spans, seen = collected.spans("member"), record.way.in_flight | told[place][0].way.succeeded
    names = {each.attributes["rolling.member"] for each in spans if each.attributes}
    assert len(names) == len(spans) == 12 - len(seen) and not names & seen
    assert all(seconds(each) > 0 for each in spans)
