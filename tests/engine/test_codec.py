"""The record as text and as tags: nothing that a resume needs is lost, and what cannot be trusted is not read."""

from __future__ import annotations

import base64
import json
import re
import string
import zlib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_rolling.core.model.codes import FailureReason, Remedy, Step, VerdictCode
from pulumi_rolling.core.model.goal import Direction
from pulumi_rolling.core.model.member import Revision, Sizes
from pulumi_rolling.core.model.verdict import Failure, Verdict
from pulumi_rolling.core.replace.actions import PointAt, Remove, Resize, Resume, Suspend, Terminate
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.plan import new_rollout
from pulumi_rolling.core.replace.rollout import (
    Astray,
    Boots,
    Gate,
    Issued,
    Opening,
    ReplaceStep,
    Rollout,
    Round,
)
from pulumi_rolling.engine.lease import owner_of
from pulumi_rolling.engine.record.header import decode, encode
from pulumi_rolling.engine.record.pieces import (
    LEASE,
    MOST_PENDING,
    RECORD,
    Journal,
    pack,
    read,
    request_mark,
)
from pulumi_rolling.engine.record.replace import (
    KEPT_FAILURES,
    KEPT_SUCCESSES,
    VERSION,
)
from pulumi_rolling.engine.record.room import check_room, pieces_needed
from pulumi_rolling.engine.record.shared import CAUSE_CHARACTERS
from pulumi_rolling.engine.said import SAID
from pulumi_rolling.errors import JournalError
from pulumi_rolling.fleets.aws.tags import SHELF
from pulumi_rolling.fleets.simulated import SimulatedFleet

from tests.rollouts import FIELDS as FLAT
from tests.rollouts import changed, rollout_of

V1 = Revision("lt-0123456789abcdef0:1", "0123456789abcdef", "version 1")
V2 = Revision("lt-0123456789abcdef0:2", "fedcba9876543210", "version 2")
OWNER = owner_of("urn:pulumi:dev::trial::pulumi-python:dynamic/rolling:RollingGroup::web")
ALLOWED = re.compile(r"[\w\s+\-=.:/@]*", re.ASCII)
"""Letters, spaces and numbers, and + - = . _ : / @ are allowed in tags of every AWS service (EC2 user guide, "Tag
restrictions")."""

