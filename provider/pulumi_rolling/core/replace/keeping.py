"""Failed members that are kept for people to look at: out of the group, and no part of any count.

A kept member leaves as a victim does, at the same moment and in the same slot; the one difference is that its machine
lives on. Only what is in service can leave so. Keeping never stands in the way of a rollout: where the cloud refuses
it, the member is terminated like any other, and the end says so.
"""

from __future__ import annotations

import dataclasses

from pulumi_rolling.core.model.codes import FAILURES
from pulumi_rolling.core.model.member import Lifecycle
from pulumi_rolling.core.replace.actions import KEEP, Action, Terminate
from pulumi_rolling.core.replace.acts import take_back
from pulumi_rolling.core.replace.look import Look
from pulumi_rolling.core.replace.observation import Observation, roster_of
from pulumi_rolling.core.replace.rollout import Rollout, replace

LONGEST_CAUSE = 200
"""Letters of a refusal that the record keeps."""


def keep_some(look: Look, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """The acts, with some of the terminations of failed members as keeping ones."""
    ours = look.rollout.ours
    if not look.limits.keep_failed or ours.keep_refused:
        return actions
    failed = failed_ids(look.rollout)
    asked = [a.member for a in actions if isinstance(a, Terminate) and a.member in failed]
    if not asked:
        return actions
    found = roster_of(look.seen).find(asked)
    fit = [name for name in asked if name in found and found[name].lifecycle is Lifecycle.IN_SERVICE]
    again = [name for name in fit if name in ours.kept]
    others = [name for name in fit if name not in ours.kept]
    chosen = {*again, *others[: max(0, look.limits.keep_failed - len(ours.kept))]}
    return tuple(
        Terminate(a.member, a.relaunch, a.weight, keep=True)
        if isinstance(a, Terminate) and a.member in chosen
        else a
        for a in actions
    )


def failed_ids(rollout: Rollout) -> frozenset[str]:
    """Members that failed on either way, as far as they are named. The way back counts anew."""
    before = () if rollout.verdict is None else rollout.verdict.failures
    failures = (*before, *rollout.way.failed)
    return frozenset(f.id for f in failures if not FAILURES[f.reason].nameless)


def take_up_refused(rollout: Rollout, seen: Observation) -> tuple[Rollout, Observation]:
    """A refusal to keep a member ends no direction: the act is taken back, and nobody is kept from now on."""
    refused = [refusal for refusal in seen.refusals if refusal.act.startswith(KEEP)]
    if not refused:
        return rollout, seen
    names = {refusal.act.removeprefix(KEEP) for refusal in refused}
    acts = (issued.action for issued in rollout.ours.issued)
    rollout = take_back(
        rollout, tuple(a for a in acts if isinstance(a, Terminate) and a.keep and a.member in names)
    )
    why = refused[0].message[:LONGEST_CAUSE] or refused[0].code
    others = tuple(refusal for refusal in seen.refusals if refusal not in refused)
    return (
        replace(rollout, ours=replace(rollout.ours, keep_refused=why)),
        dataclasses.replace(seen, refusals=others),
    )
