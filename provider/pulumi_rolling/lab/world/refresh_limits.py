"""What StartInstanceRefresh refuses in its preferences.

Source: EC2 Auto Scaling API reference, RefreshPreferences. The form of the texts about ranges and names is the
service's own; texts about two preferences together are worded here, except the one about AutoRollback.
This module refuses to know the group.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from pulumi_rolling.lab.world.refusal import invalid

LONGEST_WAIT = 172800
MOST_ALARMS = 10
WIDEST = 100
RANGES: dict[str, tuple[int, int | None]] = {
    "MinHealthyPercentage": (0, 100),
    "MaxHealthyPercentage": (100, 200),
    "InstanceWarmup": (0, None),
    "CheckpointDelay": (0, LONGEST_WAIT),
    "BakeTime": (0, LONGEST_WAIT),
}
CHOICES = {
    "ScaleInProtectedInstances": ("Ignore", "Wait", "Refresh"),
    "StandbyInstances": ("Terminate", "Ignore", "Wait"),
}
NO_WAY_BACK = (
    "The AutoRollback parameter cannot be set to true when the DesiredConfiguration parameter is empty. "
    "Set AutoRollback to false or specify a desired configuration and try again."
)


def check(given: Mapping[str, Any], *, desired: bool) -> None:
    """Raise Refused if preferences in the API's words are wrong; `desired` says whether a configuration was given."""
    found = list(_constraints(given))
    if found:
        errors = "error" if len(found) == 1 else "errors"
        raise invalid(f"{len(found)} validation {errors} detected: {'; '.join(found)}")
    for wrong in _together(given, desired):
        raise invalid(wrong)


def _constraints(given: Mapping[str, Any]) -> Iterator[str]:
    for name, (low, high) in RANGES.items():
        if name in given:
            yield from _range(f"preferences.{_field(name)}", given[name], low, high)
    for nth, percent in enumerate(given.get("CheckpointPercentages", ()), 1):
        yield from _range(f"preferences.checkpointPercentages.{nth}.member", percent, 1, 100)
    for name, choices in CHOICES.items():
        if given.get(name, choices[0]) not in choices:
            text = f"Member must satisfy enum value set: [{', '.join(choices)}]"
            yield _failed(f"preferences.{_field(name)}", given[name], text)


def _range(place: str, value: int, low: int, high: int | None) -> Iterator[str]:
    if value < low:
        yield _failed(place, value, f"Member must have value greater than or equal to {low}")
    if high is not None and value > high:
        yield _failed(place, value, f"Member must have value less than or equal to {high}")


def _failed(place: str, value: object, text: str) -> str:
    return f"Value '{value}' at '{place}' failed to satisfy constraint: {text}"


def _field(name: str) -> str:
    return name[0].lower() + name[1:]


def _together(given: Mapping[str, Any], desired: bool) -> Iterator[str]:
    low, high = given.get("MinHealthyPercentage"), given.get("MaxHealthyPercentage")
    checkpoints = given.get("CheckpointPercentages") or []
    if high is not None and low is None:
        yield "MinHealthyPercentage must be specified when MaxHealthyPercentage is specified."
    if high is not None and low is not None and high - low > WIDEST:
        yield "The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than 100."
    if "CheckpointDelay" in given and not checkpoints:
        yield "CheckpointPercentages must be specified when CheckpointDelay is specified."
    if any(later <= earlier for earlier, later in pairwise(checkpoints)):
        yield "CheckpointPercentages must be unique and in ascending order."
    if len(given.get("AlarmSpecification", {}).get("Alarms", ())) > MOST_ALARMS:
        yield f"AlarmSpecification can have at most {MOST_ALARMS} alarms."
    if given.get("AutoRollback") and not desired:
        yield NO_WAY_BACK
