"""One operation on one group: its inputs, its kind, the fleet, what state says, clock and pace.

Kind and Strategy are the shape of a row of the table in ``kinds``; no kind is named here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

from pulumi_rolling.core.machine import Machine
from pulumi_rolling.core.model.decision import Decision
from pulumi_rolling.core.model.member import Member, Revision
from pulumi_rolling.engine.clock import Clock
from pulumi_rolling.engine.retry import Deadline
from pulumi_rolling.errors import Fault, PolicyErrors, RolloutError
from pulumi_rolling.fleets.base import Facts, Glance, Group, ListedGroup, Retry
from pulumi_rolling.fleets.replace import SignalSource
from pulumi_rolling.handler.context import Defaults
from pulumi_rolling.handler.declared import Declared, name_in_block
from pulumi_rolling.handler.words import Words
from pulumi_rolling.policy.block import Block, GroupBlock, fields
from pulumi_rolling.policy.check import parse_policy
from pulumi_rolling.policy.inputs import RollingGroupInputs, UpdatePolicy, given_rows
from pulumi_rolling.policy.outputs import SKIPPED
from pulumi_rolling.policy.timing import Timing
from pulumi_rolling.report.preview import Preview
from pulumi_rolling.signals.choose import NoSignals

F = TypeVar("F", bound=Group)

UNKNOWN = Revision("known after apply", "known after apply", "")
"""Stands for a target that preview cannot know; nothing has its digest, so every member may have to go."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a fleet is made with beside its block of the inputs."""

    defaults: Defaults
    retry: Retry[Any]
    signals: SignalSource = field(default_factory=NoSignals)


class Situation(Protocol):
    """All that is true before a rollout starts, whatever its machine."""

    @property
    def facts(self) -> Facts: ...

    @property
    def to(self) -> Revision: ...

    @property
    def came_from(self) -> Revision | None: ...

    @property
    def limits(self) -> Any: ...

    @property
    def rollout(self) -> Any:
        """What would be driven: new, or taken over from the record."""
        ...

    @property
    def interrupted(self) -> Any | None:
        """The record of an unfinished rollout, as it is on the group."""
        ...

    @property
    def faults(self) -> tuple[Fault, ...]: ...

    @property
    def warnings(self) -> tuple[str, ...]: ...

    @property
    def notes(self) -> tuple[str, ...]: ...

    @property
    def differences(self) -> tuple[str, ...]:
        """Between the contents of the revision that we come from and of the target, where both are known."""

    @property
    def suspended_as_found(self) -> frozenset[str]:
        """Processes that others had suspended."""
        ...

    @property
    def pointer_moves(self) -> bool:
        """The group can be pointed elsewhere and nothing else done."""
        ...

    @property
    def old(self) -> Sequence[Member]:
        """Members that would be replaced."""
        ...

    @property
    def room(self) -> Any: ...

    @property
    def has_work(self) -> bool: ...


def is_pointer_only(situation: Situation) -> bool:
    """Whether nothing is replaced, and the group points elsewhere than it shall."""
    elsewhere = situation.facts.pointer != situation.to.address
    return situation.pointer_moves and elsewhere and not situation.has_work


def is_idle(situation: Situation) -> bool:
    """Whether nothing at all is to be done."""
    return not situation.has_work and not is_pointer_only(situation)


def raise_faults(situation: Situation) -> None:
    if situation.faults:
        raise PolicyErrors(situation.faults)


class Telling(Protocol):
    """How a machine's rollout is told: beforehand, when its drive ends too early, and at its end."""

    def preview(self, situation: Any, notes: tuple[str, ...]) -> Preview: ...

    def interrupted(self, group: str, rollout: Any, *, given_back: bool) -> str:
        """What is true of a group whose drive ended before the rollout did, as far as our own acts go."""
        ...

    def failure(self, decision: Decision[Any, Any], words: Words) -> RolloutError:
        """The error of a decision whose outcome is not a success."""
        ...

    def left_as_they_are(self, rollout: Any) -> str:
        """What is said of members that a success has not replaced; empty where there are none."""
        ...

    def set_apart(self, rollout: Any, fleet: Any) -> str:
        """What is said of machines that live on outside the group; empty where there are none."""
        ...

    def kept(self, rollout: Any) -> dict[str, Any]:
        """What state keeps of a record that stays on the group, for when somebody removes it there."""
        ...

    def outputs(self, rollout: Any, olds: Mapping[str, Any]) -> dict[str, Any]:
        """What ``lastRollout`` has of the rollout itself. ``olds``: the state before."""
        ...


