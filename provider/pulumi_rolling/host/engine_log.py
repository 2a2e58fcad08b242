"""Lines from a provider's process to Pulumi's engine: some stay under a resource, others are the status of its row.

A line that cannot be delivered never fails a rollout.
"""

from __future__ import annotations

import socket
import sys
from typing import Any

from pulumi_rolling.report.wrapping import wrapped

WIDTH = 76
"""Columns of a text that stays: the engine breaks none, sets four blanks before it, and a terminal has 80."""
_WARNING = "warning: "
"""What the engine sets before a warning."""
STACK = ""
"""In place of a resource's URN: the row of the whole stack. It has no diff, so more of a line is to be seen there."""


class EngineLog:
    """One engine, found by its address, or by a stub where the program has one."""

    def __init__(self, address: str, stub: Any = None) -> None:
        self.address = address
        self._stub = stub

    @classmethod
    def of_this_process(cls) -> EngineLog:
        """Of a provider: the engine gives its address as the last argument."""
        return cls(sys.argv[-1])

    def say(self, urn: str, text: str, *, warning: bool = False) -> None:
        """Text that stands in the Diagnostics under the resource, wrapped; a line to the stack is a command to copy."""
        before = _WARNING if warning else ""
        if urn != STACK:
            text = "\n".join(wrapped(line, WIDTH) for line in f"{before}{text}".split("\n"))[len(before) :]
        self._log(urn, text, ephemeral=False, warning=warning)

    def status(self, urn: str, text: str) -> None:
        """Text that the resource's row shows until the next one."""
        self._log(urn, text, ephemeral=True)

    def is_gone(self) -> bool:
        """Whether the engine no longer answers: it was killed, or stopped by a second Ctrl-C, and we live on."""
        if not self.address:
            return self._stub is not None and self._is_silent()
        host, _, port = self.address.rpartition(":")
        if not port.isdigit():
            return False
        try:
            with socket.create_connection((host, int(port)), timeout=2.0):
                return False
        except ConnectionRefusedError:
            return True
        except OSError:
            # A busy machine is no death; a refused connection is.
            return False

    def _is_silent(self) -> bool:
        """A program is given a stub and no address, so a call tells: one that asks for nothing new."""
        import grpc
        from pulumi.runtime.proto import engine_pb2

        try:
            self._stub.GetRootResource(engine_pb2.GetRootResourceRequest(), timeout=2.0)
        except grpc.RpcError as error:
            # A busy engine answers late, which is no death.
            gone: bool = error.code() == grpc.StatusCode.UNAVAILABLE
            return gone
        except ValueError:
            # The channel is closed: the run is over.
            return True
        return False

    def _log(self, urn: str, text: str, *, ephemeral: bool, warning: bool = False) -> None:
        if not self.address and self._stub is None:
            return
        import grpc
        from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

        try:
            if self._stub is None:
                # Two threads may both make one; a channel connects on first use only.
                self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(self.address))
            severity = engine_pb2.WARNING if warning else engine_pb2.INFO
            self._stub.Log(
                engine_pb2.LogRequest(severity=severity, message=text, urn=urn, ephemeral=ephemeral),
                timeout=5.0,
            )
        except (grpc.RpcError, ValueError):
            # ValueError: the channel is closed. Nobody reads the row of an engine that is gone.
            return
