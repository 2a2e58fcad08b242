"""Failed members that are kept for a look: where that cannot be, and what is said of them at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pulumi_rolling.core.replace.rollout import Rollout
from pulumi_rolling.errors import Fault
from pulumi_rolling.policy.rolling_update.block import RollingUpdate
from pulumi_rolling.signals.choose import Source
from pulumi_rolling.signals.hook import HookSignals


def keeping_faults(roll: RollingUpdate, source: Source) -> Iterator[Fault]:
    """Only instances in service can be detached, and one that fails at its launch hook never comes so far.

    Source: EC2 Auto Scaling user guide, "Considerations for detaching instances".
    """
    if roll.keep_failed and isinstance(source, HookSignals):
        yield Fault(
            f"{RollingUpdate.path}.keepFailed",
            "is not possible while instances signal by a launch hook: one that fails there never reaches service, and "
            "only instances in service can be detached. Let them signal by a queue (readiness.signalQueue) or by "
            "their tag, or remove keepFailed.",
        )


def set_apart(rollout: Rollout, ends: Callable[[Sequence[str]], str]) -> str:
    """Who lives on, what that costs and how it ends; and why nobody does where somebody was to be kept."""
    kept, refused = rollout.ours.kept, rollout.ours.keep_refused
    parts = []
    if kept:
        it, runs = ("it", "runs") if len(kept) == 1 else ("they", "run")
        parts.append(
            f"Kept for a look, outside the group: {', '.join(kept)}; {it} {runs}, at the price of any instance of that "
            f"type, until somebody ends {'it' if len(kept) == 1 else 'them'}: {ends(kept)}"
        )
    if refused:
        parts.append(f"{'No other' if kept else 'None'} was kept, since the cloud refused it: {refused}")
    return ". ".join(part.rstrip(".") for part in parts)
