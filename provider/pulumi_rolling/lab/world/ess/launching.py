"""Scale-out: an activity makes instances from what the group points at, and brings them into service.

Source: ESS user guide, "Scaling activity process", "ECS instance lifecycle" and "Instance rollback": an instance that
fails is released alone. This module refuses to know why a group grows.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pulumi_rolling.lab.world.behaviour import Behaviour
from pulumi_rolling.lab.world.ess import activities, hooks, script
from pulumi_rolling.lab.world.ess.activity import Activity
from pulumi_rolling.lab.world.ess.cloud import EssCloud
from pulumi_rolling.lab.world.ess.group import Group
from pulumi_rolling.lab.world.ess.member import (
    FULL_WEIGHT,
    IN_SERVICE,
    PENDING,
    PENDING_WAIT,
    Member,
    MemberState,
)
from pulumi_rolling.lab.world.ess.source import Source
from pulumi_rolling.lab.world.ess.waits import CONTINUE, SCALE_OUT, Party
from pulumi_rolling.lab.world.refusal import Refused
from pulumi_rolling.lab.world.timeline import Timeline

TEXTS = {
    "OperationDenied.NoStock": "The resource is out of stock in the specified zone. Try other types, or choose "
    "other regions and zones.",
    "QuotaExceed.Instance": "The maximum number of instances is exceeded.",
    "InvalidImageId.NotFound": "The specified ImageId does not exist.",
    "InsufficientBalance": "Your account does not have enough balance.",
}
NEVER_CAME = ("LaunchTimeout", "The instance did not come into service in time.")
ABANDONED = ("LifecycleHookAbandon", "The lifecycle action was abandoned.")
DIED = ("InstanceReleased", "The instance was released while it was being created.")


def launch(cloud: EssCloud, group: Group, activity: Activity, count: int, source: Source | None) -> None:
    """Make so many instances within an activity; without a source nothing can be made."""
    activity.planned = count
    made: list[Member] = []
    for _ in range(count):
        if source is None:
            activity.set(cloud.now, error=_lacking(group))
            continue
        drawn = cloud.draw(group)
        behaviour = cloud.behaviours.of(source.image, drawn.chance)
        if behaviour.launch_error is not None:
            code = behaviour.launch_error
            activity.set(cloud.now, error=(code, TEXTS.get(code, f"An error on order: {code}")))
            continue
        boot = cloud.behaviours.boot_of(behaviour, drawn.normal)
        made.append(_make(cloud, group, activity, source, (drawn.instance_id, behaviour, boot)))
    activity.open = {member.id for member in made}
    after = partial(_after_hooks, cloud, group)
    alone = cloud.rules.token_per_instance
    parties = [Party(activity, each, after) for each in ([[m] for m in made] if alone else [list(made)])]
    group.parties.extend(each for each in parties if each.members)
    for member in made:
        own = next(each for each in parties if member in each.members)
        cloud.agenda.after(member.boot, partial(_booted, cloud, group, member, own))
        cloud.agenda.after(cloud.rules.launch_timeout, partial(_give_up, cloud, group, member, activity))
    activities.end_if_over(cloud, group, activity)


def _make(
    cloud: EssCloud,
    group: Group,
    activity: Activity,
    source: Source,
    drawn: tuple[str, Behaviour, float],
) -> Member:
    drawn_id, behaviour, boot = drawn
    zones = group.now.told.get("VSwitchIds") or ["vsw-1"]
    number = len(cloud.machines)
    tags = {key: tag.value for key, tag in group.now.tags.items() if tag.propagate}
    member = Member(
        id=f"i-bp1{drawn_id[-16:]}",
        number=number,
        group_id=group.id,
        source=source,
        behaviour=behaviour,
        boot=boot,
        zone=f"cn-hangzhou-{'hijk'[number % min(len(zones), 4)]}",
        created_at=cloud.now,
        activity_id=activity.id,
        states=Timeline(cloud.now, MemberState(tags=tags)),
    )
    cloud.launched(group, member)
    return member


def _booted(cloud: EssCloud, group: Group, member: Member, party: Party) -> None:
    """The machine runs. A party's members wait for each other where a hook holds them; otherwise each goes on."""
    if not member.now.belongs or member.now.machine != "Pending":
        return
    group.change(cloud.now, member, machine="Running")
    script.booted(cloud, group, member)
    if not member.behaviour.in_service:
        return
    holding = hooks.of(group, party.activity, SCALE_OUT)
    if not holding:
        hooks.leave(group, member)
        attach(cloud, group, member, party.activity)
        return
    group.change(cloud.now, member, lifecycle=PENDING_WAIT)
    meet(cloud, group, party)


