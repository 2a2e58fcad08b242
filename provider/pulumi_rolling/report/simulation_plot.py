"""A simulation as a picture: how long rolls take, and how many instances a bad build reaches, policy by policy."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pulumi_rolling.report.simulation import Entry, Simulation, Trial
from pulumi_rolling.report.simulation_text import build_title, policy_line
from pulumi_rolling.report.wording import instances

COLOURS = ("#2563eb", "#d97706")
_INK, _FAINT = "#1f2937", "#d1d5db"
_BINS = 28


def fault_of(target: Path) -> str | None:
    """Why nothing could be drawn there, told before anything is simulated."""
    from matplotlib.backend_bases import FigureCanvasBase

    known = sorted(FigureCanvasBase.get_supported_filetypes())
    if target.suffix.removeprefix(".").lower() not in known:
        return f"must end in the name of a picture's format ({', '.join(known)}); found {target.name}."
    if target.is_dir():
        return f"is a folder: {target}."
    if not target.parent.is_dir():
        return f"lies in a folder that is not there: {target.parent}."
    if not os.access(target if target.exists() else target.parent, os.W_OK):
        return f"may not be written: {target}."
    return None


def draw(made: Simulation, target: Path) -> None:
    """Write the picture, in the format that the ending of the name says."""
    # Neither a display nor the state of pyplot is wanted, so the figure is made by hand.
    from matplotlib.figure import Figure

    builds = made.entries[0].trials
    figure = Figure(figsize=(5.2 * max(2, len(builds)), 4.6), dpi=150, layout="constrained")
    panels = figure.subplots(1, len(builds), squeeze=False)[0]
    minutes = _in_minutes(made)
    for number, panel in enumerate(panels):
        trials = [(entry, entry.trials[number]) for entry in made.entries]
        if builds[number].bad or builds[number].silent:
            _touched_panel(panel, trials, made.desired)
        else:
            _time_panel(panel, trials, minutes)
    figure.suptitle(_title(made), fontsize=12, fontweight="bold", color=_INK)
    handles = [
        _swatch(COLOURS[number], f"{entry.name}: {policy_line(entry)}")
        for number, entry in enumerate(made.entries)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=1, frameon=False, fontsize=9)
    figure.savefig(target)


def _title(made: Simulation) -> str:
    law = (
        "boots by quantiles"
        if made.quantiles
        else f"boots of {made.mean_boot:g} s, spread {round(made.spread, 3):g}"
    )
    return f"Rolling {instances(made.desired)}, {law}, {made.seeds:,} rollout{'' if made.seeds == 1 else 's'} each"


def _time_panel(panel: Any, trials: Sequence[tuple[Entry, Trial]], minutes: bool) -> None:
    unit = 60.0 if minutes else 1.0
    samples = [[seconds / unit for seconds in trial.roll_samples] for _, trial in trials]
    _histograms(panel, samples)
    _dress(
        panel, "A good build: how long it takes", f"roll time [{'min' if minutes else 's'}]", "rollouts [%]"
    )


def _touched_panel(panel: Any, trials: Sequence[tuple[Entry, Trial]], desired: int) -> None:
    """Cumulative curves: the sooner one is up, the fewer instances a bad build reaches."""
    most = max(max(trial.touched_samples) for _, trial in trials)
    for number, (_, trial) in enumerate(trials):
        ordered = sorted(trial.touched_samples)
        shares = [100 * (place + 1) / len(ordered) for place in range(len(ordered))]
        steps = [0, *ordered, most * 1.05]
        panel.step(steps, [0.0, *shares, 100.0], where="post", color=COLOURS[number], linewidth=1.8)
        panel.fill_between(steps, [0.0, *shares, 100.0], step="post", color=COLOURS[number], alpha=0.07)
        median = ordered[len(ordered) // 2]
        panel.plot([median], [50], "o", color=COLOURS[number], markersize=5)
        panel.annotate(
            f"half: at most {median}",
            xy=(median, 50),
            xytext=(9, -3 - 18 * number),
            textcoords="offset points",
            color=COLOURS[number],
            fontsize=9,
            zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
        )
    panel.set_xlim(0, most * 1.05)
    panel.set_ylim(0, 104)
    title = f"{build_title(trials[0][1])}: how many it reaches"
    _dress(
        panel,
        title,
        f"instances touched until it is stopped [of {desired}]",
        "rollouts that touch no more [%]",
    )


def _histograms(panel: Any, samples: Sequence[Sequence[float]]) -> None:
    """Shares of the rollouts, all in the same bins, with the median of each."""
    known = [value for sample in samples for value in sample]
    if not known:
        panel.text(0.5, 0.5, "no rollout arrived", ha="center", va="center", transform=panel.transAxes)
        return
    low, high = min(known), max(known)
    width = max((high - low) / _BINS, 1e-9)
    edges = [low + width * (number - 0.5) for number in range(int((high - low) / width) + 3)]
    for number, sample in enumerate(samples):
        if not sample:
            continue
        colour = COLOURS[number]
        weights = [100 / len(sample)] * len(sample)
        panel.hist(sample, bins=edges, weights=weights, color=colour, alpha=0.35)
        panel.hist(sample, bins=edges, weights=weights, color=colour, histtype="step", linewidth=1.2)
        median = sorted(sample)[len(sample) // 2]
        panel.axvline(median, color=colour, linewidth=1.3, linestyle="--")
        panel.annotate(
            f"half: within {median:.0f}" if median >= 100 else f"half: within {median:.1f}",
            xy=(median, 0.985 - 0.07 * number),
            xycoords=("data", "axes fraction"),
            xytext=(5, 0),
            textcoords="offset points",
            color=colour,
            fontsize=9,
            va="top",
        )
    panel.set_ylim(0, panel.get_ylim()[1] * 1.2)


def _dress(panel: Any, title: str, label: str, share: str) -> None:
    panel.set_title(title, fontsize=10.5, color=_INK)
    panel.set_xlabel(label, color=_INK)
    panel.set_ylabel(share, color=_INK)
    panel.grid(axis="y", color=_FAINT, linewidth=0.6)
    panel.set_axisbelow(True)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)


def _swatch(colour: str, label: str) -> Any:
    from matplotlib.patches import Patch

    return Patch(facecolor=colour, alpha=0.6, label=label)


def _in_minutes(made: Simulation) -> bool:
    rolls = [trial.roll for entry in made.entries for trial in entry.trials if trial.roll is not None]
    return any(roll.p50 >= 180 for roll in rolls)
