"""A message to whatever apprise knows: Slack, Teams, Discord, mail and a hundred others, by their URLs.

apprise is loaded when the first of them is wanted, and comes with the extra ``notify``.
"""

from __future__ import annotations

from typing import Any

from pulumi_rolling.errors import not_installed
from pulumi_rolling.notify.failing import NotToldError
from pulumi_rolling.notify.message import Message


def trouble(url: str) -> str:
    """Why nothing can be sent there, before anything is; empty where it can."""
    try:
        _opened(url)
    except NotToldError as error:
        return str(error)
    return ""


def send(url: str, message: Message) -> None:
    """Send it once. apprise says what failed to its own log alone, so no error repeats the URL."""
    opened = _opened(url)
    from apprise import NotifyType

    kind = NotifyType.INFO
    if message.is_bad:
        kind = NotifyType.FAILURE
    elif message.succeeded:
        kind = NotifyType.SUCCESS
    if not opened.notify(body=message.sentence, title=message.title, notify_type=kind):
        raise NotToldError("it was not taken")


def _opened(url: str) -> Any:
    try:
        from apprise import Apprise
    except ModuleNotFoundError as error:
        missing = not_installed(error)
        if missing is None:
            raise
        raise NotToldError(missing.message, hint=missing.hint) from None
    opened = Apprise()
    if not opened.add(url):
        raise NotToldError("apprise knows no such URL")
    return opened