class Situations(Protocol):
    """What is true of a group before a strategy rolls it. The situation itself is that of the strategy's machine."""

    @property
    def machine(self) -> Machine[Any, Any, Any, Any, Any]: ...

    @property
    def telling(self) -> Telling: ...

    def assess(self, operation: Operation) -> Any:
        """Look at the live group: the rollout that would be driven, and all that stands in its way."""
        ...

    def assess_again(self, operation: Operation, before: Any) -> Any:
        """As ``assess``, while what is listened to stays that of the situation before."""
        ...

    def glance(self, operation: Operation) -> Glance:
        """The light look, with what the policy wants looked at."""
        ...

    def is_pointed(self, operation: Operation, glance: Any) -> bool:
        """Whether new members will be what they shall be."""
        ...

    def is_settled(self, operation: Operation, glance: Any) -> bool:
        """Whether nothing has to be replaced."""
        ...

    def listening(self, operation: Operation, situation: Any) -> AbstractContextManager[None]:
        """Around the drive: what the cloud says unasked reaches the rollout."""
        ...

    def prepare(self, operation: Operation, situation: Any) -> None:
        """Do under the lease what the machine has no act for."""
        ...

    def point_at(self, operation: Operation, to: Revision) -> None:
        """Move the group's pointer alone, under the lease."""
        ...

    def conclude(self, operation: Operation, situation: Any, decision: Any) -> None:
        """The same at the end, while the record still stands; done twice it does no more."""
        ...

    def as_found(self, facts: Any) -> dict[str, Any]:
        """Outputs of a group as it is: what a rollout must put back."""
        ...

    def risks(self, operation: Operation, situation: Any) -> tuple[str, ...]:
        """Risks that the group's surroundings show, for people who are to agree; asked for by a preview alone."""
        ...


@dataclass(frozen=True, slots=True)
class Handover:
    """How a group goes on that a strategy's machine hands over: another strategy of the kind returns it."""

    to: str
    """The key of that strategy."""
    policy: Callable[[Any, Any], Block]
    """Its block: (block of the strategy that hands over, the group's facts)."""
    resting: Callable[[Any], frozenset[str]]
    """Processes that rest by our act, from the record that is handed over."""


@dataclass(frozen=True, slots=True)
class Strategy(Generic[F]):
    """One way to roll groups of a kind."""

    block: type[Block]
    """Of ``updatePolicy``."""
    limits: Callable[..., Any]
    """What its block allows: (block, the group as found, timing, former block, on failure)."""
    fleet: Callable[[Any, Reach], F]
    """The fleet of a group, from its block of the inputs."""
    situation: Situations
    handover: Handover | None = None
    """None: its machine hands nothing over."""
    is_fixed: Callable[[F, Revision], bool] = lambda fleet, revision: False
    """Whether members of a revision that the fleet has read are alike, whenever they are made."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of group, as far as the handler knows it."""

    key: str
    """Where the group stands in the inputs."""
    inputs: type[GroupBlock]
    """The block that stands there."""
    strategies: Mapping[str, Strategy[Any]]
    """By their keys under ``updatePolicy``; the first is the one that an adopted group gets."""
    identity: tuple[str, ...]
    """Fields of which another value is another group."""
    address: tuple[str, ...]
    """Fields that must be known before the group can be asked for; the others say which revision is wanted."""
    pointer_property: Callable[[Revision], str | None]
    """The property of the group's own resource that holds the pointer, for ``ignore_changes``. None: it holds none."""
    as_inputs: Callable[[str], dict[str, Any]]
    """The fields that want what a pointer says."""
    at_version: Callable[[str, str | None], dict[str, Any]]
    """The fields that want another version than the pointer's, by default the newest."""
    kin: Callable[[str], str | None]
    """What an address is a version of; None where it is of nothing."""
    noun: tuple[str, str]
    """What a member is called, one and many."""
    mend: Callable[[Any], str]
    """What makes the members by this block of the inputs, as it is called where it is at fault."""
    named_by: str = "name"
    """The field that names the group."""
    name_of: Callable[[Mapping[str, Any]], str | None] = name_in_block
    """What people call the group of a block; None where that is not known."""
    as_named: Callable[[str], dict[str, Any]] = lambda name: {"name": name}
    """The fields that name the group that people call so."""
    is_name: Callable[[str], bool] = lambda text: False
    """Whether a group of the kind may be called so."""
    one_spelling: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda block: block
    """The block with its identity in one spelling, where there are several."""
    history: str = "activities"
    """Where the service tells what it did, as that is called."""
    secrets: frozenset[str] = frozenset()
    """Fields that may be secret: they stand in no id, plan or message."""
    reads_reach: bool = True
    """Its fleets go where the reach leads. False: that is another cloud's, and they are told region and endpoint."""
    declared: tuple[Declared, ...] = ()
    """Resources of Pulumi that are such groups, for a policy that stands at the resource itself."""
    same_group: Callable[[Any, Reach], Hashable] | None = None
    """Equal for two blocks of the inputs that name one group; None where those have equal identities."""
    names_beside: Callable[[Any, Reach], Iterator[str]] = lambda group, reach: iter(())
    """Names of the groups where the block says that its group is."""
    expect_many: Callable[[], None] = lambda: None
    """Told once by a process that serves the groups of a whole stack."""
    listed: Callable[[Reach, Sequence[str] | None], Iterator[ListedGroup]] = lambda reach, names: iter(())
    """All groups within reach, or those of these names that are there."""

    @property
    def name_path(self) -> str:
        """Where the inputs name the group."""
        return f"{self.key}.{self.named_by}"

    def block_in(self, inputs: RollingGroupInputs) -> Any:
        """The group's own block of the inputs."""
        return getattr(inputs, fields(type(inputs))[self.key])

    def is_path(self, path: str) -> bool:
        """Whether a fault is about the group itself."""
        return path.startswith(self.key)


