"""What an instance of the lab has written to its console, in the lab's own words.

Source: EC2 API reference, GetConsoleOutput: the output is told up to an hour after an instance has ended.
"""

from __future__ import annotations

import base64

from pulumi_rolling.lab.aws.call import Call
from pulumi_rolling.lab.aws.wire import protocol
from pulumi_rolling.lab.world.member import Member


def get_console_output(call: Call) -> tuple[int, str]:
    """moto has a console of its own for instances that are of no group."""
    member = call.cloud.machines.get(call.values["InstanceId"])
    if member is None:
        return call.ask(call.form)
    text = "".join(f"{line}\n" for line in _lines(member))
    output = base64.b64encode(text.encode()).decode()
    return 200, protocol("ec2").write(call.action, {"InstanceId": member.id, "Output": output})


def _lines(member: Member) -> list[str]:
    lines = [f"lab: {member.id} boots from {member.revision.image}"]
    if member.booted_at is not None:
        lines.append(f"lab: booted after {member.boot:.1f} s")
    if member.signalled is not None:
        lines.append(f"lab: user data has sent {member.signalled[0]}")
    if member.illness:
        lines.append(f"lab: {member.illness}")
    if member.dead:
        lines.append("lab: shut down")
    return lines