texts = st.text(st.characters(categories=["L", "M", "N", "P", "S"]), max_size=20)
"""What is not printable is read as an escape; a test of its own says so."""
ids = st.text(alphabet=string.hexdigits, min_size=1, max_size=8).map(lambda x: f"i-{x}")
times = st.floats(min_value=0, max_value=4e9, allow_nan=False)
counts = st.integers(min_value=0, max_value=2000)
processes = st.frozensets(st.sampled_from(["AZRebalance", "AlarmNotification", "HealthCheck"]))
revisions = st.builds(Revision, texts, texts, texts)
acts = st.one_of(
    st.builds(Suspend, processes),
    st.builds(Resume, processes),
    st.builds(PointAt, revisions),
    st.builds(Resize, st.none() | counts, st.none() | counts),
    st.builds(Terminate, ids, st.booleans(), st.integers(1, 999), st.booleans()),
    st.builds(Remove, ids),
)
remedies = st.none() | st.sampled_from(Remedy)
failures = st.builds(Failure, ids, st.sampled_from(FailureReason), texts, remedies, texts)
verdicts = st.builds(
    Verdict,
    st.sampled_from(VerdictCode),
    times,
    counts,
    counts,
    st.lists(failures, max_size=5).map(tuple),
    texts,
    remedy=remedies,
    hint=texts,
)
moments = st.lists(
    st.tuples(ids, st.floats(min_value=0, max_value=4e9).map(lambda at: round(at, 2))), max_size=3
).map(tuple)
rounded = st.floats(min_value=-1e4, max_value=1e4).map(lambda x: round(x, 4))
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "id": texts,
    "to": revisions,
    "came_from": st.none() | revisions,
    "found": st.builds(Sizes, counts, counts, counts),
    "found_suspended": processes,
    "started_at": times,
    "generation": counts,
    "forced": st.booleans(),
    "fresh": st.booleans(),
    "abandoned": st.lists(texts, max_size=3).map(tuple),
    "prior": st.builds(Boots, st.integers(1, 2000), rounded, rounded) | st.just(Boots()),
    "unit": st.integers(1, 999),
    "direction": st.sampled_from(Direction),
    "step": st.sampled_from(get_args(ReplaceStep)),
    "watermark": st.none() | times,
    "direction_at": times,
    "astray": st.none() | st.builds(Astray, texts, times),
    "launched_before": counts,
    "unfilled": st.none() | verdicts,
    "judged_at": times,
    "lost": st.lists(failures, max_size=5).map(tuple),
    "lost_before": counts,
    "total": counts,
    "batch": counts,
    "capacity": counts,
    "surge": counts,
    "suspended_by_us": processes,
    "round": st.none() | st.builds(Round, counts, times, counts, counts, st.none() | times),
    "issued": st.lists(st.builds(Issued, acts, times), max_size=5).map(tuple),
    "openings": st.lists(st.builds(Opening, times, counts), max_size=3).map(tuple),
    "draining": moments,
    "in_flight": st.frozensets(ids, max_size=6),
    "warming": moments,
    "missing": st.lists(st.tuples(ids, times), max_size=3).map(tuple),
    "succeeded": st.frozensets(ids, max_size=6),
    "failed": st.lists(failures, max_size=5).map(tuple),
    "failed_before": counts,
    "retried": st.frozensets(ids, max_size=2),
    "skipped": st.frozensets(ids, max_size=2),
    "zone": texts,
    "passed": st.integers(0, 9),
    "gate": st.none() | st.builds(Gate, st.integers(0, 9), times, st.booleans()),
    "paused": st.booleans(),
    "held": st.none() | verdicts,
    "ignored_alarms": st.frozensets(texts, max_size=3),
    "baked_from": st.none() | times,
    "judged_until": times,
    "boots": st.builds(Boots, counts, rounded, rounded),
    "desired_before": counts,
    "desired": counts,
    "delta": st.integers(-50, 50),
    "least": st.frozensets(st.integers(0, 500), max_size=4),
    "desired_at": times,
    "launched": counts,
    "seen_new": counts,
    "lowest": st.none() | counts,
    "kept": st.lists(ids, max_size=2).map(tuple),
    "keep_refused": texts,
    "resumed_at": st.none() | times,
    "progress_at": times,
    "deadline": st.none() | times,
    "handled": st.frozensets(texts, max_size=3),
    "verdict": st.none() | verdicts,
    "back_failed": st.none() | verdicts,
    "handed_over": st.booleans(),
}
rollouts = st.builds(rollout_of, **FIELDS)


def as_kept(rollout: Rollout) -> Rollout:
    """What of a small rollout is dropped on purpose: when it was resumed, and the cloud's words on older failures."""
    last = rollout.way.failed[-3:]
    failed = tuple(f if f in last else replace(f, cause="", hint="") for f in rollout.way.failed)
    newest = rollout.way.lost[-1:]
    lost = tuple(f if f in newest else replace(f, cause="", hint="") for f in rollout.way.lost)
    return changed(rollout, resumed_at=None, failed=failed, lost=lost)


@given(rollouts)
@settings(max_examples=150, deadline=None)
def test_a_rollout_survives_its_record(rollout: Rollout) -> None:
    """Every field comes back as it was, save those that are dropped on purpose."""
    assert decode(encode(rollout)) == as_kept(rollout)


@given(rollouts, st.integers(0, 9999))
@settings(max_examples=100, deadline=None)
def test_a_rollout_survives_its_tags(rollout: Rollout, serial: int) -> None:
    """Cut into tags and put together again it is the same, each value short enough and of allowed letters."""
    tags = pack(rollout, OWNER, serial, SHELF)
    assert read(tags) == (OWNER, as_kept(rollout))
    for value in tags.values():
        assert len(value) <= SHELF.characters and ALLOWED.fullmatch(value), value


def test_no_field_is_forgotten() -> None:
    """A field added to Rollout must come into the strategy, or the round trip would not cover it.

    No record holds for whom a command is run: after a crash it is run anew.
    """
    parts = {"goal", "found", "way", "ours"}
    assert FIELDS.keys() | {"parting"} == FLAT.keys() | {f.name for f in fields(Rollout)} - parts


