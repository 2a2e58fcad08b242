"""The inputs, normalised and judged once: what everybody below this door is handed.

Every fault comes at once, each with its canonical path, before anything is touched. A value that ``is_unknown`` stays
in the normalised form as it is and has no faults of its own. Which kinds and strategies there are is in ``inputs``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.errors import Fault, PolicyErrors, spelled_path
from pulumi_rolling.policy.block import IsUnknown, child, fields
from pulumi_rolling.policy.faults import in_order, judge
from pulumi_rolling.policy.inputs import (
    RollingGroupInputs,
    UpdatePolicy,
    given_rows,
    inputs_faults,
    policy_faults,
    rows,
)
from pulumi_rolling.policy.normal import normal_form
from pulumi_rolling.policy.numbers import exact
from pulumi_rolling.policy.pasted import pasted_group, pasted_sentence


def nothing_unknown(_: object) -> bool:
    """Every value is known: true of every operation but a preview."""
    return False


@dataclass(frozen=True, slots=True)
class Checked:
    """Inputs of a resource that were normalised and judged."""

    normal: dict[str, Any]
    """The inputs in the form that state holds. Values that are faulty or not known yet are among them."""
    inputs: RollingGroupInputs | None
    """None where there are faults."""
    faults: tuple[Fault, ...]
    """All of them, sorted by path."""
    model: type[RollingGroupInputs]
    """The inputs with the kinds of groups that there are."""

    def accepted(self) -> RollingGroupInputs:
        """The inputs. Raises PolicyErrors with all faults."""
        if self.inputs is None:
            raise PolicyErrors(self.faults)
        return self.inputs

    def without_faulty(self, is_unknown: IsUnknown = nothing_unknown) -> Checked:
        """The same without what is faulty: the rest can still be judged against a group.

        Of the policy its faulty fields are left out, beside it whole inputs.
        """
        if not self.faults:
            return self
        faulty = [fault.path for fault in self.faults]
        kept = {
            key: value
            for key, value in self.normal.items()
            if key in fields(self.model) and not any(_is_at_or_below(path, key) for path in faulty)
        }
        kind = next(iter(given_rows(self.model, self.normal)), "")
        policy = _sound_policy(self.normal.get(UpdatePolicy.key), faulty, is_unknown, kind)
        return _judged(self.model, {**kept, UpdatePolicy.key: policy}, is_unknown)


@dataclass(frozen=True, slots=True)
class CheckedPolicy:
    """What stands under ``updatePolicy`` alone, where there is no group: ``rolling plan``."""

    normal: Any
    policy: UpdatePolicy | None
    """None where there are faults."""
    faults: tuple[Fault, ...]

    def accepted(self) -> UpdatePolicy:
        """The policy. Raises PolicyErrors with all faults."""
        if self.policy is None:
            raise PolicyErrors(self.faults)
        return self.policy

    def without_faulty(self) -> UpdatePolicy:
        """The policy without its faulty fields: the rest can still be judged against sizes."""
        if self.policy is not None:
            return self.policy
        faulty = [fault.path for fault in self.faults]
        return UpdatePolicy.model_validate(_sound_policy(self.normal, faulty, nothing_unknown))


def check_inputs(
    model: type[RollingGroupInputs],
    raw: Mapping[str, Any],
    is_unknown: IsUnknown = nothing_unknown,
    default: Mapping[str, Any] | None = None,
) -> Checked:
    """Inputs as a program gives them. ``default``: a normalised policy for those that leave its fields open."""
    normal = normal_form(model, raw)
    return _judged(model, normal if default is None else _filled(normal, default), is_unknown)


def check_stored(
    model: type[RollingGroupInputs],
    properties: Mapping[str, Any],
    is_unknown: IsUnknown = nothing_unknown,
) -> Checked:
    """Inputs among properties that were checked before, as Pulumi hands them back: every number a float."""
    given = {key: properties[key] for key in fields(model) if properties.get(key) is not None}
    return _judged(model, exact(given), is_unknown)


def check_policy(block: Any, is_unknown: IsUnknown = nothing_unknown, kind: str = "") -> CheckedPolicy:
    """What stands under ``updatePolicy`` as a program or a file gives it. ``kind``: the key of the group's block."""
    normal = normal_form(UpdatePolicy, block)
    policy, faults = judge(UpdatePolicy, normal, is_unknown)
    found = _told_once(normal, in_order([*faults, *policy_faults(normal, is_unknown, kind)]))
    return CheckedPolicy(normal, None if found else policy, tuple(found))


