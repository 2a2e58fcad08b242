"""What people were told of a rollout away from its row: one tag beside the record, written before anything is sent.

The driver that goes on after a death reads there what was told, so each thing is told at most once; a death between
the writing and the sending leaves it untold. ``rolling:told`` = ``ROLLOUT TARGET WORD WORD=MOMENT …``: a word for each
thing, with a moment where it may come again, of which the last one is kept. Another target is another thing to tell.
Where the tag has no room for all words, those of waits that are over give way, the oldest first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pulumi_rolling.core.model.goal import Goal
from pulumi_rolling.fleets.base import Shelf

TOLD = "rolling:told"
_LASTING = ("started", "failed", "ended")
"""Words of what is still so at the next decision."""


@dataclass(frozen=True, slots=True)
class Told:
    """Things that were told of one rollout to one target."""

    of: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    """Each thing with the moment of its last occasion; empty for what happens once."""

    @staticmethod
    def in_marks(marks: Mapping[str, str]) -> Told:
        """Nothing where the tag is not there, or not in words of this version."""
        rollout, _, rest = marks.get(TOLD, "").partition(" ")
        target, *words = rest.split() or [""]
        pairs = (word.partition("=") for word in words)
        return Told(f"{rollout} {target}", {name: moment for name, _, moment in pairs})

    def about(self, goal: Goal) -> Told:
        """The same of this goal; nothing is told yet of one that is another."""
        target = hashlib.sha256(goal.to.digest.encode()).hexdigest()[:8]
        of = f"{''.join(goal.id.split())} {target}"
        return self if of == self.of else Told(of)

    def has(self, word: str, moment: str) -> bool:
        return self.words.get(word) == moment

    def and_also(self, word: str, moment: str) -> Told:
        others = {name: at for name, at in self.words.items() if name != word}
        return replace(self, words={**others, word: moment})

    def mark(self, shelf: Shelf) -> dict[str, str]:
        """Nothing where the cloud would refuse the text."""
        words = dict(self.words)
        for over in [name for name in words if name not in _LASTING][:-1]:
            if len(self._text(words)) > shelf.characters:
                del words[over]
        text = self._text(words)
        return {TOLD: text} if len(text) <= shelf.characters and shelf.allowed(text) else {}

    def _text(self, words: Mapping[str, str]) -> str:
        told = [f"{word}={moment}" if moment else word for word, moment in words.items()]
        return " ".join([self.of, *told])
