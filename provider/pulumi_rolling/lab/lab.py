"""The lab as a whole: in a process of its own (`serve`) or within one (`Lab`)."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event, Lock, Thread
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from pulumi_rolling.lab.clock import Clock, WallClock
from pulumi_rolling.lab.control import REGION, Control

if TYPE_CHECKING:
    from pulumi_rolling.lab.front import Front
    from pulumi_rolling.lab.state import LabState

POLL = 0.05
_one = Lock()


class LabError(Exception):
    """The lab cannot be started as asked."""


class _Quiet(WSGIRequestHandler):
    """A handler that writes no log, and sends small answers at once."""

    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: the calls are counted and kept by the lab itself."""


class Lab(Control):
    """A running lab; leaving the context stops it.

    One lab at a time runs in a process, because moto's state belongs to the process. The port is open at once;
    moto takes a second or two to load, and a call waits for it.
    """

    def __init__(
        self,
        *,
        cloud: str = "aws",
        port: int = 0,
        seed: int = 1,
        boot: float = 0.5,
        spread: float = 0.0,
        clock: Clock | None = None,
    ) -> None:
        """Time in the lab is real, unless a `clock` is given: a JumpingClock moves when it is told to."""
        if cloud == "alibaba":
            raise LabError("The lab for alibaba is not there yet; there is aws.")
        if cloud != "aws":
            raise LabError(f"There is no lab for {cloud}; there is aws.")
        super().__init__(self._opened)
        self._port = port
        self._drawn = (seed, boot, spread)
        self._clock = clock or WallClock()
        self._server: BaseWSGIServer | None = None
        self._serving: Thread | None = None
        self._opening: Future[tuple[LabState, Front]] | None = None

    def __enter__(self) -> Lab:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        if not _one.acquire(blocking=False):
            raise LabError("A lab is running in this process already; run another with `rolling lab`.")
        try:
            self._server = make_server(
                "127.0.0.1", self._port, self._serve_one, threaded=True, request_handler=_Quiet
            )
        except BaseException:
            _one.release()
            raise
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
        _one.release()

    def _open(self) -> tuple[LabState, Front]:
        # Imported here because moto takes most of the time of a start.
        from pulumi_rolling.lab.front import Front
        from pulumi_rolling.lab.state import LabState

        state = LabState(*self._drawn, clock=self._clock)
        front = Front(state, self)
        front.warm(REGION)
        return state, front

    def _opened(self) -> LabState:
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

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs in its environment to use the lab instead of the cloud."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "lab",
            "AWS_SECRET_ACCESS_KEY": "lab",
            "AWS_DEFAULT_REGION": REGION,
        }


def serve(cloud: str = "aws", port: int = 0, seed: int = 1, boot: float = 0.5, spread: float = 0.0) -> None:
    """Print one JSON line when ready, then serve until SIGINT or SIGTERM."""
    over = Event()

    def end(number: int, frame: FrameType | None) -> None:
        over.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    with Lab(cloud=cloud, port=port, seed=seed, boot=boot, spread=spread) as lab:
        print(json.dumps({"endpoint": lab.endpoint, "environment": lab.environment}), flush=True)
        over.wait()
