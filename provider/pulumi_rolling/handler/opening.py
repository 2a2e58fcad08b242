"""Opens an operation: the row of its kind, its fleet with retry, its clock and its pace."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.core.machine import machine_of
from pulumi_rolling.core.shared.lease_rules import lease_length
from pulumi_rolling.engine.clock import SystemClock
from pulumi_rolling.engine.lease import owner_of
from pulumi_rolling.engine.retry import Deadline, Retrier
from pulumi_rolling.fleets.base import Retry
from pulumi_rolling.handler.context import Context, Defaults
from pulumi_rolling.handler.kinds import inputs_model, kind_in, kind_named, strategy_in, strategy_of_machine
from pulumi_rolling.handler.operation import Kind, Operation, Reach
from pulumi_rolling.handler.properties import is_target_unknown
from pulumi_rolling.policy.block import IsUnknown
from pulumi_rolling.policy.check import Checked, check_stored, nothing_unknown
from pulumi_rolling.policy.switches import rolls_nobody
from pulumi_rolling.policy.timing import Timing


@dataclass(frozen=True, slots=True)
class Asked:
    """Inputs that were checked, and as what properties they came."""

    checked: Checked
    news: Mapping[str, Any]

    @staticmethod
    def stored(properties: Mapping[str, Any], is_unknown: IsUnknown = nothing_unknown) -> Asked:
        """Inputs as Pulumi hands them back."""
        return Asked(check_stored(inputs_model(), properties, is_unknown), properties)


def open_operation(
    asked: Asked,
    context: Context,
    *,
    olds: Mapping[str, Any] | None = None,
    is_unknown: IsUnknown = nothing_unknown,
    defaults: Defaults | None = None,
) -> Operation:
    """Nothing is called yet. Raises PolicyErrors where the inputs are not right after all."""
    inputs, news = asked.checked.accepted(), asked.news
    kind = kind_in(news)
    if kind is None:
        raise ValueError("the inputs name no group")
    strategy = strategy_in(kind, news)
    timing, clock = Timing.from_environment(os.environ), context.clock or SystemClock()
    deadline = Deadline()
    reach = Reach(defaults or Defaults(), retry_in(timing, deadline))
    fleet = strategy.fleet(kind.block_in(inputs), reach)
    return Operation(
        kind=kind,
        strategy=strategy,
        fleet=fleet,
        inputs=inputs,
        news=news,
        olds=olds,
        owner=owner_of(context.urn or fleet.name),
        target_unknown=is_target_unknown(news, is_unknown),
        timing=timing,
        clock=clock,
        reach=reach,
        known_as=context.known_as,
        wake=clock.wake,
        warn=context.warn,
        deadline=deadline,
        skips=rolls_nobody(os.environ),
    )


def fleet_named(name: str, reach: Reach, machine: str = "") -> Any:
    """The fleet of a group of which nothing but the name is known, so that no revision is wanted of it.

    ``machine``: the one whose rollouts it tells of; by default that of the kind's first strategy.
    """
    kind = kind_named(name, reach)
    strategy = strategy_of_machine(kind, machine) if machine else strategy_in(kind, {})
    return strategy.fleet(kind.inputs.model_validate({**kind.as_named(name), **_where(kind, reach)}), reach)


def _where(kind: Kind, reach: Reach) -> dict[str, str]:
    """What a kind is told of where calls go, whose fleet does not read that from its reach."""
    if kind.reads_reach:
        return {}
    given = {"region": reach.defaults.region, "endpoint": reach.defaults.endpoint}
    return {key: value for key, value in given.items() if value}


def fleet_of_record(operation: Operation, record: object) -> Any:
    """The operation's group as a fleet of the machine that wrote the record."""
    machine = machine_of(record).name
    if operation.strategy.situation.machine.name == machine:
        return operation.fleet
    strategy = strategy_of_machine(operation.kind, machine)
    return strategy.fleet(operation.kind.block_in(operation.inputs), operation.reach)


def retry_in(timing: Timing, deadline: Deadline | None = None) -> Retry[Any]:
    """A call is given up well before the lease runs out: what it was to do is decided again, by the driver of then.

    An act is given up when its look is too old, which ``deadline`` says. The waits are on a clock of their own: a wake
    is for the loop.
    """
    return Retrier(SystemClock(), patience=0.6 * lease_length(timing.poll), deadline=deadline)
