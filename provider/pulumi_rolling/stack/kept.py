"""Copies of good deployments and the journal of a return, beside the project or in a bucket; ciphertext only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from pulumi_rolling.errors import StackStateError
from pulumi_rolling.stack.command import name_of
from pulumi_rolling.stack.deployment import parsed
from pulumi_rolling.stack.journal import JOURNAL, Journal
from pulumi_rolling.stack.naming import Name
from pulumi_rolling.stack.renamed import Renamed
from pulumi_rolling.stack.stores import Folder, Store, at

T = TypeVar("T")

FOLDER = ".rolling"
DEPLOYMENTS = "deployments"
BACKUP = "backup.json"
WHOSE = "stack.json"
COPIES = 10


@dataclass(frozen=True)
class Copy:
    """A good deployment: its export, its configuration file (None where it had none), and how it is told apart.

    `version`: the one under which Pulumi Cloud keeps it; 0 on other backends.
    """

    started: str
    message: str
    commit: str
    export: str
    configuration: str | None
    version: int = 0

    @property
    def title(self) -> str:
        """Its time, and whose it was in words."""
        words = f" ({self.message.splitlines()[0][:40]})" if self.message.strip() else ""
        return f"the deployment of {self.started}{words}"


@dataclass(frozen=True)
class Begun:
    """A journey on its way. `since`: the newest entry of history when it began, by its start."""

    to: Copy
    since: str


class Kept:
    """The copies of one stack: in a folder of its own below the project, or at another `place`."""

    def __init__(self, project: Path, name: Name, place: str = "") -> None:
        private = project / FOLDER

        def called(project_name: str, folder: str) -> Store:
            return at(place, project_name, folder) if place else Folder(private / folder, private)

        self.name = name
        self.store: Store = Renamed(
            called(name.project, name.folder),
            # The stack's name alone, which stacks of two organisations or backends may share.
            called(name_of(project), name.stack),
            WHOSE,
            json.dumps(asdict(name), indent=2),
            (DEPLOYMENTS,),
            (JOURNAL, BACKUP),
        )
        self.journal = Journal(self.store)

    def save(self, copy: Copy, most: int = COPIES) -> None:
        """Keep a copy, and the newest `most` of all."""
        self.store.write(_name(copy.started), _sealed(copy))
        for old in self.store.names(DEPLOYMENTS)[:-most]:
            self.store.remove(old)

    def all(self) -> Iterator[Copy]:
        """Newest first; each is read when its turn comes, since it holds a whole state."""
        names = reversed(self.store.names(DEPLOYMENTS))
        copies = (self._copy(name) for name in names)
        return (copy for copy in copies if copy is not None)

    def of(self, started: str) -> Copy | None:
        """The copy of the deployment that began then."""
        return self._copy(_name(started))

    def begin(self, to: Copy, since: str) -> None:
        """The journal: what an interrupted journey is to return to."""
        said = {"since": since, "to": json.loads(_sealed(to)), "by": self.journal.owner}
        self.journal.write(json.dumps(said))

    def begun(self) -> Begun | None:
        """The journey that was interrupted, or that another process is on."""
        found = _read(self.journal.read(), JOURNAL, lambda raw: Begun(_copy(raw["to"]), str(raw["since"])))
        return found if found is not None and self._is_ours(found.to) else None

    def back_up(self, export: str) -> str:
        """Keep the state as it was before we changed it; where it stands."""
        return self.store.write(BACKUP, export)

    def _copy(self, name: str) -> Copy | None:
        copy = _read(self.store.read(name), name, _copy)
        return copy if copy is not None and self._is_ours(copy) else None

    def _is_ours(self, copy: Copy) -> bool:
        """Whether a copy that stood under a name which two stacks shared is this one's, as far as its state says."""
        return parsed(copy.export).organization in ("", self.name.organization)


def _read(text: str | None, name: str, made: Callable[[Any], T]) -> T | None:
    try:
        return None if text is None else made(json.loads(text))
    except (ValueError, TypeError, KeyError) as error:
        raise StackStateError(f"the kept {name} cannot be read: {error}") from error


def _copy(raw: Any) -> Copy:
    return Copy(**raw)


def _name(started: str) -> str:
    return f"{DEPLOYMENTS}/{''.join(each for each in started if each.isalnum())}.json"


def _sealed(copy: Copy) -> str:
    """The copy as it is written. Raises StackStateError where its export was made with readable secrets."""
    if '"plaintext"' in copy.export:
        raise StackStateError("a copy of the state would hold secrets in plain text")
    return json.dumps(asdict(copy))
