"""All inputs of the resource: exactly one kind of group, exactly one strategy, and what stands beside them.

The fields with a ``Row`` are a table: key, block, rules. A further strategy has files of its own and its row here, in
place of its sentence in ``later``. The kinds of groups come from the handler's table, by ``inputs_with``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator, create_model
from pydantic.alias_generators import to_snake

from pulumi_rolling.core.model.goal import OnFailure
from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.block import POLICY, Block, GroupBlock, IsUnknown, child, fields, marks
from pulumi_rolling.policy.ecs_deployment.block import EcsDeployment
from pulumi_rolling.policy.ecs_deployment.rules import deployment_faults
from pulumi_rolling.policy.groups.ess_scaling_group import EssScalingGroup
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.instance_refresh.ess_rules import ess_refresh_faults
from pulumi_rolling.policy.instance_refresh.leaves import fold_nested
from pulumi_rolling.policy.instance_refresh.rules import refresh_faults
from pulumi_rolling.policy.leaves import (
    Flag,
    Fold,
    all_of,
    flag,
    fold_choice,
    fold_flag,
    one_of,
    refusal,
    show,
)
from pulumi_rolling.policy.pasted import CREATION
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.policy.rolling_update.rules import roll_faults

_LATER = "is not available in this version"
_OF_A_RESOURCE = {"creationPolicy": f"may not be given; remove it. {CREATION}."}
_ELSEWHERE = "belongs to another kind of CloudFormation resource, not to an Auto Scaling group; remove it."


Rules = Callable[[Mapping[str, Any], IsUnknown], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class Row:
    """Marks a field of which exactly one may be given: a kind of group, or a strategy."""

    faults: Rules
    """What can be wrong between the fields of its normalised block, with paths within it."""
    of_kinds: Mapping[str, Rules] = field(default_factory=dict)
    """The same by the key of a kind of group, where that kind's service has limits of its own."""


class Table(Block):
    """A block in which exactly one of the rows is given."""

    later: ClassVar[Mapping[str, str]] = {}
    """Rows (camelCase) that this version does not have, and the sentence to say. They are in ``refused`` as well."""


def rows(table: type[Table]) -> Mapping[str, Row]:
    """The rows of a table by their keys, in order."""
    return {name: row for name in fields(table) for row in marks(table, name, Row)}


def given_rows(table: type[Table], normal: Mapping[str, Any]) -> list[str]:
    """Keys of the rows that normalised inputs give, those of later versions included."""
    return [key for key in (*rows(table), *table.later) if key in normal]


def replacing_nothing(value: Any) -> bool:
    """False; true is refused."""
    if flag(value):
        raise refusal(
            "is not what RollingGroup does: Pulumi creates a new group before it deletes the old one when "
            "the group resource itself is replaced, for example by replaceOnChanges: [launchTemplate] in "
            "that resource's options; remove autoScalingReplacingUpdate here. In one group the same is done by "
            'rollingUpdate: {maxBatchSize: "100%", minInstancesInService: the group\'s Desired} with a MaxSize of '
            "twice Desired: all new instances are ready before the first old one ends."
        )
    return False


class ReplacingUpdate(Block):
    """CloudFormation's AutoScalingReplacingUpdate, which is harmless only while WillReplace is false."""

    will_replace: Annotated[bool, Fold(fold_flag), PlainValidator(replacing_nothing)] = False


class ScheduledAction(Block):
    """CloudFormation's AutoScalingScheduledAction. Nothing to do: RollingGroup never re-asserts sizes."""

    ignore_unmodified_group_size_properties: Flag = False


class UpdatePolicy(Table):
    """The policy: one strategy, and what CloudFormation lets stand beside it."""

    rolling_update: Annotated[RollingUpdate, Row(roll_faults)] = RollingUpdate()
    instance_refresh: Annotated[
        InstanceRefresh,
        Fold(fold_nested),
        Row(refresh_faults, {EssScalingGroup.key: ess_refresh_faults}),
    ] = InstanceRefresh()
    ecs_deployment: Annotated[EcsDeployment, Row(deployment_faults)] = EcsDeployment()

    auto_scaling_replacing_update: ReplacingUpdate = ReplacingUpdate()
    auto_scaling_scheduled_action: ScheduledAction = ScheduledAction()

    key: ClassVar[str] = POLICY
    path: ClassVar[str] = POLICY
    may_be_wrapped: ClassVar[bool] = True
    later: ClassVar[Mapping[str, str]] = {
        "beanstalkUpdate": f"{_LATER}; for an Auto Scaling group use rollingUpdate or instanceRefresh.",
        "rollingUpdateTask": f"{_LATER}; for an ESS scaling group use rollingUpdate or instanceRefresh.",
    }
    refused: ClassVar[Mapping[str, str]] = {
        **later,
        "codeDeployLambdaAliasUpdate": _ELSEWHERE,
        "enableVersionUpgrade": _ELSEWHERE,
        "useOnlineResharding": _ELSEWHERE,
    }


def triggers_of(value: Any) -> list[Any] | dict[str, Any]:
    """A list or a mapping. Its items are judged between fields, where each has its own path."""
    if isinstance(value, list | dict):
        return value
    raise refusal(f"must be a list or a mapping of texts, numbers, booleans or nulls; found {show(value)}.")


