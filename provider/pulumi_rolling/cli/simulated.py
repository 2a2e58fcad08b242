"""The answer of `rolling simulate`: rollouts of one policy, or of two, over many seeds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi_rolling.cli.candidates import Candidate, candidates
from pulumi_rolling.core.delegate.limits import DelegateLimits
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.errors import Fault, PolicyErrors
from pulumi_rolling.report.simulation import Entry, Simulation, trial
from pulumi_rolling.report.simulation_json import simulation_json
from pulumi_rolling.report.simulation_text import simulation_text
from pulumi_rolling.simulation.builds import GOOD, Build
from pulumi_rolling.simulation.law import BootLaw, law_from
from pulumi_rolling.simulation.refreshes import RefreshScenario
from pulumi_rolling.simulation.trials import Rollable, Scenario, grain_of, study


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


def answer(policy: str, against: str | None, strategy: str | None, asked: Question) -> Simulation:
    """PolicyErrors with every fault of policies and options."""
    law = _law(asked.boot, asked.spread, asked.quantiles)
    if asked.bad + asked.silent > 1:
        raise PolicyErrors([Fault("--bad", "and --silent are shares of the same instances: 1 at most.")])
    sizes = Sizes(asked.min_size, asked.max_size, asked.desired)
    found = candidates(policy, against, strategy, sizes)
    grain = _grain(found, law, asked)
    builds = [Build(), *([Build(asked.bad, asked.silent)] if asked.bad or asked.silent else [])]
    scenarios = [_scenario(each, sizes, law, build, grain, asked) for each in found for build in builds]
    rolls = iter(study(scenarios, asked.seeds))
    return Simulation(
        desired=asked.desired,
        max_size=asked.max_size,
        min_size=asked.min_size,
        mean_boot=law.mean,
        spread=law.spread,
        quantiles=law.quantiles,
        seeds=asked.seeds,
        grain=grain,
        entries=tuple(
            Entry(
                name=each.name,
                limits=each.limits,
                batch=each.batch,
                trials=tuple(trial(build.bad, build.silent, next(rolls)) for build in builds),
                warnings=each.warnings,
            )
            for each in found
        ),
    )


def _grain(found: list[Candidate], law: BootLaw, asked: Question) -> float:
    """Of our own decisions alone: what the service decides is played at every look."""
    if asked.grain is not None:
        return asked.grain
    windows = [each.batch for each in found if isinstance(each.limits, Limits)]
    return min((grain_of(asked.desired, window, law) for window in windows), default=0.0)


def _scenario(
    candidate: Candidate, sizes: Sizes, law: BootLaw, build: Build, grain: float, asked: Question
) -> Rollable:
    if isinstance(candidate.limits, DelegateLimits):
        return RefreshScenario(
            candidate.limits, sizes.desired, law, build, asked.approve_after, asked.leaving
        )
    # What a bad build reaches takes few decisions, so it may be told more finely.
    fine = grain if build == GOOD else grain / 2
    return Scenario(candidate.limits, sizes, law, build, fine, asked.approve_after, asked.leaving)


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
