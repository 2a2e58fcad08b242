"""The behaviour of an image's instances, and the seeded draws that make one instance differ from the next.

This module describes and draws; it refuses to know when an instance does what.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from random import Random
from typing import Any

from pulumi_rolling.lab.world.rules import camel

SIGNALS = ("SUCCESS", "FAILURE", None)
FIRST_CHECKS = 0.2


class WrongBehaviour(ValueError):
    """A behaviour was described with a field or a value that does not exist."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One image's behaviour; times in seconds.

    None stands for the lab's own default in `boot` and `spread`, for what the target groups say in `drain`, and in
    `digest` for one that follows from the image's name.
    """

    boot: float | None = None
    spread: float | None = None
    signal: str | None = "SUCCESS"
    signal_after: float = 0.0
    in_service: bool = True
    healthy: bool = True
    launch_error: str | None = None
    shutdown: float = 0.2
    share: float = 1.0
    queue: str | None = None
    duplicates: int = 0
    target_healthy: bool = True
    target_after: float = FIRST_CHECKS
    drain: float | None = None
    status_checks: bool = True
    checks_after: float = 0.0
    dies_after: float | None = None
    exit_code: int = 1
    digest: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {camel(name): value for name, value in asdict(self).items()}


_FIELDS = {camel(field.name): field.name for field in fields(Behaviour)}
_SECONDS = ("boot", "spread", "signalAfter", "shutdown", "targetAfter", "drain", "checksAfter", "diesAfter")
_WHOLE = ("duplicates", "exitCode")
_NUMBERS = (*_SECONDS, "share", *_WHOLE)
_MAY_BE_NULL = ("boot", "spread", "drain", "diesAfter")
_FLAGS = ("inService", "healthy", "targetHealthy", "statusChecks")
_TEXTS = ("launchError", "queue", "digest")


def behaviour_from(body: Mapping[str, Any]) -> Behaviour:
    """Read the JSON form; what is not named keeps its default."""
    for name, value in body.items():
        if name not in _FIELDS:
            raise WrongBehaviour(f"no such field: {name}; there are {', '.join(_FIELDS)}")
        number = isinstance(value, int | float) and not isinstance(value, bool)
        absent = value is None and name in _MAY_BE_NULL
        if name in _NUMBERS and not absent and not (number and value >= 0):
            raise WrongBehaviour(f"{name} must be a number of at least 0")
        if name in _WHOLE and not isinstance(value, int):
            raise WrongBehaviour(f"{name} must be a whole number")
        if name in _FLAGS and not isinstance(value, bool):
            raise WrongBehaviour(f"{name} must be true or false")
        if name in _TEXTS and not (value is None or isinstance(value, str)):
            raise WrongBehaviour(f"{name} must be a text or null")
        if name == "signal" and value not in SIGNALS:
            raise WrongBehaviour("signal must be SUCCESS, FAILURE or null")
    if body.get("share", 0) > 1:
        raise WrongBehaviour("share must be at most 1")
    return Behaviour(**{_FIELDS[name]: value for name, value in body.items()})


class Behaviours:
    """What each image does; an image that nobody described boots, signals SUCCESS and stays well."""

    def __init__(self, boot: float, spread: float) -> None:
        self._boot = boot
        self._spread = spread
        self.by_image: dict[str, Behaviour] = {}
        self._pushed: dict[tuple[str, str], Behaviour] = {}

    def describe(self, image: str, behaviour: Behaviour) -> None:
        """The image's instances behave so from now on; a digest of its own is another image of the same name."""
        self._pushed.setdefault((image, self.digest(image)), self.by_image.get(image, Behaviour()))
        self.by_image[image] = behaviour
        self._pushed[image, self.digest(image)] = behaviour

    def digest(self, image: str) -> str:
        """What the image's name stands for at this moment."""
        pinned = image.partition("@")[2]
        own = self.by_image.get(image, Behaviour()).digest
        return pinned or own or f"sha256:{sha256(image.encode()).hexdigest()}"

    def pinned(self, image: str, digest: str, chance: float) -> Behaviour:
        """The behaviour of one launch of what the name stood for when it was that digest."""
        behaviour = self._pushed.get((image, digest)) or self.by_image.get(image, Behaviour())
        return behaviour if chance < behaviour.share else Behaviour()

    def of(self, image: str, chance: float) -> Behaviour:
        """The behaviour of one launch; `chance` in [0, 1) decides whether it belongs to the image's share."""
        return self.pinned(image, self.digest(image), chance)

    def boot_of(self, behaviour: Behaviour, normal: float) -> float:
        """Boot time for a standard normal draw: lognormal with sigma `spread` and mean `boot`."""
        mean = self._boot if behaviour.boot is None else behaviour.boot
        sigma = self._spread if behaviour.spread is None else behaviour.spread
        return mean * math.exp(sigma * normal - sigma * sigma / 2)


@dataclass(frozen=True, slots=True)
class Draw:
    """All chance of one launch, fixed by the seed, the group and the launch's number in the group."""

    instance_id: str
    reservation_id: str
    chance: float
    normal: float


def draw(seed: int, group: str, ordinal: int, tries: int) -> Draw:
    """`tries` counts refused attempts at this ordinal; it alters the chance only, never the id."""
    source = Random(f"{seed}/{group}/{ordinal}")
    return Draw(
        instance_id=f"i-0{source.getrandbits(64):016x}",
        reservation_id=f"r-0{source.getrandbits(64):016x}",
        normal=source.gauss(0.0, 1.0),
        chance=Random(f"{seed}/{group}/{ordinal}/{tries}").random(),
    )
