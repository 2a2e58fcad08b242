"""A lab's server: its port is open at once, and a call waits for what is still being loaded.

This module refuses to know which cloud answers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Thread
from types import TracebackType
from typing import Any, Generic, TypeVar

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

POLL = 0.05
State = TypeVar("State")
Front = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class LabError(Exception):
    """The lab cannot be started as asked."""


class _Quiet(WSGIRequestHandler):
    """A handler that writes no log, and sends small answers at once."""

    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: the calls are counted and kept by the lab itself."""


class Served(ABC, Generic[State]):
    """A lab that runs within this process; leaving the context stops it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._server: BaseWSGIServer | None = None
        self._serving: Thread | None = None
        self._opening: Future[tuple[State, Front]] | None = None

    @abstractmethod
    def _open(self) -> tuple[State, Front]:
        """Load what the lab is made of."""

    @property
    @abstractmethod
    def environment(self) -> dict[str, str]:
        """What a program needs in its environment to use the lab instead of the cloud."""

    def start(self) -> None:
        self._server = make_server(
            "127.0.0.1", self._port, self._serve_one, threaded=True, request_handler=_Quiet
        )
        loading = ThreadPoolExecutor(1, thread_name_prefix="lab-loading")
        self._opening = loading.submit(self._open)
        loading.shutdown(wait=False)
        self._serving = Thread(target=self._server.serve_forever, args=(POLL,), name="lab", daemon=True)
        self._serving.start()

    def stop(self) -> None:
        if self._server is None or self._serving is None or self._opening is None:
            return
        self._server.shutdown()
        self._serving.join()
        self._server.server_close()
        # A load that goes on would empty moto under the next lab.
        wait([self._opening])
        self._server = self._serving = self._opening = None

    @property
    def is_running(self) -> bool:
        return self._server is not None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _opened(self) -> State:
        if self._opening is None:
            raise LabError("The lab is not running.")
        return self._opening.result()[0]

    def _serve_one(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if self._opening is None:
            raise ConnectionError("the lab is stopping")
        return self._opening.result()[1](environ, start)

    @property
    def endpoint(self) -> str:
        if self._server is None:
            raise LabError("The lab is not running.")
        return f"http://127.0.0.1:{self._server.server_port}"
