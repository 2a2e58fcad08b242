"""Who is told, by the environment: URLs that may hold secrets, of which nothing but a label is ever shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import urlsplit

from pulumi_rolling.errors import Fault, PolicyErrors

NOTIFY = "ROLLING_NOTIFY"
_CHATS = ("hooks.slack.com", "discord.com", "discordapp.com")
"""Hosts whose webhooks take a document of their own."""
_TOPIC = 6
"""Parts of an ARN."""


class By(Enum):
    WEBHOOK = "webhook"
    TOPIC = "topic"
    CHAT = "chat"
    """Whatever apprise knows."""


@dataclass(frozen=True, slots=True)
class Target:
    by: By
    url: str = field(repr=False)
    label: str
    """What may be shown: no path and no password."""


def targets_in(environment: Mapping[str, str]) -> tuple[Target, ...]:
    """Each target once, in order. Raises PolicyErrors with every word that is none."""
    found: dict[str, Target] = {}
    faults: list[Fault] = []
    for place, word in enumerate(environment.get(NOTIFY, "").split(), start=1):
        target = _target(word)
        if isinstance(target, Target):
            found[word] = target
        else:
            faults.append(Fault(NOTIFY, f"word {place} {target}"))
    if faults:
        raise PolicyErrors(faults)
    return tuple(found.values())


def is_notified(environment: Mapping[str, str]) -> bool:
    """Whether anybody is to be told, be it right or not."""
    return bool(environment.get(NOTIFY, "").split())


def _target(word: str) -> Target | str:
    """The target, or what is wrong with the word, which is not repeated: it may hold a secret."""
    if word.startswith("arn:"):
        return _topic(word)
    try:
        parts = urlsplit(word)
        host, scheme = parts.hostname or "", parts.scheme.lower()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "is no URL."
    if "://" not in word or not scheme:
        return "is neither a URL nor the ARN of an SNS topic."
    if scheme not in ("http", "https"):
        return Target(By.CHAT, word, f"{scheme}://")
    if not host:
        return "is a URL without a host."
    if host.lower() in _CHATS:
        return Target(By.CHAT, word, f"{scheme}://{host}")
    return Target(By.WEBHOOK, word, f"{scheme}://{host}{port}")


def _topic(word: str) -> Target | str:
    parts = word.split(":")
    if len(parts) != _TOPIC or parts[2] != "sns" or not all(parts[3:]):
        return "is an ARN, and not that of an SNS topic (arn:aws:sns:REGION:ACCOUNT:NAME)."
    return Target(By.TOPIC, word, word)
