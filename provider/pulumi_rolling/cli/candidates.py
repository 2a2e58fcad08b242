"""The policies that `rolling simulate` is given, each resolved for the group: one, two, or one by its strategies."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi_rolling.cli.imagined import imagined_policy
from pulumi_rolling.cli.imagined_refresh import imagined_refresh, is_refresh
from pulumi_rolling.cli.policy_source import OPTION, read_policy
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.sizing import size_roll
from pulumi_rolling.errors import Fault, PolicyErrors
from pulumi_rolling.policy.check import check_policy
from pulumi_rolling.policy.inputs import UpdatePolicy, rows
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.policy.timing import Timing

STRATEGY, AGAINST = "--strategy", "--against"
SIMULATED = (RollingUpdate.key, InstanceRefresh.key)
"""Strategies of which there is a simulated service."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One policy, resolved for the group."""

    name: str
    limits: Limits | DelegateLimits
    batch: int
    """Members under replacement at a time, at most."""
    warnings: tuple[str, ...]


def candidates(policy: str, against: str | None, strategy: str | None, sizes: Sizes) -> list[Candidate]:
    """PolicyErrors with the faults of all of them, told apart by the option."""
    timing = Timing.from_environment(os.environ)
    faults: list[Fault] = []
    found: list[Candidate] = []
    if strategy is not None:
        for name, block in _by_strategy(policy, against, _strategies(strategy)):
            _add(name, block, sizes, timing, found, faults)
    else:
        for option, source in ((OPTION, policy), (AGAINST, against)):
            if source is not None:
                _read(option, source, sizes, timing, found, faults)
    if faults:
        # A fault of a file is told once, however many strategies meet it.
        raise PolicyErrors(list(dict.fromkeys(faults)))
    return found


def _read(
    option: str, source: str, sizes: Sizes, timing: Timing, found: list[Candidate], faults: list[Fault]
) -> None:
    own: list[Fault] = []
    try:
        _add(_name(source, option), read_policy(source), sizes, timing, found, own)
    except PolicyErrors as error:
        own += error.faults
    faults += own if option == OPTION else map(_of_the_second, own)


def _add(
    name: str, block: Any, sizes: Sizes, timing: Timing, found: list[Candidate], faults: list[Fault]
) -> None:
    try:
        found.append(_candidate(name, block, sizes, timing))
    except PolicyErrors as error:
        faults += error.faults


def _candidate(name: str, block: Any, sizes: Sizes, timing: Timing) -> Candidate:
    checked = check_policy(block)
    others = [key for key in _given(checked.normal) if key not in SIMULATED]
    if others:
        said = f"cannot be simulated; {' and '.join(SIMULATED)} can."
        raise PolicyErrors([*checked.faults, *(Fault(f"{UpdatePolicy.path}.{key}", said) for key in others)])
    if is_refresh(checked):
        allowed, warnings = imagined_refresh(checked, sizes, timing)
        return Candidate(name, allowed, allowed.foreseen.batch, warnings)
    imagined = imagined_policy(block, sizes.desired, sizes.max, sizes.min, None, timing)
    batch = size_roll(imagined.allowed, sizes.desired, sizes.desired).batch
    return Candidate(name, imagined.allowed, batch, imagined.warnings)


def _given(normal: Any) -> list[str]:
    return [key for key in rows(UpdatePolicy) if isinstance(normal, Mapping) and key in normal]


def _strategies(given: str) -> list[str]:
    names = [name.strip() for name in given.split(",")]
    for name in names:
        if name not in SIMULATED:
            raise PolicyErrors([Fault(STRATEGY, f"is {' or '.join(SIMULATED)}, or both; found {name!r}.")])
    return list(dict.fromkeys(names))


def _by_strategy(policy: str, against: str | None, strategies: list[str]) -> Iterator[tuple[str, Any]]:
    """The block of each strategy in the policy. One that it does not have is simulated with its defaults."""
    if against is not None:
        raise PolicyErrors([Fault(STRATEGY, f"may not stand with {AGAINST}: both make a second policy.")])
    read = read_policy(policy)
    normal = check_policy(read).normal
    known = rows(UpdatePolicy)
    for name in strategies:
        if not isinstance(normal, Mapping):
            yield name, read
            continue
        beside = {key: value for key, value in normal.items() if key not in known}
        yield name, {**beside, name: normal.get(name, {})}


def _of_the_second(fault: Fault) -> Fault:
    return Fault(AGAINST if fault.path == OPTION else f"{AGAINST}: {fault.path}", fault.message)


def _name(source: str, option: str) -> str:
    return option.removeprefix("--") if source.lstrip().startswith("{") else Path(source).stem
