"""What a person reads before saying yes."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from pulumi_rolling.core.replace.plan import PlannedRound
from pulumi_rolling.core.replace.rollout import Boots
from pulumi_rolling.errors import Fault
from pulumi_rolling.report.plan_text import faults_text, preview_text
from pulumi_rolling.report.wording import span

from tests.unit.report.conftest import Planner


def boots_of(seconds: float, count: int = 20) -> Boots:
    log = math.log(seconds)
    return Boots(count, count * log, count * log * log)


def row(text: str, label: str) -> str:
    (line,) = [line for line in text.splitlines() if line.startswith(f"  {label} ")]
    return line.removeprefix(f"  {label}").strip()


def test_a_lock_step_preview_as_a_whole(planner: Planner) -> None:
    """Ten instances, floor 8, MaxSize 12: everything a person needs, in a dozen lines."""
    plan = planner.lock_step(
        10, 12, MaxBatchSize=4, MinInstancesInService=8, WaitOnResourceSignals=True, PauseTime="PT5M"
    )
    preview = planner.preview(
        plan, differences=("ImageId: ami-1 -> ami-2", "UserData changed"), warnings=("Short.",)
    )
    assert preview_text(preview).splitlines() == [
        "web: replacing 10 instances, version 1 -> version 2",
        "  changes     ImageId: ami-1 -> ami-2",
        "              UserData changed",
        "  capacity    10 -> 12 during the roll, 2 instances launched first",
        "  rounds 1-2  terminate 4, launch 4, each",
        "  round 3     terminate 2, launch 0",
        "  in service  at least 8",
        "  waits for   a SUCCESS signal from each new instance, at most 5 min each",
        "  on failure  with the first failed instance, rolls back to version 1",
        "  losses      the same with more than 1 lost after having been ready",
        "  duration    at most 20 min, if every wait takes its whole time",
        "  API calls   at least 21",
        "  warning     Short.",
    ]


def test_sliding_names_its_window(planner: Planner) -> None:
    """Without rounds there is one line on how places are used again, and none on capacity that stays."""
    text = preview_text(planner.preview(planner.sliding(10, 10, MaxBatchSize=3)))
    assert row(text, "window") == "3 at a time, the next as soon as one is ready"
    assert "round" not in text
    assert "capacity" not in text


def test_lowest_is_told_beside_the_floor_where_they_differ(planner: Planner) -> None:
    """A policy without a floor still has a number that holds in service."""
    text = preview_text(planner.preview(planner.sliding(10, 10, MaxBatchSize=3)))
    assert row(text, "in service") == "at least 7 (floor 0)"


@pytest.mark.parametrize(
    ("guard", "sentence"),
    [
        (
            None,
            "balanced, as the window slides: no new starts while overdue instances make a lost roll likely",
        ),
        (
            "cautious",
            "cautious, as the window slides: no new starts while overdue instances make a lost roll likely "
            "(stops early)",
        ),
        ("off", "off: overdue instances stop no new starts"),
    ],
)
def test_the_guard_of_a_window_is_told_and_why_there_is_one(
    planner: Planner, guard: str | None, sentence: str
) -> None:
    """One row says which guard is used, also where nothing was said; rounds have none to tell of."""
    fields = {} if guard is None else {"Guard": guard}
    assert row(preview_text(planner.preview(planner.sliding(10, 10, **fields))), "guard") == sentence
    assert "guard" not in preview_text(planner.preview(planner.lock_step(10, 10)))


def test_every_precaution_has_its_row(planner: Planner) -> None:
    """What makes a rollout stop, wait or watch is read before it starts, each in one row."""
    plan = planner.sliding(
        10,
        10,
        MaxBatchSize=4,
        WaitOnResourceSignals=True,
        SlowStart=True,
        Canary={"Size": 2, "Soak": "PT10M"},
        Checkpoints={"Percents": [20, 50, 100], "Delay": "PT5M"},
        Approval=True,
        Readiness={"TargetHealth": True, "StatusChecks": True, "WarmUp": "PT1M"},
        Alarms=["errors", "latency"],
        BakeTime="PT30M",
        Drain=True,
        DrainTimeout="PT2M",
        ZoneOrder="oneAtATime",
        StandbyInstances="Replace",
        ScaleInProtectedInstances="Ignore",
        WarmPoolInstances="Wait",
        Timeout="PT6H",
    )
    told = preview_text(planner.preview(plan)).splitlines()[1:-1]
    assert [line.strip() for line in told if "guard" not in line] == [
        "window       2 at a time at first, one more with each that is ready, up to 4; the next as soon as one is "
        "ready",
        "canary       2 instances first, watched for 10 min once ready; a failed one ends the roll",
        "checkpoints  at 20, 50 and 100 % (2, 5 and 10 of 10), 5 min each",
        "approval     asked for after the canary and at each checkpoint: 'rolling approve' or 'reject'",
        f"in service   at least {plan.lowest_in_service} (floor 0)",
        "waits for    a SUCCESS signal from each new instance, healthy in every target group, past EC2's status "
        "checks, at most 5 min each, then 1 min of warm-up",
        "alarms       errors and latency: ALARM ends the roll",
        "bake         alarms and instances are watched for 30 min after the last one is ready",
        "drain        instances that leave are waited for, at most 2 min each",
        "zones        one after another",
        "standby      old ones are replaced, too",
        "protected    left as they are",
        "warm pool    waited for, one hour at most",
        "on failure   with the first failed instance, rolls back to version 1",
        "losses       the same with more than 1 lost after having been ready",
        "duration     at most 24 min, if every wait takes its whole time; 50 min of soak, checkpoints and bake on "
        "top; and as long as approvals take; given up after 6 h",
    ]


def test_a_clock_of_its_own_is_told_without_signals(planner: Planner) -> None:
    """readiness.timeout is how long each new member may take."""
    plan = planner.sliding(2, 3, Readiness={"Timeout": "PT10M"}, BakeTime="PT5M")
    text = preview_text(planner.preview(plan))
    assert row(text, "waits for") == "each new instance to be in service, at most 10 min each"
    assert row(text, "bake") == "instances are watched for 5 min after the last one is ready"
    assert row(text, "duration") == "the time of the boots, not known yet; 5 min of bake on top"


def test_a_canary_costs_a_wait_of_its_own(planner: Planner) -> None:
    """Ten in a window of ten are one wait of five minutes; one of them first makes it two."""
    fields = {"MaxBatchSize": 10, "WaitOnResourceSignals": True, "Guard": "off"}
    without = preview_text(planner.preview(planner.sliding(10, 10, **fields)))
    assert row(without, "duration").startswith("at most 5 min")
    first = preview_text(planner.preview(planner.sliding(10, 10, Canary=1, **fields)))
    assert row(first, "duration").startswith("at most 10 min")


def test_many_checkpoints_fold(planner: Planner) -> None:
    """A hundred checkpoints take one row like two."""
    plan = planner.sliding(200, 210, MaxBatchSize=20, Checkpoints=list(range(1, 101)))
    assert (
        row(preview_text(planner.preview(plan)), "checkpoints") == "at 1, 2 ... 100 % (2, 4 ... 200 of 200)"
    )


def test_an_unknown_target_is_up_to(planner: Planner) -> None:
    """While the version is not known, equal contents may still make the number smaller."""
    text = preview_text(planner.preview(planner.sliding(6, 8), to=None))
    assert text.startswith("web: replacing up to 6 instances, version 1 -> a version known after apply\n")


def test_equal_contents_move_only_the_pointer(planner: Planner) -> None:
    """A reverted program makes a new version with the old contents: nothing is replaced."""
    preview = planner.preview(None, to="version 3", pointer_only=True)
    assert preview_text(preview) == (
        "web: nothing to replace, only the pointer moves, version 1 -> version 3 (equal contents)"
    )


def test_nothing_to_do_is_one_line_and_its_notes(planner: Planner) -> None:
    """A changed policy alone replaces nothing, and the note says what became of it."""
    preview = planner.preview(planner.sliding(0, 3), nothing=True, notes=("The policy is recorded.",))
    assert preview_text(preview).splitlines() == [
        "web: nothing to replace, all instances run version 2",
        "  note  The policy is recorded.",
    ]


@pytest.mark.parametrize(
    ("percent", "sentence"),
    [
        (100, "with the first failed instance, rolls back to version 1"),
        (80, "with more than 2 of 10 instances failed, rolls back to version 1"),
        (0, "not for failed instances, all are tolerated; for anything else, rolls back to version 1"),
    ],
)
def test_failure_says_how_many_and_where_to(planner: Planner, percent: int, sentence: str) -> None:
    """The budget of the policy in numbers of instances, and the end it leads to."""
    plan = planner.lock_step(10, 12, WaitOnResourceSignals=True, MinSuccessfulInstancesPercent=percent)
    assert row(preview_text(planner.preview(plan)), "on failure") == sentence


def test_no_way_back_is_said(planner: Planner) -> None:
    """Where nothing is known to return to, that is read before the roll and not after it."""
    text = preview_text(planner.preview(planner.sliding(2, 3), came_from=None, returns_to=None))
    assert text.startswith("web: replacing 2 instances, to version 2\n")
    assert row(text, "on failure").endswith("stops; there is no other revision to return to")


def test_leave_is_said(planner: Planner) -> None:
    """onFailure: leave ends where the failure is."""
    text = preview_text(planner.preview(planner.sliding(2, 3), leaves=True))
    assert row(text, "on failure").endswith("stops and leaves the group as it is (onFailure: leave)")


def test_what_is_kept_is_said_with_what_it_costs(planner: Planner) -> None:
    """One in one number, several in the other; nothing where nobody is kept."""
    text = [preview_text(planner.preview(planner.sliding(6, 9, KeepFailed=count))) for count in (0, 1, 2)]
    assert "  keeps " not in text[0]
    assert row(text[1], "keeps") == (
        "the first failed instance in service, out of the group; it runs and costs until somebody ends it"
    )
    assert row(text[2], "keeps") == (
        "the first 2 failed instances in service, out of the group; they run and cost until somebody ends them"
    )


def test_hold_is_said(planner: Planner) -> None:
    """onFailure: hold ends nothing by itself, and names the verbs that it waits for."""
    text = preview_text(planner.preview(planner.hold(2, 3)))
    assert row(text, "on failure").endswith(
        "stops and waits for 'rolling retry', 'skip', 'resume' or 'abort' (onFailure: hold)"
    )


def test_boots_seen_before_give_a_range(planner: Planner) -> None:
    """Four waves of 60 s boots are some minutes, and the members' own clocks bound them."""
    plan = planner.lock_step(8, 8, MaxBatchSize=2, WaitOnResourceSignals=True, PauseTime="PT10M")
    text = preview_text(planner.preview(plan, last_boots=boots_of(60)))
    assert row(text, "duration") == "4-5 min, by the boots seen before; at most 40 min"


