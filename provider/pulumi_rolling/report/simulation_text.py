"""A simulation as plain text: one table for each build, the policies side by side in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pulumi_rolling.core.delegate.limits import DelegateLimits, Foreseen
from pulumi_rolling.core.model.codes import VERDICTS, VerdictCode
from pulumi_rolling.core.replace.limits import Guard, Limits, Pacing
from pulumi_rolling.report.simulation import Distribution, Entry, Simulation, Trial
from pulumi_rolling.report.wording import instances, span

_COLUMNS = ("p5", "p50", "p95", "mean", "spread")
Row = tuple[str, Callable[[Trial], Distribution | None], Callable[[float], str]]


def simulation_text(made: Simulation) -> str:
    lines = [_headline(made), ""]
    width = max(len(entry.name) for entry in made.entries)
    for entry in made.entries:
        lines.append(f"  {entry.name:<{width}}  {policy_line(entry)}")
        lines += [f"  {'':<{width}}  warning: {warning}" for warning in entry.warnings]
    for number, build in enumerate(made.entries[0].trials):
        lines += ["", build_title(build)]
        lines += _table(made.entries, number, width)
    return "\n".join(lines)


def policy_line(entry: Entry) -> str:
    """The policy in numbers of this group."""
    limits = entry.limits
    if isinstance(limits, DelegateLimits):
        return ", ".join(_refresh(entry.batch, limits.foreseen))
    floor = f"at least {limits.floor} in service"
    if limits.pacing is Pacing.LOCK_STEP:
        parts = [f"lock-step, batches of {entry.batch}", floor]
    else:
        guard = "no guard" if limits.guard is Guard.OFF else f"guard {limits.guard.value}"
        parts = [f"sliding, window {entry.batch}", floor, guard]
    return ", ".join([*parts, *_gates(limits)])


def _refresh(batch: int, foreseen: Foreseen) -> Iterator[str]:
    yield f"instance refresh, {'' if batch == 1 else 'up to '}{batch} at a time"
    yield f"at least {foreseen.lowest} in service"
    if foreseen.warm_up:
        yield f"warm-up {span(foreseen.warm_up)}"
    if foreseen.gates:
        yield _stops(len(foreseen.gates))
    if foreseen.ends_at is not None:
        yield f"ends at {foreseen.ends_at:g} %"
    if foreseen.bake:
        yield f"bake {span(foreseen.bake)}"


def _stops(count: int) -> str:
    return f"{count} checkpoint{'' if count == 1 else 's'}"


def build_title(build: Trial) -> str:
    if not (build.bad or build.silent):
        return "A good build"
    shares = [
        f"{100 * share:g} % {what}" for share, what in ((build.bad, "bad"), (build.silent, "silent")) if share
    ]
    return f"A build with {' and '.join(shares)} instances"


def _headline(made: Simulation) -> str:
    if made.quantiles:
        known = ", ".join(f"p{100 * share:g} {seconds:g} s" for share, seconds in made.quantiles)
        boots = f"boots by quantiles ({known})"
    else:
        boots = f"boots of {made.mean_boot:g} s on average, spread {round(made.spread, 3):g}"
    room = f"Desired {made.desired}, MaxSize {made.max_size}"
    return f"{instances(made.desired)} ({room}), {boots}; {made.seeds} seed{'' if made.seeds == 1 else 's'}"


def _gates(limits: Limits) -> Iterator[str]:
    if limits.canary:
        yield f"canary {limits.canary}" + (f" watched {span(limits.soak)}" if limits.soak else "")
    if limits.slow_start:
        yield "slow start"
    if limits.checkpoints:
        yield _stops(len(limits.checkpoints))
    if limits.bake:
        yield f"bake {span(limits.bake)}"


def _table(entries: tuple[Entry, ...], number: int, width: int) -> list[str]:
    trials = [(entry.name, entry.trials[number]) for entry in entries]
    label = max(len(name) for name, _, _ in _rows())
    lines = [f"  {'':<{label}}  {'':<{width}}  " + "".join(f"{column:>12}" for column in _COLUMNS)]
    for name, figure, form in _rows():
        found = [(policy, figure(trial)) for policy, trial in trials]
        if all(distribution is None for _, distribution in found):
            continue
        for position, (policy, distribution) in enumerate(found):
            shown = name if position == 0 else ""
            lines.append(f"  {shown:<{label}}  {policy:<{width}}  {_figures(distribution, form)}".rstrip())
    for position, (policy, trial) in enumerate(trials):
        shown = "outcome" if position == 0 else ""
        lines.append(f"  {shown:<{label}}  {policy:<{width}}  {_outcome(trial)}")
    return lines


def _rows() -> tuple[Row, ...]:
    return (
        ("roll time", lambda trial: trial.roll, _time),
        ("until stopped", lambda trial: trial.stopped if _fails(trial) else None, _time),
        ("until back", lambda trial: trial.back if _fails(trial) else None, _time),
        ("lowest in service", lambda trial: trial.lowest, _count),
        ("touched", lambda trial: trial.touched if _fails(trial) else None, _count),
        ("relaunched by cloud", _relaunched, _count),
        ("API calls", lambda trial: trial.calls, _count),
    )


def _fails(trial: Trial) -> bool:
    """Whether failed rollouts have figures of their own: they do from one in a hundred on."""
    return 100 * (trial.rolls - trial.arrived) >= trial.rolls


def _relaunched(trial: Trial) -> Distribution | None:
    return trial.relaunched if trial.relaunched.mean else None


def _figures(found: Distribution | None, form: Callable[[float], str]) -> str:
    if found is None:
        return f"{'-':>12}"
    values = (found.p5, found.p50, found.p95, found.mean, found.spread)
    return "".join(f"{form(value):>12}" for value in values)


def _outcome(trial: Trial) -> str:
    parts = []
    if trial.arrived:
        parts.append(f"{_percent(trial.arrived, trial.rolls)} arrive")
    for code, count in sorted(trial.stopped_by.items(), key=lambda pair: -pair[1]):
        parts.append(f"{_percent(count, trial.rolls)} are stopped ({VERDICTS[VerdictCode(code)].words})")
    mixed = trial.rolls - trial.arrived - trial.returned
    if mixed:
        parts.append(f"{_percent(mixed, trial.rolls)} do not come back whole")
    return ", ".join(parts)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.3g} %"


def _count(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:.1f}"


def _time(seconds: float) -> str:
    """A time in one of three units, so that a column can be compared: ``45 s``, ``16:20 min``, ``1:05:00 h``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}:{rest:02} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} h"