def large(window: int) -> Rollout:
    """A roll of a thousand in the middle, with a full window of random ids in flight."""
    import random

    chance = random.Random(7)

    def ident() -> str:
        return f"i-{chance.getrandbits(68):017x}"

    begun = new_rollout("r", V2, V1, Sizes(900, 1100, 1000), frozenset({"AZRebalance"}), 1.7e9)
    flight = [ident() for _ in range(window)]
    return changed(
        begun,
        issued=tuple(Issued(Terminate(ident(), True), 1.7e9 + chance.random()) for _ in range(window)),
        in_flight=frozenset(flight),
        missing=tuple((i, 1.7e9 + 0.123) for i in flight[:2]),
        succeeded=frozenset(ident() for _ in range(600)),
        failed=tuple(
            Failure(ident(), FailureReason.LAUNCH_REFUSED, "c" * 500, Remedy.QUOTA, "h" * 500)
            for _ in range(80)
        ),
        boots=Boots(600, 1234.56789, 9876.54321),
        verdict=Verdict(
            VerdictCode.TOO_MANY_FAILURES,
            1.7e9,
            80,
            1000,
            (Failure(ident(), FailureReason.VANISHED, "x" * 999),),
            "y" * 999,
            remedy=Remedy.QUOTA,
            hint="z" * 999,
        ),
    )


def test_what_grows_with_the_roll_is_cut() -> None:
    """Of many failures the last are named and the others counted; many successes are left out; causes are shortened."""
    rollout = large(10)
    back = decode(encode(rollout))
    assert back.way.failures == rollout.way.failures == 80
    assert [f.id for f in back.way.failed] == [f.id for f in rollout.way.failed[-KEPT_FAILURES:]]
    assert len(rollout.way.succeeded) > KEPT_SUCCESSES and back.way.succeeded == frozenset()
    assert [len(f.cause) for f in back.way.failed[-4:]] == [0] + 3 * [CAUSE_CHARACTERS]
    assert back.verdict is not None and len(back.verdict.cause) == 2 * CAUSE_CHARACTERS
    assert back.way.in_flight == rollout.way.in_flight and back.ours.issued == rollout.ours.issued


def test_a_window_of_a_hundred_fits_the_tags() -> None:
    """A hundred victims on their way and a hundred members in flight leave room for the group's own tags."""
    tags = pack(large(100), OWNER, 9999, SHELF)
    assert len(tags) + 1 <= SHELF.count - 10, len(tags)
    assert all(len(v) <= SHELF.characters and ALLOWED.fullmatch(v) for v in tags.values())
    assert read(tags) is not None


WATCHED = Limits(1, 1, 2, drain=900.0, warm_up=60.0)


@pytest.mark.parametrize("window", [1, 10, 100])
@pytest.mark.parametrize(
    "limits",
    [None, Limits(1, 1, 2), WATCHED, Limits(1, 1, 2, way_back=WATCHED)],
    ids=["", "plain", "watched", "watched on the way back"],
)
def test_the_room_asked_for_is_enough(window: int, limits: Limits | None) -> None:
    """What is checked before the start is at least what a full window takes, failures, lease and requests included."""
    begun = new_rollout("r", V2, V1, Sizes(0, 1100, 1000), frozenset(), 1.7e9)
    needed = pieces_needed(begun, window, OWNER, SHELF, limits)
    full = changed(large(window), succeeded=frozenset())
    if limits is not None and limits != Limits(1, 1, 2):
        victims = [i.action.member for i in full.ours.issued if isinstance(i.action, Terminate)]
        full = changed(
            full,
            draining=tuple((member, 1.7e9 + number * 3.01) for number, member in enumerate(victims)),
            warming=tuple(
                (member, 1.7e9 + number * 2.87) for number, member in enumerate(full.way.in_flight)
            ),
        )
    beside = {LEASE, SAID, *(key for _ in range(MOST_PENDING) for key in request_mark("pause"))}
    assert len(pack(full, OWNER, 9999, SHELF)) + len(beside) <= needed <= SHELF.count - 5


@pytest.mark.parametrize(("theirs", "fits"), [(0, True), (40, True), (41, False), (50, False)])
def test_room_is_what_the_groups_own_tags_leave(theirs: int, fits: bool) -> None:
    """Our own old tags do not count; too many of theirs are refused with what to do."""
    tags = {f"t{i}": "x" for i in range(theirs)} | {f"{RECORD}{i}": "x" for i in range(5)}
    said = check_room(tags, 10, SHELF)
    assert (said is None) is fits
    assert said is None or ("maxBatchSize" in said and f"has {theirs} of 50" in said)


