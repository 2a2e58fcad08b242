"""The answer of `rolling simulate`: rollouts of one policy, or of two, over many seeds."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi_rolling.cli.imagined import imagined_policy
from pulumi_rolling.cli.policy_source import OPTION, read_policy
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.sizing import size_roll
from pulumi_rolling.errors import Fault, PolicyErrors
from pulumi_rolling.policy.timing import Timing
from pulumi_rolling.report.simulation import Entry, Simulation, trial
from pulumi_rolling.report.simulation_json import simulation_json
from pulumi_rolling.report.simulation_text import simulation_text
from pulumi_rolling.simulation.law import BootLaw, law_from
from pulumi_rolling.simulation.trials import Build, Scenario, grain_of, study


@dataclass(frozen=True, slots=True)
class Question:
    """What the options of the command say beside the policies."""

    desired: int
    max_size: int
    min_size: int
    boot: float
    spread: float
    quantiles: str | None
    bad: float
    silent: float
    seeds: int
    leaving: float
    approve_after: float
    grain: float | None


def answer(policy: str, against: str | None, asked: Question) -> Simulation:
    """PolicyErrors with every fault of policies and options."""
    law = _law(asked.boot, asked.spread, asked.quantiles)
    if asked.bad + asked.silent > 1:
        raise PolicyErrors([Fault("--bad", "and --silent are shares of the same instances: 1 at most.")])
    sizes = Sizes(asked.min_size, asked.max_size, asked.desired)
    policies = _policies(policy, against, sizes)
    windows = [size_roll(allowed, asked.desired, asked.desired).batch for _, allowed, _ in policies]
    grain = asked.grain
    wait = min(grain_of(asked.desired, window, law) for window in windows) if grain is None else grain
    builds = [Build(), *([Build(asked.bad, asked.silent)] if asked.bad or asked.silent else [])]
    scenarios = [
        Scenario(
            allowed,
            sizes,
            law,
            build,
            # What a bad build reaches takes few decisions, so it may be told more finely.
            wait if build == Build() else wait / 2,
            asked.approve_after,
            asked.leaving,
        )
        for _, allowed, _ in policies
        for build in builds
    ]
    rolls = iter(study(scenarios, asked.seeds))
    return Simulation(
        desired=asked.desired,
        max_size=asked.max_size,
        min_size=asked.min_size,
        mean_boot=law.mean,
        spread=law.spread,
        quantiles=law.quantiles,
        seeds=asked.seeds,
        grain=wait,
        entries=tuple(
            Entry(
                name=name,
                limits=allowed,
                batch=window,
                trials=tuple(trial(build.bad, build.silent, next(rolls)) for build in builds),
                warnings=warnings,
            )
            for (name, allowed, warnings), window in zip(policies, windows, strict=True)
        ),
    )


def answer_text(made: Simulation, *, as_json: bool) -> str:
    return json.dumps(simulation_json(made), indent=2) if as_json else simulation_text(made)


def _law(boot: float, spread: float, quantiles: str | None) -> BootLaw:
    if quantiles is not None:
        return law_from(_read(quantiles), "--quantiles")
    faults = []
    if not 0 < boot <= 86_400:
        faults.append(Fault("--boot", f"must be above 0 and at most 86400 seconds; found {boot:g}."))
    if not 0 <= spread <= 3:
        faults.append(Fault("--spread", f"must be from 0 to 3; found {spread:g}."))
    if faults:
        raise PolicyErrors(faults)
    return BootLaw(boot, spread)


def _read(given: str) -> Any:
    try:
        text = given if given.lstrip().startswith("{") else Path(given).read_text(encoding="utf-8")
        return json.loads(text)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        message = f"is neither JSON nor a file with JSON: {error}."
        raise PolicyErrors([Fault("--quantiles", message)]) from error


def _policies(policy: str, against: str | None, sizes: Sizes) -> list[tuple[str, Limits, tuple[str, ...]]]:
    """Name, limits and warnings of each. PolicyErrors with the faults of both, told apart by the option."""
    timing = Timing.from_environment(os.environ)
    found: list[tuple[str, Limits, tuple[str, ...]]] = []
    faults: list[Fault] = []
    for option, source in (("policy", policy), ("against", against)):
        if source is None:
            continue
        try:
            block = read_policy(source)
            imagined = imagined_policy(block, sizes.desired, sizes.max, sizes.min, None, timing)
        except PolicyErrors as error:
            faults += error.faults if option == "policy" else map(_of_the_second, error.faults)
            continue
        found.append((_name(source, option), imagined.allowed, imagined.warnings))
    if faults:
        raise PolicyErrors(faults)
    return found


def _of_the_second(fault: Fault) -> Fault:
    return Fault("--against" if fault.path == OPTION else f"--against: {fault.path}", fault.message)


def _name(source: str, option: str) -> str:
    return option if source.lstrip().startswith("{") else Path(source).stem
