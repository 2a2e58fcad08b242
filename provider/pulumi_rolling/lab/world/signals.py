"""The instance's own part in a signal: what a user's start-up script would do at the end.

Source: design of cfn-signal's analogue: EC2 Auto Scaling user guide, "Complete a lifecycle action" (from
inside the instance); an instance may also tag itself (EC2 CreateTags) or send to a queue.
"""

from __future__ import annotations

from functools import partial

from pulumi_rolling.lab.world import health, lives
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.hooks import LAUNCHING
from pulumi_rolling.lab.world.member import Member

TAG = "rolling:signal"
BETWEEN_DUPLICATES = 0.1


def play(cloud: Cloud, member: Member) -> None:
    """Send the image's signal, once the instance has booted; a dead instance sends nothing.

    It completes the launch hooks that hold it. It tags itself where there is none, and also where all of them
    continue by default, since such a hook is not there for a signal. Duplicates are messages: a tag that is
    set again is the same tag, and a completed action cannot be completed again.
    """
    status = member.behaviour.signal
    group = cloud.group_of(member)
    if status is None or group is None or member.now.machine != "running":
        return
    member.signalled = (status, cloud.now)
    health.doom(cloud, member)
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