@dataclass(frozen=True)
class Operation:
    """What a verb is about. ``olds`` is the resource's last good state, None on create."""

    kind: Kind
    strategy: Strategy[Any]
    fleet: Any
    """As the strategy makes it; its situation knows the type."""
    inputs: RollingGroupInputs
    news: Mapping[str, Any]
    """The same inputs as properties, with values that preview does not know yet."""
    olds: Mapping[str, Any] | None
    owner: str
    """A short name of the resource, on the group's record."""
    target_unknown: bool
    timing: Timing
    clock: Clock
    reach: Reach
    """What the fleet was made with."""
    known_as: str | None = None
    """The cloud's own name of the group, by the face that asks for it."""
    wake: Callable[[], None] = lambda: None
    """Ends a wait on the clock."""
    warn: Callable[[str], None] = lambda text: None
    """Shows a warning under the resource, to stay."""
    deadline: Deadline = field(default_factory=Deadline)
    """Of the fleet's calls."""
    handed_by: Operation | None = None
    """The operation as people wrote it, where its machine has handed the group over to this one's."""
    skips: bool = False
    """The run is to roll nobody (policy.switches)."""
    continues: str = ""
    """The id of the rollout that is gone on with, where no other one may be begun."""

    @property
    def name(self) -> str:
        return str(self.fleet.name)

    @property
    def mended(self) -> str:
        """What makes the members, as it is called where it is at fault."""
        return self.kind.mend(self.kind.block_in(self.inputs))

    @property
    def policy(self) -> UpdatePolicy:
        return self.inputs.update_policy

    @cached_property
    def former(self) -> UpdatePolicy | None:
        """The policy of the last deployment, which rules the way back (CloudFormation: that of the former template).

        None where that deployment used another strategy: it says nothing of how this one returns.
        """
        block = None if self.olds is None else self.olds.get("updatePolicy")
        if block is None:
            return None
        given = given_rows(UpdatePolicy, block)
        ours = not given or self.strategy.block.key in given
        return parse_policy(block, kind=self.kind.key) if ours else None

    @property
    def forced(self) -> bool:
        """Members are replaced although their revision is equal."""
        return self.olds is not None and self.olds.get("triggers") != self.news.get("triggers")

    @property
    def was_skipped(self) -> bool:
        """The last update moved the pointer alone."""
        return (self.olds or {}).get("status") == SKIPPED

    @property
    def block(self) -> Any:
        """The strategy's own block of the policy."""
        return self._block(self.policy)

    @property
    def written(self) -> Strategy[Any]:
        """The strategy that stands in the inputs, which sentences name."""
        return self.strategy if self.handed_by is None else self.handed_by.strategy

    def limits(self, found: Any, **more: Any) -> Any:
        """What the strategy allows of the group as found."""
        former = None if self.former is None else self._block(self.former)
        return self.strategy.limits(self.block, found, self.timing, former, self.inputs.on_failure, **more)

    def _block(self, policy: UpdatePolicy) -> Any:
        return getattr(policy, fields(type(policy))[self.strategy.block.key])

    def revision_in_state(self) -> str | None:
        """The address of the revision that the last deployment left."""
        revision = (self.olds or {}).get("revision")
        return None if not revision else str(revision)

    def fixed_in_state(self) -> str | None:
        """The same address, where members of it are alike whenever they are made."""
        revision = self.revision_in_state()
        return revision if (self.olds or {}).get("fixedRevision") == revision else None
