"""Where an instance refresh begins, turns and ends: started, cancelled, rolled back, failed, over.

Sources: EC2 Auto Scaling API reference, StartInstanceRefresh, CancelInstanceRefresh (nothing is returned) and
RollbackInstanceRefresh (when it is impossible); user guide, "How an instance refresh works" (the group's own
configuration changes on success alone). Texts of errors and of cancellations are the service's where those are known,
and otherwise worded here. This module refuses to know how members are replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.lab.world import lives, refresh_limits
from pulumi_rolling.lab.world import refresh as refreshes
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group, Pointer, Rolling
from pulumi_rolling.lab.world.refresh import Refresh, RefreshState, Turn, preferences_of
from pulumi_rolling.lab.world.refresh_rules import RefreshRules
from pulumi_rolling.lab.world.refusal import Refused, invalid
from pulumi_rolling.lab.world.timeline import Timeline

BLOCKED = "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh."
NOT_FOUND = "No in progress or pending Instance Refresh found for Auto Scaling group {}"
BY_USER = "Cancelled due to user request."
AT_ONCE = "Cancelled without waiting for ongoing instance launches and terminations due to user request."
DELETED = "The Auto Scaling group is being deleted."
ROLLED_BACK_BY_USER = "The rollback was started by a user request."
WAYS_BACK = (refreshes.CANCELLING, refreshes.ROLLING_BACK)
PARAMETER = "resolve:ssm:"
ALWAYS_SHOWN: dict[str, Any] = {"SkipMatching": False, "AutoRollback": False, "AlarmSpecification": {}}


def start(cloud: Cloud, group: Group, given: Mapping[str, Any], desired: Pointer | None) -> Refresh:
    """`given` are preferences in the API's words; without `desired` members are replaced from the group's pointer."""
    refresh_limits.check(given, desired=desired is not None)
    preferences = preferences_of(given, group.now)
    rules = cloud.part(RefreshRules)
    pointer = desired or group.now.pointer
    if preferences.skip_matching and pointer.configuration is not None:
        raise invalid("SkipMatching cannot be used with a launch configuration.")
    if preferences.auto_rollback and not rules.irreversible_starts and (why := _final(cloud, group)):
        raise invalid(f"The AutoRollback parameter cannot be set to true: {why}")
    _make_room(cloud, group, rules)
    shown = {"MinHealthyPercentage": preferences.minimum} | ALWAYS_SHOWN | dict(given)
    if preferences.checkpoints:
        shown.setdefault("CheckpointDelay", preferences.delay)
    refresh = Refresh(
        id=cloud.new_id(),
        group=group,
        told=shown,
        preferences=preferences,
        desired=desired,
        states=Timeline(cloud.now, RefreshState()),
    )
    refreshes.of(cloud, group).insert(0, refresh)
    cloud.stir(refresh)
    return refresh


def _make_room(cloud: Cloud, group: Group, rules: RefreshRules) -> None:
    """A refresh at work refuses another one, or ends at once where the rules say so."""
    at_work = refreshes.active_of(cloud, group)
    if at_work is None:
        return
    if at_work.now.status == refreshes.CANCELLING and not rules.cancelling_blocks:
        end(cloud, at_work, refreshes.CANCELLED, BY_USER)
    elif at_work.now.status == refreshes.BAKING and not rules.baking_blocks:
        end(cloud, at_work, refreshes.SUCCESSFUL)
    else:
        raise Refused("InstanceRefreshInProgress", BLOCKED)


def _at_work(cloud: Cloud, group: Group) -> Refresh:
    at_work = refreshes.active_of(cloud, group)
    if at_work is None:
        raise Refused("ActiveInstanceRefreshNotFound", NOT_FOUND.format(group.name))
    return at_work


def cancel(cloud: Cloud, group: Group, *, waits: bool = True) -> Refresh:
    """Nothing more is replaced, and nothing is returned; a second cancel is answered as the first."""
    refresh = _at_work(cloud, group)
    if refresh.now.status != refreshes.CANCELLING:
        if refresh.now.status == refreshes.PENDING:
            refresh.remember()
        refresh.alter(cloud.now, status=refreshes.CANCELLING, reason="")
        refresh.moved(cloud.now)
        direct(cloud, refresh)
    refresh.waits = refresh.waits and waits
    cloud.stir(refresh)
    return refresh


def roll_back(cloud: Cloud, group: Group) -> Refresh:
    refresh = _at_work(cloud, group)
    baking = refresh.now.status == refreshes.BAKING and not cloud.part(RefreshRules).baking_rolls_back
    if baking or refresh.now.status in WAYS_BACK:
        raise Refused("ActiveInstanceRefreshNotFound", NOT_FOUND.format(group.name))
    why = irreversible(cloud, refresh)
    if why:
        raise Refused("IrreversibleInstanceRefresh", f"The instance refresh cannot be rolled back: {why}")
    turn(cloud, refresh, ROLLED_BACK_BY_USER)
    return refresh


def irreversible(cloud: Cloud, refresh: Refresh) -> str:
    """Why the refresh cannot be rolled back; empty when it can."""
    if refresh.desired is None:
        return "no desired configuration was specified for it."
    return _final(cloud, refresh.group)


def _final(cloud: Cloud, group: Group) -> str:
    pointer = group.now.pointer
    if pointer.configuration is not None:
        return ""
    template = (pointer.mixed or {}).get("LaunchTemplate", {}).get("LaunchTemplateSpecification")
    version = (pointer.template or template or {}).get("Version", "$Default")
    if version in ("$Latest", "$Default"):
        return f"the Auto Scaling group uses the launch template's {version} version."
    try:
        images = [each.image for each in cloud.templates.revisions(group.region, pointer)]
    except Refused:
        return ""
    if any(image.startswith(PARAMETER) for image in images):
        return "the Auto Scaling group's launch template uses an AWS Systems Manager parameter instead of an AMI ID."
    return ""


def turn(cloud: Cloud, refresh: Refresh, reason: str) -> None:
    """All that was launched since the refresh began is to be replaced from the group's own configuration."""
    group = refresh.group
    if refresh.now.status == refreshes.PENDING:
        refresh.remember()
        refresh.alter(cloud.now, started_at=cloud.now)
    refresh.outdated = {*group.members, *group.warm} - refresh.before
    turned = Turn(cloud.now, reason, refresh.now.progress)
    refresh.alter(cloud.now, status=refreshes.ROLLING_BACK, reason="", turn=turned)
    refresh.moved(cloud.now)
    refresh.paused_until = 0.0
    refresh.deadline = cloud.now + cloud.part(RefreshRules).longest
    direct(cloud, refresh)
    cloud.stir(group)


