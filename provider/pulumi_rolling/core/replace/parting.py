"""A command of the user's own before the end of a member that serves: who may go now, and who is waited for.

It is run elsewhere; here is only when. The victims of a look that still wait for theirs are picked again at the next
one, before all others, under the same window, floor and guard, so a slot and a place above the floor are theirs
meanwhile. In lock-step a batch goes together, when the last command of it is over. On the way forward a command that
fails ends the direction (core.replace.verdicts); on the way back the member goes all the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from pulumi_rolling.core.model.codes import ReasonCode
from pulumi_rolling.core.model.decision import Because
from pulumi_rolling.core.replace.actions import Terminate
from pulumi_rolling.core.replace.census import is_in_service
from pulumi_rolling.core.replace.decisions import wait
from pulumi_rolling.core.replace.limits import Pacing
from pulumi_rolling.core.replace.look import Look
from pulumi_rolling.core.replace.observation import roster_of
from pulumi_rolling.core.replace.rollout import Decided, replace
from pulumi_rolling.core.replace.victims import Victims


def chosen_first(look: Look, order: Victims) -> Victims:
    """The victims, with those in front for whom a command is run or was."""
    chosen = look.rollout.way.parting
    if not chosen:
        return order
    candidates = {m.id: m for m in look.census.candidates}
    first = [candidates[name] for name in chosen if name in candidates]
    ids = {m.id for m in first}
    broken = tuple(m for m in order.broken if m.id not in ids)
    return Victims((*first, *broken), (m for m in order.working if m.id not in ids))


def parted(look: Look, picked: Sequence[Terminate]) -> tuple[Look, list[Terminate]]:
    """Those of the picked who may go now; the others stand in the look's rollout, so that their command is run."""
    if look.limits.before_terminate is None:
        return look, list(picked)
    serving = {
        name for name, m in roster_of(look.seen).find([t.member for t in picked]).items() if is_in_service(m)
    }
    over = {parting.member for parting in look.seen.partings}
    waiting = [t.member for t in picked if t.member in serving - over]
    going = [t for t in picked if t.member not in waiting]
    if waiting and look.limits.pacing is Pacing.LOCK_STEP:
        waiting, going = [t.member for t in picked if t.member in serving], []
    rollout, way = look.rollout, look.rollout.way
    # A command that has begun is not broken off because the floor has another one go first.
    named = {t.member for t in picked}
    later = [m.id for m in look.census.candidates if m.id in way.parting and m.id not in named]
    waiting += later
    if tuple(waiting) == way.parting:
        return look, going
    begun = not set(waiting) <= set(way.parting)
    rollout = replace(
        rollout,
        way=replace(way, parting=tuple(waiting)),
        progress_at=look.at if begun else rollout.progress_at,
    )
    return look.with_rollout(rollout), going


def await_partings(look: Look) -> Decided:
    """Nobody may go before a command is over, the first of which may be so at once."""
    names = look.rollout.way.parting
    because = Because(ReasonCode.PARTING, {"count": len(names)}, names[:5])
    at_once = look.rollout.progress_at == look.at
    return wait(look, because, until=look.at + look.limits.poll if at_once else None)
