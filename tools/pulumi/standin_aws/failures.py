"""AWS's errors in the words that the user reads."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError
from standin.failures import Failed, one_line

OF_THE_CLOUD = (ClientError, BotoCoreError)


def code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def message(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Message", ""))


def worded(error: Exception) -> str:
    return f"{code(error)}: {message(error)}" if isinstance(error, ClientError) else str(error)


def said(doing: str, error: Failed | ClientError | BotoCoreError) -> str:
    """Failures of our own have said already what was being done."""
    return str(error) if isinstance(error, Failed) else one_line(doing, worded(error))