def test_a_range_never_exceeds_what_the_clocks_allow(planner: Planner) -> None:
    """Boots slower than PauseTime cannot make the roll longer than PauseTime lets it be."""
    plan = planner.lock_step(2, 2, WaitOnResourceSignals=True, PauseTime="PT1M")
    text = preview_text(planner.preview(plan, last_boots=boots_of(600)))
    assert row(text, "duration") == "about 120 s, by the boots seen before; at most 2 min"


def test_pauses_are_told_apart_from_boots(planner: Planner) -> None:
    """A fixed pause follows each batch and is known; how long boots take is not."""
    text = preview_text(planner.preview(planner.lock_step(4, 4, MaxBatchSize=2, PauseTime="PT90S")))
    assert row(text, "waits for") == "each new instance to be in service, then 90 s after each round"
    assert row(text, "duration") == "at most 3 min of pauses, and the time of the boots, not known yet"


def test_many_rounds_fold(planner: Planner) -> None:
    """Hundreds of instances take no more lines than ten."""
    text = preview_text(planner.preview(planner.lock_step(300, 310, MaxBatchSize=7)))
    assert row(text, "rounds 1-42") == "terminate 7, launch 7, each"
    assert len(text.splitlines()) < 12


def test_uneven_rounds_fold_to_ranges(planner: Planner) -> None:
    """Where rounds differ again and again, all but the first and the last become one line."""
    uneven = tuple(PlannedRound(1 + i % 3, i % 2) for i in range(60))
    plan = replace(planner.lock_step(60, 61), rounds=uneven)
    text = preview_text(planner.preview(plan))
    assert row(text, "round 1") == "terminate 1, launch 0"
    assert row(text, "rounds 2-59") == "terminate 1-3, launch 0-1, each"
    assert row(text, "round 60") == "terminate 3, launch 1"


def test_many_differences_fold(planner: Planner) -> None:
    """Six lines of changes at most, and the number of those left out."""
    changes = tuple(f"Tag{i}: a -> b" for i in range(20))
    text = preview_text(planner.preview(planner.sliding(2, 3), differences=changes))
    assert text.count("a -> b") == 5
    assert "and 15 more" in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (60, "1 min"),
        (90, "90 s"),
        (300, "5 min"),
        (150, "2 min 30 s"),
        (5400, "1 h 30 min"),
    ],
)
def test_lengths_of_time_are_exact(seconds: int, text: str) -> None:
    """A length that the user wrote is shown as long as it is, never rounded."""
    assert span(seconds) == text


def test_faults_stand_one_a_line() -> None:
    """Several faults are counted; a single one stands alone."""
    assert faults_text([Fault("a.b", "is wrong.")]) == "a.b: is wrong."
    assert faults_text([Fault("a", "x"), Fault("b", "y")]) == "2 faults, nothing was touched:\na: x\nb: y"
