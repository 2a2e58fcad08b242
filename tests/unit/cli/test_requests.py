"""The verbs on a group in memory: what they put on it, and what they refuse with which words."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pulumi_rolling.cli import requests as verbs
from pulumi_rolling.core.model.codes import FailureReason, Step, VerdictCode
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.rollout import Gate
from pulumi_rolling.engine.nudge import Nudges
from pulumi_rolling.engine.process import own_name
from pulumi_rolling.engine.record.pieces import LEASE, MOST_PENDING, asked, pack, read, request_mark, requests
from pulumi_rolling.errors import RollingError, TemporaryFleetError

from tests.rollouts import changed
from tests.unit.cli.conftest import Ran
from tests.unit.cli.stage import Staged, killed, staged

Rolling = Callable[..., Ran]

OF_ALL = ("abort", "pause", "resume", "approve", "reject")
OF_ONE = ("retry", "skip")


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Staged:
    return staged(monkeypatch)


def asks(rolling: Rolling, stage: Staged, *arguments: str) -> str:
    """What the command says, after it has put just the request that it names."""
    ran = rolling(*arguments)
    assert ran.code == 0, ran.err
    kind, *rest = arguments
    member = rest[1] if kind in OF_ONE else ""
    assert [(r.kind, r.member) for r in requests(stage.fleet.marks())] == [(kind, member)]
    return ran.out


def refuses(rolling: Rolling, stage: Staged, *arguments: str) -> str:
    """What the command says where it puts nothing on the group: one line, code 1."""
    before = dict(stage.fleet.marks())
    ran = rolling(*arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert dict(stage.fleet.marks()) == before
    return ran.err


def arguments(verb: str, instance: str = "i-1") -> tuple[str, ...]:
    return (verb, "web", instance) if verb in OF_ONE else (verb, "web")


@pytest.mark.parametrize("verb", [*OF_ALL, *OF_ONE])
def test_every_verb_says_that_nothing_rolls(rolling: Rolling, stage: Staged, verb: str) -> None:
    """Whoever asks a group that is not rolling was mistaken about the group, and is told so."""
    assert "rolling: web has no rollout " in refuses(rolling, stage, *arguments(verb))


@pytest.mark.parametrize("verb", [*OF_ALL, *OF_ONE])
@pytest.mark.parametrize(
    "lease",
    [{"lease_for": -60.0}, {"lease_for": None}, {"driver": killed()}],
    ids=["ran out", "given back", "killed here"],
)
def test_every_verb_says_that_nobody_drives(
    rolling: Rolling, stage: Staged, verb: str, lease: dict[str, Any]
) -> None:
    """A request that nobody acts on would strike the next, perhaps repaired, rollout at its first look."""
    stage.record(**lease)
    assert "Nobody drives the rollout of web at present. Run 'pulumi up' or 'rolling finish web'" in refuses(
        rolling, stage, *arguments(verb)
    )


@pytest.mark.parametrize("verb", [*OF_ALL, *OF_ONE])
def test_every_verb_says_that_the_group_goes_back(rolling: Rolling, stage: Staged, verb: str) -> None:
    """Nothing may be asked of the way back, which nobody should stop."""
    stage.record(direction=Direction.BACK, verdict=Verdict(VerdictCode.ABORTED, 1.0))
    assert "web is going back to version 1 already" in refuses(rolling, stage, *arguments(verb))


@pytest.mark.parametrize("verb", [*OF_ALL, *OF_ONE])
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"step": Step.RESTORE}, "All of web is replaced"),
        (
            {"step": Step.RESIZE, "verdict": Verdict(VerdictCode.DEADLINE, 1.0)},
            "took longer than its timeout",
        ),
    ],
    ids=["replaced", "left as it is"],
)
def test_every_verb_says_that_the_rollout_is_over(
    rolling: Rolling, stage: Staged, verb: str, changes: dict[str, Any], words: str
) -> None:
    """When only sizes and processes are given back no request is acted on any more."""
    stage.record(**changes)
    assert words in refuses(rolling, stage, *arguments(verb))


@pytest.mark.parametrize(
    ("verb", "changes", "words"),
    [
        ("abort", {}, "asked to end"),
        ("pause", {}, "asked to start nothing new"),
        ("pause", {"gate": Gate(0, 1.0)}, "asked to start nothing new"),
        ("resume", {"paused": True}, "asked to go on"),
        ("resume", {"held": Verdict(VerdictCode.TOO_MANY_FAILURES, 1.0)}, "asked to go on"),
        ("approve", {"gate": Gate(0, 1.0)}, "is approved"),
        ("reject", {"gate": Gate(0, 1.0)}, "asked to end at the gate"),
    ],
)
def test_a_verb_that_fits_is_put_on_the_group(
    rolling: Rolling, stage: Staged, verb: str, changes: dict[str, Any], words: str
) -> None:
    """The request is a tag of its own; the command says what was asked and how to see it."""
    stage.record(**changes)
    said = asks(rolling, stage, verb, "web")
    assert words in said and said.endswith("; 'rolling status web' shows how it goes on.\n")


@pytest.mark.parametrize(
    ("verb", "changes", "words"),
    [
        ("pause", {"paused": True}, "web is paused already; 'rolling resume web' goes on."),
        ("pause", {"held": Verdict(VerdictCode.ALARM, 1.0, cause="cpu")}, "web is held after a failure"),
        ("resume", {}, "web is neither paused nor held."),
        ("resume", {"gate": Gate(0, 1.0)}, "it stands at a gate, and 'rolling approve web' opens that."),
        ("resume", {"gate": Gate(0, 1.0, approved=True)}, "web is neither paused nor held."),
        ("approve", {}, "Nothing waits for approval in web."),
        ("reject", {"paused": True}, "Nothing waits for approval in web."),
        ("approve", {"gate": Gate(0, 1.0, approved=True)}, "web is approved already"),
    ],
)
def test_a_verb_that_does_not_fit_is_refused_with_the_reason(
    rolling: Rolling, stage: Staged, verb: str, changes: dict[str, Any], words: str
) -> None:
    """What would change nothing is said at once, and leaves nothing on the group."""
    stage.record(**changes)
    assert words in refuses(rolling, stage, verb, "web")


@pytest.mark.parametrize("verb", OF_ONE)
def test_an_instance_in_flight_is_retried_or_skipped(rolling: Rolling, stage: Staged, verb: str) -> None:
    """Also one that came after the record was last written, and stands in no list there."""
    new = stage.new()
    stage.record()
    assert new.id in asks(rolling, stage, verb, "web", new.id)


@pytest.mark.parametrize("verb", OF_ONE)
def test_an_instance_that_failed_is_retried_or_skipped(rolling: Rolling, stage: Staged, verb: str) -> None:
    """It is still in the group, and the record names it."""
    new = stage.new()
    stage.record(
        failed=(Failure(new.id, FailureReason.FAILURE_SIGNAL),),
        held=Verdict(VerdictCode.TOO_MANY_FAILURES, 1.0),
    )
    asks(rolling, stage, verb, "web", new.id)


def test_a_failure_that_is_gone_is_retried_and_not_skipped(rolling: Rolling, stage: Staged) -> None:
    """Another may be launched for one that vanished; there is nothing to leave as it is."""
    stage.record(failed=(Failure("i-gone", FailureReason.VANISHED),))
    assert "i-gone is no instance of web" in refuses(rolling, stage, "skip", "web", "i-gone")
    asks(rolling, stage, "retry", "web", "i-gone")


def test_an_old_instance_is_skipped_and_not_retried(rolling: Rolling, stage: Staged) -> None:
    """Its turn comes anyway; only leaving it alone needs a word."""
    stage.record()
    old = stage.old[0].id
    assert "is old and has not been touched yet" in refuses(rolling, stage, "retry", "web", old)
    asks(rolling, stage, "skip", "web", old)


@pytest.mark.parametrize("verb", OF_ONE)
def test_an_instance_that_is_ready_is_neither_retried_nor_skipped(
    rolling: Rolling, stage: Staged, verb: str
) -> None:
    """A healthy new member is not taken again."""
    new = stage.new()
    stage.record(succeeded=frozenset({new.id}))
    assert f"{new.id} is ready" in refuses(rolling, stage, verb, "web", new.id)


@pytest.mark.parametrize("verb", OF_ONE)
def test_an_instance_that_is_leaving_is_neither_retried_nor_skipped(
    rolling: Rolling, stage: Staged, verb: str
) -> None:
    """Nobody can hold it any more."""
    gone = stage.old[0].id
    stage.new()
    stage.record()
    assert f"{gone} is leaving already" in refuses(rolling, stage, verb, "web", gone)


@pytest.mark.parametrize("verb", OF_ONE)
def test_an_instance_of_another_group_is_refused(rolling: Rolling, stage: Staged, verb: str) -> None:
    """A mistyped id is told before anything is asked."""
    stage.record()
    assert "i-elsewhere is no instance of web." in refuses(rolling, stage, verb, "web", "i-elsewhere")


def test_what_was_asked_for_already_is_refused(rolling: Rolling, stage: Staged) -> None:
    """The same verb twice, the same member twice: once in the record and once still on its way."""
    new = stage.new()
    stage.record(skipped=frozenset({stage.old[0].id}), retried=frozenset({new.id}))
    assert "is skipped already" in refuses(rolling, stage, "skip", "web", stage.old[0].id)
    assert "is to be replaced once more already" in refuses(rolling, stage, "retry", "web", new.id)
    stage.fleet.write_marks(request_mark("pause"))
    assert "asked for that already; the driver has not taken it up yet" in refuses(
        rolling, stage, "pause", "web"
    )


def test_more_than_a_few_requests_at_a_time_are_refused(rolling: Rolling, stage: Staged) -> None:
    """A group has room for 50 tags, and the record needs most of them."""
    stage.record()
    for number in range(MOST_PENDING):
        stage.fleet.write_marks(request_mark("skip", f"i-{number}"))
    assert f"{MOST_PENDING} requests wait for the driver of web" in refuses(rolling, stage, "pause", "web")


class Driven:
    """A clock by which waiting lets somebody else work: ``then`` at the first wait, and so on."""

    def __init__(self, stage: Staged, *then: Callable[[], object]) -> None:
        self._stage = stage
        self._then = list(then)

    def now(self) -> float:
        return self._stage.fleet.now

    def steady(self) -> float:
        return self.now()

    def wait(self, seconds: float) -> None:
        self._stage.fleet.advance(self.now() + seconds)
        if self._then:
            self._then.pop(0)()


def takes_up(stage: Staged, **changes: Any) -> Callable[[], None]:
    """What a driver does with whatever stands on the group: record it, then remove the tags."""

    def act() -> None:
        marks = stage.fleet.marks()
        record = read(marks)
        assert record is not None
        stage.fleet.write_marks(pack(changed(record[1], **changes), "urn-hash", 2, stage.fleet.shelf))
        stage.fleet.remove_marks(list(asked(marks)))

    return act


def answer(stage: Staged, kind: str, *then: Callable[[], object], member: str = "") -> None:
    key, before = verbs.ask(stage.fleet, kind, member)
    verbs.await_answer(stage.fleet, key, kind, member, before, Driven(stage, *then))


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("pause", {}, {"paused": True}),
        ("resume", {"paused": True}, {"paused": False}),
        ("approve", {"gate": Gate(0, 1.0)}, {"gate": Gate(0, 1.0, approved=True)}),
        ("approve", {"gate": Gate(0, 1.0)}, {"gate": Gate(1, 2.0), "passed": 1}),
        ("reject", {"gate": Gate(0, 1.0)}, {"verdict": Verdict(VerdictCode.REJECTED, 2.0)}),
        ("abort", {}, {"verdict": Verdict(VerdictCode.ABORTED, 2.0)}),
    ],
)
def test_waiting_ends_when_the_driver_has_taken_it_up(
    stage: Staged, kind: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Three looks show the tag, the fourth shows it gone and what was asked for in the record."""
    stage.record(**before)
    waits: list[float] = []
    answer(stage, kind, *(lambda: waits.append(stage.fleet.now) for _ in range(3)), takes_up(stage, **after))
    assert len(waits) == 3


