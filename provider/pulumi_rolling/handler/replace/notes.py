"""What the user should know of the group as found, besides the plan itself."""

from __future__ import annotations

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.core.replace.limits import Choice, Limits
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.fleets.replace import Facts
from pulumi_rolling.handler.operation import UNKNOWN, Operation
from pulumi_rolling.handler.replace.members import is_old, members_counted


def pointer_warnings(operation: Operation, facts: Facts, to: Revision) -> list[str]:
    """Another resource moved the pointer: then a way back would be undone by its next update."""
    deployed = operation.revision_in_state()
    if deployed is None or facts.current is None or to is UNKNOWN:
        return []
    moved = facts.current.digest == to.digest and facts.pointer != deployed
    stays = any(is_old(m, to) for m in members_counted(facts))
    if not (moved and stays) or journal.read(facts.tags) is not None:
        return []
    return [
        f"the group already points at {to}: another resource moved it, and would move it again after a way back. "
        f'Add ignore_changes=["{operation.kind.pointer_property(to)}"] to the options of the group.'
    ]


def member_notes(facts: Facts, rules: Limits) -> list[str]:
    """Members in a special state, and what becomes of them."""
    notes = []
    if facts.standby:
        notes.append(f"in standby, {_fate(rules.standby)}: {', '.join(facts.standby)}")
    if facts.protected:
        like = "; CloudFormation does the same" if rules.protected is Choice.REPLACE else ""
        notes.append(
            f"{len(facts.protected)} protected from scale-in, {_fate(rules.protected)}{like}: "
            f"{', '.join(facts.protected[:5])}{', ...' if len(facts.protected) > 5 else ''}"
        )
    weights = [m.weight for m in members_counted(facts)]
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
