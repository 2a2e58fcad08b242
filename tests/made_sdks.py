"""The SDKs that `make sdk` makes, for tests whose programs import them; who lacks Go hears of it aloud."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[1]
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


def made_sdks(wanted_by: str) -> Path:
    """The folder of all of them, made if they are not there yet."""
    if shutil.which("go") is None:
        left_out(wanted_by, "there is no go on PATH, and the generators are Go")
    done([sys.executable, str(TOP / "tools" / "sdkgen" / "make_sdks.py")], TOP)
    return SDKS


def installed(sdks: Path, to: Path) -> Path:
    """The Python SDK as pip would lay it down; it asks for its own version."""
    site = to / "site"
    shutil.copytree(sdks / "python" / "pulumi_rolling_sdk", site / "pulumi_rolling_sdk")
    version = json.loads((site / "pulumi_rolling_sdk" / "pulumi-plugin.json").read_text())["version"]
    described = site / f"pulumi_rolling_sdk-{version}.dist-info"
    described.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: pulumi_rolling_sdk\nVersion: {version}\n"
    (described / "METADATA").write_text(metadata)
    return site
