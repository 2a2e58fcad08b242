"""What a hook does: the same checks, plan, roll and errors as of every other face.

The hook comes before the group's own update, so the group has its former sizes then; whatever else the update changes
comes after the roll. CloudFormation changes the group first (UpdatePolicy attribute, "How Rolling Updates Work").
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pulumi_rolling.errors import Fault, PolicyErrors
from pulumi_rolling.fleets.credentials import Keys
from pulumi_rolling.handler import Context, Defaults, RollingGroupHandler, Timeout
from pulumi_rolling.handler.declared import Declared
from pulumi_rolling.handler.kinds import declared_as, inputs_model, strategy_faults
from pulumi_rolling.handler.operation import Kind
from pulumi_rolling.host.aws_settings import AwsSettings, endpoint_of, have_several, listed, several_endpoints
from pulumi_rolling.host.durations import seconds
from pulumi_rolling.host.engine_log import STACK, EngineLog
from pulumi_rolling.host.hook_call import POLICY_TYPE, Called, Given
from pulumi_rolling.policy.block import IsUnknown
from pulumi_rolling.policy.check import check_inputs
from pulumi_rolling.policy.numbers import exact

_LATER = "{names} {change} in this update as well: after the roll, which sees the group as it is now"
_BY_WORD = "{name}: 'rolling abort {name}' ends this roll; Ctrl-C waits for it"
"""Pulumi calls no hook of a program that it was told to cancel, and answers all that one may ask of it as before."""

_NOT_YET = object()
"""Stands for a name that nothing may be asked for."""


class HookedGroups:
    """All groups with a policy in one run: one handler, which polls for those of a place together."""

    def __init__(
        self, setting: Callable[[str], Any], engine: EngineLog, is_unknown: IsUnknown = lambda value: False
    ) -> None:
        """``setting``: one of the stack's, by the name that the cloud's provider has for it."""
        self._is_unknown = lambda value: value is _NOT_YET or is_unknown(value)
        self._settings = AwsSettings(setting)
        self._engine = engine
        self._handlers: dict[Defaults, RollingGroupHandler] = {}
        self._lock = threading.Lock()
        self._refused: set[str] = set()

    def hear(self, called: Called, given: Given) -> None:
        """Do what the moment of the call wants. Raises RollingError."""
        called, given = _exact(called), replace(given, policy=exact(given.policy))
        if called.type == POLICY_TYPE:
            self._check((called.new_inputs or {}).get("group"), given)
            return
        kind, declared = _kind_of(called.type)
        self._check(called.type, given)
        conflicts = list(declared.conflicts(called.new_inputs or {}))
        if conflicts:
            raise PolicyErrors(conflicts)
        if called.new_outputs is not None:
            self._made(kind, declared, called, given)
        elif called.old_outputs is not None:
            self._changed(kind, declared, called, given)

    def _check(self, resource_type: object, given: Given) -> None:
        """The policy without the group. Of all resources that have it the first tells its faults."""
        kind, _ = _kind_of(str(resource_type))
        checked = check_inputs(
            inputs_model(), _properties(kind, {kind.named_by: _NOT_YET}, given), self._is_unknown
        )
        faults = [f for f in checked.faults if not kind.is_path(f.path)]
        faults += strategy_faults(kind, checked.normal)
        if not faults:
            return
        text = str(PolicyErrors(faults))
        with self._lock:
            told = text in self._refused
            self._refused.add(text)
        raise PolicyErrors([Fault("", "its update policy is refused, see above")] if told else faults)

    def _made(self, kind: Kind, declared: Declared, called: Called, given: Given) -> None:
        """A group was made: its members are waited for."""
        if given.dry_run:
            return
        outputs = called.new_outputs or {}
        news = _properties(kind, _block(declared, outputs, outputs, given), given)
        context = self._context(called, given, "create", (kind, declared))
        self._handler(given, kind).create(self._normal(news), context)

    def _changed(self, kind: Kind, declared: Declared, called: Called, given: Given) -> None:
        """A group will be changed: its members are rolled to what it will make them from."""
        before, after = called.old_outputs or {}, called.new_inputs or {}
        address = declared.address(before)
        olds = self._normal(_properties(kind, _block(declared, before, before, given), given))
        olds |= {} if address is None else {"revision": address}
        news = self._normal(_properties(kind, _block(declared, before, after, given), given))
        handler, context = (
            self._handler(given, kind),
            self._context(called, given, "update", (kind, declared)),
        )
        if not given.dry_run:
            handler.update(olds, news, context)
            return
        handler.foresee(olds, news, context)
        beside = declared.beside(called.old_inputs or {}, after)
        if beside:
            context.say(_LATER.format(names=", ".join(beside), change="change" if beside[1:] else "changes"))

    def _normal(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        checked = check_inputs(inputs_model(), properties, self._is_unknown)
        if checked.faults:
            raise PolicyErrors(checked.faults)
        return checked.normal

    def _handler(self, given: Given, kind: Kind) -> RollingGroupHandler:
        """One for all groups that are looked for in the same place."""
        defaults, faults = _where(self._settings, given.option if kind.reads_reach else {})
        if faults:
            raise PolicyErrors(faults)
        with self._lock:
            made = self._handlers.get(defaults)
            if made is None:
                made = self._handlers[defaults] = RollingGroupHandler(
                    is_unknown=self._is_unknown, defaults=defaults
                )
            return made

    def _context(self, called: Called, given: Given, verb: str, row: tuple[Kind, Declared]) -> Context:
        (kind, declared), urn, engine = row, called.urn, self._engine
        outputs = called.old_outputs or called.new_outputs or {}
        name = kind.name_of(declared.place(outputs)) or called.name
        begun = threading.Event()

        def status(text: str) -> None:
            if not begun.is_set():
                begun.set()
                engine.say(urn, _BY_WORD.format(name=name))
            engine.status(urn, text)

        lasts = seconds(given.timeouts.get(verb))
        return Context(
            urn=urn,
            dry_run=given.dry_run,
            say=lambda text: engine.say(urn, text),
            warn=lambda text: engine.say(urn, text, warning=True),
            status=status,
            ask=lambda text: engine.say(STACK, text),
            answered=lambda text: engine.status(STACK, text),
            known_as=declared.id(outputs),
            orphaned=engine.is_gone,
            timeout=None if lasts is None else Timeout(lasts, f"customTimeouts.{verb}"),
        )


def _exact(called: Called) -> Called:
    """Whole numbers as such: Pulumi sends each as a float."""
    return replace(
        called,
        old_inputs=exact(called.old_inputs),
        new_inputs=exact(called.new_inputs),
        old_outputs=exact(called.old_outputs),
        new_outputs=exact(called.new_outputs),
    )


def _kind_of(resource_type: str) -> tuple[Kind, Declared]:
    found = declared_as(resource_type)
    if found is None:
        raise PolicyErrors([Fault("", f"an update policy rolls no {resource_type}")])
    return found


def _block(
    declared: Declared, group: Mapping[str, Any], wanted: Mapping[str, Any], given: Given
) -> dict[str, Any]:
    said = {**given.option, "endpoints": listed(given.option.get("endpoints"))}
    return {**declared.settings(said), **declared.block(group, wanted)}


def _properties(kind: Kind, block: Mapping[str, Any], given: Given) -> dict[str, Any]:
    """The properties that a RollingGroup would have."""
    properties = {kind.key: dict(block), "updatePolicy": given.policy, "onFailure": given.on_failure}
    return {key: value for key, value in properties.items() if value is not None}


def _where(settings: AwsSettings, option: Mapping[str, Any]) -> tuple[Defaults, list[Fault]]:
    """Where the group's resource looks: by the settings of the stack, and by an explicit provider before them."""
    faults = list(settings.faults())
    endpoints = listed(option.get("endpoints"))
    if have_several(endpoints):
        faults.append(Fault("opts.provider.endpoints", several_endpoints("the stack's aws:endpoints")))
    stack = settings.defaults()
    key, secret = option.get("accessKey"), option.get("secretKey")
    keys = Keys(key, secret, option.get("token") or "") if key and secret else stack.keys
    return replace(
        stack,
        region=option.get("region") or stack.region,
        endpoint=endpoint_of(endpoints) or stack.endpoint,
        profile=option.get("profile") or stack.profile,
        keys=keys,
    ), faults