def test_waiting_sees_a_driver_that_was_quicker_than_the_first_look(stage: Staged) -> None:
    """The tag came and went before anybody saw it; the record tells that it was taken up."""
    stage.record()
    key, before = verbs.ask(stage.fleet, "pause")
    takes_up(stage, paused=True)()
    verbs.await_answer(stage.fleet, key, "pause", "", before, Driven(stage))


def test_waiting_is_not_deceived_by_a_look_from_before_the_tag(stage: Staged) -> None:
    """Reads may be older than our write: a tag that does not show yet is not one that is gone."""
    stage.record()
    key, before = verbs.ask(stage.fleet, "pause")
    mark = {key: "pause"}
    stage.fleet.remove_marks([key])
    clock = Driven(stage, lambda: None, lambda: stage.fleet.write_marks(mark), takes_up(stage, paused=True))
    verbs.await_answer(stage.fleet, key, "pause", "", before, clock)
    record = read(stage.fleet.marks())
    assert record is not None and record[1].way.paused


def test_waiting_says_that_nothing_came_of_it(stage: Staged) -> None:
    """Between the command's look and the driver's the gate opened by itself."""
    stage.record(gate=Gate(0, 1.0))
    with pytest.raises(RollingError, match="nothing came of it"):
        answer(stage, "reject", takes_up(stage, gate=None))