@pytest.mark.parametrize("change", ["lost", "older", "cut"])
@pytest.mark.parametrize("which", [0, 1, -1])
def test_a_torn_record_is_seen(change: str, which: int) -> None:
    """Tags of two writings, or with one missing or shortened, are no record: nothing is read from them."""
    new, old = pack(large(10), OWNER, 8, SHELF), pack(changed(large(10), launched=5), OWNER, 7, SHELF)
    key = sorted(new, key=lambda k: int(k.removeprefix(RECORD)))[which]
    tags = dict(new)
    if change == "lost":
        del tags[key]
    elif change == "older":
        tags[key] = old[key]
    else:
        tags[key] = tags[key][:-9]
    if change == "lost" and which == 0:
        assert read(tags) is None or pytest.fail("read without its head")
        return
    with pytest.raises(JournalError):
        read(tags)


@pytest.mark.parametrize("text", ["", "x", "1.2", "1.0 x", "1.1 nobody", "1.1 me notbase64!", "1.1 me AAAA"])
def test_a_mark_that_is_no_record_is_an_error_and_never_a_rollout(text: str) -> None:
    """Whatever somebody wrote into the tag, it raises JournalError and nothing else."""
    with pytest.raises(JournalError):
        read({f"{RECORD}0": text})


ABSENT = object()


def rewritten(text: str | None = None, **changes: Any) -> str:
    """A record with other values at these keys; ``way__ga`` is the key ``ga`` within the part ``way``."""
    raw = json.loads(zlib.decompress(base64.b64decode(text or encode(large(1)))))
    for key, value in changes.items():
        part, _, inner = key.rpartition("__")
        place = raw[part] if part else raw
        place[inner] = value
        if value is ABSENT:
            del place[inner]
    return base64.b64encode(zlib.compress(json.dumps(raw).encode())).decode()


@given(rollouts)
@settings(max_examples=50, deadline=None)
def test_a_dense_record_says_the_same(rollout: Rollout) -> None:
    """Where tags are small the record is packed against the words of all records, and is read as any other."""
    assert decode(encode(rollout, dense=True)) == as_kept(rollout)


@pytest.mark.parametrize("text", ["1.", "1.AAAA", "2.AAAA", ".AAAA", "x.AAAA"])
def test_what_is_packed_against_other_words_is_an_error(text: str) -> None:
    """Whatever stands where the number of the words should, it raises JournalError and nothing else."""
    with pytest.raises(JournalError):
        decode(text)


def test_a_dense_record_is_still_read() -> None:
    """The words of a number never change, or a record that was packed against them would be lost."""
    plain, dense = ((RECORDS / name).read_text().strip() for name in ("format_3.txt", "dense_1.txt"))
    assert decode(dense) == decode(plain)


def test_a_later_format_is_refused_by_its_number() -> None:
    """A record of a version that we do not know is not guessed at; the user is told which format it has."""
    with pytest.raises(JournalError, match=rf"later version \(format {VERSION + 1}\)"):
        decode(rewritten(v=VERSION + 1))


RECORDS = Path(__file__).parent / "records"
RECORDED = (RECORDS / "format_1.txt").read_text().strip()
"""A record as version 0.1.0 wrote it."""


