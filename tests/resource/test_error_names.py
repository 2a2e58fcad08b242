"""Names of errors that the Python resource's process raises: programs match them, so they stay."""

from __future__ import annotations

import sys

import pytest
from pulumi_rolling import errors
from pulumi_rolling.resource.dynamic import _clean_errors

NAMES = {
    "PolicyErrors": "PolicyRefused",
    "GroupNotFoundError": "GroupNotFound",
    "LeaseHeldError": "GroupBusy",
    "LeaseLostError": "GroupBusy",
    "OrphanedError": "RollInterrupted",
    "AbortedError": "RollAborted",
    "DeadlineExceededError": "RollTimedOut",
    "RollbackFailedError": "RollbackFailed",
    "InterferenceError": "RollInterfered",
}
"""Of all others it is RollFailed."""


def kinds(top: type[errors.RollingError]) -> list[type[errors.RollingError]]:
    return [top, *(each for below in top.__subclasses__() for each in kinds(below))]


@pytest.mark.parametrize(
    "kind",
    [k for k in kinds(errors.RollingError) if k.__module__ == errors.__name__],
    ids=lambda k: k.__name__,
)
def test_each_error_has_the_name_that_it_had(
    kind: type[errors.RollingError], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line without frames, by the name that programs know."""
    monkeypatch.setattr(sys, "tracebacklimit", 1000, raising=False)
    error = kind.__new__(kind)
    errors.RollingError.__init__(error, "what is true")
    with pytest.raises(Exception, match="what is true") as caught, _clean_errors():
        raise error
    assert type(caught.value).__name__ == NAMES.get(kind.__name__, "RollFailed")
