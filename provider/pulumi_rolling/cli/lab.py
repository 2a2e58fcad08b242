"""`rolling lab`: an embedded cloud to try policies on. The lab itself is an extra of the package."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from typing import Annotated

import click

from pulumi_rolling.cli.declared import Option
from pulumi_rolling.errors import RollingError

NAMES = {"aws": "AWS", "alibaba": "Alibaba Cloud"}
PREFIXES = ("AWS_", "ALIBABA_CLOUD_", "ALICLOUD_")


def lab(
    cloud: Annotated[str, Option(help="Which cloud: aws or alibaba.")] = "aws",
    port: Annotated[int, Option(help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)] = 0,
    seed: Annotated[int, Option(help="The same seed and calls give the same run.")] = 1,
    boot: Annotated[float, Option(help="Seconds an instance boots, on average.", min=0.0)] = 0.5,
    spread: Annotated[float, Option(help="How much boots differ (sigma of a lognormal).", min=0.0)] = 0.0,
    shell: Annotated[
        bool, Option("--shell", help="Open your shell in it; the lab ends with the shell.")
    ] = False,
) -> None:
    """Serve an embedded cloud; its first line tells the endpoint and the environment to set. Ctrl-C ends it."""
    _forget_other_clouds()
    # Loads an HTTP server, and is an extra that may be missing.
    from pulumi_rolling.lab import LabError, lab_of, serve

    try:
        if not shell:
            serve(cloud=cloud, port=port, seed=seed, boot=boot, spread=spread)
            return
        with lab_of(cloud, port, seed, boot, spread) as running:
            click.echo(
                f"rolling: {NAMES[cloud]} is {running.endpoint} in this shell; `exit` ends both.", err=True
            )
            code = _shell(running.environment)
    except (LabError, OSError) as error:
        raise RollingError(str(error)) from error
    raise click.exceptions.Exit(code)


def _forget_other_clouds() -> None:
    """No account can be meant; and what AWS's lab is built on fails at a profile that this machine lacks."""
    for name in [name for name in os.environ if name.startswith(PREFIXES)]:
        del os.environ[name]


def _shell(environment: Mapping[str, str]) -> int:
    """The shell's exit code. It has no cloud's variables but the lab's, so that no other account can be meant."""
    # Ctrl-C reaches everybody at this terminal and is for what the shell runs. A handler does not pass on to the shell.
    signal.signal(signal.SIGINT, lambda number, frame: None)
    program = os.environ.get("SHELL") or "/bin/sh"
    return subprocess.run([program], env=os.environ | dict(environment), check=False).returncode
