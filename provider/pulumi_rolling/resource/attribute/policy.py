"""``update_policy``: options that make a group roll by its own resource.

A group has its policy twice: in a hook of this program, which rolls it, and in state, where a small component of the
hook's name says how it was to be rolled. Nothing here judges a policy or looks at a group: the hooks do, when something
changes.
"""

from __future__ import annotations

import itertools
import json
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
from pulumi.runtime import is_dry_run
from pulumi.runtime.settings import get_engine, get_monitor, get_root_resource

from pulumi_rolling.host.engine_log import EngineLog
from pulumi_rolling.policy.resource_types import GROUPS
from pulumi_rolling.resource.args import (
    Block,
    EcsDeployment,
    InstanceRefresh,
    RollingUpdate,
    UpdatePolicy,
    properties_of,
)
from pulumi_rolling.resource.attribute.shared import Bearer, Shared, name_of, plain_text
from pulumi_rolling.resource.attribute.state import PolicyInState
from pulumi_rolling.resource.attribute.values import is_unknown
from pulumi_rolling.resource.provider_option import said_of_place

Policy = UpdatePolicy | RollingUpdate | InstanceRefresh | EcsDeployment | Mapping[str, Any]


def update_policy(
    policy: Policy, *, on_failure: pulumi.Input[str] | None = None, opts: pulumi.ResourceOptions | None = None
) -> pulumi.ResourceOptions:
    """Options of a group, or of a component with groups, by which each update rolls it under the policy.

    ``policy``: a strategy's block, an UpdatePolicy, the same as a mapping, or a CloudFormation block as it is.
    ``on_failure``: ``rollBack`` (default), ``hold`` or ``leave``. ``opts``: the group's other options.
    """
    attribute = _Attribute(_properties(policy), on_failure)
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(transformations=[attribute.attach]))


def _properties(policy: Policy) -> Any:
    """A strategy's block alone stands below its own key."""
    properties = properties_of(policy)
    if isinstance(policy, Block) and not isinstance(policy, UpdatePolicy):
        name = type(policy).__name__
        return {name[0].lower() + name[1:]: properties}
    return properties


