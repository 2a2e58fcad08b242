"""`rolling simulate`: what one policy, or two side by side, would come to over many simulated rollouts.

Nothing is asked of any cloud. The policy's own decisions are made, on a group in memory and under a virtual clock.
"""

from __future__ import annotations

import json
import os
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from pulumi_rolling.cli.imagined import imagined_policy
from pulumi_rolling.cli.policy_source import OPTION, read_policy
from pulumi_rolling.core.model.member import Sizes
from pulumi_rolling.core.replace.limits import Limits
from pulumi_rolling.core.replace.sizing import size_roll
from pulumi_rolling.errors import Fault, PolicyErrors
from pulumi_rolling.policy.timing import Timing
from pulumi_rolling.report.plan_text import faults_text
from pulumi_rolling.report.simulation import Entry, Simulation, trial
from pulumi_rolling.report.simulation_json import simulation_json
from pulumi_rolling.report.simulation_text import simulation_text
from pulumi_rolling.simulation.law import BootLaw, law_from
from pulumi_rolling.simulation.trials import Build, Scenario, grain_of, study


class Format(str, Enum):
    TEXT = "text"
    JSON = "json"


def simulate(
    policy: Annotated[str, typer.Option(help="The updatePolicy: JSON, or a JSON or YAML file.")],
    desired: Annotated[int, typer.Option(help="Desired capacity.", min=1)],
    max_size: Annotated[int, typer.Option(help="MaxSize.", min=1)],
    against: Annotated[str | None, typer.Option(help="A second policy, for a comparison.")] = None,
    min_size: Annotated[int, typer.Option(help="MinSize.", min=0)] = 0,
    boot: Annotated[float, typer.Option(help="Mean boot in seconds, until an instance is ready.")] = 90.0,
    spread: Annotated[float, typer.Option(help="Spread of the boots: sigma of a lognormal law.")] = 0.3,
    quantiles: Annotated[
        str | None,
        typer.Option(
            help='In place of --boot and --spread: JSON or a file, {"p5": 60, "p50": 85, "p95": 160}, '
            "or lastRollout.boots of the resource's state."
        ),
    ] = None,
    bad: Annotated[
        float, typer.Option(help="Share of instances of a bad build that signal FAILURE.", min=0, max=1)
    ] = 0.0,
    silent: Annotated[
        float,
        typer.Option(help="Share of instances of a bad build that never say anything.", min=0, max=1),
    ] = 0.0,
    seeds: Annotated[int, typer.Option(help="How many rollouts of each.", min=1, max=100_000)] = 1000,
    leaving: Annotated[
        float, typer.Option(help="Seconds that an instance takes to be gone (with drain).", min=0)
    ] = 0.0,
    approve_after: Annotated[
        float, typer.Option(help="Seconds until somebody approves (with approval).", min=0)
    ] = 0.0,
    grain: Annotated[
        float | None,
        typer.Option(
            help="Seconds between decisions; 0: at every look. Default: a quarter of a boot at most.", min=0
        ),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How the figures are written.")] = Format.TEXT,
    plot: Annotated[Path | None, typer.Option(help="Draw the distributions into this file, too.")] = None,
) -> None:
    """Simulate rollouts under a policy: how long, how safe, how many calls. Exit code 2 where it cannot be."""
    try:
        _can_plot(plot)
        law = _law(boot, spread, quantiles)
        if bad + silent > 1:
            raise PolicyErrors([Fault("--bad", "and --silent are shares of the same instances: 1 at most.")])
        sizes = Sizes(min_size, max_size, desired)
        policies = _policies(policy, against, sizes)
    except PolicyErrors as error:
        typer.echo(faults_text(error.faults), err=True)
        raise typer.Exit(2) from error
    windows = [size_roll(allowed, desired, desired).batch for _, allowed, _ in policies]
    wait = min(grain_of(desired, window, law) for window in windows) if grain is None else grain
    builds = [Build(), *([Build(bad, silent)] if bad or silent else [])]
    scenarios = [
        # What a bad build reaches takes few decisions, so it may be told more finely.
        Scenario(allowed, sizes, law, build, wait if build == Build() else wait / 2, approve_after, leaving)
        for _, allowed, _ in policies
        for build in builds
    ]
    rolls = iter(study(scenarios, seeds))
    made = Simulation(
        desired=desired,
        max_size=max_size,
        min_size=min_size,
        mean_boot=law.mean,
        spread=law.spread,
        quantiles=law.quantiles,
        seeds=seeds,
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
    typer.echo(json.dumps(simulation_json(made), indent=2) if form is Format.JSON else simulation_text(made))
    if plot is not None:
        # Only the plot needs it, and it takes longer to load than all the rest.
        from pulumi_rolling.report.simulation_plot import draw

        draw(made, plot)


def _can_plot(plot: Path | None) -> None:
    """PolicyErrors where the picture could not be written: minutes of simulation would go before it."""
    if plot is not None:
        from pulumi_rolling.report.simulation_plot import fault_of

        fault = fault_of(plot)
        if fault is not None:
            raise PolicyErrors([Fault("--plot", fault)])


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
