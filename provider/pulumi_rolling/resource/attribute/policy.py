"""``update_policy``: options that make a group roll by its own resource.

A group has its policy twice: in a hook of this program, which rolls it, and in state, where a small component beside
it says how it was to be rolled. Nothing here judges a policy or looks at a group: the hooks do, when something changes.
"""

from __future__ import annotations

import copy
import itertools
import weakref
from collections.abc import Mapping
from typing import Any, cast

import pulumi
from pulumi.runtime import is_dry_run
from pulumi.runtime.settings import get_engine, get_monitor

from pulumi_rolling.host.engine_log import EngineLog
from pulumi_rolling.host.hook_call import POLICY_TYPE
from pulumi_rolling.policy.resource_types import GROUPS
from pulumi_rolling.resource.args import (
    Block,
    EcsDeployment,
    InstanceRefresh,
    RollingUpdate,
    UpdatePolicy,
    properties_of,
)
from pulumi_rolling.resource.attribute.hook import Attached
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

    def hook_name(self, name: str, parent: pulumi.Resource | None) -> str:
        """The group's name, which Pulumi puts before our errors; names of hooks are told apart in a program."""
        above = "" if parent is None else f"{parent._name}/"
        spoken = itertools.chain((name, f"{above}{name}"), (f"{name} ({n})" for n in itertools.count(2)))
        chosen = next(each for each in spoken if each not in self._names)
        self._names.add(chosen)
        return chosen


_runs: weakref.WeakKeyDictionary[Any, _Run] = weakref.WeakKeyDictionary()
"""By the monitor of each, which is another one in each run, and in each test with mocks."""


def _this_run() -> _Run:
    """Raises RunError where there is no program of Pulumi."""
    return _runs.setdefault(get_monitor(), _Run())


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
        self._policy = policy
        self._on_failure = on_failure

    def attach(self, made: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        """Hooks for the resource that is being made, if it is a group; a component hands this on to what it makes."""
        if made.type_ not in GROUPS:
            self._refuse(made)
            return None
        run = _this_run()
        if made.resource in run.groups:
            raise pulumi.RunError(f"{made.name}: a group has one update policy, and this one is given two.")
        run.groups.add(made.resource)
        named = made.props.get("name")
        if isinstance(named, str):
            run.names.add(named)
        name = run.hook_name(made.name, made.opts.parent)
        before, around = self._hooks(name, run, made)
        given = {"group": made.type_, "hook": name, "policy": self._policy, "onFailure": self._on_failure}
        PolicyInState(
            made.name,
            {key: value for key, value in given.items() if value is not None},
            pulumi.ResourceOptions(parent=made.opts.parent, hooks=before, aliases=_followed(made)),
        )
        opts = pulumi.ResourceOptions.merge(made.opts, around)
        return pulumi.ResourceTransformationResult(made.props, opts)

    def _hooks(
        self, name: str, run: _Run, made: pulumi.ResourceTransformationArgs
    ) -> tuple[pulumi.ResourceHookBinding | None, pulumi.ResourceOptions]:
        """Those of the policy in state, and the group's, which is waited for when it is made."""
        if not hasattr(get_monitor(), "RegisterResourceHook"):
            # A unit test with Pulumi's mocks, of a version whose mocks have none: no hook is ever called there.
            return None, pulumi.ResourceOptions()
        hook = pulumi.ResourceHook(name, self._attached(run, made).hear, pulumi.ResourceHookOptions(True))
        before = pulumi.ResourceHookBinding(before_create=[hook], before_update=[hook])
        around = pulumi.ResourceHookBinding(before_create=[hook], after_create=[hook], before_update=[hook])
        return before, pulumi.ResourceOptions(hooks=around)

    def _refuse(self, made: pulumi.ResourceTransformationArgs) -> None:
        """The options were given to a resource that is no group."""
        given = self.attach in (made.opts.transformations or [])
        if given and not isinstance(made.resource, pulumi.ComponentResource):
            groups = ", ".join(sorted(GROUPS))
            raise pulumi.RunError(f"{made.name}: an update policy rolls no {made.type_}; it rolls {groups}.")

    def _attached(self, run: _Run, made: pulumi.ResourceTransformationArgs) -> Attached:
        timeouts, package = made.opts.custom_timeouts, made.type_.partition(":")[0]
        return Attached(
            {
                "policy": self._policy,
                "on_failure": self._on_failure,
                "option": said_of_place(made.opts, package),
                "timeouts": {}
                if timeouts is None
                else {"create": timeouts.create, "update": timeouts.update},
                "dry_run": is_dry_run(),
            },
            run.program,
        )


def _followed(made: pulumi.ResourceTransformationArgs) -> list[Any]:
    """The group's former names as those of its policy in state, which moves with it."""
    return [former for each in made.opts.aliases or () for former in _of_policy(each, made.type_)]


def _of_policy(alias: Any, group: str) -> list[Any]:
    if isinstance(alias, pulumi.Alias):
        # The group's former type is no part of it.
        followed = copy.copy(alias)
        followed.type_ = cast(Any, ...)
        return [followed] if any(each is not ... for each in vars(followed).values()) else []
    if isinstance(alias, str):
        # A whole URN, in which the type stands last before the name.
        return [alias.replace(f"{group}::", f"{POLICY_TYPE}::")]
    return []
