"""What each verb does to a rollout, at the moment for which it is made and at others (decision 0010)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pulumi_rolling.core.model.codes import FailureReason, VerdictCode
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.core.model.seen import Alarm, AlarmState, Request
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.census import take_census
from pulumi_rolling.core.replace.limits import Choice
from pulumi_rolling.core.replace.look import look_at
from pulumi_rolling.core.replace.requests import take_up
from pulumi_rolling.core.replace.rollout import Gate, Rollout

from tests.rollouts import changed, differences
from tests.unit.core.stage import START, V1, booting, failures, limits, look, new, old, rolling

AT = START + 1000.0
GATE = Gate(0, START)
HELD = Verdict(VerdictCode.TOO_MANY_FAILURES, START + 500.0, 1, 10, failures(1))
OLD = tuple(old(f"old-{i}") for i in range(8))
NEW = (booting("i-1", 50.0), new("bad-1", 90.0))


def asked(
    rollout: Rollout, *requests: str, members: tuple[Member, ...] = (*OLD, *NEW), **seen: Any
) -> tuple[Rollout, Verdict | None]:
    """What comes of requests as they are written in tags: ``kind`` or ``kind:member``, their ids r-1, r-2 .."""
    made = [Request(f"r-{i + 1}", *text.split(":")) for i, text in enumerate(requests)]
    seen_now = look(*members, at=AT, requests=tuple(made), **seen)
    rules = limits(timeout=900.0)
    after, verdict = take_up(look_at(rules, rollout, seen_now))
    return after.rollout, verdict


def changes_by(rollout: Rollout, *requests: str, **seen: Any) -> dict[str, Any]:
    """The fields that the requests changed, beside that they were taken up, which is itself progress."""
    after, verdict = asked(rollout, *requests, **seen)
    assert verdict is None
    assert after.handled == rollout.handled | {f"r-{i + 1}" for i in range(len(requests))}
    assert after.progress_at == AT
    return differences(rollout, after, but=("handled", "progress_at"))


def test_without_requests_nothing_is_touched() -> None:
    """The very same record, so that nothing is written."""
    rollout = rolling()
    assert asked(rollout)[0] is rollout


@pytest.mark.parametrize(
    ("rollout", "verb", "changes"),
    [
        pytest.param(rolling(), "pause", {"paused": True}, id="pause holds new starts"),
        pytest.param(rolling(paused=True), "pause", {}, id="pause of a paused one"),
        pytest.param(rolling(paused=True), "resume", {"paused": False}, id="resume frees them"),
        pytest.param(rolling(), "resume", {}, id="resume of one that is not paused"),
        pytest.param(
            rolling(gate=GATE),
            "approve",
            {"gate": Gate(0, START, approved=True)},
            id="approve opens the gate",
        ),
        pytest.param(rolling(), "approve", {}, id="approve without a gate opens no later one"),
        pytest.param(rolling(), "reject", {}, id="reject without a gate ends nothing"),
        pytest.param(rolling(), "dance", {}, id="a verb that nobody knows"),
    ],
)
def test_verbs_about_the_rollout(rollout: Rollout, verb: str, changes: dict[str, Any]) -> None:
    """A verb that does not fit the moment is taken up and changes nothing, so that it cannot strike later."""
    assert changes_by(rollout, verb) == changes


@pytest.mark.parametrize(
    ("rollout", "verb", "verdict"),
    [
        pytest.param(
            rolling(failed=failures(1)),
            "abort",
            Verdict(VerdictCode.ABORTED, AT, 1, 10),
            id="abort, at any moment",
        ),
        pytest.param(
            rolling(gate=GATE), "abort", Verdict(VerdictCode.ABORTED, AT, 0, 10), id="abort at a gate"
        ),
        pytest.param(rolling(held=HELD), "abort", HELD, id="abort of a hold: the reason that made it hold"),
        pytest.param(
            rolling(gate=GATE), "reject", Verdict(VerdictCode.REJECTED, AT, 0, 10), id="reject at a gate"
        ),
    ],
)
def test_verbs_that_end_the_way_forward(rollout: Rollout, verb: str, verdict: Verdict) -> None:
    """abort and reject are verdicts, each with its own word."""
    after, told = asked(rollout, verb)
    assert told == verdict
    assert after == replace(rollout, handled=frozenset({"r-1"}), progress_at=AT)


@pytest.mark.parametrize(
    "verb", ["abort", "reject", "pause", "resume", "approve", "retry:bad-1", "skip:old-1"]
)
@pytest.mark.parametrize(
    "over",
    [
        pytest.param({"direction": Direction.BACK}, id="on the way back"),
        pytest.param(
            {"verdict": Verdict(VerdictCode.ALARM, START)}, id="while it only gives back what it took"
        ),
    ],
)
def test_no_verb_is_for_a_rollout_that_turned(verb: str, over: dict[str, Any]) -> None:
    """Each is taken up without effect, and the way back does not wait longer for it."""
    rollout = rolling(gate=GATE, failed=failures(1), **over)
    assert asked(rollout, verb) == (changed(rollout, handled=frozenset({"r-1"})), None)


@pytest.mark.parametrize("verb", ["abort", "pause", "retry:bad-1", "skip:old-1"])
def test_an_id_is_acted_on_once(verb: str) -> None:
    """A late read shows a request again after it was taken up and removed; it has no second effect."""
    rollout = rolling(handled=frozenset({"r-1"}), failed=failures(1), gate=GATE)
    assert asked(rollout, verb) == (rollout, None)
    after, verdict = asked(rollout, verb, "pause")
    assert (after, verdict) == (
        changed(rollout, handled=frozenset({"r-1", "r-2"}), paused=True, progress_at=AT),
        None,
    )


@pytest.mark.parametrize(
    ("verbs", "paused"), [(("pause", "resume"), False), (("resume", "pause"), True)], ids=["resume", "pause"]
)
def test_the_last_of_opposite_wishes_holds(verbs: tuple[str, ...], paused: bool) -> None:
    """Two people are heard in the order of their ids (decision 0010: price)."""
    assert asked(rolling(), *verbs)[0].way.paused is paused


@pytest.mark.parametrize(
    ("rollout", "member", "changes"),
    [
        pytest.param(
            rolling(failed=(*failures(2), Failure("i-9", FailureReason.VANISHED)), held=HELD),
            "bad-1",
            {
                "failed": (failures(2)[1], Failure("i-9", FailureReason.VANISHED)),
                "held": None,
                "retried": frozenset({"bad-1"}),
            },
            id="a failed one is forgiven, replaced once more, and ends a hold",
        ),
        pytest.param(
            rolling(in_flight=frozenset({"i-1", "i-2"}), missing=(("i-1", START), ("i-2", START))),
            "i-1",
            {"in_flight": frozenset({"i-2"}), "missing": (("i-2", START),), "retried": frozenset({"i-1"})},
            id="one in flight is not waited for any longer",
        ),
        pytest.param(
            rolling(failed=(Failure("launch-1", FailureReason.NEVER_APPEARED),)),
            "launch-1",
            {"failed": ()},
            id="one that is not there is forgiven, and there is nothing to replace",
        ),
        pytest.param(rolling(), "old-1", {}, id="an old one: it will be replaced anyway"),
        pytest.param(
            rolling(succeeded=frozenset({"bad-1"})), "bad-1", {}, id="a ready one: nothing is wrong with it"
        ),
        pytest.param(rolling(failed=failures(1), held=HELD), "i-7", {}, id="a stranger"),
    ],
)
def test_retry(rollout: Rollout, member: str, changes: dict[str, Any]) -> None:
    """retry, of a member that failed or is in flight: it is replaced once more and is no failure."""
    # A refused launch stays among what the cloud tells, so what was told until now is done with.
    told = {"judged_until": AT, "launched_before": 1} if changes else {}
    assert changes_by(rollout, f"retry:{member}") == changes | told


def test_who_is_retried_is_the_next_to_go() -> None:
    """Forgiven, but to be replaced: among the candidates, and not old."""
    rollout, _ = asked(rolling(failed=failures(1)), "retry:bad-1")
    census = take_census(limits(), rollout, look(*OLD, *NEW))
    assert "bad-1" in {m.id for m in census.candidates}
    assert census.old == len(OLD)


@pytest.mark.parametrize(
    ("rollout", "member", "changes"),
    [
        pytest.param(
            rolling(), "old-1", {"skipped": frozenset({"old-1"}), "total": 9}, id="an old one leaves M"
        ),
        pytest.param(
            rolling(in_flight=frozenset({"i-1"}), missing=(("i-1", START),)),
            "i-1",
            {"skipped": frozenset({"i-1"}), "in_flight": frozenset(), "missing": ()},
            id="one in flight is not waited for: M stays, for its predecessor was replaced",
        ),
        pytest.param(
            rolling(failed=failures(1), held=HELD),
            "bad-1",
            {"skipped": frozenset({"bad-1"}), "failed": (), "held": None},
            id="a failed one is forgiven and ends a hold: M stays",
        ),
        pytest.param(rolling(), "i-7", {}, id="one that is not there"),
        pytest.param(rolling(failed=failures(2)), "bad-2", {}, id="a failed one that is gone"),
        pytest.param(rolling(succeeded=frozenset({"bad-1"})), "bad-1", {}, id="a ready one stays anyway"),
        pytest.param(
            rolling(skipped=frozenset({"old-1"}), total=9), "old-1", {}, id="a skipped one: M falls once"
        ),
    ],
)
def test_skip(rollout: Rollout, member: str, changes: dict[str, Any]) -> None:
    """skip, of an old member, one in flight, or a failed one: it stays as it is and is no failure."""
    assert changes_by(rollout, f"skip:{member}") == changes


def test_m_is_counted_before_it_is_lowered() -> None:
    """Before a direction has counted M there is nothing to lower; who was skipped is not counted then."""
    assert changes_by(rolling(total=0), "skip:old-1") == {"skipped": frozenset({"old-1"})}


def test_who_is_skipped_stays() -> None:
    """A keeper, whatever its revision; not judged, not a candidate."""
    rollout, _ = asked(rolling(in_flight=frozenset({"i-1"})), "skip:old-1", "skip:i-1")
    census = take_census(limits(), rollout, look(*OLD, *NEW))
    assert not {"old-1", "i-1"} & {m.id for m in (*census.candidates, *census.unjudged)}
    assert census.old == len(OLD) - 1


def test_resume_out_of_a_hold_by_an_alarm() -> None:
    """The alarms that were watched then are ignored until they have once been OK, the rollout goes on."""
    ringing = tuple(Alarm(name, AlarmState.ALARM) for name in ("cpu", "disk"))
    rollout = rolling(
        held=Verdict(VerdictCode.ALARM, START + 500, cause="cpu"), ignored_alarms=frozenset({"net"})
    )
    assert changes_by(rollout, "resume", alarms=ringing) == {
        "held": None,
        "ignored_alarms": frozenset({"net", "cpu", "disk"}),
    }


def test_resume_out_of_a_hold_by_a_deadline() -> None:
    """The deadline begins again, as long as it was."""
    rollout = rolling(held=Verdict(VerdictCode.DEADLINE, START + 900), deadline=START + 900)
    assert changes_by(rollout, "resume") == {"held": None, "deadline": AT + 900}


@pytest.mark.parametrize("code", ["tooManyFailures", "canaryFailed"])
def test_resume_out_of_a_hold_by_failures(code: str) -> None:
    """It goes on in spite of them: they count no more, and who is still there is replaced once more."""
    failed = (*failures(1), Failure("launch-1", FailureReason.LAUNCH_REFUSED))
    rollout = rolling(held=Verdict(VerdictCode(code), START, failures=failed), failed=failed, failed_before=3)
    assert changes_by(rollout, "resume") == {
        "held": None,
        "failed": (),
        "failed_before": 0,
        "launched_before": 5,
        "retried": frozenset({"bad-1"}),
        "judged_until": AT,
    }


@pytest.mark.parametrize("code", ["stalled", "occupied"])
def test_resume_out_of_another_hold(code: str) -> None:
    """It forgives nobody: what failed has failed, and alarms count as before."""
    rollout = rolling(
        held=Verdict(VerdictCode(code), START),
        failed=failures(1),
        deadline=START + 900,
        came_from=V1,
        paused=True,
    )
    alarms = (Alarm("cpu", AlarmState.OK),)
    assert changes_by(rollout, "resume", alarms=alarms) == {"held": None, "paused": False}


@pytest.mark.parametrize("after", ["resume", "retry:bad-1", "skip:bad-1"])
def test_an_abort_is_not_undone_by_what_comes_after_it(after: str) -> None:
    """In the same look: the way forward has ended, with the reason that made it hold."""
    rollout = rolling(held=HELD, failed=failures(1))
    assert asked(rollout, "abort", after)[1] is HELD
    assert asked(rollout, "abort", after)[0].way.held is HELD


def test_each_resume_gives_the_deadline_its_length_again() -> None:
    """900 seconds from each resume, not from the first deadline on."""
    moved = rolling(held=Verdict(VerdictCode.DEADLINE, AT - 1), deadline=START + 1500, direction_at=START)
    assert changes_by(moved, "resume")["deadline"] == AT + 900


@pytest.mark.parametrize(
    ("member", "rules", "lowers"),
    [
        (old("x", protected=True), {"protected": Choice.WAIT}, 1),
        (old("x", lifecycle=Lifecycle.STANDBY), {"standby": Choice.WAIT}, 1),
        (old("x", lifecycle=Lifecycle.STANDBY), {"standby": Choice.REPLACE}, 0),
    ],
    ids=["protected", "standby, waited for", "standby, replaced"],
)
def test_who_is_waited_for_may_be_skipped(member: Member, rules: dict[str, Any], lowers: int) -> None:
    """It stays as it is, and the rollout waits no longer; M has only those that would have been replaced."""
    rollout, wanted = rolling(), limits(**rules)
    seen = look(member, *OLD, requests=(Request("1", "skip", "x"),))
    after, _ = take_up(look_at(wanted, rollout, seen))
    assert (after.rollout.way.skipped, rollout.way.total - after.rollout.way.total) == (
        frozenset({"x"}),
        lowers,
    )
    assert (after.census.occupied, after.census.standby) == ((), ())


def test_a_new_member_that_is_skipped_does_not_lower_m() -> None:
    """One that broke after it was ready, where nobody heals, and one that was to be retried."""
    broken = new("n", 50.0, healthy=False)
    rollout = rolling(succeeded=frozenset({"n"}))
    after, _ = asked(rollout, "skip:n", members=(*OLD, broken), heals=False)
    assert (after.way.skipped, after.way.total) == (frozenset({"n"}), rollout.way.total)
    retried, _ = asked(rolling(failed=failures(1)), "retry:bad-1", "skip:bad-1")
    assert (retried.way.skipped, retried.way.retried) == (frozenset({"bad-1"}), frozenset())
