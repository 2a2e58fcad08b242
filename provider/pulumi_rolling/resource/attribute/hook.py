"""Hooks of a group with an update policy: what Pulumi calls before and after it changes the group.

A hook runs in the program's process, which goes on registering meanwhile: so the work has a thread of its own, and as
many groups roll at once as the engine lets change at once. The house below is loaded by the first hook that is called.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from typing import Any

import pulumi

from pulumi_rolling.errors import RollingError, not_installed
from pulumi_rolling.host.hook_call import Called, Given, told
from pulumi_rolling.resource.attribute.values import settled


class RollFailedError(Exception):
    """A failure of ours in a hook; Pulumi prints its text and nothing else of it."""


async def hear(called: pulumi.ResourceHookArgs, given: Given, name: str, program: Callable[[], Any]) -> None:
    """Carry out the call. ``name``: whose errors they are. ``program``: the ``HookedGroups`` of this run."""
    moments = {
        moment: await settled(None if at is None else dict(at))
        for moment, at in (
            ("old_inputs", called.old_inputs),
            ("new_inputs", called.new_inputs),
            ("old_outputs", called.old_outputs),
            ("new_outputs", called.new_outputs),
        )
    }
    plain = Called(called.urn, called.name, called.type, **moments)
    await _in_a_thread(lambda: _cleanly(name, lambda: program().hear(plain, given)))


async def _in_a_thread(work: Callable[[], None]) -> None:
    """Work in a thread that ends with the process: asyncio's own pool has few, and waits for them at the end.

    The settings of a program that runs inside another one (Automation API) are in the context of its calls.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def tell(error: Exception | None) -> None:
        if not ended.done():
            ended.set_result(None) if error is None else ended.set_exception(error)

    def run() -> None:
        failure: Exception | None = None
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the one that waits for it gets it
            failure = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, failure)

    inside = contextvars.copy_context()
    threading.Thread(target=inside.run, args=(run,), name="rolling", daemon=True).start()
    await ended


def _cleanly(name: str, work: Callable[[], None]) -> None:
    try:
        work()
    except RollingError as error:
        raise RollFailedError(told(name, error)) from error
    except ModuleNotFoundError as error:
        missing = not_installed(error)
        if missing is None:
            raise
        raise RollFailedError(told(name, missing)) from error
