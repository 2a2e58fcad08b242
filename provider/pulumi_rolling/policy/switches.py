"""The switch that people set where ``pulumi up`` runs: for one run, and no part of the policy."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_rolling.errors import Fault, PolicyErrors

SKIP = "ROLLING_SKIP"
_MEANS = {"": False, "0": False, "false": False, "1": True, "true": True}


def rolls_nobody(environment: Mapping[str, str]) -> bool:
    """Whether the run is to move pointers alone. Raises PolicyErrors for a word that is none of the switch's."""
    text = environment.get(SKIP, "").strip()
    found = _MEANS.get(text.lower())
    if found is None:
        raise PolicyErrors([Fault(SKIP, f'must be 1 or 0; found "{text}".')])
    return found