def test_waiting_says_that_the_rollout_ended_and_leaves_nothing_behind(stage: Staged) -> None:
    """A request that came too late must not strike the next rollout."""
    stage.record()
    with pytest.raises(RollingError, match="ended meanwhile"):
        answer(
            stage, "pause", lambda: stage.fleet.remove_marks(["rolling:record.0", "rolling:record.1", LEASE])
        )
    assert not requests(stage.fleet.marks())


@pytest.mark.parametrize("dies", [False, True], ids=["elsewhere", "here"])
def test_waiting_takes_the_request_back_where_the_driver_dies(stage: Staged, dies: bool) -> None:
    """Its lease runs out, or its process ends: the next driver, perhaps with a mended program, is not to find it."""
    stage.record(lease_for=5.0)
    with pytest.raises(RollingError, match="is gone, and the request was taken back"):
        answer(stage, "abort", *([partial(stage.record, driver=killed())] if dies else []))
    assert not requests(stage.fleet.marks())


def test_a_verb_says_by_when_a_driver_elsewhere_hears_it(stage: Staged) -> None:
    """By the end of its lease, or by the longest time between two looks where that is sooner; UTC, rounded up."""
    clock = Driven(stage)
    for lease_for, within in ((60.0, 60.0), (1600.0, 450.0)):
        stage.record(lease_for=lease_for)
        latest = datetime.fromtimestamp(math.ceil(clock.now() + within), UTC)
        assert (
            verbs.heard(stage.fleet, clock)
            == f"hears it at its next look, by {latest:%H:%M:%S} UTC at the latest"
        )


