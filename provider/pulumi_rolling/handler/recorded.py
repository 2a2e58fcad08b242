"""The record of an unfinished rollout among a group's tags: this resource's, another one's, or one that cannot be.

Which machine's rollout it is does not matter here, but that a record goes on under the strategy that began it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from pulumi_rolling.core.machine import is_over, machine_of
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.engine import lease
from pulumi_rolling.engine.record import kept_policy
from pulumi_rolling.engine.record import pieces as journal
from pulumi_rolling.engine.record.kept_policy import KeptPolicy
from pulumi_rolling.errors import Fault, RollingError
from pulumi_rolling.fleets.base import Facts
from pulumi_rolling.handler.operation import UNKNOWN, Operation
from pulumi_rolling.policy.block import POLICY

Odd = Callable[[Any], str]
"""What of a machine's record cannot be, in words; empty where it all can."""


def unfinished(tags: Mapping[str, str]) -> tuple[str, Any] | None:
    """Owner and rollout of a record from which somebody has to go on."""
    found = journal.read_any(tags)
    return None if found is None or is_over(found[1]) else found


def raise_ended(operation: Operation, tags: Mapping[str, str]) -> None:
    """RollingError where the rollout that is to be gone on with was ended by another driver, so that none is begun."""
    found = unfinished(tags)
    if operation.continues and (found is None or found[1].goal.id != operation.continues):
        raise RollingError(
            f"Rollout {operation.continues} of {operation.name} was ended by another driver meanwhile.",
            hint="Nothing more was done.",
        )


def policy_marks(operation: Operation) -> dict[str, str]:
    """The operation's policy as tags that stand beside its record."""
    news, former = operation.news, (operation.olds or {}).get(POLICY)
    kept = KeptPolicy(news.get(POLICY) or {}, news.get("onFailure"), former)
    return kept_policy.pack(kept, operation.fleet.shelf)


def recorded(
    operation: Operation, facts: Facts, at: float, made_from: Iterable[str], odd: Odd
) -> tuple[Any | None, tuple[Fault, ...]]:
    """The record of this resource on the group, and the faults where another one has the group.

    ``made_from``: addresses of what the members were made from.
    """
    found = journal.read_any(facts.tags)
    other = lease.found_lease(facts.tags)
    path, owner = operation.kind.name_path, operation.owner
    if found is not None and found[0] != owner:
        sentence = (
            f"group {facts.name} carries the record of rollout {found[1].goal.id} by another resource; "
            "one group has one policy, of one resource: a RollingGroup's, or that of the group's own resource"
        )
        return None, (Fault(path, sentence),)
    unfinished = None if found is None or is_over(found[1]) else found[1]
    record = None
    if unfinished is not None:
        elsewhere = _other_strategy(operation, unfinished)
        if elsewhere is not None:
            return None, (elsewhere,)
        strange = odd(unfinished) or _strange(operation, facts, unfinished, made_from)
        if strange:
            keys = ", ".join(sorted(journal.record_marks(facts.tags)))
            sentence = (
                f"the record of rollout {unfinished.goal.id} on group {facts.name} is not one of this resource: "
                f"{strange}. Look at its tags {keys}, and remove them to begin anew"
            )
            return None, (Fault(path, sentence),)
        record = _as_the_cloud_has_it(operation, unfinished)
    if other is not None and other.owner != owner and other.until > at:
        return record, (Fault(path, f"group {facts.name} is being rolled by driver {other.holder}"),)
    return record, ()


def going_on(
    record: Any, to: Revision, resume: Callable[[Any], Any], retarget: Callable[[Any], Any]
) -> tuple[Any, str]:
    """The record's rollout taken over, toward ``to``, and the note that says so."""
    note = f"an interrupted rollout to {record.goal.to} was found; it is taken over from the group's record"
    if to is UNKNOWN:
        return resume(record), note
    if record.goal.to.digest == to.digest:
        rollout = resume(record)
        return replace(rollout, goal=replace(rollout.goal, to=to)), note
    return retarget(record), f"{note}, and goes to {to} instead"


def _other_strategy(operation: Operation, record: Any) -> Fault | None:
    """A record holds what its own machine has to give back; another one does not know of it."""
    mine, its = operation.strategy.situation.machine, machine_of(record)
    if its.name == mine.name:
        return None
    rows = operation.kind.strategies.items()
    began = next((key for key, row in rows if row.situation.machine.name == its.name), its.name)
    return Fault(
        f"{POLICY}.{operation.strategy.block.key}",
        f"rollout {record.goal.id} on the group was begun by {began} and is not over; it goes on by that alone. Set "
        f"{POLICY}.{began} again, run 'pulumi up', and change the strategy after that.",
    )


def _strange(operation: Operation, facts: Facts, record: Any, made_from: Iterable[str]) -> str:
    """What of a record cannot be: anybody who may tag the group can write one that leads elsewhere."""
    former, kin = record.goal.came_from, operation.kind.kin
    deployed = operation.revision_in_state()
    if former is not None and deployed is not None and not _is_same(operation, former.address, deployed):
        return f"it came from {former.address}, and this resource deployed {deployed}"
    named = [facts.pointer, *made_from]
    named += [each for each in (deployed, (operation.olds or {}).get("previousRevision")) if each]
    families = {kin(address) for address in named} - {None}
    for revision in (former, record.goal.to):
        family = None if revision is None else kin(revision.address)
        if (
            revision is not None
            and family is not None
            and revision.address not in named
            and family not in families
        ):
            return f"it names {revision.address}, and the group was never made from {family}"
    return ""


def _is_same(operation: Operation, one: str, other: str) -> bool:
    """Two versions of equal contents make the same members."""
    return one == other or operation.fleet.at(one).digest == operation.fleet.at(other).digest


def _as_the_cloud_has_it(operation: Operation, record: Any) -> Any:
    """The former revision by its address alone: contents and label are what they are."""
    former = record.goal.came_from
    real = None if former is None else operation.fleet.at(former.address)
    if real is None or not real.exists or real == former:
        return record
    return replace(record, goal=replace(record.goal, came_from=real))
