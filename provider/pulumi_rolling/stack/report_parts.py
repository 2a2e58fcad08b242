"""What each form of the report says, and in which order: sentences and lists, without a layout. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pulumi_rolling.stack.estimate import spoken
from pulumi_rolling.stack.exit_codes import ExitCode
from pulumi_rolling.stack.outcome import Act, Report


@dataclass(frozen=True)
class Item:
    """`name`: a URN, an output, an environment. `sentence`: empty where the heading has said all."""

    name: str
    sentence: str = ""


@dataclass(frozen=True)
class Part:
    heading: str
    items: tuple[Item, ...]


def headline(report: Report) -> str:
    """The one sentence that says how it stands. A return by hand that succeeded speaks of no failure."""
    place, to = f"stack {report.stack}", _destination(report)
    match report.result:
        case ExitCode.SUCCEEDED:
            return f"Stack {report.stack} has returned to {to}."
        case ExitCode.RETURNED:
            return f"The update failed, and {place} has returned to {to}."
        case ExitCode.PARTLY_RETURNED if report.stopped:
            return f"The update failed, and {place} has not returned to {to}: {report.stopped}"
        case ExitCode.PARTLY_RETURNED:
            return f"The update failed, and {place} has returned in part to {to}."
        case ExitCode.NOTHING_TO_RETURN_TO:
            return f"The update failed, and {place} stays as it left it."


def durations(report: Report) -> str:
    """How long it took, or nothing."""
    deploy, back = report.took.deploy, report.took.back
    told = []
    if deploy is not None:
        told.append(f"the update took {spoken(deploy)}")
    if back is not None:
        told.append(f"the return took {spoken(back)}")
    sentence = " and ".join(told)
    return f"{sentence[0].upper()}{sentence[1:]}." if told else ""


def parts(report: Report) -> Iterator[Part]:
    """The lists that have something in them."""
    return (part for part in _every(report) if part.items)


def go_on(report: Report) -> str:
    """What to do now, or nothing."""
    if not report.go_on or report.result in (ExitCode.SUCCEEDED, ExitCode.RETURNED):
        return ""
    return report.go_on


def _every(report: Report) -> Iterator[Part]:
    yield Part(
        "What failed",
        tuple(
            Item(each.urn or "the update", ": ".join(filter(None, (each.operation, each.sentence))))
            for each in report.failures
        ),
    )
    for act in Act:
        found = [each for each in report.returned if each.act is act]
        with_id = act in (Act.REVIVED, Act.MADE_AGAIN, Act.DELETED)
        yield Part(f"These {act.value}", tuple(Item(each.urn, each.id if with_id else "") for each in found))
    yield Part("These are not as they were", tuple(Item(*each) for each in report.not_returned))
    yield Part("To know beside", tuple(Item(*each) for each in report.to_know))
    yield Part(
        "Outputs that had other values meanwhile, which other stacks may have read",
        tuple(Item(name) for name in report.outputs),
    )
    yield Part(
        "These may exist in the cloud and stand in no state, since Pulumi was killed",
        tuple(Item(each.urn, each.operation) for each in report.orphans),
    )
    yield Part(
        "ESC environments without a fixed version, which may have changed since",
        tuple(Item(name) for name in report.environments),
    )
    if report.backup:
        yield Part("The state as the failed update left it", (Item(report.backup),))


def _destination(report: Report) -> str:
    if report.to is None:
        return ""
    commit = f", commit {report.to.commit[:12]}" if report.to.commit else ""
    return f"{report.to.title}{commit}"
