"""A block of the inputs: a model over the normalised camelCase form, and how its fields are walked.

A block knows each of its fields alone. What is wrong between fields is in the rules beside it, against the live group
in its feasibility. A field that is not known yet (preview) takes its default here; ``check.unknowns`` names it.
No field, no kind of group and no strategy is named in this module.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticUndefined

from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.leaves import Fold
from pulumi_rolling.policy.spelling import forms

IsUnknown = Callable[[object], bool]
"""Tells a value that preview does not know yet."""
POLICY = "updatePolicy"
"""The key that strategies stand under."""
Mark = TypeVar("Mark")


class Block(BaseModel):
    """A mapping of the inputs. Keys with two leading underscores are Pulumi's own and pass unread."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)

    key: ClassVar[str] = ""
    """The key that the block stands under, where that is always the same one."""
    path: ClassVar[str] = ""
    """That key with those above it. Empty for the inputs themselves, and for blocks that say neither."""
    other_names: ClassVar[Mapping[str, str]] = {}
    """CloudFormation's own names (camelCase) of our fields."""
    refused: ClassVar[Mapping[str, str]] = {}
    """Names (camelCase) that are refused, and the sentence to say."""
    meant: ClassVar[Mapping[str, str]] = {}
    """Names (camelCase) of other services and tools, and our field that does the same."""
    form: ClassVar[str] = "a mapping of fields"
    """What may stand for the block."""
    may_be_wrapped: ClassVar[bool] = False
    """Whether the block's own key may be pasted around it, alone."""
    pasted_key: ClassVar[str] = ""
    """CloudFormation's own key (camelCase) of the block."""
    pasted_fields: ClassVar[Mapping[str, Any]] = {}
    """Fields (normalised) that a block under CloudFormation's own key has unless it says otherwise."""

    @model_validator(mode="before")
    @classmethod
    def _without_engine_keys(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {key: item for key, item in value.items() if not str(key).startswith("__")}

    @field_validator("*", mode="wrap")
    @classmethod
    def _unless_unknown(cls, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        if info.context is not None and info.field_name is not None and info.context["is_unknown"](value):
            default = cls.model_fields[info.field_name].get_default()
            return None if default is PydanticUndefined else default
        return handler(value)


class GroupBlock(Block):
    """A kind of group: which one it is, where, and the revision wanted. ``key`` says where it stands in the inputs."""

    wanted: ClassVar[str] = ""
    """What is required where no group is given: ``the Auto Scaling group to roll``."""

    @classmethod
    def faults(cls, given: Mapping[str, Any], is_unknown: IsUnknown) -> Iterator[Fault]:
        """What can be wrong between the fields of a normalised group, with paths within it."""
        yield from ()


def fields(model: type[Block]) -> Mapping[str, str]:
    """Attribute names of the model by their camelCase names, in the order of the model."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


def child(model: type[Block], name: str) -> type[Block] | None:
    """The model of the block, or of each block of the list, that stands under a camelCase name.

    None for single values and unknown names.
    """
    attribute = fields(model).get(name)
    kinds = () if attribute is None else _kinds_in(model.model_fields[attribute].annotation)
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Block)), None)


def is_list(model: type[Block], name: str) -> bool:
    """Whether a list stands under a camelCase name."""
    attribute = fields(model).get(name)
    kinds = () if attribute is None else _kinds_in(model.model_fields[attribute].annotation)
    return any(typing.get_origin(kind) is tuple for kind in kinds)


def marks(model: type[Block], name: str, kind: type[Mark]) -> Iterator[Mark]:
    """The marks of a kind on the field with a camelCase name."""
    attribute = fields(model).get(name)
    for mark in model.model_fields[attribute].metadata if attribute is not None else ():
        if isinstance(mark, kind):
            yield mark


def folded(model: type[Block], name: str, value: Any) -> Any:
    """A plain value in the one spelling of its field."""
    for fold in marks(model, name, Fold):
        value = fold.apply(value)
    return value


@cache
def names_of(model: type[Block]) -> Mapping[str, str]:
    """Every spelling of every name of the model, the refused ones included, to its canonical name."""
    own = {name: name for name in [*fields(model), *model.refused]}
    named = {**own, **model.other_names, **_pasted_names(model)}
    return {form: name for key, name in named.items() for form in forms(key)}


@cache
def pasted_keys(model: type[Block]) -> frozenset[str]:
    """Every spelling of CloudFormation's own keys of the blocks within the model."""
    return frozenset(form for key in _pasted_names(model) for form in forms(key))


@cache
def outer_keys(model: type[Block]) -> frozenset[str]:
    """Every spelling of the key that may be pasted around the block."""
    return frozenset(forms(model.key)) if model.may_be_wrapped else frozenset()


def _kinds_in(annotation: Any) -> Iterator[Any]:
    """An annotation, and all that stand within it."""
    yield annotation
    for part in typing.get_args(annotation):
        yield from _kinds_in(part)


def _pasted_names(model: type[Block]) -> Mapping[str, str]:
    inner = {name: child(model, name) for name in fields(model)}
    return {block.pasted_key: name for name, block in inner.items() if block is not None and block.pasted_key}
