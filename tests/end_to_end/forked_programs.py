"""Programs of Python forked from a process that has imported Pulumi and the SDK of aws, which takes longer than they.

It stands in for the launcher's start alone: the launcher itself runs in each fork, as in an interpreter of its own.
Started with the path of a socket; each connection is a launcher that is to run (see launcher_client.py). A program
whose client is gone is killed.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any


def preload() -> None:
    import pulumi.dynamic
    import pulumi_aws

    # Reached by attribute, they are imported only now.
    for _ in (pulumi.dynamic, pulumi_aws.ec2.LaunchTemplate, pulumi_aws.autoscaling.Group):
        pass


def asked(listening: socket.socket) -> dict[str, Any]:
    """What to run, in the process that is to run it: this one only forks."""
    while True:
        client, _ = listening.accept()
        if os.fork():
            client.close()
            continue
        listening.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        header, (*streams,), _, _ = socket.recv_fds(client, 8, 3)
        asks: dict[str, Any] = json.loads(_read(client, int.from_bytes(header, "big")))
        alive, life = os.pipe()
        program = os.fork()
        if program:
            os.close(life)
            _watch(client, program, alive)
        os.close(alive)
        client.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        return asks


def _watch(client: socket.socket, program: int, alive: int) -> None:
    """Hand the program's end to its client, or the client's to the program."""
    ready, _, _ = select.select([client, alive], [], [])
    if alive not in ready:
        os.kill(program, signal.SIGKILL)
    _, status = os.waitpid(program, 0)
    if alive in ready:
        client.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))
    os._exit(0)


def _reap(_number: int, _frame: object) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _read(client: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        found += client.recv(size - len(found))
    return found


def main() -> None:
    preload()
    # Else each fork would write to all that was imported, and so copy it.
    gc.freeze()
    signal.signal(signal.SIGCHLD, _reap)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(sys.argv[1])
    listening.listen()
    print(0, flush=True)
    asks = asked(listening)
    os.setsid()
    os.chdir(asks["folder"])
    os.environ.clear()
    os.environ.update(asks["environment"])
    sys.argv = asks["line"]
    sys.path[0] = str(Path(sys.argv[0]).parent)
    _run()


def _run() -> None:
    """The launcher, and what else the end of an interpreter does, but for taking thousands of modules apart."""
    code = 1

    def end() -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

    # Threads have ended by then, and what the program registered has been done.
    atexit.register(end)
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        raise


if __name__ == "__main__":
    main()
