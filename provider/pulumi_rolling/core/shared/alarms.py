"""Which alarms end a way forward: those in ALARM, but for the ones that rang before it began."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_rolling.core.model.seen import Alarm, AlarmState


def ringing(alarms: Iterable[Alarm]) -> frozenset[str]:
    """Names of those in ALARM. Missing data is no alarm, as with instance refresh."""
    return frozenset(alarm.name for alarm in alarms if alarm.state is AlarmState.ALARM)


def still_ignored(ignored: frozenset[str], alarms: Iterable[Alarm]) -> frozenset[str]:
    """An alarm that rang before we did anything says nothing of what we do, until it has once been OK."""
    well = {alarm.name for alarm in alarms if alarm.state is AlarmState.OK}
    return ignored - well if ignored & well else ignored


def heard(ignored: frozenset[str], alarms: Iterable[Alarm]) -> tuple[str, ...]:
    """Names of the alarms that end the way, in the order in which they were told."""
    return tuple(a.name for a in alarms if a.state is AlarmState.ALARM and a.name not in ignored)
