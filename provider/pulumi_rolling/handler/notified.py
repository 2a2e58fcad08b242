"""Where rollouts are told beside their row: by the environment of this process, for all its groups."""

from __future__ import annotations

import os
from collections.abc import Iterator

from pulumi_rolling.notify.targets import By, is_notified, targets_in
from pulumi_rolling.telemetry.wanted import wanted_in


def tags_for_telling() -> int:
    """Tags that remember what was told, beside a record."""
    return int(is_notified(os.environ))


def telling_note(*, fresh: bool) -> tuple[str, ...]:
    """What preview says of it. Raises PolicyErrors where a target is none. ``fresh``: the group came from nowhere."""
    return (*_targets(fresh=fresh), *_telemetry())


def _telemetry() -> Iterator[str]:
    wanted = wanted_in(os.environ)
    if wanted:
        # Loads OpenTelemetry's SDK, if it is there.
        from pulumi_rolling.telemetry.providers import trouble

        found = trouble(wanted)
        if found:
            yield f"no telemetry will be written: {found}"


def _targets(*, fresh: bool) -> tuple[str, ...]:
    targets = targets_in(os.environ)
    if not targets:
        return ()
    told = "failure and waits" if fresh else "start, failure, waits and end"
    notes = [f"{told} are told to {', '.join(target.label for target in targets)}"]
    for target in targets:
        if target.by is By.CHAT:
            # Loads apprise, if it is there.
            from pulumi_rolling.notify.chat import trouble

            found = trouble(target.url)
            if found:
                notes.append(f"nobody will be told at {target.label}: {found}")
    return tuple(notes)
