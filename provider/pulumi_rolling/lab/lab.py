"""The lab as a whole: in a process of its own (`serve`) or within one (`Lab`, `AlibabaLab`)."""

from __future__ import annotations

import json
import signal
from queue import SimpleQueue
from threading import Lock
from types import FrameType
from typing import TYPE_CHECKING

from pulumi_rolling.lab.alibaba.control import REGION as ALIBABA_REGION
from pulumi_rolling.lab.alibaba.control import AlibabaControl
from pulumi_rolling.lab.clock import Clock, WallClock
from pulumi_rolling.lab.control import REGION, Control
from pulumi_rolling.lab.serving import Front, LabError, Served

if TYPE_CHECKING:
    from pulumi_rolling.lab.alibaba.state import AlibabaState
    from pulumi_rolling.lab.state import LabState

_one = Lock()


class Lab(Served["LabState"], Control):
    """A running lab of AWS; leaving the context stops it.

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
            raise LabError("Lab is AWS; the lab of alibaba is AlibabaLab.")
        if cloud != "aws":
            raise no_lab(cloud)
        Served.__init__(self, port)
        Control.__init__(self, self._opened)
        self._drawn = (seed, boot, spread)
        self._clock = clock or WallClock()

    def __enter__(self) -> Lab:
        self.start()
        return self

    def start(self) -> None:
        if not _one.acquire(blocking=False):
            raise LabError("A lab is running in this process already; run another with `rolling lab`.")
        try:
            super().start()
        except BaseException:
            _one.release()
            raise

    def stop(self) -> None:
        if self.is_running:
            super().stop()
            _one.release()

    def _open(self) -> tuple[LabState, Front]:
        # Imported here because moto takes most of the time of a start.
        from pulumi_rolling.lab.front import Front
        from pulumi_rolling.lab.state import LabState

        state = LabState(*self._drawn, clock=self._clock)
        front = Front(state, self)
        front.warm(REGION)
        return state, front

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs in its environment to use the lab instead of the cloud."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "lab",
            "AWS_SECRET_ACCESS_KEY": "lab",
            "AWS_DEFAULT_REGION": REGION,
        }


class AlibabaLab(Served["AlibabaState"], AlibabaControl):
    """A running lab of Alibaba Cloud; leaving the context stops it. Any number of them run in a process."""

    def __init__(
        self,
        *,
        port: int = 0,
        seed: int = 1,
        boot: float = 0.5,
        spread: float = 0.0,
        clock: Clock | None = None,
    ) -> None:
        """Time in the lab is real, unless a `clock` is given: a JumpingClock moves when it is told to."""
        Served.__init__(self, port)
        AlibabaControl.__init__(self, self._opened)
        self._drawn = (seed, boot, spread)
        self._clock = clock or WallClock()

    def __enter__(self) -> AlibabaLab:
        self.start()
        return self

    def _open(self) -> tuple[AlibabaState, Front]:
        # Imported here so that a lab of AWS starts without it.
        from pulumi_rolling.lab.alibaba.front import AlibabaFront
        from pulumi_rolling.lab.alibaba.state import AlibabaState

        state = AlibabaState(*self._drawn, clock=self._clock)
        return state, AlibabaFront(state, self)

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs in its environment to use the lab instead of the cloud."""
        address = self.endpoint.removeprefix("http://")
        return {
            "ALIBABA_CLOUD_ENDPOINT_ESS": address,
            "ALIBABA_CLOUD_ENDPOINT_ECS": address,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "lab",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "lab",
            "ALIBABA_CLOUD_REGION": ALIBABA_REGION,
            "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
        }


def no_lab(cloud: str) -> LabError:
    return LabError(f"There is no lab for {cloud}; there are aws and alibaba.")


def lab_of(
    cloud: str, port: int = 0, seed: int = 1, boot: float = 0.5, spread: float = 0.0
) -> Lab | AlibabaLab:
    """The lab of a cloud, not started yet."""
    match cloud:
        case "aws":
            return Lab(port=port, seed=seed, boot=boot, spread=spread)
        case "alibaba":
            return AlibabaLab(port=port, seed=seed, boot=boot, spread=spread)
    raise no_lab(cloud)


def serve(cloud: str = "aws", port: int = 0, seed: int = 1, boot: float = 0.5, spread: float = 0.0) -> None:
    """Print one JSON line when ready, then serve until SIGINT or SIGTERM."""
    # No Event: a signal that came while this thread begins to wait would set it under a lock that this thread holds.
    over: SimpleQueue[int] = SimpleQueue()

    def end(number: int, frame: FrameType | None) -> None:
        over.put(number)

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    with lab_of(cloud, port, seed, boot, spread) as lab:
        print(json.dumps({"endpoint": lab.endpoint, "environment": lab.environment}), flush=True)
        over.get()