def test_a_record_of_format_1_is_still_read() -> None:
    """A rollout that an earlier version began goes on: what it kept is there, what is new follows or is empty."""
    rollout = decode(RECORDED)
    assert rollout == rollout_of(
        id="1f0c2ab9",
        to=V2,
        came_from=V1,
        found=Sizes(4, 12, 10),
        found_suspended=frozenset({"AZRebalance"}),
        started_at=1_790_000_000.25,
        generation=2,
        forced=True,
        abandoned=("00ddba11",),
        step=Step.ROLL,
        watermark=1_789_990_000.0,
        direction_at=1_790_000_001.5,
        total=10,
        batch=2,
        capacity=10,
        suspended_by_us=frozenset({"AlarmNotification", "ScheduledActions"}),
        round=Round(3, 1_790_000_060.0, 2, 2),
        issued=(
            Issued(Terminate("i-0aa0aa0aa0aa0aa01", True), 1_790_000_060.0),
            Issued(Resize(3, None), 1_790_000_060.0),
        ),
        openings=(Opening(1_790_000_061.0, 1),),
        in_flight=frozenset({"i-0bb0bb0bb0bb0bb01"}),
        missing=(("i-0bb0bb0bb0bb0bb01", 1_790_000_070.0),),
        succeeded=frozenset({"i-0cc0cc0cc0cc0cc01", "i-0cc0cc0cc0cc0cc02"}),
        failed=(Failure("i-0dd0dd0dd0dd0dd01", FailureReason.FAILURE_SIGNAL, "exit code 1"),),
        failed_before=1,
        judged_until=1_790_000_059.0,
        boots=Boots(2, 8.9971, 40.4777),
        desired_before=10,
        desired=10,
        delta=-1,
        desired_at=1_790_000_002.0,
        launched=5,
        seen_new=6,
        lowest=8,
        least=frozenset({3, 10}),
        progress_at=1_790_000_060.0,
        deadline=1_790_003_600.0,
        handled=frozenset({"a1b2c3d4"}),
        verdict=Verdict(
            VerdictCode.ABORTED,
            1_790_000_071.0,
            2,
            10,
            (Failure("i-0dd0dd0dd0dd0dd01", FailureReason.FAILURE_SIGNAL, "exit code 1"),),
            clock=300.0,
        ),
    )


def test_a_record_of_format_2_is_still_read() -> None:
    """Nothing is lost of a record that knew gates, pauses, drains and weights, and no parts."""
    rollout = decode((RECORDS / "format_2.txt").read_text().strip())
    assert rollout == rollout_of(
        id="1f0c2ab9",
        to=V2,
        came_from=V1,
        found=Sizes(4, 12, 10),
        found_suspended=frozenset({"AZRebalance"}),
        started_at=1_790_000_000.25,
        generation=3,
        fresh=True,
        abandoned=("00ddba11",),
        prior=Boots(9, 40.5, 190.25),
        unit=2,
        direction=Direction.BACK,
        step=Step.ROLL,
        watermark=1_789_990_000.0,
        direction_at=1_790_000_001.5,
        total=10,
        batch=2,
        capacity=12,
        surge=1,
        suspended_by_us=frozenset({"AlarmNotification"}),
        round=Round(3, 1_790_000_060.0, 2, 2, 1_790_000_090.0),
        issued=(
            Issued(Terminate("i-0aa0aa0aa0aa0aa01", False, 2), 1_790_000_060.0),
            Issued(Remove("i-0aa0aa0aa0aa0aa02"), 1_790_000_060.0),
            Issued(PointAt(V1), 1_790_000_060.0),
        ),
        openings=(Opening(1_790_000_061.0, 1),),
        draining=(("i-0ee0ee0ee0ee0ee01", 1_790_000_062.25),),
        in_flight=frozenset({"i-0bb0bb0bb0bb0bb01"}),
        warming=(("i-0bb0bb0bb0bb0bb01", 1_790_000_065.5),),
        missing=(("i-0bb0bb0bb0bb0bb01", 1_790_000_070.0),),
        succeeded=frozenset({"i-0cc0cc0cc0cc0cc01"}),
        failed=(Failure("i-0dd0dd0dd0dd0dd01", FailureReason.VANISHED, "gone"),),
        failed_before=1,
        retried=frozenset({"i-0ff0ff0ff0ff0ff01"}),
        skipped=frozenset({"i-0ff0ff0ff0ff0ff02"}),
        zone="eu-west-1b",
        passed=2,
        gate=Gate(1, 1_790_000_080.0, True),
        paused=True,
        held=Verdict(VerdictCode.ALARM, 1_790_000_081.0, 1, 10, cause="errors"),
        ignored_alarms=frozenset({"cpu"}),
        baked_from=1_790_000_082.0,
        judged_until=1_790_000_059.0,
        boots=Boots(2, 8.9971, 40.4777),
        desired_before=11,
        desired=12,
        delta=-1,
        desired_at=1_790_000_002.0,
        launched=5,
        seen_new=6,
        lowest=8,
        least=frozenset({12}),
        progress_at=1_790_000_060.0,
        deadline=1_790_003_600.0,
        handled=frozenset({"a1b2c3d4"}),
        verdict=Verdict(
            VerdictCode.TOO_MANY_FAILURES,
            1_790_000_071.0,
            2,
            10,
            (Failure("i-0dd0dd0dd0dd0dd01", FailureReason.FAILURE_SIGNAL, "exit code 1"),),
            clock=300.0,
            touched=4,
        ),
        back_failed=Verdict(VerdictCode.STALLED, 1_790_000_099.0, 1, 10),
    )


