"""What the user should know of the group as found, besides the plan itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.core.model.member import Lifecycle, Member, Revision
from pulumi_rolling.core.replace.limits import Choice, Limits
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.fleets.aws.launch_configurations import configuration_in
from pulumi_rolling.fleets.base import GroupFacts

UNKNOWN = Revision("known after apply", "known after apply", "")
"""Stands for a target that preview cannot know; nothing has its digest, so every member may have to go."""


def present(facts: GroupFacts) -> list[Member]:
    away = (Lifecycle.LEAVING, Lifecycle.STANDBY)
    return [m for m in facts.observation.members if m.lifecycle not in away]


def pointer_warnings(facts: GroupFacts, to: Revision, state: Mapping[str, Any] | None) -> list[str]:
    """Another resource moved the pointer: then a way back would be undone by its next update."""
    if state is None or not state.get("revision") or facts.current is None or to is UNKNOWN:
        return []
    moved = facts.current.digest == to.digest and facts.pointer != str(state["revision"])
    stays = any(m.revision.digest != to.digest for m in present(facts))
    if not (moved and stays) or journal.read(facts.tags) is not None:
        return []
    return [
        f"the group already points at {to}: another resource moved it, and would move it again after a way back. "
        f'Add ignore_changes=["{_property(to)}"] to the options of the group.'
    ]


def _property(to: Revision) -> str:
    """The group's property that holds the pointer, as the AWS provider of Pulumi calls it."""
    return "launchTemplate" if configuration_in(to.address) is None else "launchConfiguration"


def member_notes(facts: GroupFacts, rules: Limits) -> list[str]:
    """Who is in a special state, and what becomes of them."""
    notes = []
    if facts.standby:
        notes.append(f"in standby, {_fate(rules.standby)}: {', '.join(facts.standby)}")
    if facts.protected:
        like = "; CloudFormation does the same" if rules.protected is Choice.REPLACE else ""
        notes.append(
            f"{len(facts.protected)} protected from scale-in, {_fate(rules.protected)}{like}: "
            f"{', '.join(facts.protected[:5])}{', ...' if len(facts.protected) > 5 else ''}"
        )
    weights = [m.weight for m in present(facts)]
    if any(weight > 1 for weight in weights):
        heaviest = -(-facts.sizes.desired // max(weights))
        notes.append(
            f"weights: the policy counts instances, now {len(weights)} for a Desired of {facts.sizes.desired} units; "
            f"made of the heaviest alone it would be {heaviest}, and a higher floor than that could not be held"
        )
    if facts.observation.warm:
        notes.append(f"{len(facts.observation.warm)} in the warm pool, {_fate(rules.warm_pool)}")
    return notes


def _fate(choice: Choice) -> str:
    return {
        Choice.WAIT: "waited for where they are old, one hour at most",
        Choice.IGNORE: "left alone",
        Choice.REPLACE: "replaced where they are old",
    }[choice]
