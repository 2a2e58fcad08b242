"""Who is told of rollouts beside those who look at the row: by the environment of this process, for all its groups."""

from __future__ import annotations

import os

from pulumi_rolling.notify.targets import By, is_notified, targets_in


def tags_for_telling() -> int:
    """Tags that remember what was told, beside a record."""
    return int(is_notified(os.environ))


def telling_note() -> tuple[str, ...]:
    """What preview says of it. Raises PolicyErrors where a target is none."""
    targets = targets_in(os.environ)
    if not targets:
        return ()
    notes = [f"start, failure, waits and end are told to {', '.join(target.label for target in targets)}"]
    for target in targets:
        if target.by is By.CHAT:
            # Loads apprise, if it is there.
            from pulumi_rolling.notify.chat import trouble

            found = trouble(target.url)
            if found:
                notes.append(f"nobody will be told at {target.label}: {found}")
    return tuple(notes)
