"""What can be wrong with the sizes of a group that does not exist."""

from __future__ import annotations

from pulumi_rolling.errors import Fault

LARGEST = 5000
"""Members of an imagined group: a plan of so many takes some seconds, and time grows with the square."""


def size_faults(desired: int | None, max_size: int | None, min_size: int, old: int | None) -> list[Fault]:
    faults = []
    if desired is None:
        faults.append(Fault("--desired", "is required where no --group is named."))
    if max_size is None:
        faults.append(Fault("--max-size", "is required where no --group is named."))
    if desired is None or max_size is None:
        return faults
    if desired > LARGEST:
        faults.append(
            Fault(
                "--desired", f"must be at most {LARGEST}: each replacement is gone through; found {desired}."
            )
        )
    if desired > max_size:
        faults.append(Fault("--desired", f"must be at most --max-size {max_size}; found {desired}."))
    if min_size > desired:
        faults.append(Fault("--min-size", f"must be at most --desired {desired}; found {min_size}."))
    if old is not None and old > desired:
        faults.append(Fault("--old", f"must be at most --desired {desired}; found {old}."))
    return faults
