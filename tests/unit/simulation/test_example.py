"""The example by which users test a policy is itself a test that passes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


def test_the_policy_test_of_the_examples_passes() -> None:
    """As a user runs it, in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "examples/policy_test"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " passed" in ran.stdout


def test_the_example_in_the_manual_passes() -> None:
    """The lines of docs/simulate.md, as they stand there."""
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/simulate.md").read_text(), re.DOTALL)
    written: dict[str, Any] = {}
    exec(code, written)
    written["test_a_build_that_never_signals_reaches_only_the_canaries"]()
