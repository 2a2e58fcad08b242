"""What is true after a failed update and its return: the value that each form of the report is made of. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from pulumi_rolling.stack.compared import Found
from pulumi_rolling.stack.deployment import Deployment, plain
from pulumi_rolling.stack.event_log import Event, Message, Phase, Step
from pulumi_rolling.stack.exit_codes import ExitCode
from pulumi_rolling.stack.groups import is_group
from pulumi_rolling.stack.kept import Copy
from pulumi_rolling.stack.wish import Left


class Act(Enum):
    """What a return did to a resource; the value ends a sentence about several."""

    REVIVED = "live again under their old ids"
    OUTLIVED = "had newer copies, which were deleted"
    ROLLED_BACK = "rolled back under their own policies"
    UPDATED = "have their former inputs again"
    MADE_AGAIN = "were made again, under new ids"
    DELETED = "were deleted"


@dataclass(frozen=True)
class Failure:
    """One thing that failed. `urn` is the stack's where the program failed, and empty where nobody is named."""

    urn: str
    operation: str
    sentence: str


@dataclass(frozen=True)
class Returned:
    """One resource as the return left it. `id`: the one that it has now, or had when it was deleted."""

    urn: str
    act: Act
    id: str = ""


@dataclass(frozen=True)
class Orphan:
    """A resource that may exist and that no state has: `pulumi` was killed while it was being made."""

    urn: str
    operation: str


@dataclass(frozen=True)
class Took:
    """Seconds; None where nothing ran."""

    deploy: float | None = None
    back: float | None = None


@dataclass(frozen=True)
class Report:
    """`to`: the deployment that was returned to. `stopped`: why a return did not begin or did not come to its end.

    `failures`: of the update; `back_failures`: of the return. `open`: what is not as it was. `left`: what of it is
    explained, and what is to be known beside it. `unrevived`: replaced originals that do not live again, and why.
    `outputs`: names whose values differed meanwhile. `environments`: those of ESC without a fixed version. `backup`:
    the file with the state as the failed update left it, where the return changed that state by hand.
    """

    result: ExitCode
    stack: str
    to: Copy | None = None
    failures: tuple[Failure, ...] = ()
    returned: tuple[Returned, ...] = ()
    left: tuple[Left, ...] = ()
    open: tuple[Found, ...] = ()
    stopped: str = ""
    go_on: str = ""
    took: Took = Took()
    outputs: tuple[str, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    environments: tuple[str, ...] = ()
    backup: str = ""
    unrevived: tuple[tuple[str, str], ...] = ()
    back_failures: tuple[Failure, ...] = ()

    @property
    def by_hand(self) -> bool:
        """Whether nothing was deployed before the return."""
        return self.took.deploy is None

    @property
    def not_returned(self) -> tuple[tuple[str, str], ...]:
        """URN and reason of what is not as before; a difference that `left` explains is told once."""
        reasons = [(each.urn, each.sentence) for each in self.left if not each.returned]
        told = {urn for urn, _ in reasons}
        reasons += [each for each in self.unrevived if each[0] not in told]
        explained = {each.urn for each in self.left} | {urn for urn, _ in self.unrevived}
        plain_differences = [
            (each.urn, _with(each.difference.value, each.detail))
            for each in self.open
            if each.urn not in explained
        ]
        return tuple(dict.fromkeys([*reasons, *plain_differences]))

    @property
    def to_know(self) -> tuple[tuple[str, str], ...]:
        """URN and sentence of what came back and is still not what it was."""
        told = [(each.urn, each.sentence) for each in self.left if each.returned]
        return tuple(dict.fromkeys(told))


def failures_of(events: Iterable[Event]) -> tuple[Failure, ...]:
    """What failed in one stage, in the cloud's own words; the engine's "update failed" says nothing and is left out."""
    told = tuple(events)
    errors: dict[str, list[str]] = {}
    for each in told:
        if isinstance(each, Message) and each.is_fault:
            said = sentence(each.text)
            if said and said not in EMPTY:
                errors.setdefault(each.urn, []).append(said)
    failed = {
        each.urn: each.operation for each in told if isinstance(each, Step) and each.phase is Phase.FAILED
    }
    urns = dict.fromkeys([*failed, *errors])
    return tuple(
        Failure(urn, failed.get(urn, ""), "; ".join(dict.fromkeys(errors.get(urn, [])))) for urn in urns
    )


EMPTY = ("update failed", "preview failed")
"""What the engine says at the end of any failure."""


def returned_by(events: Iterable[Event], revived: Iterable[tuple[str, str]] = ()) -> tuple[Returned, ...]:
    """What the update that is a return has done. `revived`: URN and id of originals that live again."""
    alive = dict(revived)
    found = [Returned(urn, Act.REVIVED, id_) for urn, id_ in alive.items()]
    for each in events:
        if isinstance(each, Step) and each.phase is Phase.DONE:
            found += _done(each, alive)
    return tuple(dict.fromkeys(found))


def _done(step: Step, alive: Mapping[str, str]) -> Iterator[Returned]:
    entry = step.new or step.old
    if entry is None or not entry.is_own:
        return
    match step.operation:
        case "update":
            yield Returned(step.urn, Act.ROLLED_BACK if is_group(entry) else Act.UPDATED, entry.id)
        case "create" | "create-replacement":
            yield Returned(step.urn, Act.MADE_AGAIN, entry.id)
        case "delete" | "delete-replaced" if not entry.raw.get("retainOnDelete"):
            yield Returned(step.urn, Act.OUTLIVED if step.urn in alive else Act.DELETED, entry.id)
        case _:
            return


def changed_outputs(good: Deployment, failed: Deployment) -> tuple[str, ...]:
    """Names of the stack's outputs that had another value after the failed update, in order; never the values.

    Both exports with readable secrets.
    """
    before, after = (dict(each.stack_outputs) for each in (good, failed))
    names = sorted({*before, *after})
    absent = object()
    return tuple(name for name in names if plain(before.get(name, absent)) != plain(after.get(name, absent)))


def orphans_in(state: Deployment) -> tuple[Orphan, ...]:
    """What was being made or imported when `pulumi` was killed. Other operations leave nothing that state lacks."""
    making = [each for each in state.pending if each.get("type") in ("creating", "importing")]
    return tuple(Orphan(str(each["resource"]["urn"]), str(each["type"])) for each in making)


def sentence(message: str) -> str:
    """What a diagnostic says, on one line: of a traceback the last line, of a provider's error not who called it."""
    lines = [line.rstrip() for line in _printable(message).splitlines() if line.strip()]
    if any("Traceback (most recent call last)" in line for line in lines):
        outer = [line for line in lines if not line.startswith(" ")]
        lines = outer[-1:] or lines[-1:]
    said = " ".join(" ".join(lines).split()).removeprefix("error: ")
    said = re.sub(r"^sdk-v2/provider2?\.go:\d+: sdk\.helper_schema: ", "", said)
    said = re.sub(r"^\d+ errors? occurred: (?=\* )", "", said).removeprefix("* ")
    return re.sub(r": provider=[\w-]+@[\w.+-]+$", "", said).strip()


def _printable(text: str) -> str:
    """The text without the characters that move a terminal's cursor or colour it."""
    return "".join(each if each.isprintable() or each in "\n\t" else " " for each in text)


def _with(sentence_: str, detail: str) -> str:
    return f"{sentence_} ({detail})" if detail else sentence_
