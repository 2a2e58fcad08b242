"""Lifecycle hooks: instances wait together, and a token ends the wait of all instances of its activity.

Source: ESS API reference, CreateLifecycleHook, DescribeLifecycleActions and CompleteLifecycleAction. This module
refuses to know what follows a wait.
"""

from __future__ import annotations

from functools import partial

from pulumi_rolling.lab.world.ess.activity import Activity
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import Group
from pulumi_rolling.lab.world.ess.member import Member
from pulumi_rolling.lab.world.ess.waits import (
    ABANDON,
    COMPLETED,
    CONTINUE,
    PENDING,
    ROLLBACK,
    SCALE_IN,
    TIMEOUT,
    Hook,
    HookAction,
    Party,
)
from pulumi_rolling.lab.world.refusal import Refused

MOST_HOOKS = 6
MOST_BEATS = 20
LONGEST_WAIT = 6 * 3600.0


def add(cloud: EssCloud, group: Group, hook: Hook) -> None:
    if len(group.hooks) >= MOST_HOOKS:
        text = f"The scaling group has {MOST_HOOKS} lifecycle hooks already."
        raise Refused("QuotaExceeded.LifecycleHook", text)
    if any(each.name == hook.name for each in group.hooks):
        text = f'The lifecycle hook name "{hook.name}" is already in use.'
        raise Refused("InvalidLifecycleHookName.AlreadyExist", text)
    group.hooks.append(hook)


def of(group: Group, activity: Activity, transition: str) -> list[Hook]:
    """The hooks at which an activity's members wait; the call that began it may have put some aside."""
    context = activity.context or {}
    if context.get("DisableLifecycleHook"):
        return []
    ignored = context.get("IgnoredLifecycleHookIds") or []
    return [each for each in group.hooks if each.transition == transition and each.id not in ignored]


def wait(cloud: EssCloud, group: Group, party: Party, hooks: list[Hook]) -> None:
    """One token for each hook; the party goes on when all of them have ended."""
    for hook in hooks:
        token = cloud.new_id("lat").partition("-")[2].upper()
        deadline = cloud.now + hook.timeout
        ids = tuple(member.id for member in party.members)
        action = HookAction(token, hook, party, ids, cloud.now, deadline)
        party.actions.append(action)
        group.actions.append(action)
        cloud.agenda.at(deadline, partial(_run_out, cloud, group, action))


def found(group: Group, hook_id: str, token: str) -> HookAction:
    """The open action of a token; Refused for a wrong one and for one that has ended."""
    for action in group.actions:
        if action.token == token and action.hook.id == hook_id and action.status == PENDING:
            return action
    raise invalid_token()


def invalid_token() -> Refused:
    return Refused(
        "LifecycleHookIdAndLifecycleActionToken.Invalid",
        "The specified lifecycle hook ID and lifecycle action token are invalid.",
    )


def complete(cloud: EssCloud, group: Group, action: HookAction, result: str | None) -> None:
    _end(cloud, group, action, COMPLETED, result or action.hook.default)


def beat(cloud: EssCloud, group: Group, action: HookAction, seconds: float | None) -> None:
    """The wait becomes longer, at most so often and so long in all."""
    if action.beats >= MOST_BEATS:
        text = f"The heartbeat can be recorded at most {MOST_BEATS} times."
        raise Refused("LifecycleAction.RecordTimesExceeded", text)
    deadline = cloud.now + (action.hook.timeout if seconds is None else seconds)
    if deadline > action.opened_at + LONGEST_WAIT:
        text = "The lifecycle action cannot wait longer than 6 hours."
        raise Refused("LifecycleAction.TimeExceeded", text)
    action.beats += 1
    action.deadline = deadline
    cloud.agenda.at(deadline, partial(_run_out, cloud, group, action))


def _run_out(cloud: EssCloud, group: Group, action: HookAction) -> None:
    if action.status == PENDING and cloud.now >= action.deadline:
        _end(cloud, group, action, TIMEOUT, action.hook.default)


def _end(cloud: EssCloud, group: Group, action: HookAction, status: str, result: str) -> None:
    action.status, action.result = status, result
    party = action.party
    if action.hook.transition == SCALE_IN and result == ABANDON:
        _end_rest(party)
    if not party.over and not party.open:
        finish(group, party)
        results = {each.result for each in party.actions}
        party.after(party, next((each for each in (ROLLBACK, ABANDON) if each in results), CONTINUE))


def _end_rest(party: Party) -> None:
    for action in party.open:
        action.status, action.result = COMPLETED, ABANDON


def finish(group: Group, party: Party) -> None:
    party.over = True
    if party in group.parties:
        group.parties.remove(party)


def leave(group: Group, member: Member) -> None:
    """A member that goes another way waits no longer; a party without members is over."""
    for party in [each for each in group.parties if member in each.members]:
        party.members.remove(member)
        if not party.members:
            _end_rest(party)
            finish(group, party)
