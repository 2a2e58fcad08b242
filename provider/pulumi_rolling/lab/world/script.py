"""The instance's part: what an image's instance does by itself, which is signal, fall ill and die.

A user's start-up script would send the signal. Sources: EC2 Auto Scaling user guide, "Complete a lifecycle action"
(from inside the instance); EC2 CreateTags (an instance tags itself); a queue is the lab's own. The cloud tells this
module of transitions; this module refuses to know how the group reacts to what an instance does.
"""

from __future__ import annotations

from functools import partial

from pulumi_rolling.lab.world import health, lives, machines, targets
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.hooks import LAUNCHING
from pulumi_rolling.lab.world.member import BY_ITSELF, Member, Transition

TAG = "rolling:signal"
BETWEEN_DUPLICATES = 0.1


def told(cloud: Cloud, member: Member, transition: Transition) -> None:
    """The cloud tells of a transition; the instance does next what its image says."""
    match transition:
        case Transition.RUNS:
            cloud.agenda.after(member.behaviour.signal_after, partial(signal, cloud, member))
        case Transition.IN_SERVICE:
            if not member.behaviour.healthy:
                fall_ill(cloud, member)
            _doom(cloud, member)
        case Transition.REGISTERED:
            if not member.answering:
                cloud.agenda.after(member.behaviour.target_after, partial(health.notice, cloud, member))


def signal(cloud: Cloud, member: Member) -> None:
    """A running instance sends its image's signal; a dead one sends nothing.

    The instance completes the launch hooks that hold it. It tags itself where there is none, and also where all of
    them continue by default, since such a hook is not there for a signal. Duplicates are messages: a tag that is
    set again is the same tag, and a completed action cannot be completed again.
    """
    status = member.behaviour.signal
    group = cloud.group_of(member)
    if status is None or group is None or member.now.machine != "running":
        return
    member.signalled = (status, cloud.now)
    _doom(cloud, member)
    if member.behaviour.queue is not None:
        body = {"group": group.name, "instanceId": member.id, "status": status}
        for nth in range(1 + member.behaviour.duplicates):
            cloud.agenda.after(nth * BETWEEN_DUPLICATES, partial(cloud.send, member.behaviour.queue, body))
        return
    if not member.hooked or not any(hook.default_result == "ABANDON" for hook in group.hooks_for(LAUNCHING)):
        group.change(cloud.now, member, tags={**member.now.tags, TAG: status})
    if member.hooked:
        result = "CONTINUE" if status == "SUCCESS" else "ABANDON"
        for name in list(member.waits):
            if name in member.waits:
                lives.complete(cloud, group, member, name, result)


def fall_ill(cloud: Cloud, member: Member) -> None:
    """The machine runs and its work fails; only a health check can tell."""
    member.well = False
    _weigh(cloud, member)
    health.notice(cloud, member)


def stop_answering(cloud: Cloud, member: Member) -> None:
    """The machine and its work are well, and the load balancer gets no answer from it."""
    member.answering = False
    _weigh(cloud, member)
    health.notice(cloud, member)


def _weigh(cloud: Cloud, member: Member) -> None:
    group = cloud.group_of(member)
    if group is not None:
        targets.weigh(cloud, group, member)


def _doom(cloud: Cloud, member: Member) -> None:
    """The time to death of a lying image's instance begins: it is in service, and has signalled if it signals."""
    after = member.behaviour.dies_after
    signalling = member.behaviour.signal is not None and member.signalled is None
    if after is None or member.doomed or member.in_service_at is None or signalling:
        return
    member.doomed = True
    cloud.agenda.after(after, partial(machines.kill, cloud, member, BY_ITSELF))
