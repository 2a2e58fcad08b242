"""How a plugin of the engine is served: a gRPC server that prints its port and ends with its engine.

The engine reads the port from the first line of stdout, and ends a plugin with SIGINT, later with SIGKILL.
An engine that was killed sends nothing, so the address that it gave us is watched as well.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent import futures
from queue import SimpleQueue

import grpc

WORKERS = 32
LARGEST_MESSAGE = 400 * 1024 * 1024
WATCH_EVERY_SECONDS = 2.0
MISSES_BEFORE_THE_END = 3
PATIENCE_SECONDS = 5.0


def engine_address(arguments: Sequence[str]) -> str | None:
    """The engine's address is the last argument; flags come before it."""
    return arguments[-1] if arguments and not arguments[-1].startswith("-") else None


def serve(register: Callable[[grpc.Server], None], engine: str | None, at_end: Callable[[], None]) -> None:
    """Serve until SIGINT, SIGTERM or the engine's death, then exit. `at_end` must let running calls return."""
    # No Event: a signal that came while this thread begins to wait would set it under a lock that this thread holds.
    words: SimpleQueue[None] = SimpleQueue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: words.put(None))
    options = [
        ("grpc.max_receive_message_length", LARGEST_MESSAGE),
        ("grpc.max_send_message_length", LARGEST_MESSAGE),
        ("grpc.so_reuseport", 0),
    ]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=WORKERS), options=options)
    register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    if engine is not None:
        threading.Thread(target=_watch, args=(engine, words), daemon=True).start()
    words.get()
    stopped = server.stop(grace=1.0)
    at_end()
    stopped.wait(PATIENCE_SECONDS)
    # Calls and threads of gRPC that do not come to their end would keep the process: rarely, on a busy machine.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _watch(engine: str, words: SimpleQueue[None]) -> None:
    host, _, port = engine.rpartition(":")
    misses = 0
    while misses < MISSES_BEFORE_THE_END:
        time.sleep(WATCH_EVERY_SECONDS)
        try:
            socket.create_connection((host, int(port)), timeout=WATCH_EVERY_SECONDS).close()
            misses = 0
        except OSError:
            misses += 1
    words.put(None)
