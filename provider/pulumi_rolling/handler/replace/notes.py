"""What the user should know of the group as found, besides the plan itself."""

from __future__ import annotations

from pulumi_rolling.core.replace.limits import Choice, Limits
from pulumi_rolling.fleets.replace import Facts
from pulumi_rolling.handler.replace.members import members_counted


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
