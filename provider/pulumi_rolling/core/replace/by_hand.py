"""What a group needs whose sizes nobody keeps, beside what every group needs: launches in place of members that went.

Theory of operation. Such a cloud launches nothing by itself, and does one thing at a time: while a member comes or
goes, also while one waits at a hook, it refuses whatever would make another come or go. So Desired stands in the record
alone. A decision that ends members while others move is put off. All ends of one decision are one act. A decision that
only waits, while fewer are there than Desired says and nobody moves, launches what lacks. All else (rounds, floor,
clocks, budgets) is as in a group that is kept.

Worked example: Desired 4, floor 2, batch 2. Two go as one act: 2 are left. Both are leaving: nothing is sent. Both are
gone: two are launched as one act, and their clocks run from then on.
"""

from __future__ import annotations

import dataclasses
import math

from pulumi_rolling.core.model.codes import ReasonCode, Step
from pulumi_rolling.core.model.decision import Because
from pulumi_rolling.core.model.member import Lifecycle
from pulumi_rolling.core.replace.actions import Adjust, Remove, Terminate, Together
from pulumi_rolling.core.replace.acts import issue, take_back
from pulumi_rolling.core.replace.look import Look
from pulumi_rolling.core.replace.observation import Observation, counted, is_moving
from pulumi_rolling.core.replace.pointer import is_astray
from pulumi_rolling.core.replace.rollout import Decided, Opening, Rollout, replace


def launches_due(rollout: Rollout, seen: Observation) -> Rollout:
    """The rollout with no launch as due that could not be asked for: while members leave, and while nobody drove."""
    resumed = -math.inf if rollout.resumed_at is None else rollout.resumed_at
    leaving = any(m.lifecycle is Lifecycle.LEAVING for m in seen.members)
    openings = tuple(
        Opening(seen.at if leaving else max(o.at, resumed), o.count) for o in rollout.way.openings
    )
    if openings == rollout.way.openings:
        return rollout
    return replace(rollout, way=replace(rollout.way, openings=openings))


def by_hand(look: Look, decided: Decided) -> Decided:
    """``decided`` for a group whose sizes nobody keeps."""
    ends = tuple(a for a in decided.actions if isinstance(a, Terminate | Remove))
    moves = (*ends, *(a for a in decided.actions if isinstance(a, Adjust)))
    if moves and is_moving(look.seen):
        put_off = take_back(decided.next, decided.actions)
        return dataclasses.replace(
            decided, next=put_off, actions=(), because=Because(ReasonCode.UNSEEN), by_boots=False
        )
    if len(ends) > 1:
        rest = tuple(a for a in decided.actions if a not in ends)
        return dataclasses.replace(decided, actions=(*rest, Together(ends)))
    lacking = _lacking(look, decided)
    if lacking <= 0:
        return decided
    launch = (Adjust(lacking),)
    return dataclasses.replace(
        decided,
        next=issue(decided.next, launch, look.at),
        actions=launch,
        look_again_at=look.at + look.limits.poll,
        by_boots=False,
    )


def _lacking(look: Look, decided: Decided) -> int:
    """Members to launch now: none while anything is under way, before the pointer is ours, or after the end."""
    rollout, seen = decided.next, look.seen
    if decided.actions or decided.outcome is not None or rollout.ours.issued or is_moving(seen):
        return 0
    if rollout.step in (Step.PREPARE, Step.DONE) or rollout.gives_up or is_astray(rollout):
        return 0
    room = seen.sizes.max - counted(seen)
    return min(rollout.ours.desired - counted(seen), room)
