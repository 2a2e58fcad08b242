"""An update whose risks are told before anybody is asked: Pulumi's preview, what could not come back, the question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.foresight_text import risks_text
from pulumi_rolling.stack.foretold import of_preview, previewed
from pulumi_rolling.stack.stage import Before, Staged, staged

CANCELLED = 8
"""Pulumi's exit code where its user did not want the update."""
UNASKED = frozenset({"--yes", "-y", "--skip-preview", "-f", "--non-interactive", "--json", "-j"})
"""Flags with which `pulumi up` asks nothing."""


@dataclass(frozen=True)
class Update:
    """`pulumi up` with these flags. `say` tells the risks; `wants` asks whether to go on."""

    pulumi: Pulumi
    arguments: Sequence[str]
    say: Callable[[str], None]
    wants: Callable[[str], bool]

    def __call__(self, before: Before) -> Staged:
        """Preview, tell, ask and update; only update where Pulumi asks nothing or a preview would differ.

        Where nothing is there to return to, nothing comes back, and what could is not told.
        """
        shown = None if UNASKED & set(self.arguments) else of_preview(self.arguments)
        if shown is None:
            return staged(self.pulumi, ("up", *self.arguments))
        told = previewed(self.pulumi, shown, before.good)
        if told.code:
            return Staged(told.code)
        if before.returns and told.risks is not None:
            self.say(risks_text(told.risks))
        if not self.wants("Perform this update?"):
            return Staged(CANCELLED)
        return staged(self.pulumi, ("up", "--yes", "--skip-preview", *self.arguments))
