"""A preview in the user's terminal, and what it foretells: the engine's event log is read beside its output."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pulumi_rolling.errors import CommandError
from pulumi_rolling.stack import event_log
from pulumi_rolling.stack.asset_files import has_source
from pulumi_rolling.stack.changes import of_events
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.deployment import Deployment, parsed
from pulumi_rolling.stack.event_log import Event, Summary
from pulumi_rolling.stack.foresight import Known, Risk, foresee


@dataclass(frozen=True)
class Foretold:
    """`code`: of `pulumi preview`. `risks`: None where the preview did not come to its end."""

    code: int
    risks: tuple[Risk, ...] | None


def previewed(pulumi: Pulumi, arguments: Sequence[str], good: Deployment | None = None) -> Foretold:
    """Run `pulumi preview` with these flags and the terminal inherited, and tell what could not come back.

    `good`: the last good deployment, where it is another one than the state. What the state says is asked while the
    preview runs; a question that Pulumi refuses leaves nothing to foretell.
    """
    with tempfile.TemporaryDirectory(prefix="rolling-") as folder, ThreadPoolExecutor(2) as both:
        export = both.submit(pulumi.asked, "stack", "export")
        environments = both.submit(_environments, pulumi)
        theirs = given_log(arguments)
        log = theirs or Path(folder, "events")
        flag = () if theirs else (event_log.FLAG, str(log))
        told = replace(pulumi, variables={**pulumi.variables, **event_log.VARIABLES})
        code = told.ran("preview", *arguments, *flag)
        events = event_log.read(log)
        try:
            known = Known(parsed(export.result()), good, environments.result(), _source_in(pulumi.folder))
        except CommandError:
            return Foretold(code, None)
    return Foretold(code, foreseen(events, known))


def foreseen(events: Sequence[Event], known: Known) -> tuple[Risk, ...] | None:
    """The risks of a preview that came to its end; `--expect-no-changes` fails only after it."""
    ended = any(isinstance(each, Summary) and each.result != "failed" for each in events)
    return foresee(of_events(events), known) if ended else None


def given_log(arguments: Sequence[str]) -> Path | None:
    """The file of the user's own `--event-log`, which is read and kept."""
    found = None
    for word, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if word == event_log.FLAG:
            found = following
        elif word.startswith(f"{event_log.FLAG}="):
            found = word.partition("=")[2]
    return Path(found) if found else None


def _environments(pulumi: Pulumi) -> tuple[str, ...]:
    """The ESC environments of the stack; a backend without them refuses the question."""
    try:
        return tuple(json.loads(pulumi.asked("config", "env", "ls", "--json") or "[]"))
    except (CommandError, ValueError):
        return ()


def _source_in(project: Path) -> partial[bool]:
    return partial(has_source, project=project)
