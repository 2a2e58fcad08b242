"""`rolling simulate`: what one policy, or two side by side, would come to over many simulated rollouts.

Nothing is asked of any cloud. The policy's own decisions are made, on a group in memory and under a virtual clock.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated

import click

from pulumi_rolling.cli.declared import Option
from pulumi_rolling.errors import Fault, PolicyErrors


class Format(str, Enum):
    TEXT = "text"
    JSON = "json"


def simulate(
    policy: Annotated[str, Option(help="The updatePolicy: JSON, or a JSON or YAML file.")],
    desired: Annotated[int, Option(help="Desired capacity.", min=1)],
    max_size: Annotated[int, Option(help="MaxSize.", min=1)],
    against: Annotated[str | None, Option(help="A second policy, for a comparison.")] = None,
    strategy: Annotated[
        str | None,
        Option(
            help="rollingUpdate, instanceRefresh, or both with a comma: the policy's own block for each, "
            "or its defaults."
        ),
    ] = None,
    min_size: Annotated[int, Option(help="MinSize.", min=0)] = 0,
    boot: Annotated[float, Option(help="Mean boot in seconds, until an instance is ready.")] = 90.0,
    spread: Annotated[float, Option(help="Spread of the boots: sigma of a lognormal law.")] = 0.3,
    quantiles: Annotated[
        str | None,
        Option(
            help='In place of --boot and --spread: JSON or a file, {"p5": 60, "p50": 85, "p95": 160}, '
            "or lastRollout.boots of the resource's state."
        ),
    ] = None,
    bad: Annotated[
        float, Option(help="Share of instances of a bad build that signal FAILURE.", min=0, max=1)
    ] = 0.0,
    silent: Annotated[
        float,
        Option(help="Share of instances of a bad build that never say anything.", min=0, max=1),
    ] = 0.0,
    seeds: Annotated[int, Option(help="How many rollouts of each.", min=1, max=100_000)] = 1000,
    leaving: Annotated[
        float, Option(help="Seconds that an instance takes to be gone (with drain).", min=0)
    ] = 0.0,
    approve_after: Annotated[
        float, Option(help="Seconds until somebody approves (with approval).", min=0)
    ] = 0.0,
    grain: Annotated[
        float | None,
        Option(
            help="Seconds between decisions; 0: at every look. Default: a quarter of a boot at most.", min=0
        ),
    ] = None,
    form: Annotated[Format, Option("--format", help="How the figures are written.")] = Format.TEXT,
    plot: Annotated[Path | None, Option(help="Draw the distributions into this file, too.")] = None,
) -> None:
    """Simulate rollouts under a policy: how long, how safe, how many calls."""
    # Loads the engine and the models of the policy, which the help does not need.
    from pulumi_rolling.cli.simulated import Question, answer, answer_text
    from pulumi_rolling.report.plan_text import faults_text

    question = Question(
        desired=desired,
        max_size=max_size,
        min_size=min_size,
        boot=boot,
        spread=spread,
        quantiles=quantiles,
        bad=bad,
        silent=silent,
        seeds=seeds,
        leaving=leaving,
        approve_after=approve_after,
        grain=grain,
    )
    try:
        _can_plot(plot)
        made = answer(policy, against, strategy, question)
    except PolicyErrors as error:
        click.echo(faults_text(error.faults), err=True)
        raise click.exceptions.Exit(2) from error
    click.echo(answer_text(made, as_json=form is Format.JSON))
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
