"""The life of a member: booted, waiting for hooks, in service, terminating, gone.

Sources: EC2 Auto Scaling user guide, "Amazon EC2 Auto Scaling instance lifecycle" and "Lifecycle hooks". A launch
that is abandoned is terminated; with several hooks all must be completed; a terminating instance is deregistered
and its connections are drained before its hooks, and it goes on after CONTINUE and ABANDON alike.
Transitions stir the group and are told to the instance. This module refuses to know how many members the group
should have, and what an instance does by itself.
"""

from __future__ import annotations

from functools import partial

from pulumi_rolling.lab.world import targets
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group
from pulumi_rolling.lab.world.hooks import LAUNCHING, TERMINATING, Wait
from pulumi_rolling.lab.world.member import Member, Transition
from pulumi_rolling.lab.world.refusal import invalid


def begin(cloud: Cloud, group: Group, member: Member, boot: float) -> None:
    """A Pending member joins the group; its machine runs after the boot, or runs already."""
    group.admit(cloud.now, member)
    if member.now.machine == "running":
        _come_up(cloud, group, member)
    else:
        cloud.agenda.after(boot, partial(_booted, cloud, group, member))


def _booted(cloud: Cloud, group: Group, member: Member) -> None:
    if member.now.machine != "pending":
        return
    group.change(cloud.now, member, machine="running")
    member.booted_at = cloud.now
    _come_up(cloud, group, member)


def _come_up(cloud: Cloud, group: Group, member: Member) -> None:
    """The machine runs; the group goes on with its hooks, unless the image never gets so far."""
    if member.now.lifecycle == "Pending":
        member.hooked = bool(group.hooks_for(LAUNCHING))
        if member.behaviour.in_service and not _wait(cloud, group, member, LAUNCHING, "Pending:Wait"):
            enter_service(cloud, group, member)
    cloud.tell(member, Transition.RUNS)


def enter_service(cloud: Cloud, group: Group, member: Member) -> None:
    group.change(cloud.now, member, lifecycle="InService")
    member.in_service_at = cloud.now
    if not group.suspended("AddToLoadBalancer"):
        register(cloud, group, member)
    targets.weigh(cloud, group, member)
    if member.launch_activity is not None:
        member.launch_activity.finish(cloud.now, "Successful")
    cloud.tell(member, Transition.IN_SERVICE)
    cloud.stir(group)


def register(cloud: Cloud, group: Group, member: Member) -> None:
    """The member becomes a target of its group's target groups."""
    member.registered_at, member.deregistered_at = cloud.now, None
    cloud.agenda.after(member.behaviour.target_after, partial(targets.weigh, cloud, group, member))
    cloud.tell(member, Transition.REGISTERED)


def terminate(
    cloud: Cloud, group: Group, member: Member, cause: str, *, unlaunched: str = "", hooks: bool = True
) -> None:
    """A member's end begins; `unlaunched` says why a launch that was still going on is cancelled.

    Without hooks nothing is drained, and a member that waits for a hook or for its connections waits no longer.
    """
    if member.now.terminating and (member.waits or member.draining) and not hooks:
        member.waits.clear()
        member.draining = False
        _shut_down(cloud, group, member, "Terminating:Proceed")
    if member.now.terminating or not member.now.belongs:
        return
    if member.launch_activity is not None:
        member.launch_activity.finish(cloud.now, "Cancelled", unlaunched)
    member.waits.clear()
    description = f"Terminating EC2 instance: {member.id}"
    member.end_activity = group.activities.start(cloud.now, description, cause, member.zone, member.subnet)
    seconds = targets.deregister(cloud, group, member)
    if not hooks:
        _shut_down(cloud, group, member, "Terminating")
    elif seconds > 0:
        member.draining = True
        member.end_activity.status = "WaitingForELBConnectionDraining"
        group.change(cloud.now, member, lifecycle="Terminating")
        cloud.agenda.after(seconds, partial(_drained, cloud, group, member))
    else:
        _end(cloud, group, member)
    cloud.stir(group)


