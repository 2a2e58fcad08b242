"""Work beside a test, in a thread that ends with the process: a test that fails leaves nobody waiting for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def in_background(work: Callable[P, T], *given: P.args, **named: P.kwargs) -> Future[T]:
    """The work is begun. An executor's thread would be waited for at the end of the process, however long."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work(*given, **named))
        except BaseException as error:  # noqa: BLE001 - the test that asks for the result raises it
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future
