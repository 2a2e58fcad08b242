"""What every machine is shown beside its own group: alarms, people's requests, refused acts."""

from __future__ import annotations

from enum import Enum

from pulumi_rolling.core.model.codes import Remedy
from pulumi_rolling.core.model.values import value


class AlarmState(Enum):
    OK = "OK"
    ALARM = "ALARM"
    UNKNOWN = "INSUFFICIENT_DATA"


@value(frozen=True, slots=True)
class RefusedAct:
    """One of our acts that the cloud refused for good. It comes back as something seen, never as an exception."""

    act: str
    code: str
    message: str
    remedy: Remedy | None = None
    """None: the message has to tell."""
    hint: str = ""
    """What to do, in the cloud's own terms."""


@value(frozen=True, slots=True)
class Request:
    """Somebody's wish, put on the group from outside; acted on once, by its id.

    ``kind``: abort, pause, resume, approve, reject, retry, skip. The last two name a ``member``.
    """

    id: str
    kind: str
    member: str = ""


@value(frozen=True, slots=True)
class Alarm:
    name: str
    state: AlarmState