def _drained(cloud: Cloud, group: Group, member: Member) -> None:
    if member.draining and member.end_activity is not None:
        member.draining = False
        member.end_activity.status = "InProgress"
        _end(cloud, group, member)


def _end(cloud: Cloud, group: Group, member: Member) -> None:
    if not _wait(cloud, group, member, TERMINATING, "Terminating:Wait"):
        _shut_down(cloud, group, member, "Terminating")


def _shut_down(cloud: Cloud, group: Group, member: Member, lifecycle: str) -> None:
    machine = member.now.machine
    group.change(
        cloud.now,
        member,
        lifecycle=lifecycle,
        machine=machine if machine == "terminated" else "shutting-down",
    )
    seconds = 0.0 if machine == "terminated" else member.behaviour.shutdown
    cloud.agenda.after(seconds, partial(_leave, cloud, group, member))


def _leave(cloud: Cloud, group: Group, member: Member) -> None:
    group.change(cloud.now, member, lifecycle="Terminated", machine="terminated")
    if member.end_activity is not None:
        member.end_activity.finish(cloud.now, "Successful")
    cloud.stir(group)


def _wait(cloud: Cloud, group: Group, member: Member, transition: str, lifecycle: str) -> bool:
    """An action is opened for each hook of this transition; False when there is none."""
    hooks = group.hooks_for(transition)
    if not hooks:
        return False
    for hook in hooks:
        member.waits[hook.name] = Wait(hook, cloud.new_id(), cloud.now)
    group.change(cloud.now, member, lifecycle=lifecycle)
    activity = member.launch_activity if transition == LAUNCHING else member.end_activity
    if activity is not None and activity.ended_at is None:
        activity.status = "MidLifecycleAction"
    for wait in list(member.waits.values()):
        _expect(cloud, group, member, wait)
    return True


def _expect(cloud: Cloud, group: Group, member: Member, wait: Wait) -> None:
    due = min(cloud.now + wait.hook.heartbeat, wait.since + wait.hook.global_timeout)
    cloud.agenda.at(due, partial(_run_out, cloud, group, member, wait, wait.beat))


def _run_out(cloud: Cloud, group: Group, member: Member, wait: Wait, beat: int) -> None:
    if member.waits.get(wait.hook.name) is wait and wait.beat == beat:
        _settle(cloud, group, member, wait, wait.hook.default_result, "Heartbeat Timeout")


def _open(member: Member, hook_name: str, token: str | None) -> Wait:
    wait = member.waits.get(hook_name)
    if wait is None or (token is not None and wait.token != token):
        by = f"token {token}" if token is not None else f"instance ID {member.id}"
        raise invalid(f"No active Lifecycle Action found with {by}")
    return wait


def beat(cloud: Cloud, group: Group, member: Member, hook_name: str, token: str | None) -> None:
    """RecordLifecycleActionHeartbeat: the heartbeat begins anew, the global timeout does not."""
    wait = _open(member, hook_name, token)
    wait.beat += 1
    _expect(cloud, group, member, wait)


def complete(
    cloud: Cloud, group: Group, member: Member, hook_name: str, result: str, token: str | None = None
) -> None:
    """CompleteLifecycleAction."""
    wait = _open(member, hook_name, token)
    _settle(cloud, group, member, wait, result, f"Lifecycle Action Completed with {result} Result")


def _settle(cloud: Cloud, group: Group, member: Member, wait: Wait, result: str, how: str) -> None:
    del member.waits[wait.hook.name]
    if wait.hook.transition == TERMINATING:
        if result == "ABANDON":
            member.waits.clear()
        if not member.waits:
            _shut_down(cloud, group, member, "Terminating:Proceed")
    elif result == "ABANDON":
        reason = (
            f"Instance failed to complete user's Lifecycle Action: Lifecycle Action with token {wait.token} "
            f"was abandoned: {how}"
        )
        cause = (
            f"At {cloud.clock(cloud.now)} instance {member.id} was taken out of service in response to an "
            "abandoned lifecycle action."
        )
        terminate(cloud, group, member, cause, unlaunched=reason)
    elif not member.waits:
        enter_service(cloud, group, member)
