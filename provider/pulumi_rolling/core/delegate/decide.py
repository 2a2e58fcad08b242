"""What to do next, and why: the one place where a delegated rollout is decided.

Theory of operation. The cloud rolls; we begin its operation, follow it by its id, judge its end, and see to the way
back. ``decide`` is shown the limits, what is remembered and what is seen, and answers with what to remember next, the
acts to do now, and when to look again. It is total and deterministic and does no I/O. Every look goes the same way:
forget acts that are seen, find which operation is ours, take up how far it has come, see whether this direction is
over, then do the step's work:

    start     begin an operation that leads to the target, unless one does already or the group runs it
    follow    wait for its end; approve, pause and continue where it stands
    bake      watch alarms a while longer, where the service does not
    return    what we began and that leads elsewhere comes to rest: by the service's own way back where that leads
              where we go, else by a stop; then start again, with the former revision as the target
    done

Worked example: killed between record and call. Look 1 at 10.0 s: nothing is under way, so the beginning (token r-1,
no operation younger than 4.0 s by the cloud's clock) is written down, and the begin with it. kill -9. The next run at
60 s finds that record and waits a settle time. If the call had happened, the look shows an operation that started at
10.4 s and leads to our target: it is ours, and is followed by its id. If not, the begin is sent again with the token
that it had, and what it looks for is still what started after 4.0 s.

The way back of a service is one act on an operation that is not over. Where the service refuses it (the group points
at no number), where it fails at it, or where the operation is over and returned nothing (failed, stopped by somebody's
hand), returning is ours: an operation to the former revision, or the replace machine on the same group. The latter is
no act: what we began comes to rest, the rollout ends handed over, and its record stays until that machine stands.
Between equal revisions (a forced operation: the image behind a tag is another now) only the way back of the service
returns anything: a new operation would make what the failed one made. Where that is not to be had, the group stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from pulumi_rolling.core.delegate.acts import forget_issued
from pulumi_rolling.core.delegate.decisions import stand_by, wait
from pulumi_rolling.core.delegate.delegating import DelegateDecision, Delegating, Earlier, Way, Whose
from pulumi_rolling.core.delegate.ending import close, goes_on_by, returns_in_vain, until_over
from pulumi_rolling.core.delegate.follow import bake, follow
from pulumi_rolling.core.delegate.limits import LONGEST, DelegateLimits, WayBack
from pulumi_rolling.core.delegate.look import Look
from pulumi_rolling.core.delegate.observation import Delegated
from pulumi_rolling.core.delegate.start import start
from pulumi_rolling.core.delegate.verdicts import take_verdict
from pulumi_rolling.core.delegate.watch import watch
from pulumi_rolling.core.model.codes import ReasonCode, Remedy, Step, VerdictCode
from pulumi_rolling.core.model.decision import Because
from pulumi_rolling.core.model.goal import Direction, OnFailure
from pulumi_rolling.core.model.verdict import Verdict
from pulumi_rolling.core.shared import deadline
from pulumi_rolling.core.shared.alarms import ringing
from pulumi_rolling.core.shared.ended import is_let_be
from pulumi_rolling.core.shared.unfit import unfit


def decide(limits: DelegateLimits, rollout: Delegating, seen: Delegated) -> DelegateDecision:
    """One look at the group, one decision. ``limits`` are those of the way forward and carry those of the way back."""
    rules = limits.back() if rollout.direction is Direction.BACK else limits
    because = unfit(rollout.step, seen)
    if because is not None:
        return stand_by(rules, rollout, seen.at, because)
    unheeded = rollout.unheeded
    look = watch(forget_issued(Look(rules, _start_direction(rules, rollout, seen), seen)))
    look, verdict = take_verdict(look)
    if verdict is not None:
        return _turn(look, verdict)
    decision = _go_on(look)
    refused = look.rollout.unheeded
    if refused and refused != unheeded and decision.outcome is None:
        return replace(decision, because=Because(ReasonCode.UNHEEDED, members=refused))
    return decision


def _go_on(look: Look) -> DelegateDecision:
    rollout, settle = look.rollout, look.limits.settle
    if rollout.resumed_at is not None and look.at < rollout.resumed_at + settle:
        return wait(look, Because(ReasonCode.RESUMED), until=rollout.resumed_at + settle)
    match rollout.step:
        case Step.START:
            return start(look)
        case Step.FOLLOW:
            return follow(look)
        case Step.BAKE:
            return bake(look)
        case Step.RETURN | Step.DONE:
            return _return(look)
        case _:
            assert_never(rollout.step)


def _return(look: Look) -> DelegateDecision:
    rollout = look.rollout
    if rollout.back_failed is not None:
        return close(look)
    again = goes_on_by(look)
    if again is not None:
        return follow(again)
    if rollout.earlier is not None:
        if returns_in_vain(look, rollout.earlier):
            # The next look knows that nothing follows: only then a stop that stops nothing is an error.
            given_up = replace(rollout, direction=Direction.FORWARD, progress_at=look.at)
            return wait(look.with_rollout(given_up), Because(ReasonCode.FAILED))
        step = until_over(look, rollout.earlier)
        if step is not None:
            return step
        look = look.with_rollout(replace(rollout, earlier=None))
    return close(look) if look.rollout.closes else start(look)


def _start_direction(limits: DelegateLimits, rollout: Delegating, seen: Delegated) -> Delegating:
    if rollout.way.direction_at is not None:
        return rollout
    way = replace(rollout.way, direction_at=seen.at)
    if rollout.direction is Direction.FORWARD:
        way = replace(way, ignored_alarms=ringing(seen.alarms) or way.ignored_alarms)
    return replace(
        rollout,
        way=way,
        # A service that rolls for ever, or says nothing that we know, is not followed for ever.
        deadline=deadline.begin(rollout.deadline, limits.timeout or LONGEST, seen.at),
        progress_at=seen.at,
    )


def _turn(look: Look, verdict: Verdict) -> DelegateDecision:
    """The direction is lost. Forward: go back, or leave. Back: what is under way goes on, and the record stays."""
    rollout, at = look.rollout, look.at
    because = Because(ReasonCode.FAILED)
    if rollout.closes:
        ended = replace(rollout, back_failed=rollout.back_failed or verdict, step=Step.DONE)
        return stand_by(look.limits, ended, at, Because(ReasonCode.REFUSED))
    if rollout.direction is Direction.BACK and _is_for_replace(look, verdict):
        turned = replace(rollout, hands_over=True, step=Step.RETURN, earlier=earlier_of(rollout, at))
    elif rollout.direction is Direction.BACK:
        turned = replace(rollout, back_failed=verdict, step=Step.RETURN)
    elif is_let_be(verdict) or _is_strangers(look):
        turned = replace(rollout, verdict=verdict, step=Step.RETURN, earlier=None)
    elif _goes_back(look):
        way = Way(total=rollout.way.done)
        turned = replace(
            rollout,
            verdict=verdict,
            direction=Direction.BACK,
            step=Step.RETURN,
            way=way,
            earlier=earlier_of(rollout, at),
            deadline=None,
        )
    else:
        turned = replace(rollout, verdict=verdict, step=Step.RETURN, earlier=earlier_of(rollout, at))
    return wait(look.with_rollout(replace(turned, progress_at=at)), because)


def _is_for_replace(look: Look, verdict: Verdict) -> bool:
    """No operation leads back: the service refuses to begin one, or it succeeded and the group is mixed all the same.

    One that failed did so by the former revision, which would fail again; a permission is for people to give.
    """
    refused = verdict.code is VerdictCode.REFUSED and verdict.remedy is not Remedy.PERMISSION
    ends_here = refused and not look.way.operation and look.rollout.earlier is None
    return look.limits.replaces_at_last and (ends_here or verdict.code is VerdictCode.NOT_ARRIVED)


def earlier_of(rollout: Delegating, at: float) -> Earlier | None:
    """What this way has begun, and has to be over before another begins."""
    way = rollout.way
    if way.operation:
        return Earlier(way.beginning, way.operation, at, way.whose)
    if way.beginning is not None:
        return Earlier(way.beginning, since=at)
    return rollout.earlier


def _goes_back(look: Look) -> bool:
    """Also where the policy would leave the group: a service that returns by itself is not kept from it."""
    operation = look.operation
    turned = operation is not None and operation.has_turned
    wanted = look.limits.on_failure is not OnFailure.LEAVE or turned
    if look.rollout.is_between_equals:
        asked = look.limits.returns_equals and look.limits.way_back_by is WayBack.SERVICE
        return wanted and (turned or asked or look.rollout.goal.has_way_back)
    return wanted and look.rollout.goal.has_way_back


def _is_strangers(look: Look) -> bool:
    """What we follow is another's and goes on: it is neither stopped nor returned by us."""
    operation, way = look.operation, look.way
    if way.whose is not Whose.STRANGERS or not way.operation:
        return False
    return operation is None or not (operation.is_over or operation.has_turned)
