"""What the process of a provider imports, and drops at its end: every `pulumi` command waits for both."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def end_quickly() -> None:
    """What this process has loaded ends with it: its last collections would look through all of that in vain."""
    gc.freeze()


@contextmanager
def uncollected() -> Iterator[None]:
    """Imports without garbage collections: what is imported stays, so that each looks in vain."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collects:
            gc.enable()