class RollingGroupInputs(Table):
    """The inputs of the resource, but for the group itself: ``inputs_with`` adds the kinds that there are."""

    update_policy: UpdatePolicy = UpdatePolicy()
    on_failure: Annotated[
        OnFailure, Fold(fold_choice("rollBack", "leave", "hold")), PlainValidator(one_of(OnFailure))
    ] = OnFailure.ROLL_BACK
    triggers: Annotated[list[Any] | dict[str, Any] | None, PlainValidator(triggers_of)] = None

    later: ClassVar[Mapping[str, str]] = {
        "beanstalkEnvironment": f"{_LATER}; this version rolls an autoScalingGroup, an ecsService "
        "or an essScalingGroup.",
    }
    refused: ClassVar[Mapping[str, str]] = {**later, **_OF_A_RESOURCE}
    meant: ClassVar[Mapping[str, str]] = {"policy": UpdatePolicy.key}


@cache
def inputs_with(*groups: type[GroupBlock]) -> type[RollingGroupInputs]:
    """The inputs with these kinds of groups, of which exactly one is given."""
    kinds: dict[str, Any] = {
        to_snake(group.key): (Annotated[group, Row(group.faults)], group()) for group in groups
    }
    made: type[RollingGroupInputs] = create_model(
        RollingGroupInputs.__name__, __base__=RollingGroupInputs, __doc__=RollingGroupInputs.__doc__, **kinds
    )
    known = {group.key for group in groups}
    made.later = {key: said for key, said in RollingGroupInputs.later.items() if key not in known}
    made.refused = {**made.later, **_OF_A_RESOURCE}
    named = {f"{key}Name": f"{key}.name" for key in known}
    made.meant = {**RollingGroupInputs.meant, "group": _or(sorted(known)), **named}
    return made


def inputs_faults(
    model: type[RollingGroupInputs], inputs: Mapping[str, Any], is_unknown: IsUnknown
) -> Iterator[Fault]:
    """Faults between the fields of the whole resource, over the normalised inputs."""
    kinds = given_rows(model, inputs)
    if not kinds:
        yield _none_given(model)
    if len(kinds) > 1:
        yield Fault(
            kinds[1], f"may not stand with {kinds[0]}: exactly one group is rolled; found {all_of(kinds)}."
        )
    yield from _row_faults(model, inputs, is_unknown)
    yield from _trigger_faults(inputs.get("triggers"), is_unknown)
    yield from policy_faults(inputs.get(UpdatePolicy.key, {}), is_unknown, next(iter(kinds), ""))


def _none_given(model: type[RollingGroupInputs]) -> Fault:
    blocks = [block for block in (child(model, key) for key in rows(model)) if block is not None]
    first, *others = [block for block in blocks if issubclass(block, GroupBlock)]
    instead = "".join(f", or {block.key}, {block.wanted}" for block in others)
    return Fault(first.path, f"is required: {first.wanted}{instead}.")


def policy_faults(policy: Any, is_unknown: IsUnknown, kind: str = "") -> Iterator[Fault]:
    """Faults between the fields of the normalised ``updatePolicy`` of a group of that kind."""
    if not isinstance(policy, Mapping):
        return
    strategies = given_rows(UpdatePolicy, policy)
    # A key that is no field has its own fault, with a guess at what was meant.
    known = all(key in fields(UpdatePolicy) or str(key).startswith("__") for key in policy)
    if known and not strategies and not _replaces(policy.get("autoScalingReplacingUpdate")):
        found = f"{all_of(list(policy))} alone rolls nothing" if policy else "and has none"
        yield Fault(UpdatePolicy.path, f"needs exactly one strategy, {found}; use {_or(rows(UpdatePolicy))}.")
    if len(strategies) > 1:
        text = f"needs exactly one strategy; found {all_of(strategies)}."
        if {RollingUpdate.key, InstanceRefresh.key} <= set(strategies):
            text += " CloudFormation's update fails with a rolling update and an instance refresh together."
        yield Fault(UpdatePolicy.path, text)
    yield from _row_faults(UpdatePolicy, policy, is_unknown, kind)


def _row_faults(
    table: type[Table], normal: Mapping[str, Any], is_unknown: IsUnknown, kind: str = ""
) -> Iterator[Fault]:
    """What the rules of each row say of its block. What is no mapping the models have refused already."""
    for key, row in rows(table).items():
        block, given = child(table, key), normal.get(key)
        if block is not None and isinstance(given, Mapping):
            rules = row.of_kinds.get(kind, row.faults)
            yield from (fault.below(block.path) for fault in rules(given, is_unknown))


def _replaces(block: Any) -> bool:
    """A replacing update is a strategy, and refused as such, unless it says that it replaces nothing."""
    return isinstance(block, Mapping) and block.get("willReplace", False) is not False


def _trigger_faults(triggers: Any, is_unknown: IsUnknown) -> Iterator[Fault]:
    items: list[tuple[str, Any]] = []
    if isinstance(triggers, Mapping):
        items = [(f"triggers.{key}", item) for key, item in triggers.items()]
    elif isinstance(triggers, list):
        items = [(f"triggers[{index}]", item) for index, item in enumerate(triggers)]
    for path, item in items:
        if isinstance(item, Mapping | list) and not is_unknown(item):
            yield Fault(path, f"must be a text, a number, a boolean or null; found {show(item)}.")


def _or(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last
