"""The end of a provider's process whose engine was killed: nobody ends it, so it ends itself once it has nothing to do.

The process of a dynamic provider serves every dynamic resource of the program, other people's as well. It stays for as
long as any thread of its server works, and this module knows nothing of that work.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable

EVERY = 1.0
"""Seconds between two looks for the engine."""
_IDLE = "_worker"
"""Where a thread of the standard library's pool waits for work."""
_POOL = "ThreadPoolExecutor"


def end_after(is_gone: Callable[[], bool]) -> None:
    """Watch from now on, without keeping the process alive for it."""
    threading.Thread(target=watch, args=(is_gone, is_busy, _end), name="own end", daemon=True).start()


def watch(
    is_gone: Callable[[], bool],
    busy: Callable[[], bool],
    end: Callable[[], object],
    pause: Callable[[float], object] = time.sleep,
) -> None:
    """``end`` once the engine, which was there at first, is gone at two looks in a row and nothing is under way.

    An engine that was never there is none of ours: nothing ends with it.
    """
    if is_gone():
        return
    misses = 0
    while misses < 2 or busy():
        pause(EVERY)
        misses = misses + 1 if is_gone() else 0
    end()


def is_busy() -> bool:
    """Whether any thread of a pool in this process is at work."""
    frames = sys._current_frames()
    workers = [t.ident for t in threading.enumerate() if t.name.startswith(_POOL) and t.ident in frames]
    return any(frames[ident].f_code.co_name != _IDLE for ident in workers if ident is not None)


def _end() -> None:
    # The main thread waits for ever, and nobody is left to hear anything.
    os._exit(0)