class _Run:
    """One run of a program; the Automation API may have several in a process."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._owners: dict[_Attribute, pulumi.ResourceTransformationArgs] = {}
        self._policies: dict[object, tuple[Shared, pulumi.ResourceOptions]] = {}
        self._house: Any = None
        self._engine = EngineLog("", get_engine())
        self._setting = pulumi.Config("aws").get
        self.groups: weakref.WeakSet[pulumi.Resource] = weakref.WeakSet()
        """Those with an update policy."""
        self.names: set[str] = set()
        """Of these, as far as the program gives them as texts."""

    def program(self) -> Any:
        """The house, loaded at the first wish: a program whose groups do not change never waits for it."""
        if self._house is None:
            from pulumi_rolling.host.hooked_groups import HookedGroups

            self._house = HookedGroups(self._setting, self._engine, is_unknown)
        return self._house

    def policy(
        self, of: _Attribute, made: pulumi.ResourceTransformationArgs
    ) -> tuple[Shared, pulumi.ResourceOptions]:
        """The policy of a group of this type, in state since its first one, and the options that bind the group."""
        # A provider of components makes each in a run of its own, without the stack; the engine has one name for one.
        around = made.opts.parent if get_root_resource() is None else None
        plain = of.name_for(made.type_, "" if around is None else around._name)
        key = (of, made.type_) if plain is None else plain
        if key not in self._policies:
            name = plain or self._free_name(of, made)
            self._policies[key] = of.declared(name, made.type_, around, self.program)
        return self._policies[key]

    def owned(self, of: _Attribute, component: pulumi.ResourceTransformationArgs) -> None:
        """Options were given to a component: what it makes has them, too."""
        self._owners.setdefault(of, component)

    def _free_name(self, of: _Attribute, made: pulumi.ResourceTransformationArgs) -> str:
        """Of a policy with outputs: what its options were given to, since its contents are not known yet."""
        owner = self._owners.get(of, made)
        above = "" if owner.opts.parent is None else f"{owner.opts.parent._name}/"
        name = owner.name
        spoken = itertools.chain((name, f"{above}{name}"), (f"{name} ({n})" for n in itertools.count(2)))
        chosen = next(each for each in spoken if each not in self._names)
        self._names.add(chosen)
        return chosen


_runs: weakref.WeakKeyDictionary[Any, _Run] = weakref.WeakKeyDictionary()
"""By the monitor of each, which is another one in each run, and in each test with mocks."""


def _this_run() -> _Run:
    """Raises RunError where there is no program of Pulumi."""
    monitor = get_monitor()
    if monitor not in _runs:
        _runs[monitor] = _Run()
    return _runs[monitor]


def has_policy(name: object) -> pulumi.Output[bool]:
    """Whether a group of this program, told by the output that is its name or by that name, has an update policy."""
    run = _this_run()

    async def found() -> bool:
        if isinstance(name, pulumi.Output):
            return not run.groups.isdisjoint(await name.resources())
        return name in run.names

    return pulumi.Output.from_input(found())


class _Attribute:
    """A policy, and the resources that it is given to."""

    def __init__(self, policy: Any, on_failure: Any) -> None:
        self._text = plain_text(policy, on_failure)
        # What is plain is kept as it is now: its name says so, and the program may go on with its mapping.
        self._policy, self._on_failure = (
            (policy, on_failure) if self._text is None else json.loads(self._text)
        )

    def name_for(self, group: str, around: str) -> str | None:
        """The name that equal policies have; None where values are outputs."""
        return None if self._text is None else name_of(self._text, group, around)

    def attach(self, made: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        """Hooks for the resource that is being made, if it is a group; a component hands this on to what it makes."""
        if made.type_ not in GROUPS:
            self._pass_by(made)
            return None
        run = _this_run()
        if made.resource in run.groups:
            raise pulumi.RunError(f"{made.name}: a group has one update policy, and this one is given two.")
        run.groups.add(made.resource)
        named = made.props.get("name")
        if isinstance(named, str):
            run.names.add(named)
        shared, around = run.policy(self, made)
        shared.given_to(made.type_, made.name, _bearer(made))
        return pulumi.ResourceTransformationResult(
            made.props, pulumi.ResourceOptions.merge(made.opts, around)
        )

    def declared(
        self, name: str, group: str, parent: pulumi.Resource | None, program: Callable[[], Any]
    ) -> tuple[Shared, pulumi.ResourceOptions]:
        """The policy in state under this name, and the options of groups of the type that have it."""
        shared = Shared(self._policy, self._on_failure, is_dry_run(), program)
        given = {"group": group, "hook": name, "policy": self._policy, "onFailure": self._on_failure}
        before, around = _bound(name, shared)
        PolicyInState(
            name,
            {key: value for key, value in given.items() if value is not None},
            pulumi.ResourceOptions(parent=parent, hooks=before),
        )
        return shared, around

    def _pass_by(self, made: pulumi.ResourceTransformationArgs) -> None:
        """The options may have been given to a component; a resource that is none, and no group, is refused."""
        if self.attach not in (made.opts.transformations or []):
            return
        if isinstance(made.resource, pulumi.ComponentResource):
            _this_run().owned(self, made)
            return
        groups = ", ".join(sorted(GROUPS))
        raise pulumi.RunError(f"{made.name}: an update policy rolls no {made.type_}; it rolls {groups}.")


def _bound(name: str, shared: Shared) -> tuple[pulumi.ResourceHookBinding | None, pulumi.ResourceOptions]:
    """Hooks of the policy in state, and of its groups, which are waited for when they are made."""
    if not hasattr(get_monitor(), "RegisterResourceHook"):
        # A unit test with Pulumi's mocks, of a version whose mocks have none: no hook is ever called there.
        return None, pulumi.ResourceOptions()
    hook = pulumi.ResourceHook(name, shared.hear, pulumi.ResourceHookOptions(True))
    before = pulumi.ResourceHookBinding(before_create=[hook], before_update=[hook])
    around = pulumi.ResourceHookBinding(before_create=[hook], after_create=[hook], before_update=[hook])
    return before, pulumi.ResourceOptions(hooks=around)


def _bearer(made: pulumi.ResourceTransformationArgs) -> Bearer:
    timeouts, package = made.opts.custom_timeouts, made.type_.partition(":")[0]
    given = {} if timeouts is None else {"create": timeouts.create, "update": timeouts.update}
    return Bearer(made.opts.parent, said_of_place(made.opts, package), given)
