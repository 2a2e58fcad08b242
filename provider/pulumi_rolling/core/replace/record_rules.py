"""When a driver writes its record anew."""

from __future__ import annotations

from pulumi_rolling.core.replace.rollout import Rollout


def is_news(written: Rollout, now: Rollout) -> bool:
    """Worth a call of its own: what a resume could not find out from the group."""
    return (
        written.direction is not now.direction
        or written.step is not now.step
        or written.way.failures != now.way.failures
        or written.way.losses != now.way.losses
        or written.ours.delta != now.ours.delta
        or written.found != now.found
        or written.way.watermark != now.way.watermark
        or not now.handled <= written.handled
        or _what_people_see(written) != _what_people_see(now)
    )


def _what_people_see(rollout: Rollout) -> tuple[object, ...]:
    """Other shells tell from the record what is waited for, and a request must not be lost once its tag is gone."""
    return (
        rollout.way.paused,
        rollout.way.held,
        rollout.way.gate,
        rollout.way.passed,
        rollout.way.skipped,
        rollout.way.retried,
        rollout.way.ignored_alarms,
        rollout.way.baked_from,
    )
