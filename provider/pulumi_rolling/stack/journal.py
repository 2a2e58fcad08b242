"""The journal of a stack: one text that several processes may write, and whose it is. What it says is not known here.

The rule: who has the stack has the journal. A process writes the journal before it asks Pulumi for the stack, since it
may be killed as soon as it has it. Where Pulumi then refuses, the process puts back what stood there. Where its update
has ended the process removes the journal. A text that another process has written since is neither removed nor changed.
"""

from __future__ import annotations

from secrets import token_hex

from pulumi_rolling.stack.stores import Store

JOURNAL = "journey.json"


class Journal:
    """The journal as one process sees it. `owner` makes the texts of two processes differ."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.owner = token_hex(8)
        self._seen: set[str] = set()
        self._written: str | None = None
        self._former: str | None = None

    def read(self) -> str | None:
        """The text now. An update of ours that follows goes on from it, so that its end is the end of this one, too."""
        text = self.store.read(JOURNAL)
        if text is not None:
            self._seen.add(text)
        return text

    def write(self, text: str) -> None:
        """Before Pulumi is asked for the stack."""
        self._former = self.read()
        self.store.write(JOURNAL, text)
        self._written = text
        self._seen.add(text)

    def put_back(self) -> None:
        """Pulumi has refused the stack: the journal is as it was before ours."""
        if self._written is None or self.store.read(JOURNAL) != self._written:
            return
        if self._former is None:
            self.store.remove(JOURNAL)
        else:
            self.store.write(JOURNAL, self._former)

    def end(self) -> None:
        """Our update has ended, and nothing is left to return from."""
        if self.store.read(JOURNAL) in self._seen:
            self.store.remove(JOURNAL)