def meet(cloud: EssCloud, group: Group, party: Party) -> None:
    """The tokens are given out once every member of the party that is still there waits."""
    waiting = [each for each in party.members if each.now.lifecycle == PENDING_WAIT]
    if not waiting or party.actions or party.over or len(waiting) < len(party.members):
        return
    hooks.wait(cloud, group, party, hooks.of(group, party.activity, SCALE_OUT))
    script.asked(cloud, group, party)


def _after_hooks(cloud: EssCloud, group: Group, party: Party, result: str) -> None:
    for member in list(party.members):
        if result == CONTINUE:
            attach(cloud, group, member, party.activity)
        else:
            fail(cloud, group, member, party.activity, ABANDONED)


def attach(cloud: EssCloud, group: Group, member: Member, activity: Activity) -> None:
    """A load balancer takes the member in with weight 0 first."""
    wait = cloud.rules.attach if group.now.balanced else 0.0
    group.change(cloud.now, member, lifecycle=PENDING)
    cloud.agenda.after(wait, partial(_into_service, cloud, group, member, activity))


def _into_service(cloud: EssCloud, group: Group, member: Member, activity: Activity) -> None:
    if not member.now.pending:
        return
    weight = FULL_WEIGHT if group.now.balanced else 0
    group.change(cloud.now, member, lifecycle=IN_SERVICE, weight=weight)
    member.in_service_at = cloud.now
    created = (*activity.now.created, member.id)
    activities.done(cloud, group, activity, member.id, created=created)
    cloud.stir(group)
    script.in_service(cloud, group, member)


def _give_up(cloud: EssCloud, group: Group, member: Member, activity: Activity) -> None:
    if member.now.lifecycle == PENDING and member.now.belongs:
        fail(cloud, group, member, activity, NEVER_CAME)


def fail(cloud: EssCloud, group: Group, member: Member, activity: Activity, error: tuple[str, str]) -> None:
    """A member that does not come into service is released alone; its activity goes on with the others."""
    if not member.now.pending:
        return
    release(cloud, group, member)
    hooks.leave(group, member)
    failed = (*activity.now.failed, member.id)
    activities.done(cloud, group, activity, member.id, failed=failed, error=error)
    meet_all(cloud, group)


def meet_all(cloud: EssCloud, group: Group) -> None:
    for party in list(group.parties):
        meet(cloud, group, party)


def end_dead(cloud: EssCloud, group: Group) -> None:
    """Members whose machine was released while they were being launched."""
    for member in [each for each in group.members.values() if each.now.machine == "Released"]:
        for activity in group.running:
            if member.now.pending and member.id in activity.open:
                fail(cloud, group, member, activity, DIED)


def release(cloud: EssCloud, group: Group, member: Member) -> None:
    """The member leaves the group, and its machine goes."""
    if member.now.machine not in ("Stopping", "Released"):
        group.change(cloud.now, member, lifecycle="Removing", machine="Stopping")
        cloud.agenda.after(member.behaviour.shutdown, partial(_gone, cloud, group, member))
    elif member.now.machine == "Released":
        group.change(cloud.now, member, belongs=False)


def _gone(cloud: EssCloud, group: Group, member: Member) -> None:
    group.change(cloud.now, member, machine="Released", belongs=False)
    cloud.stir(group)


def or_none(found: Callable[[], Source]) -> Source | None:
    """What is to be launched, or None where that is gone."""
    try:
        return found()
    except Refused:
        return None


def source_or_none(cloud: EssCloud, group: Group) -> Source | None:
    """What the group points at, or None where that is gone."""
    return or_none(partial(cloud.source, group.now))


def _lacking(group: Group) -> tuple[str, str]:
    """The launch's refusal where there is nothing to launch from."""
    if group.now.template_id:
        text = "The specified launch template version does not exist."
        return "LaunchTemplateVersionSet.NotFound", text
    return "InvalidScalingConfigurationId.NotFound", "The scaling group has no active scaling configuration."