def test_a_raise_that_format_1_had_not_asked_for_is_still_asked_for() -> None:
    """It began its roll with the raise, which it did not count by itself: capacity 12 of 10, and no round yet."""
    assert decode(rewritten(RECORDED, n=[10, 2, 12], r=ABSENT)).way.surge == 2
    assert decode(rewritten(RECORDED, n=[10, 2, 12])).way.surge == 0
    assert decode(rewritten(RECORDED, n=[10, 2, 12], r=ABSENT, p="prepare")).way.surge == 0


def test_what_knew_no_remedy_is_still_read() -> None:
    """Formats 1 and 2 wrote verdicts and failures without remedy and hint, and what has none is written so still."""
    failure = ["i-1", "launchRefused", "no quota"]
    verdict = ["tooManyFailures", 9.0, 1, 10, [failure], "", 300.0, 4]
    rollout = decode(rewritten(vd=verdict, w__x=[failure], w__xb=0, w__hv=verdict))
    told = Failure("i-1", FailureReason.LAUNCH_REFUSED, "no quota")
    held = Verdict(VerdictCode.TOO_MANY_FAILURES, 9.0, 1, 10, (told,), "", 300.0, 4)
    assert (rollout.way.failed, rollout.verdict, rollout.way.held) == ((told,), held, held)
    raw = json.loads(zlib.decompress(base64.b64decode(encode(rollout))))
    assert (raw["w"]["x"], raw["vd"]) == ([failure], verdict)


def test_what_most_rollouts_do_not_have_takes_no_room() -> None:
    """A rollout that has only begun is recorded without gates, holds, drains, weights, failures or verdicts."""
    plain = new_rollout("r", V2, V1, Sizes(0, 2, 1), frozenset(), 1.7e9)
    raw = json.loads(zlib.decompress(base64.b64decode(encode(plain))))
    assert raw.keys() == {"v", "g", "f", "o", "w", "s", "n", "d", "p", "pr"}
    assert raw["w"] == {"n": [0, 0, 0]} and raw["o"].keys() == {"de", "la"}


@pytest.mark.parametrize(
    "change",
    [
        {"d": "sideways"},
        {"f": [1]},
        {"o__is": [["q", 1]]},
        {"o__is": [[["q", 1], 1.0]]},
        {"w__b": None},
        {"w__x": [["i-1", "unheardOf", ""]]},
        {"g": "x"},
        {"w__ga": [1]},
        {"w": ABSENT},
        {"v": "x"},
    ],
)
def test_a_record_with_a_wrong_part_is_refused(change: dict[str, Any]) -> None:
    """A part of an unknown kind is an error of ours to tell, not a traceback."""
    with pytest.raises(JournalError, match="cannot be read"):
        decode(rewritten(**change))


def test_a_shorter_record_leaves_nothing_of_a_longer_one() -> None:
    """Pieces that a later writing no longer needs are removed, and clear removes all."""
    fleet = SimulatedFleet(desired=1, max_size=2, revision=V1)
    journal = Journal(fleet, OWNER)
    journal.write(large(50))
    many = len(fleet.marks())
    small = new_rollout("r", V2, V1, Sizes(0, 2, 1), frozenset(), 1.7e9)
    journal.write(small)
    assert len(fleet.marks()) < many
    assert read(fleet.marks()) == (OWNER, as_kept(small))
    journal.clear(fleet.marks())
    assert not fleet.marks()


def test_clearing_leaves_nothing_that_the_last_look_did_not_show() -> None:
    """The last read may be older than the last writing: record, lease and the driver's words go all the same."""
    fleet = SimulatedFleet(desired=1, max_size=2, revision=V1)
    journal = Journal(fleet, OWNER)
    journal.write(large(5), {LEASE: "me you 1", SAID: "1 roll"})
    journal.clear({})
    assert not fleet.marks()
