"""When a driver writes its record anew."""

from __future__ import annotations

from pulumi_rolling.core.delegate.delegating import Delegating


def is_news(written: Delegating, now: Delegating) -> bool:
    """Worth a call of its own: what a resume could not find out from the group."""
    return not now.handled <= written.handled or _kept(written) != _kept(now)


def _kept(rollout: Delegating) -> tuple[object, ...]:
    way = rollout.way
    return (
        rollout.direction,
        rollout.step,
        rollout.earlier,
        rollout.paused_by_us,
        rollout.unheeded,
        rollout.left_old,
        rollout.verdict,
        rollout.back_failed,
        rollout.hands_over,
        way.direction_at,
        way.operation,
        way.whose,
        way.gate,
        way.paused,
        way.ignored_alarms,
        way.baked_from,
        way.blocked,
        way.service_refused,
        way.unpausable,
    )
