"""Options and arguments as a command declares them in its signature, and the command of click that they make."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import click

Function = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Argument:
    help: str


@dataclass(frozen=True, slots=True, init=False)
class Option:
    """Without names it is called like its parameter."""

    names: tuple[str, ...]
    help: str
    min: float | None
    max: float | None
    metavar: str | None
    envvar: str | None

    def __init__(
        self,
        *names: str,
        help: str,
        min: float | None = None,
        max: float | None = None,
        metavar: str | None = None,
        envvar: str | None = None,
    ) -> None:
        given = {"names": names, "help": help, "min": min, "max": max, "metavar": metavar, "envvar": envvar}
        for field, value in given.items():
            object.__setattr__(self, field, value)


def command(function: Function, **attributes: Any) -> click.Command:
    """The function as a command: its parameters are the options, its docstring is the help."""
    hints = get_type_hints(function, include_extras=True)
    parameters = inspect.signature(function).parameters
    contexts = [name for name in parameters if hints[name] is click.Context]

    def run(**given: Any) -> None:
        function(**given, **dict.fromkeys(contexts, click.get_current_context()))

    return click.Command(
        params=[
            _parameter(name, hints[name], each.default)
            for name, each in parameters.items()
            if name not in contexts
        ],
        callback=run,
        help=inspect.getdoc(function),
        **attributes,
    )


def _parameter(name: str, hint: Any, default: Any) -> click.Parameter:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{name} is declared as neither option nor argument")
    bare, declared = get_args(hint)
    alternatives = [each for each in get_args(bare) if each is not NoneType]
    kind = alternatives[0] if alternatives else bare
    required = default is inspect.Parameter.empty
    if isinstance(declared, Argument):
        return click.Argument(
            [name], type=_type(kind, Option(help=declared.help)), required=required, help=declared.help
        )
    names = declared.names or (f"--{name.replace('_', '-')}",)
    # Help shows a default as people type it.
    word = default.value if isinstance(default, Enum) else default
    about: Mapping[str, Any] = {} if required else {"default": word}
    return click.Option(
        [name, *names],
        help=declared.help,
        type=_type(kind, declared),
        is_flag=kind is bool,
        required=required,
        metavar=declared.metavar,
        envvar=declared.envvar,
        show_envvar=declared.envvar is not None,
        show_default=default not in (None, "", False, inspect.Parameter.empty),
        **about,
    )


def _type(kind: Any, declared: Option) -> click.ParamType[Any]:
    is_bounded = (declared.min, declared.max) != (None, None)
    if kind is Path:
        return click.Path(path_type=Path)
    if issubclass(kind, Enum):
        return _Word(kind)
    if kind is int and is_bounded:
        return click.IntRange(_whole(declared.min), _whole(declared.max))
    if kind is float and is_bounded:
        return click.FloatRange(declared.min, declared.max)
    found: click.ParamType[Any] = click.types.convert_type(kind)
    return found


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)


class _Word(click.Choice[Any]):
    """One of the values of an enumeration."""

    def __init__(self, kind: type[Enum]) -> None:
        super().__init__([str(each.value) for each in kind])
        self._kind = kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value if isinstance(value, self._kind) else self._kind(super().convert(value, param, ctx))
