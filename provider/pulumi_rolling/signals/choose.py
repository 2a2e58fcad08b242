"""The source of signals that a group has: the policy's queue, the hook where silence fails, otherwise the tag.

We add no hook of our own: a hook left behind by a killed program would hold every later launch of the group.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pulumi_rolling.signals.hook import HookSignals
from pulumi_rolling.signals.queue import QueueSignals
from pulumi_rolling.signals.tag import SIGNAL_TAG, TagSignals

ABANDON = "ABANDON"


class LaunchHook(Protocol):
    """A launch lifecycle hook as far as the choice needs it; the heartbeat in seconds."""

    @property
    def name(self) -> str: ...

    @property
    def heartbeat(self) -> float: ...

    @property
    def default(self) -> str: ...


class NoSignals:
    """The source where no signals are wanted: being in service is enough."""

    needs_tags: bool = False

    def read(self, member: object) -> None:
        return None


Source = HookSignals | TagSignals | QueueSignals | NoSignals


def choose(
    hooks: Sequence[LaunchHook],
    signals_wanted: bool,
    pause_seconds: float,
    queue: str | None = None,
    *,
    in_rounds: bool = False,
) -> tuple[Source, tuple[str, ...]]:
    """The source, and sentences that the user should read about it.

    ``in_rounds``: the policy rolls as CloudFormation does, and its instances may signal as CloudFormation's do.
    """
    if not signals_wanted:
        return NoSignals(), ()
    if queue is not None:
        return QueueSignals(queue), (_hooks_besides(hooks),) if hooks else ()
    strict = [hook for hook in hooks if hook.default == ABANDON]
    if strict:
        return HookSignals(), tuple(
            _too_short(hook, pause_seconds) for hook in strict if hook.heartbeat < pause_seconds
        )
    if hooks:
        return TagSignals(), (_silent_would_pass(hooks),)
    return TagSignals(), (_OTHERWISE,) if in_rounds else ()


_OTHERWISE = (
    f"The group has no launch hook, so each new instance signals by its tag {SIGNAL_TAG}; cfn-signal reaches nothing "
    "but CloudFormation. The line for user data is 'rolling signal --exit-code $?', or see docs/signals.md."
)


def _hooks_besides(hooks: Sequence[LaunchHook]) -> str:
    names = ", ".join(repr(hook.name) for hook in hooks)
    return (
        f"The signal comes by the queue, and the launch hook {names} holds new instances besides: each must complete "
        "it, too, or it never comes into service."
    )


def _too_short(hook: LaunchHook, pause_seconds: float) -> str:
    return (
        f"The launch hook {hook.name!r} ends after {hook.heartbeat:g} s, before PauseTime "
        f"({pause_seconds:g} s) does: an instance that stays silent is abandoned then, unless it records a "
        "heartbeat."
    )


def _silent_would_pass(hooks: Sequence[LaunchHook]) -> str:
    names = ", ".join(repr(hook.name) for hook in hooks)
    return (
        f"The default result of the launch hook {names} is CONTINUE: an instance that stays silent would "
        "pass when the heartbeat ends. Signals are therefore read from the instance tag rolling:signal. To "
        "signal by the hook, set its default result to ABANDON."
    )
