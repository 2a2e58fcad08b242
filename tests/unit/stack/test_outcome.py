"""What is told at the end: failures in the cloud's words, what returned, what did not, and the estimate before it."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_rolling.stack.compared import Difference, Found
from pulumi_rolling.stack.deployment import SECRET, SIGNATURE, Deployment
from pulumi_rolling.stack.estimate import Estimate, estimate, estimate_text, spoken
from pulumi_rolling.stack.event_log import Event, Message, event_of
from pulumi_rolling.stack.exit_codes import ExitCode
from pulumi_rolling.stack.outcome import (
    Act,
    Failure,
    Orphan,
    Report,
    Returned,
    changed_outputs,
    failures_of,
    orphans_in,
    returned_by,
    sentence,
)
from pulumi_rolling.stack.wish import Left, Why

GROUP = "rolling:index:RollingGroup"
DYNAMIC = "pulumi-python:dynamic/rolling:RollingGroup"
THING = "acme:web:Thing"


def urn(name: str, type_: str = THING) -> str:
    return f"urn:pulumi:dev::trial::{type_}::{name}"


def entry(name: str, type_: str = THING, **fields: Any) -> dict[str, Any]:
    return {"urn": urn(name, type_), "type": type_, "custom": True, "id": f"{name}-1", **fields}


def group(name: str, lasted: str | None, type_: str = GROUP, **fields: Any) -> dict[str, Any]:
    """A group whose last rollout began at ten and ended then."""
    last = {"startedAt": "2026-11-29T10:00:00+00:00", "finishedAt": f"2026-11-29T{lasted}+00:00"}
    return entry(name, type_, outputs={"lastRollout": last} if lasted else {}, **fields)


def state(*entries: dict[str, Any], **fields: Any) -> Deployment:
    return Deployment({"version": 3, "deployment": {"resources": list(entries), **fields}})


def event(kind: str, op: str, resource: dict[str, Any], **old: Any) -> Event:
    state_ = {**resource, **old}
    told = event_of(
        {kind: {"metadata": {"op": op, "urn": resource["urn"], "type": resource["type"], "new": state_}}}
    )
    assert told is not None
    return told


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "RollFailed: 2 of 4 instances failed; group restored\n",
            "RollFailed: 2 of 4 instances failed; group restored",
        ),
        (
            "Traceback (most recent call last):\n  File 'a', line 1\n    raise X\nException: AccessDenied: no\n\n",
            "Exception: AccessDenied: no",
        ),
        (
            "Program failed:\nTraceback (most recent call last):\n  File 'a'\nKeyError: 'x'",
            "KeyError: 'x'",
        ),
        (
            "  sdk-v2/provider2.go:572: sdk.helper_schema: creating EC2 Subnet: api error X: no: provider=aws@7.20.0",
            "creating EC2 Subnet: api error X: no",
        ),
        (
            "1 error occurred:\n\t* creating EC2 Subnet: api error X: no\n\n",
            "creating EC2 Subnet: api error X: no",
        ),
        ("Traceback (most recent call last):\n  File 'a'\nValueError: no\n  because", "ValueError: no"),
        ("two\nlines", "two lines"),
        ("red \x1b[31mtext\x1b[0m", "red [31mtext [0m"),
        ("", ""),
    ],
)
def test_a_diagnostic_is_read_as_a_sentence(message: str, said: str) -> None:
    """The cloud's own words stay whole; a traceback, the bridge's call site and control characters do not."""
    assert sentence(message) == said


def test_what_failed_is_told_with_its_operation_and_cause() -> None:
    """A resource has its errors once, the program's stand under the stack, and the engine's own says nothing."""
    stack = urn("trial-dev", "pulumi:pulumi:Stack")
    events = [
        Message(urn("a"), "warning", "careful"),
        Message(
            urn("a"),
            "error",
            "  sdk-v2/provider2.go:5: sdk.helper_schema: creating it: no: provider=aws@7.0.0",
        ),
        Message(urn("a"), "error", "1 error occurred:\n\t* creating it: no\n"),
        event("resOpFailedEvent", "create", entry("a")),
        event("resOpFailedEvent", "delete", entry("b")),
        Message(stack, "error", "KeyError: 'x'"),
        Message("", "error", "update failed\n"),
        Message(urn("c"), "error", "passing", ephemeral=True),
        Message("", "error", "error: Detected that /bin/pulumi-resource-aws exited prematurely. \n"),
    ]
    assert failures_of(events) == (
        Failure(urn("a"), "create", "creating it: no"),
        Failure(urn("b"), "delete", ""),
        Failure(stack, "", "KeyError: 'x'"),
    )


def test_a_cancelled_update_says_so() -> None:
    """Where somebody stopped the update, that is what failed."""
    assert failures_of([Message("", "error", "update canceled\n")]) == (Failure("", "", "update canceled"),)


def test_what_a_return_did_is_told_by_resource() -> None:
    """Updates, groups that rolled, new ones, deleted ones and revived originals; what left the state is not deleted."""
    done = "resOutputsEvent"
    events = [
        event("resourcePreEvent", "update", entry("not-yet")),
        event(done, "update", entry("a")),
        event(done, "update", entry("web", DYNAMIC)),
        event(done, "create", entry("gone", id="gone-2")),
        event(done, "delete", entry("new")),
        event(done, "delete", entry("forgotten", retainOnDelete=True)),
        event(done, "delete-replaced", entry("copy", id="copy-2")),
        event(done, "same", entry("kept")),
        event(done, "update", entry("part", custom=False)),
        event(done, "update", entry("p", "pulumi:providers:aws")),
        event(done, "replace", entry("r")),
    ]
    assert returned_by(events, [(urn("copy"), "copy-1")]) == (
        Returned(urn("copy"), Act.REVIVED, "copy-1"),
        Returned(urn("a"), Act.UPDATED, "a-1"),
        Returned(urn("web", DYNAMIC), Act.ROLLED_BACK, "web-1"),
        Returned(urn("gone"), Act.MADE_AGAIN, "gone-2"),
        Returned(urn("new"), Act.DELETED, "new-1"),
        Returned(urn("copy"), Act.OUTLIVED, "copy-2"),
    )


def test_outputs_are_named_where_their_values_differed() -> None:
    """Names alone are told, of secrets too; an output that came or went differs."""

    def stack(**outputs: Any) -> Deployment:
        return state(entry("trial-dev", "pulumi:pulumi:Stack", custom=False, outputs=outputs))

    def secret(text: str) -> dict[str, str]:
        return {SIGNATURE: SECRET, "plaintext": f'"{text}"', "ciphertext": text * 2}

    good = stack(same="1", other="1", gone="1", hidden=secret("a"), kept=secret("k"))
    failed = stack(same="1", other="2", new="1", hidden=secret("b"), kept={**secret("k"), "ciphertext": "z"})
    assert changed_outputs(good, failed) == ("gone", "hidden", "new", "other")


def test_an_orphan_is_what_was_being_made() -> None:
    """A killed update of what is there leaves nothing that state lacks."""
    pending = [{"type": "creating", "resource": {"urn": "u"}}, {"type": "updating", "resource": {"urn": "v"}}]
    assert orphans_in(state(pending_operations=pending)) == (Orphan("u", "creating"),)


def test_a_difference_that_is_explained_is_told_once() -> None:
    """The reason of a resource that stays stands in place of the bare difference."""
    report = Report(
        ExitCode.PARTLY_RETURNED,
        "dev",
        left=(Left("u", Why.PROTECTED), Left("v", Why.HOOKS), Left("v", Why.HOOKS)),
        open=(
            Found("u", Difference.EXTRA, "u-1"),
            Found("v", Difference.NEW_ID, "x"),
            Found("w", Difference.MISSING),
        ),
    )
    assert report.not_returned == (("u", Why.PROTECTED.value), ("w", "is not there"))
    assert report.to_know == (("v", Why.HOOKS.value),)


A, B, C = (urn(name, GROUP) for name in "abc")


@pytest.mark.parametrize(
    ("entries", "returning", "told"),
    [
        ([group("a", "10:05:00"), group("b", "10:03:00")], [A, B], Estimate(300, (A,), (), 2)),
        (
            [group("a", "10:05:00"), group("b", "10:03:00", dependencies=[A])],
            [A, B],
            Estimate(480, (A, B), (), 2),
        ),
        (
            [
                group("a", "10:05:00"),
                entry("between", dependencies=[A]),
                group("b", "10:03:00", propertyDependencies={"x": [urn("between")]}),
                group("c", "10:07:00"),
            ],
            [A, B, C],
            Estimate(480, (A, B), (), 3),
        ),
        (
            [group("a", "10:05:00"), group("b", "10:03:00", dependencies=[A])],
            [B],
            Estimate(180, (B,), (), 1),
        ),
        ([group("a", "10:05:00"), group("b", None)], [A, B], Estimate(None, (), (B,), 2)),
        ([group("a", "ten")], [A], Estimate(None, (), (A,), 1)),
        ([group("a", "10:05:00")], [urn("x")], Estimate(0, (), (), 0)),
        ([], [], Estimate(0, (), (), 0)),
    ],
    ids=[
        "side by side",
        "in a row",
        "over another",
        "one of them",
        "never rolled",
        "unreadable",
        "no group",
        "empty",
    ],
)
def test_a_return_takes_as_long_as_its_longest_row_of_groups(
    entries: list[dict[str, Any]], returning: list[str], told: Estimate
) -> None:
    """Groups that depend on each other roll one after another, others at once; without a record nothing is claimed."""
    assert estimate(state(*entries), returning) == told


def test_the_estimate_says_how_it_was_got() -> None:
    """The groups are named, and those of which nothing is known."""
    assert estimate_text(Estimate(480, (A, B), (), 3)) == (
        "This will take about 8 min, as long as the last rollout of a and then b took; 1 more beside."
    )
    assert "unknown: no earlier rollout of c is recorded" in estimate_text(Estimate(None, (), (C,), 1))


def test_the_rollout_of_either_face_is_read() -> None:
    """The Python face and the plugin record their last rollout in the same place."""
    told = estimate(state(group("a", "10:01:00", DYNAMIC)), [urn("a", DYNAMIC)])
    assert told.seconds == 60


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min"), (200, "3 min 20 s"), (3600, "1 h"), (3900, "1 h 5 min")],
)
def test_a_duration_is_told_as_people_say_it(seconds: float, words: str) -> None:
    """Two units at most."""
    assert spoken(seconds) == words
