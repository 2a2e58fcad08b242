"""What `make ensure` is like the first time: which Python it takes, and what it says while it works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import install
import pytest
import steps

from tests.house.sources import TOP

MAKE = shutil.which("make")


def asked(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What make would do for the engine, with that folder alone on PATH."""
    assert MAKE is not None
    variables = {name: value for name, value in os.environ.items() if name not in ("PYTHON", "MAKEFLAGS")}
    return subprocess.run(
        [MAKE, "--no-print-directory", "-n", "-C", str(TOP), "engine", *arguments],
        env=variables | {"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def stand_in(folder: Path, name: str, *, new_enough: bool) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\nexit {0 if new_enough else 1}\n")
    file.chmod(0o755)


def test_make_takes_any_python_from_3_11_on(tmp_path: Path) -> None:
    """A name on PATH that does not run, or is too old, is passed over; without any make says what to name."""
    stand_in(tmp_path, "python3.11", new_enough=False)
    ran = asked(tmp_path)
    assert ran.returncode != 0
    assert "there is no Python from 3.11 on" in ran.stderr and "make PYTHON=" in ran.stderr
    stand_in(tmp_path, "python3", new_enough=True)
    assert asked(tmp_path).stdout == "python3 tools/pulumi/ensure_engine.py\n"
    assert asked(tmp_path, "PYTHON=mine").stdout == "mine tools/pulumi/ensure_engine.py\n"


def test_a_silent_step_is_heard_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """While a command runs its step says so again and again, with what can be told of the output so far."""
    seen = tmp_path / "seen"
    waits = f"import os, time\nprint('one', flush=True)\nwhile not os.path.exists({str(seen)!r}): time.sleep(0.01)"

    def told(output: str) -> str:
        if output == "one\n":
            seen.touch()
        return f", {output.strip()}"

    done = steps.run("a step", [sys.executable, "-c", waits], told=told, every=0.02)
    first, *between, last = capsys.readouterr().out.splitlines()
    assert (done.returncode, done.stdout) == (0, "one\n")
    assert first == "a step ..." and last.startswith("a step: done after ")
    assert between[-1].endswith(" s, one")


def test_a_step_that_fails_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Both streams of the command are kept, for whoever tells the last of them."""
    failing = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    done = steps.run("a step", [sys.executable, "-c", failing])
    assert done.returncode == 3 and sorted(done.stdout.split()) == ["err", "out"]
    assert "a step: failed after " in capsys.readouterr().out


def test_pip_is_followed_by_its_own_lines() -> None:
    """The packages that pip has found are counted, and it is told when it installs them."""
    found = (
        "Obtaining file:///here\nCollecting boto3 (from x)\n  Downloading boto3.whl\nCollecting rich>=13\n"
    )
    assert install.told("Obtaining file:///here\n") == ""
    assert install.told(found) == ", 2 packages found, at rich>=13"
    assert install.told(found + "Installing collected packages: rich, boto3\n") == ", installing 2 packages"
