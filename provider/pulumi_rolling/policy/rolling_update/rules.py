"""What can be wrong between the fields of a normalised rolling update. No rule speaks where its value is unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_rolling.core.model.durations import parse_pause
from pulumi_rolling.core.replace.limits import Guard, Pacing
from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.block import IsUnknown
from pulumi_rolling.policy.leaves import show
from pulumi_rolling.policy.lists import alarm_faults, ascending_faults


def roll_faults(roll: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
    """Faults between the fields of the block, with paths within it."""
    yield from _signal_faults(roll, is_unknown)
    yield from _pacing_faults(roll)
    yield from _stop_faults(roll)
    yield from _list_faults(roll, is_unknown)
    yield from _drain_faults(roll)
    yield from _command_faults(roll)


def _signal_faults(roll: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
    """What is said of signals while none are waited for, and of another clock while they are."""
    wait = roll.get("waitOnResourceSignals", False)
    readiness = roll.get("readiness")
    ready = readiness if isinstance(readiness, Mapping) else {}
    if wait is True and "timeout" in ready:
        yield Fault(
            "readiness.timeout",
            "may not stand with waitOnResourceSignals: true: pauseTime is then how long each new member may take; "
            "set that.",
        )
    if wait is not False:
        return
    if "signalQueue" in ready and not is_unknown(ready["signalQueue"]):
        yield Fault(
            "readiness.signalQueue",
            "needs waitOnResourceSignals: true; without it no signal is waited for.",
        )
    share = roll.get("minSuccessfulInstancesPercent", 0)
    if share != 0 and not is_unknown(share):
        yield Fault(
            "minSuccessfulInstancesPercent",
            f"needs waitOnResourceSignals: true; found {show(share)} without it. CloudFormation: "
            '"Can not set MinSuccessfulInstancesPercent greater than zero and not set '
            'WaitOnResourceSignals".',
        )


def _pacing_faults(roll: Mapping[str, Any]) -> Iterator[Fault]:
    """What the pacing in effect cannot have: a window no pause between batches, batches no guard."""
    pause = roll.get("pauseTime")
    fixed = bool(isinstance(pause, str) and parse_pause(pause)) and (
        roll.get("waitOnResourceSignals", False) is False
    )
    pacing = roll.get("pacing")
    if fixed and pacing == Pacing.SLIDING.value:
        yield Fault(
            "pacing",
            f"must be lockStep with a fixed pauseTime ({pause} without waitOnResourceSignals), which follows "
            "each batch; found sliding, which has no batches.",
        )
        return
    guard = roll.get("guard", Guard.OFF.value)
    if guard == Guard.OFF.value or guard not in [choice.value for choice in Guard]:
        return
    if pacing == Pacing.LOCK_STEP.value:
        why = "found lockStep (a block pasted under CloudFormation's own key is lockStep unless it says otherwise)"
    elif pacing is None and fixed:
        why = f"a fixed pauseTime ({pause} without waitOnResourceSignals) makes it lockStep"
    else:
        return
    yield Fault(
        "guard",
        f"needs pacing: sliding, since a batch starts nothing before its members are ready; {why}.",
    )


def _stop_faults(roll: Mapping[str, Any]) -> Iterator[Fault]:
    """Canary, checkpoints and approval: stops that would never come."""
    canary, checkpoints = roll.get("canary"), roll.get("checkpoints")
    if isinstance(canary, Mapping) and "size" not in canary:
        yield Fault("canary.size", "is required: how many members are tried first.")
    percents: Any = None
    if isinstance(checkpoints, Mapping):
        percents = checkpoints.get("percents")
        if percents is None or (percents == [] and "delay" in checkpoints):
            yield Fault(
                "checkpoints.percents",
                "is required: the percents of the members to replace at which the roll stops.",
            )
    if roll.get("approval") is not True or canary is not None:
        return
    if checkpoints is None or percents == []:
        yield Fault("approval", "needs a canary or checkpoints: there it is asked for.")


def _list_faults(roll: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
    """Lists whose items contradict each other."""
    yield from alarm_faults(roll.get("alarms"), is_unknown)
    checkpoints = roll.get("checkpoints")
    percents = checkpoints.get("percents") if isinstance(checkpoints, Mapping) else None
    yield from ascending_faults("checkpoints.percents", percents)


def _drain_faults(roll: Mapping[str, Any]) -> Iterator[Fault]:
    if "drainTimeout" in roll and roll.get("drain", False) is False:
        yield Fault(
            "drainTimeout",
            "needs drain: true; without it nobody waits for members that are leaving.",
        )


def _command_faults(roll: Mapping[str, Any]) -> Iterator[Fault]:
    """Times of a command or a URL that was not given."""
    readiness = roll.get("readiness")
    ready = readiness if isinstance(readiness, Mapping) else {}
    for path, block, field, what in (
        ("readiness.command", ready.get("command"), "run", "the line that /bin/sh runs for each new member"),
        ("readiness.http", ready.get("http"), "url", "the URL that answers once a new member is ready"),
        (
            "beforeTerminate",
            roll.get("beforeTerminate"),
            "run",
            "the line that /bin/sh runs before a member ends",
        ),
    ):
        if isinstance(block, Mapping) and field not in block:
            yield Fault(f"{path}.{field}", f"is required: {what}.")
