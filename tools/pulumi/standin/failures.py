"""What can go wrong in a stand-in, in the words that the user reads."""

from __future__ import annotations

from standin.wire import Properties


class Refused(Exception):
    """The program asks for something that cannot be; told by `Check`, before anything is touched."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class Failed(Exception):
    """One clean line; the state stays as it was."""


class Unfinished(Exception):
    """The resource exists, but not as wanted; its state says what was planned."""

    def __init__(self, reason: str, id: str, outputs: Properties) -> None:
        super().__init__(reason)
        self.id = id
        self.outputs = outputs


def one_line(doing: str, said: object) -> str:
    return f"{doing}: {' '.join(str(said).split())}"
