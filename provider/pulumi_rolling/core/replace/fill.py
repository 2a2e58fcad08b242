"""The last of the way back: it is complete when as many serve as Desired says, not when nothing is left to replace.

Where the former revision cannot be launched any more (its image is gone, there is no capacity), nobody of the failed
one is left and the group still lacks members. Sizes and processes are given back by then, so that the cloud heals as
it always does. It has one slot's clock for that. After it the end says how many lack, and nothing is recorded that
would keep the next update from going forward.
"""

from __future__ import annotations

from pulumi_rolling.core.model.codes import FailureReason, ReasonCode, VerdictCode
from pulumi_rolling.core.model.decision import Because
from pulumi_rolling.core.model.member import Lifecycle
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.replace.acts import desired_at_end
from pulumi_rolling.core.replace.budget import slot_clock
from pulumi_rolling.core.replace.census import is_sound
from pulumi_rolling.core.replace.decisions import wait
from pulumi_rolling.core.replace.look import Look
from pulumi_rolling.core.replace.observation import RefusedLaunch
from pulumi_rolling.core.replace.rollout import Decided, replace


def fill(look: Look) -> tuple[Look, Decided | None]:
    """A wait while members may still come to serve; the look with what lacks once they will not."""
    way, at, of = look.rollout.way, look.at, desired_at_end(look.rollout)
    lacking = of - sum(m.weight for m in look.census.counted if is_sound(m))
    if lacking <= 0:
        return look, None
    began = at if way.baked_from is None else way.baked_from
    way = replace(way, baked_from=began)
    refused, until = _refused(look), began + slot_clock(look.limits)
    cause = refused.cause if refused is not None else ""
    if _may_come(look) and at < until:
        because = Because(ReasonCode.FILLING, {"lacking": lacking, "of": of}, cause=cause)
        return look, wait(look.with_rollout(replace(look.rollout, way=way)), because, until=until)
    verdict = Verdict(VerdictCode.NOT_WHOLE, at, lacking, of, cause=cause)
    if refused is not None:
        verdict = replace(verdict, remedy=refused.remedy or refused.error.remedy, hint=refused.hint)
    return look.with_rollout(replace(look.rollout, way=replace(way, unfilled=verdict))), None


def _may_come(look: Look) -> bool:
    """Somebody is launching or is to be healed, and the cloud has not refused for good."""
    if any(failure.reason is FailureReason.LAUNCH_REFUSED for failure in look.rollout.way.failed):
        return False
    coming = any(m.lifecycle in (Lifecycle.PENDING, Lifecycle.WAITING) for m in look.census.counted)
    return coming or look.census.short > 0 or look.seen.heals


def _refused(look: Look) -> RefusedLaunch | None:
    """The last launch that the cloud refused on the way back."""
    told = [x for x in look.seen.launches if x.at >= look.rollout.way.direction_at]
    return max(told, key=lambda x: x.at, default=None)
