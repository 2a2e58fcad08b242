"""What can go wrong in the stand-in, in the words that the user reads."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from standin_aws.wire import Properties


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


def code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def message(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Message", ""))


def said(doing: str, error: Failed | ClientError | BotoCoreError) -> str:
    """Failures of our own have said already what was being done."""
    return str(error) if isinstance(error, Failed) else one_line(doing, error)


def one_line(doing: str, error: ClientError | BotoCoreError) -> str:
    said = f"{code(error)}: {message(error)}" if isinstance(error, ClientError) else str(error)
    return f"{doing}: {' '.join(said.split())}"
