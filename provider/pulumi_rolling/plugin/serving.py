"""The server of the provider: it prints its port, gives each call a thread of its own, and ends with its engine.

A rollout holds its call for as long as it takes. With a pool of a fixed size, so many rollouts would keep Check, Diff
and Cancel waiting; how many calls there are at once is the engine's to say (``--parallel``).
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from concurrent import futures
from functools import partial
from queue import SimpleQueue
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from pulumi_rolling.host.imports import end_quickly
from pulumi_rolling.plugin.provider import Provider

LARGEST_MESSAGE = 400 * 1024 * 1024
"""The engine's own limit (sdk/go/common/util/rpcutil)."""
WATCH_EVERY = 1.0
"""Seconds between two questions whether the engine lives; two answers of no in a row are the end."""
SETTLE = 4.0
"""Seconds for what is under way: the engine kills a plugin five seconds after it has asked it to end."""


class Threads(futures.Executor):
    """A thread for each call, gone with it; none of them keeps the process alive."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> futures.Future[Any]:
        future: futures.Future[Any] = futures.Future()

        def run() -> None:
            future.set_running_or_notify_cancel()
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - the one that waits for the future gets it
                future.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        return future


def served(provider: Provider) -> tuple[grpc.Server, int]:
    """A started server on a free port of this machine."""
    options = [
        ("grpc.max_receive_message_length", LARGEST_MESSAGE),
        ("grpc.max_send_message_length", LARGEST_MESSAGE),
        ("grpc.so_reuseport", 0),
    ]
    server = grpc.server(Threads(), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def serve(engine: str) -> None:
    """Serve until a signal to end or the end of the engine that started us; rollouts then stop, and their records stay.

    Without an engine's address no engine started us: engines attach (PULUMI_DEBUG_PROVIDERS), and come and go.
    """
    # No Event: a signal that came while this thread begins to wait would set it under a lock that this thread holds.
    words: SimpleQueue[None] = SimpleQueue()
    for number in _ends():
        signal.signal(number, lambda *_: words.put(None))
    provider = Provider(engine, many=True)
    server, port = served(provider)
    print(port, flush=True)
    ended = threading.Event()
    gone = partial(words.put, None) if engine else provider.operations.stop
    threading.Thread(target=_watch, args=(provider, ended, gone), daemon=True).start()
    words.get()
    ended.set()
    provider.operations.stop()
    provider.operations.settle(SETTLE)
    server.stop(grace=0.2).wait()
    end_quickly()


def _ends() -> list[int]:
    """Signals that ask this process to end. A closed terminal's, which Windows lacks, not where nohup ignores it."""
    found: list[int] = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        found.append(signal.SIGHUP)
    return found


def _watch(provider: Provider, ended: threading.Event, gone: Callable[[], None]) -> None:
    misses = 0
    while not ended.wait(WATCH_EVERY):
        misses = misses + 1 if provider.engine.is_gone() else 0
        if misses == 2:
            gone()
