"""Where a rollout comes from, whatever its machine: from state, or from what most members run.

Where members show that a rollout was interrupted and its record is lost, state says where it came from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pulumi_rolling.core.model.goal import Direction, Goal
from pulumi_rolling.core.model.member import Lifecycle, Member, Revision
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.errors import Fault
from pulumi_rolling.fleets.base import Facts, Glance
from pulumi_rolling.handler.operation import UNKNOWN, Operation
from pulumi_rolling.policy.outputs import STABLE
from pulumi_rolling.report.differences import differences
from pulumi_rolling.report.wording import any_one

EQUAL = "that runs equal contents is not replaced"


def is_old(member: Member, to: Revision, forced: bool = False) -> bool:
    return forced or member.revision.digest != to.digest


def came_from(operation: Operation, facts: Facts, members: Iterable[Member], to: Revision) -> Revision | None:
    """The revision in state; on create the one that most members run. None: there is no way back.

    Where all members serve another one, the group's is younger than state: `rolling finish`, or a person, has brought
    it there since. That is not so where state says that the last rollout did not end well.
    """
    address, members = operation.revision_in_state(), tuple(members)
    if address is not None:
        revision: Revision = _brought_since(operation, facts, members, to) or operation.fleet.at(address)
    else:
        counts = Counter(m.revision for m in members if is_old(m, to))
        if not counts:
            return None
        revision = counts.most_common(1)[0][0]
    if not revision.exists:
        return None
    if facts.current is not None and facts.current.digest == revision.digest and "$" not in facts.pointer:
        return facts.current
    return revision


def _brought_since(
    operation: Operation, facts: Facts, members: Sequence[Member], to: Revision
) -> Revision | None:
    """The revision that all members serve, if no rollout under way and none that failed has brought it."""
    ended_well = (operation.olds or {}).get("status") == STABLE
    runs = {member.revision.digest: member.revision for member in members}
    if not ended_well or len(runs) != 1 or journal.read_any(facts.tags) is not None:
        return None
    (revision,) = runs.values()
    serve = all(member.lifecycle is Lifecycle.IN_SERVICE for member in members)
    return revision if serve and is_old(members[0], to) else None


def another_group(operation: Operation, facts: Facts) -> tuple[Fault, ...]:
    """The fault of a group that is not the one which the face knows: its name stands in several places."""
    if operation.known_as in (None, facts.id):
        return ()
    sentence = (
        f"the program's group is {operation.known_as}, and what was found by its name is {facts.id}. Where that is "
        "another account: roles that an explicit provider assumes are not told to the program; set aws:assumeRoles for "
        "the stack, or take the plugin with a rolling.Provider. Where the group was made anew: run 'pulumi refresh'."
    )
    return (Fault(operation.kind.name_path, sentence),)


def notes_of(operation: Operation, facts: Facts) -> tuple[str, ...]:
    """What is told of the group as found. Inputs whose target is known after apply need no advice on its wording."""
    if not operation.target_unknown:
        return (*facts.notes, *facts.floating)
    # Tags of a launch template make a plan show its version as unknown, although they make no version.
    return facts.notes if operation.forced else (*facts.notes, f"{any_one(operation.kind.noun)} {EQUAL}")


def is_pointed(operation: Operation, glance: Glance) -> bool:
    """Whether a group whose pointer can be moved points where it shall, by the number that state has."""
    return glance.pointer == glance.target.address == (operation.olds or {}).get("revision")


def lost_members(operation: Operation, members: Iterable[Member], former: Revision | None) -> list[Member]:
    """Members that a rollout without a record has made: they are not of the revision that was deployed last."""
    if operation.olds is None or former is None or operation.was_skipped:
        return []
    return [m for m in members if is_old(m, former)]


def abandoned_by(strange: Iterable[Member], to: Revision) -> tuple[str, ...]:
    """Digests that were targets of a rollout whose record is lost."""
    return tuple(dict.fromkeys(m.revision.digest for m in strange if is_old(m, to)))


def lost_record(operation: Operation, strange: Sequence[Member], goal: Goal, beside: str) -> str:
    """The warning of a rollout that goes on without its record. ``beside``: what is true of the group itself."""
    former = goal.came_from
    elsewhere = former is not None and former.digest != goal.to.digest
    back = f"the way back is {former}, " if elsewhere else ""
    return (
        f"{who(len(strange), operation.kind.noun)} not of {former}, which this resource deployed last, and the "
        f"group carries no record of a rollout; {back}{beside}"
    )


def who(count: int, noun: tuple[str, str]) -> str:
    """Subject and verb: one is, several are."""
    return f"1 {noun[0]} is" if count == 1 else f"{count} {noun[1]} are"


def policy_warnings(operation: Operation, rollout: Any, told: Sequence[str]) -> Sequence[str]:
    """Warnings of the policy, which are of the way forward and for people who can still change it.

    `rolling finish` and `rolling return` go by the policy that the record keeps, and a rollout that goes back is past
    what they warn of.
    """
    return () if operation.continues or rollout.direction is Direction.BACK else told


def pointer_warnings(
    operation: Operation, facts: Facts, members: Iterable[Member], to: Revision
) -> list[str]:
    """Another resource moved the pointer: then a way back would be undone by its next update."""
    deployed = operation.revision_in_state()
    if deployed is None or facts.current is None or to is UNKNOWN or operation.was_skipped:
        return []
    moved = facts.current.digest == to.digest and facts.pointer != deployed
    stays = any(is_old(m, to) for m in members)
    held = operation.kind.pointer_property(to)
    if held is None or not (moved and stays) or journal.read_any(facts.tags) is not None:
        return []
    return [
        f"the group already points at {to}: another resource moved it, and would move it again after a way back. "
        f'Add ignore_changes=["{held}"] to the options of the group.'
    ]


def differences_between(operation: Operation, former: Revision | None, to: Revision) -> tuple[str, ...]:
    """What changes for members, where both revisions are known."""
    if former is None or to is UNKNOWN:
        return ()
    return differences(operation.fleet.contents(former), operation.fleet.contents(to))