def direct(cloud: Cloud, refresh: Refresh, surge: int | None = None) -> None:
    """The group is told its surge, or keeps what is left of the former one, and what to launch from on the way."""
    group = refresh.group
    source = None if refresh.now.status in WAYS_BACK else refresh.desired
    former = 0 if group.rolling is None else group.rolling.surge
    over = max(0, group.tally.active - group.now.desired)
    group.rolling = Rolling(source, refresh.outdated, min(former, over) if surge is None else surge)
    if group.rolling.surge != former:
        cloud.stir(group)


def fail(cloud: Cloud, refresh: Refresh, reason: str) -> None:
    """A refresh that fails rolls itself back if it was told to and can; a rollback that fails is over."""
    if refresh.backwards:
        end(cloud, refresh, refreshes.ROLLBACK_FAILED, reason)
    elif refresh.preferences.auto_rollback and not irreversible(cloud, refresh):
        turn(cloud, refresh, reason)
    else:
        end(cloud, refresh, refreshes.FAILED, reason)


def end(cloud: Cloud, refresh: Refresh, status: str, reason: str = "") -> None:
    group = refresh.group
    refresh.alter(cloud.now, status=status, reason=reason, ended_at=cloud.now)
    if status == refreshes.SUCCESSFUL and refresh.desired is not None:
        group.alter(cloud.now, pointer=refresh.desired)
    else:
        _give_up_surge(cloud, refresh)
    group.rolling = None
    cloud.stir(group)


def _give_up_surge(cloud: Cloud, refresh: Refresh) -> None:
    """What was launched above the desired capacity and is not in service goes before anything that is."""
    group = refresh.group
    over = group.tally.active - group.now.desired
    idle = [each for each in group.members.values() if each.now.active and each.id not in refresh.before]
    at = cloud.clock(cloud.now)
    for member in reversed(idle):
        if over >= member.units and (member.now.lifecycle != "InService" or member.now.health != "Healthy"):
            over -= member.units
            cause = (
                f"At {at} an instance was taken out of service in response to an instance refresh that ended."
            )
            lives.terminate(cloud, group, member, cause)
