"""What is told of a return before it begins: its steps, what it leaves, and how long it will take. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_rolling.stack.deployment import name_in
from pulumi_rolling.stack.estimate import estimate, estimate_text
from pulumi_rolling.stack.guard import counted
from pulumi_rolling.stack.kept import Copy
from pulumi_rolling.stack.returning import Way
from pulumi_rolling.stack.wish import Left

VERBS = {
    "update": "back to their former inputs",
    "create": "made again",
    "delete": "deleted",
    "create-replacement": "replaced",
    "delete-replaced": "deleted after their replacement",
}


def way_text(to: Copy, way: Way) -> str:
    """The way back in a few lines."""
    lines = [f"The way back to {to.title}:"]
    steps = {verb: urns for verb, urns in counted(way.steps).items() if verb != "replace"}
    lines += [f"  {VERBS.get(verb, verb)} ({len(urns)}): {_names(urns)}" for verb, urns in steps.items()]
    lines += [f"  {name_in(urn)} lives again under its old id {id_}" for urn, id_ in way.revival.revived]
    lines += [f"  its newer copy {id_} is deleted" for _, id_ in way.revival.outlived]
    retained = way.revival.retained
    lines += [
        f"  {name_in(urn)}: its newer copy {id_} leaves the state and stays in the cloud"
        for urn, id_ in retained
    ]
    lines += [f"  {name_in(each.urn)}: {each.sentence}" for each in way.revival.refused]
    lines += _told(way.script.wish.left)
    if len(lines) == 1:
        lines.append("  nothing to do")
    told = estimate(way.script.now, (str(step.get("urn")) for step in way.steps if step.get("op") != "same"))
    return "\n".join([*lines, estimate_text(told)] if told.groups else lines)


def _told(left: Iterable[Left]) -> list[str]:
    return [f"  {name_in(each.urn)}: {each.sentence}" for each in left]


def _names(urns: list[str], most: int = 6) -> str:
    shown = ", ".join(name_in(urn) for urn in urns[:most])
    return shown + (f" and {len(urns) - most} more" if len(urns) > most else "")
