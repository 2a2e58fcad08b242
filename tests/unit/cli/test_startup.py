"""What a command loads before it begins: modules of which a start would have to wait."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from pulumi_rolling.cli.table import ROWS

HEAVY = {"pydantic", "rich", "boto3", "botocore", "grpc", "google", "pulumi", "yaml", "matplotlib", "moto"}
LIGHT = {"cli", "errors", "version"}
LOOKING = {"cli", "errors", "version", "cloud_time", "core", "engine", "fleets", "report", "signals"}
"""Layers that a command may load which tells of a group: no model of the policy, and no handler."""
LOOKERS = {row.name for row in ROWS if row.asks_aws}


def loaded(*commands: list[str], modules: tuple[str, ...] = ()) -> set[str]:
    """Names of all modules of a new process that has run these commands and imported these modules."""
    script = (
        "import contextlib, io, importlib, json, sys\n"
        "from pulumi_rolling.cli.main import main\n"
        f"for module in {modules!r}:\n"
        "    importlib.import_module(module)\n"
        f"for command in {commands!r}:\n"
        "    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()) as said:\n"
        "        main(command)\n"
        "    assert said.getvalue(), command\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def tops(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def layers(modules: set[str]) -> set[str]:
    return {name.split(".")[1] for name in modules if name.startswith("pulumi_rolling.")}


def test_no_command_loads_a_heavy_library_before_it_begins() -> None:
    """The help of every command needs none of them, so that no start waits for one."""
    assert tops(loaded(*([row.name, "--help"] for row in ROWS))) & HEAVY == set()


@pytest.mark.parametrize(
    ("commands", "allowed"),
    [
        ([["--version"], ["--help"]], LIGHT),
        ([[row.name, "--help"] for row in ROWS if row.name not in LOOKERS], LIGHT),
        ([[name, "--help"] for name in sorted(LOOKERS)], LOOKING),
    ],
    ids=["the group", "commands without AWS", "commands that ask AWS"],
)
def test_a_command_loads_the_layers_that_it_needs_to_begin(
    commands: list[list[str]], allowed: set[str]
) -> None:
    """The engine is loaded for commands that tell of a group, and the policy's models for no help."""
    assert layers(loaded(*commands)) <= allowed


def test_an_update_begins_without_the_sdk_of_pulumi() -> None:
    """`rolling up` loads gRPC and the SDK for a return alone, which most updates never need."""
    stack = "pulumi_rolling.stack"
    found = loaded(modules=tuple(f"{stack}.{each}" for each in ("journey", "stage", "asking", "foretold")))
    assert tops(found) & HEAVY == set()
