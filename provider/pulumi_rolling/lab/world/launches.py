"""One launch: EC2 makes a machine from what the group points at, or refuses to.

Sources: EC2 Auto Scaling user guide, "Auto Scaling groups with multiple instance types" (on-demand instances come
from the first override that has capacity; one with a launch template of its own is launched from that) and
"Troubleshoot EC2 Auto Scaling" for the refusals. This module refuses to know how many launches a group needs.
"""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_rolling.lab.world import lives
from pulumi_rolling.lab.world.activities import launch_failure
from pulumi_rolling.lab.world.behaviour import Behaviour, Draw
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group, Place
from pulumi_rolling.lab.world.member import Member, MemberState, Revision
from pulumi_rolling.lab.world.refusal import Refused
from pulumi_rolling.lab.world.timeline import Timeline

PLAIN = "Launching a new EC2 instance"


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate for a launch, with EC2's code where EC2 refuses it."""

    revision: Revision
    behaviour: Behaviour
    code: str | None


def launch(cloud: Cloud, group: Group, place: Place, cause: str) -> Member | None:
    """A new member of the group; None when its launch was refused, which leaves a failed activity."""
    member = prepare(cloud, group, place, cause, PLAIN, "Pending")
    if member is not None:
        lives.begin(cloud, group, member, member.boot)
    return member


def prepare(
    cloud: Cloud, group: Group, place: Place, cause: str, description: str, lifecycle: str
) -> Member | None:
    """A new machine that does not belong to the group yet; None when its launch was refused."""
    try:
        candidates = cloud.templates.revisions(group.region, group.source)
    except Refused as refused:
        _refuse(cloud, group, place, cause, f"{refused.message} Launching EC2 instance failed.")
        return None
    chance = cloud.draw(group)
    tried = _first(cloud, group, place, candidates, chance)
    if tried.code is not None:
        _refuse(cloud, group, place, cause, _words(group, place, tried.revision, tried.code))
        return None
    member = _made(cloud, group, place, lifecycle, tried, chance)
    member.launch_activity = group.activities.start(
        cloud.now, f"{description}: {member.id}", cause, place.zone, place.subnet, "PreInService"
    )
    cloud.launched(member)
    return member


def _first(cloud: Cloud, group: Group, place: Place, candidates: list[Revision], chance: Draw) -> Tried:
    """The first candidate that EC2 launches, or else the first of all with the code of its refusal."""
    tried = []
    for revision in candidates:
        behaviour = cloud.behaviours.of(revision.image, chance.chance)
        full = place.zone in group.lost_zones or cloud.is_full(revision.instance_type)
        code = "InsufficientInstanceCapacity" if full else behaviour.launch_error
        tried.append(Tried(revision, behaviour, code))
        if code is None:
            return tried[-1]
    return tried[0]


def _words(group: Group, place: Place, revision: Revision, code: str) -> str:
    text = launch_failure(code, image=revision.image, instance_type=revision.instance_type, zone=place.zone)
    if group.source.mixed is None:
        return text
    return f"Could not launch On-Demand Instances. {code} - {text}"


def _refuse(cloud: Cloud, group: Group, place: Place, cause: str, message: str) -> None:
    activity = group.activities.start(cloud.now, PLAIN, cause, place.zone, place.subnet)
    activity.finish(cloud.now, "Failed", message)


def _made(cloud: Cloud, group: Group, place: Place, lifecycle: str, tried: Tried, chance: Draw) -> Member:
    revision, behaviour = tried.revision, tried.behaviour
    tags = {**revision.tags, **{key: tag.value for key, tag in group.now.tags.items() if tag.at_launch}}
    tags["aws:autoscaling:groupName"] = group.name
    if revision.template_id is not None:
        tags["aws:ec2launchtemplate:id"] = revision.template_id
        tags["aws:ec2launchtemplate:version"] = revision.label
    protected = bool(group.now.extra.get("NewInstancesProtectedFromScaleIn", False))
    state = MemberState(lifecycle, "pending", tags, protected=protected)
    return Member(
        id=chance.instance_id,
        reservation_id=chance.reservation_id,
        group_name=group.name,
        region=group.region,
        revision=revision,
        behaviour=behaviour,
        boot=cloud.behaviours.boot_of(behaviour, chance.normal),
        zone=place.zone,
        subnet=place.subnet,
        address=cloud.address(),
        launched_at=cloud.now,
        states=Timeline(cloud.now, state),
        answering=behaviour.target_healthy,
    )
