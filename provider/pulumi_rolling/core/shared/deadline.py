"""The timeout of a whole rollout: it begins at the first look, and the time in which nobody drove is not counted."""

from __future__ import annotations


def begin(deadline: float | None, timeout: float | None, at: float) -> float | None:
    """The deadline that stands, or a new one ``timeout`` seconds from now."""
    return at + timeout if timeout and deadline is None else deadline


def go_on(deadline: float | None, began_at: float, at: float) -> float | None:
    """The deadline of a rollout that is taken over: as long from now as it was from its direction's start."""
    return None if deadline is None else at + deadline - began_at


def is_over(deadline: float | None, at: float) -> bool:
    return deadline is not None and at >= deadline
