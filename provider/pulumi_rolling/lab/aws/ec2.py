"""EC2 calls about instances, so that EC2 and Auto Scaling tell one truth.

Instances of groups live in the lab's world; everything else of EC2 is moto's, also instances of RunInstances. A
call about both is answered by both: moto gets the call without the lab's instances, and its answer gets theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from pulumi_rolling.lab.aws import moto_side, templates
from pulumi_rolling.lab.aws.call import Call, page
from pulumi_rolling.lab.aws.consoles import get_console_output
from pulumi_rolling.lab.aws.joined import join, split
from pulumi_rolling.lab.aws.wire import protocol
from pulumi_rolling.lab.world import machines
from pulumi_rolling.lab.world.cloud import ACCOUNT, Cloud
from pulumi_rolling.lab.world.member import ALIVE, BY_USER, Member, MemberState
from pulumi_rolling.lab.world.refusal import Refused

STATES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
REMEMBERED = 3600.0

Seen = tuple[Member, MemberState]


def _state(name: str) -> dict[str, Any]:
    return {"Code": STATES[name], "Name": name}


def _seen(call: Call) -> list[Seen]:
    """The region's instances as they were; one that is terminated is shown for an hour (EC2 user guide)."""
    found = []
    for member in call.cloud.machines.values():
        state = member.states.at(call.as_of) if member.region == call.region else None
        if state is None:
            continue
        if state.machine == "terminated" and member.states.since < call.as_of - REMEMBERED:
            continue
        found.append((member, state))
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """One filter: whole values are looked up, only patterns (`*`, `?`) are compared one by one."""

    name: str
    values: frozenset[str]
    patterns: tuple[str, ...]

    def fits(self, candidate: str) -> bool:
        return candidate in self.values or any(fnmatchcase(candidate, pattern) for pattern in self.patterns)


def _wanted(call: Call) -> list[Wanted]:
    found = []
    for given in call.values.get("Filters", []):
        values = given.get("Values", [])
        patterns = tuple(value for value in values if "*" in value or "?" in value)
        found.append(Wanted(given["Name"], frozenset(values), patterns))
    return found


def _fields(call: Call, name: str, member: Member, state: MemberState) -> list[str]:
    """The values of an instance that one filter of DescribeInstances looks at."""
    match name:
        case "tag-key":
            return list(state.tags)
        case "instance-id":
            return [member.id]
        case "instance-state-name":
            return [state.machine]
        case "instance-state-code":
            return [str(STATES[state.machine])]
        case "image-id":
            return [member.revision.image]
        case "instance-type":
            return [member.revision.instance_type]
        case "availability-zone":
            return [member.zone]
        case "subnet-id":
            return [member.subnet or ""]
        case "vpc-id":
            return [moto_side.vpc_of(call.region, member.subnet) or ""]
        case "private-ip-address":
            return [member.address]
        case "reservation-id":
            return [member.reservation_id]
    if name.startswith("tag:"):
        return [state.tags[name[4:]]] if name[4:] in state.tags else []
    raise Refused("InvalidParameterValue", f"The filter '{name}' is invalid")


def _fits(call: Call, wanted: list[Wanted], member: Member, state: MemberState) -> bool:
    """Filters are joined by AND, the values of one by OR."""
    return all(any(map(each.fits, _fields(call, each.name, member, state))) for each in wanted)


def _view(call: Call, member: Member, state: MemberState) -> dict[str, Any]:
    dns = f"ip-{member.address.replace('.', '-')}.ec2.internal"
    code, message = (member.end_reason or BY_USER) if state.machine not in ALIVE else (None, None)
    return {
        "InstanceId": member.id,
        "ImageId": member.revision.image,
        "State": _state(state.machine),
        "StateReason": {"Code": code, "Message": message} if code is not None else None,
        "InstanceType": member.revision.instance_type,
        "LaunchTime": call.cloud.stamp(member.launched_at),
        "Placement": {"AvailabilityZone": member.zone, "Tenancy": "default"},
        "PrivateIpAddress": member.address,
        "PrivateDnsName": dns,
        "SubnetId": member.subnet,
        "VpcId": moto_side.vpc_of(call.region, member.subnet),
        "Monitoring": {"State": "disabled"},
        "Architecture": "x86_64",
        "RootDeviceType": "ebs",
        "RootDeviceName": "/dev/xvda",
        "VirtualizationType": "hvm",
        "Hypervisor": "xen",
        "AmiLaunchIndex": 0,
        "Tags": [{"Key": key, "Value": value} for key, value in state.tags.items()],
    }


def describe_instances(call: Call) -> tuple[int, str]:
    ids = call.values.get("InstanceIds") or []
    wanted, form = split(call, ids, "InstanceId.{}") if ids else ([], call.form)
    chosen = {member.id for member in wanted}
    filters = _wanted(call)
    seen = [pair for pair in _seen(call) if (not ids or pair[0].id in chosen) and _fits(call, filters, *pair)]
    views = [
        {
            "ReservationId": member.reservation_id,
            "OwnerId": ACCOUNT,
            "Instances": [_view(call, member, state)],
        }
        for member, state in seen
    ]
    shown, token = page(
        views, {**call.values, "MaxRecords": call.values.get("MaxResults", len(views))}, 0, len(views)
    )
    if token is not None:
        return 200, protocol("ec2").write(call.action, {"Reservations": shown, "NextToken": token})
    if form is not None:
        form = {key: value for key, value in form.items() if key not in ("NextToken", "MaxResults")}
    return join(call, "ec2", "Reservations", shown, form)


