"""SDKs, made once, and what the examples of each language need; who lacks a language hears of it aloud."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.lab_process import LabProcess

TOP = Path(__file__).resolve().parents[2]
EXAMPLES = TOP / "examples"
SDKS = TOP / "sdks"


def left_out(what: str, why: str) -> None:
    """A skip that the summary of every run names (-ra)."""
    pytest.skip(f"LEFT OUT, NOT TESTED: {what}, since {why}")


def done(command: list[str], where: Path, **environment: str) -> str:
    ended = subprocess.run(
        command, cwd=where, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout}{ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="session")
def sdks() -> Path:
    if shutil.which("go") is None:
        left_out("every example that needs an SDK", "there is no go on PATH, and the generators are Go")
    done([sys.executable, str(TOP / "tools" / "sdkgen" / "make_sdks.py")], TOP)
    return SDKS


@pytest.fixture(scope="session")
def example_lab() -> Iterator[LabProcess]:
    with LabProcess(boot=0.3) as lab:
        yield lab
