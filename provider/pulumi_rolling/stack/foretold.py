"""A preview in the user's terminal, and what it foretells: the engine's event log is read beside its output."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pulumi_rolling.errors import CommandError
from pulumi_rolling.stack.asset_files import has_source
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.configuration import environments_of
from pulumi_rolling.stack.deployment import Deployment, parsed
from pulumi_rolling.stack.foresight import Known, Risk, foresee
from pulumi_rolling.stack.stage import staged
from pulumi_rolling.stack.told_preview import ToldPreview, of_log

NOTHING_TOLD = ToldPreview((), (), ended=False)


@dataclass(frozen=True)
class Foretold:
    """`code`: of `pulumi preview`. `risks`: None where the preview did not come to its end.

    `first`: nothing is deployed yet, so that nothing could come back. `told`: what the preview itself told.
    """

    code: int
    risks: tuple[Risk, ...] | None
    first: bool = False
    told: ToldPreview = NOTHING_TOLD


def previewed(pulumi: Pulumi, arguments: Sequence[str], good: Deployment | None = None) -> Foretold:
    """Run `pulumi preview` with these flags and the terminal inherited, and tell what could not come back.

    `good`: the last good deployment, where it is another one than the state. What the state says is asked while the
    preview runs; a question that Pulumi refuses leaves nothing to foretell.
    """
    with ThreadPoolExecutor(2) as both:
        export = both.submit(pulumi.asked, "stack", "export")
        environments = both.submit(environments_of, pulumi)
        ended = staged(pulumi, ("preview", *arguments))
        told = of_log(ended.events)
        try:
            known = Known(parsed(export.result()), good, environments.result(), _source_in(pulumi.folder))
        except CommandError:
            return Foretold(ended.code, None, told=told)
    return Foretold(ended.code, foreseen(told, known), not known.state.entries, told)


def told_before(pulumi: Pulumi, told: ToldPreview) -> Foretold:
    """The same of a preview that another process has run, if it was of the state as it is."""
    code = 0 if told.ended else 1
    with ThreadPoolExecutor(1) as beside:
        environments = beside.submit(environments_of, pulumi)
        try:
            state = parsed(pulumi.asked("stack", "export"))
            known = Known(state, None, environments.result(), _source_in(pulumi.folder))
        except CommandError:
            return Foretold(code, None, told=told)
    return Foretold(code, foreseen(told, known), not known.state.entries, told)


def foreseen(told: ToldPreview, known: Known) -> tuple[Risk, ...] | None:
    """The risks of a preview that came to its end."""
    return foresee(told.changes, known) if told.ended else None


def _source_in(project: Path) -> partial[bool]:
    return partial(has_source, project=project)


UP_ALONE = ("--secrets-provider", "--strict", "--plan")
"""Flags of `pulumi up` that change what a preview would show and that `pulumi preview` does not know."""
NOT_OF_A_PREVIEW = ("--continue-on-error",)


def of_preview(arguments: Sequence[str]) -> tuple[str, ...] | None:
    """The flags of `pulumi up` as `pulumi preview` takes them; None where it cannot show the same."""
    if any(word.partition("=")[0] in UP_ALONE for word in arguments):
        return None
    return tuple(word for word in arguments if word.partition("=")[0] not in NOT_OF_A_PREVIEW)