def describe_instance_status(call: Call) -> tuple[int, str]:
    ids = call.values.get("InstanceIds") or []
    wanted, form = split(call, ids, "InstanceId.{}") if ids else ([], call.form)
    chosen = {member.id for member in wanted}
    everyone = call.values.get("IncludeAllInstances", False)
    filters, views = _wanted(call), []
    for member, state in _seen(call):
        if (ids and member.id not in chosen) or not (everyone or state.machine == "running"):
            continue
        if not _fits(call, filters, member, state):
            continue
        instance, system = _checks(call, member, state)
        views.append(
            {
                "InstanceId": member.id,
                "AvailabilityZone": member.zone,
                "InstanceState": _state(state.machine),
                "InstanceStatus": {"Status": instance},
                "SystemStatus": {"Status": system},
            }
        )
    return join(call, "ec2", "InstanceStatuses", views, form)


def _checks(call: Call, member: Member, state: MemberState) -> tuple[str, str]:
    """The instance's and the system's status check: initializing at first, nothing when it does not run.

    Source: EC2 API reference, DescribeInstanceStatus and InstanceStatusSummary.
    """
    if state.machine not in ALIVE:
        return "not-applicable", "not-applicable"
    booted = member.booted_at
    if state.machine == "pending" or booted is None or call.as_of < booted + member.behaviour.checks_after:
        return "initializing", "initializing"
    return ("ok" if member.well and member.behaviour.status_checks else "impaired"), "ok"


def _transition(answer: str, act: Callable[[Cloud, Member], None]) -> Callable[[Call], tuple[int, str]]:
    """A call that changes the state of instances behind their groups' backs."""

    def handle(call: Call) -> tuple[int, str]:
        own, form = split(call, call.values["InstanceIds"], "InstanceId.{}")
        changes = []
        for member in own:
            before = member.now.machine
            act(call.cloud, member)
            changes.append(
                {
                    "InstanceId": member.id,
                    "PreviousState": _state(before),
                    "CurrentState": _state(member.now.machine),
                }
            )
        return join(call, "ec2", answer, changes, form)

    return handle


def reboot_instances(call: Call) -> tuple[int, str]:
    """A reboot leaves an instance running."""
    _, form = split(call, call.values["InstanceIds"], "InstanceId.{}")
    return call.ask(form) if form is not None else (200, protocol("ec2").write(call.action, {}))


def _tag(call: Call, change: Callable[[Mapping[str, str]], dict[str, str]]) -> tuple[int, str]:
    own, form = split(call, call.values["Resources"], "ResourceId.{}")
    for member in own:
        call.cloud.change(member, tags=change(member.now.tags))
    answer = call.ask(form) if form is not None else (200, protocol("ec2").write(call.action, {}))
    templates.retagged(call.region, call.values["Resources"])
    return answer


def create_tags(call: Call) -> tuple[int, str]:
    given = {tag["Key"]: tag.get("Value", "") for tag in call.values["Tags"]}
    return _tag(call, lambda tags: {**tags, **given})


def delete_tags(call: Call) -> tuple[int, str]:
    given = {tag["Key"]: tag.get("Value") for tag in call.values.get("Tags", [])}

    def left(tags: Mapping[str, str]) -> dict[str, str]:
        return {
            key: value for key, value in tags.items() if key not in given or given[key] not in (None, value)
        }

    return _tag(call, left)


def describe_tags(call: Call) -> tuple[int, str]:
    """moto knows the tags of everything but the lab's instances."""
    found = [
        {"ResourceId": member.id, "ResourceType": "instance", "Key": key, "Value": value}
        for member, state in _seen(call)
        for key, value in state.tags.items()
    ]
    fields = {"resource-id": "ResourceId", "resource-type": "ResourceType", "key": "Key", "value": "Value"}
    for wanted in _wanted(call):
        if wanted.name.startswith("tag:"):
            found = [tag for tag in found if tag["Key"] == wanted.name[4:] and wanted.fits(tag["Value"])]
        elif wanted.name in fields:
            found = [tag for tag in found if wanted.fits(tag[fields[wanted.name]])]
        else:
            raise Refused("InvalidParameterValue", f"The filter '{wanted.name}' is invalid")
    return join(call, "ec2", "Tags", found, call.form)


ACTIONS: dict[str, Callable[[Call], tuple[int, str]]] = {
    "DescribeInstances": describe_instances,
    "DescribeInstanceStatus": describe_instance_status,
    "TerminateInstances": _transition("TerminatingInstances", machines.kill),
    "StopInstances": _transition("StoppingInstances", machines.stop),
    "StartInstances": _transition("StartingInstances", machines.start),
    "RebootInstances": reboot_instances,
    "CreateTags": create_tags,
    "DeleteTags": delete_tags,
    "DescribeTags": describe_tags,
    "GetConsoleOutput": get_console_output,
    "CreateLaunchTemplate": templates.create_launch_template,
}


def answer(call: Call) -> tuple[int, str]:
    return ACTIONS[call.action](call)
