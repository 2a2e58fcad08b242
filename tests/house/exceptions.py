"""What is longer or wider than the house allows, each with its reason. A line that is needed no more fails the test."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A function of a file, and what of it is beyond the limit."""

    file: str
    function: str
    what: str


COMMAND = "a command's parameters are its options: cli/declared.py reads them off the signature, with help and default"

EXCEPTIONS: dict[Place, str] = {
    Place("provider/pulumi_rolling/cli/plan.py", "plan", "parameters"): COMMAND,
    Place("provider/pulumi_rolling/cli/preview.py", "preview", "parameters"): COMMAND,
    Place("provider/pulumi_rolling/cli/simulate.py", "simulate", "parameters"): COMMAND,
    Place("provider/pulumi_rolling/cli/simulate.py", "simulate", "lines"): (
        "seventeen options with their help take fifty lines before the first statement"
    ),
    Place("provider/pulumi_rolling/cli/stack.py", "up", "parameters"): COMMAND,
    Place("provider/pulumi_rolling/cli/stack.py", "rollback", "parameters"): COMMAND,
    Place("provider/pulumi_rolling/cli/watch.py", "watch", "parameters"): COMMAND,
    Place("provider/pulumi_rolling/resource/rolling_group.py", "__init__", "parameters"): (
        "a resource's arguments are its inputs, one for each kind of group among them"
    ),
    Place("provider/pulumi_rolling/signals/send.py", "send", "parameters"): (
        "the command's options, and the three doors (clients, metadata service, sleep) that a test opens"
    ),
}

FOREIGN_NAMES: dict[str, str] = {
    "GetPluginInfo": "a method of Pulumi's gRPC service; the generated server calls it by this name",
}