@pytest.mark.skipif(not own_name(), reason="the kernel does not tell of its processes")
def test_a_verb_nudges_a_driver_of_this_machine_and_says_that_it_is_heard_at_once(
    stage: Staged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only while it listens: of one that does not, nothing more is known than of one elsewhere."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    here = f"driver-{own_name()}"
    stage.record(driver=here)
    with Nudges(here) as nudges:
        assert verbs.heard(stage.fleet, Driven(stage)) == "is at work on this machine and hears it at once"
        assert nudges.came()
    assert verbs.heard(stage.fleet, Driven(stage)).startswith("hears it at its next look, by ")


def test_a_verb_says_nothing_of_when_it_is_heard_where_nobody_can_tell(
    stage: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver is gone, or the cloud does not answer: the word stands all the same, and the verb has not failed."""
    stage.record(lease_for=None)
    assert verbs.heard(stage.fleet, Driven(stage)) == ""

    def unanswered() -> dict[str, str]:
        raise TemporaryFleetError("no answer", operation="Describe", code="RequestTimeout")

    monkeypatch.setattr(stage.fleet, "marks", unanswered)
    assert verbs.heard(stage.fleet, Driven(stage)) == ""


def test_the_command_waits_where_it_is_told_to(
    rolling: Rolling, stage: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--wait says that the driver has taken it up; without it nobody waits."""
    waited: list[str] = []

    def await_answer(fleet: object, key: str, kind: str, *rest: object) -> None:
        waited.append(kind)

    monkeypatch.setattr(verbs, "await_answer", await_answer)
    stage.record()
    assert "taken it up" not in rolling("pause", "web").out and not waited
    out = rolling("abort", "web", "--wait").out
    assert out.endswith("web: the driver has taken it up.\n") and waited == ["abort"]
