"""Ready is provisional until the rollout ends: members that were ready and did not stay.

Theory of operation. A build may answer SUCCESS and die. So a success is looked at again at each look, and one that is
gone, or whose machine is dead with nobody to replace it, is a loss, unless scaling, rebalancing, a spot interruption
or a person took it. Losses are no failures: they have a budget of their own (budget.losses_tolerated), since one
broken machine in five hundred does not undo a good build. While canaries are watched one loss is enough.

    sound                    nothing
    not sound, nobody heals  lost at once; it is replaced by us, as a failed one is
    not sound, the cloud     in doubt, until the cloud takes it away or it is sound again, for a slot's clock at most
        heals
    leaving or gone          in doubt until the cloud says why, for a settle time at most; then excused, or lost

One in doubt opens no gate and ends no bake. Once sizes and processes are given back the rollout is over.
"""

from __future__ import annotations

from pulumi_rolling.core.model.codes import FailureReason, Step
from pulumi_rolling.core.model.member import Lifecycle, Member
from pulumi_rolling.core.model.verdict import Failure
from pulumi_rolling.core.replace.budget import slot_clock
from pulumi_rolling.core.replace.census import is_sound, issued_victims
from pulumi_rolling.core.replace.look import Look
from pulumi_rolling.core.replace.observation import Loss, roster_of
from pulumi_rolling.core.replace.rollout import Rollout, Way, replace


def in_doubt(way: Way) -> tuple[str, ...]:
    """Successes of which it is not known yet whether they are lost."""
    return tuple([name for name, _ in way.missing if name in way.succeeded])


def judge_losses(look: Look, rollout: Rollout) -> Rollout:
    """Successes that are lost, and those that are in doubt from now on or no more."""
    way, at = rollout.way, look.at
    if rollout.step is Step.RESTORE:
        return rollout
    suspects = _suspects(look, rollout)
    doubted = in_doubt(way)
    if not suspects and not doubted:
        return rollout
    missing = {name: since for name, since in way.missing if name not in doubted or name in suspects}
    told = {loss.member: loss for loss in look.seen.losses}
    lost: list[Failure] = []
    excused: set[str] = set()
    for name, member in suspects.items():
        since = missing.setdefault(name, at)
        loss = told.get(name)
        if loss is not None and loss.excused:
            excused.add(name)
        elif loss is not None or at - since >= _patience(look, member):
            known = loss or Loss(name, at, excused=False)
            lost.append(Failure(name, FailureReason.LOST, known.cause, known.remedy, known.hint))
    over = excused | {failure.id for failure in lost}
    missing = {name: since for name, since in missing.items() if name not in over}
    way = replace(way, missing=tuple(missing.items()), succeeded=way.succeeded - over)
    if lost:
        way = replace(way, lost=way.lost + tuple(lost))
    return replace(rollout, way=way, progress_at=at if over else rollout.progress_at)


def _patience(look: Look, member: Member | None) -> float:
    """How long a success may be in doubt: none where its machine is dead and the cloud heals nobody."""
    if member is None:
        return look.limits.settle
    return max(look.limits.settle, slot_clock(look.limits)) if look.seen.heals else 0.0


def _suspects(look: Look, rollout: Rollout) -> dict[str, Member | None]:
    """Successes that are not sound members any more; None where they are leaving or gone."""
    way, roster = rollout.way, roster_of(look.seen)
    if not way.succeeded:
        return {}
    plain = roster.plain.get(rollout.target.digest)
    away = way.succeeded if plain is None else way.succeeded - plain.ids.keys()
    if not away:
        return {}
    found = roster.find(away)
    ours = issued_victims(rollout) | {name for name, _ in way.draining} | way.skipped
    suspects: dict[str, Member | None] = {}
    for name in sorted(away - ours):
        member = found.get(name)
        if member is None or member.lifecycle is Lifecycle.LEAVING:
            suspects[name] = None
        elif member.lifecycle is Lifecycle.IN_SERVICE and not is_sound(member):
            suspects[name] = member
    return suspects