def parse_policy(block: Any, is_unknown: IsUnknown = nothing_unknown, kind: str = "") -> UpdatePolicy:
    """What stands under ``updatePolicy`` as a model. Raises PolicyErrors with all faults."""
    return check_policy(block, is_unknown, kind).accepted()


def unknowns(inputs: Any, is_unknown: IsUnknown) -> tuple[str, ...]:
    """Paths of all values of the normalised inputs that are not known yet, in their order."""
    return tuple(_unknown_paths(inputs, (), is_unknown))


def _unknown_paths(value: Any, at: tuple[str | int, ...], is_unknown: IsUnknown) -> Iterator[str]:
    if is_unknown(value):
        yield spelled_path(at)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _unknown_paths(item, (*at, key), is_unknown)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown_paths(item, (*at, index), is_unknown)


def _judged(model: type[RollingGroupInputs], normal: dict[str, Any], is_unknown: IsUnknown) -> Checked:
    inputs, faults = judge(model, normal, is_unknown)
    found = in_order([*faults, *inputs_faults(model, normal, is_unknown)])
    found = _told_once(normal.get(UpdatePolicy.key), found)
    for key in rows(model):
        sentence = pasted_group(normal.get(key))
        found = found if sentence is None else _in_its_place(key, sentence, found)
    return Checked(normal, None if found else inputs, tuple(found), model)


def _told_once(policy: Any, faults: list[Fault]) -> list[Fault]:
    """One fault for more than a policy that was pasted in its place, and not one for each key."""
    sentence = pasted_sentence(policy)
    return faults if sentence is None else _in_its_place(UpdatePolicy.path, sentence, faults)


def _in_its_place(path: str, sentence: str, faults: list[Fault]) -> list[Fault]:
    others = [fault for fault in faults if not _is_at_or_below(fault.path, path)]
    return in_order([*others, Fault(path, sentence)])


def _filled(normal: dict[str, Any], default: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with the fields of the default's strategy that they leave open, where they give no other."""
    policy = normal.get(UpdatePolicy.key, {})
    for key, open_fields in default.items():
        given = policy.get(key, {}) if isinstance(policy, Mapping) else None
        if not isinstance(given, Mapping) or (policy and key not in policy):
            return normal
        policy = {**policy, key: {**open_fields, **given}}
    return {**normal, UpdatePolicy.key: policy}


def _sound_policy(
    policy: Any, faulty: Iterable[str], is_unknown: IsUnknown, kind: str = ""
) -> dict[str, Any]:
    """A normalised policy of the one strategy that it gives, without fields at fault and keys that are no fields."""
    given = policy if isinstance(policy, Mapping) else {}
    strategies = list(rows(UpdatePolicy))
    key = next((key for key in strategies if isinstance(given.get(key), Mapping)), strategies[0])
    block, model = given.get(key), child(UpdatePolicy, key)
    above = spelled_path((UpdatePolicy.path, key))
    sound = {
        name: block[name]
        for name in (fields(model) if model is not None else ())
        if isinstance(block, Mapping)
        and name in block
        and not any(_is_at_or_below(path, f"{above}.{name}") for path in faulty)
    }
    _, faults = judge(UpdatePolicy, {key: sound}, is_unknown)
    return {key: {} if [*faults, *policy_faults({key: sound}, is_unknown, kind)] else sound}


def _is_at_or_below(path: str, above: str) -> bool:
    return path == above or path.startswith((f"{above}.", f"{above}["))
