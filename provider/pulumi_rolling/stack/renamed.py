"""A store whose texts once stood under another name: they are read there until something is written here."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.stack.stores import Store


@dataclass(frozen=True)
class Renamed:
    """`store` has the texts, or `former` while there is no `mark` in `store`.

    The first text that is written brings with it what `former` has, in these `folders` and these `texts`. The mark
    comes last: what was broken off is done again. `former` stays as it is, since another stack may be named so, too.
    """

    store: Store
    former: Store
    mark: str
    says: str
    folders: tuple[str, ...]
    texts: tuple[str, ...]

    def write(self, name: str, text: str) -> str:
        self._bring()
        return self.store.write(name, text)

    def read(self, name: str) -> str | None:
        return self._there.read(name)

    def names(self, folder: str) -> list[str]:
        return self._there.names(folder)

    def remove(self, name: str) -> None:
        if self._is_here or self.former.read(name) is not None:
            self._bring()
            self.store.remove(name)

    @property
    def _is_here(self) -> bool:
        return self.store.read(self.mark) is not None

    @property
    def _there(self) -> Store:
        return self.store if self._is_here else self.former

    def _bring(self) -> None:
        if self._is_here:
            return
        of_folders = (name for folder in self.folders for name in self.former.names(folder))
        for name in (*of_folders, *self.texts):
            text = self.former.read(name)
            if text is not None:
                self.store.write(name, text)
        self.store.write(self.mark, self.says)
