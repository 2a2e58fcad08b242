"""An inline program of the Automation API whose provider Pulumi would start with another Python."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pulumi
import pytest
from pulumi_rolling.resource.inline_program import AUTOMATION, refuse_other_python


@pytest.fixture(autouse=True)
def _driven(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process has imported the Automation API."""
    monkeypatch.setitem(sys.modules, AUTOMATION, sys)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder for PATH with a python3 that has nothing installed."""
    python = tmp_path / "bin" / "python3"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -S -I "$@"\n')
    python.chmod(0o755)
    return python


def processes(
    at: Path, *, kind: str = "auto.inline", project: str = "runtime: python\n", **environment: str
) -> Path:
    """What a machine shows of the pulumi that this process has started."""
    child = at / "proc" / "77"
    (child / "cwd").mkdir(parents=True)
    (child / "cwd" / "Pulumi.yaml").write_text(project)
    for name, parent in (("75", 1), ("76", os.getpid())):
        (at / "proc" / name).mkdir()
        (at / "proc" / name / "stat").write_text(f"{name} (a (b) c) S {parent} 1 1")
        (at / "proc" / name / "cmdline").write_bytes(b"sleep\0")
    (at / "proc" / "74").mkdir()
    (child / "stat").write_text(f"77 (pulumi) S {os.getpid()} 1 1")
    (child / "cmdline").write_bytes(b"\0".join([b"pulumi", b"up", b"--exec-kind", kind.encode(), b""]))
    pairs = [f"{key}={value}".encode() for key, value in environment.items()]
    (child / "environ").write_bytes(b"\0".join([*pairs, b"ODD", b""]))
    return at / "proc"


def test_a_python_without_this_package_is_refused_with_the_line_to_write(tmp_path: Path, bare: Path) -> None:
    """The error names the Python that Pulumi would take and how to say another."""
    with pytest.raises(pulumi.RunError) as refused:
        refuse_other_python(processes(tmp_path, PATH=str(bare.parent)))
    assert str(refused.value) == (
        f"for this inline program Pulumi runs RollingGroup by python3 ({bare}), where pulumi_rolling is not installed. "
        'Say which Python it shall be: env_vars={"PULUMI_PYTHON_CMD": sys.executable} in the options of the workspace.'
    )


def test_a_python_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """As a name that was misspelt is."""
    with pytest.raises(pulumi.RunError, match="by pythonn, which is not there"):
        refuse_other_python(processes(tmp_path, PATH=str(tmp_path), PULUMI_PYTHON_CMD="pythonn"))


@pytest.mark.parametrize(
    "told",
    [
        {"PULUMI_PYTHON_CMD": sys.executable},
        {"kind": "auto.local"},
        {"project": "runtime: {name: python, options: {virtualenv: .venv}}\n"},
    ],
    ids=["it is named", "no inline program", "the project names it"],
)
def test_nothing_is_refused_where_it_need_not_be(tmp_path: Path, bare: Path, told: dict[str, str]) -> None:
    """Where the Python is ours, or Pulumi chooses it by the project, or the program is a folder's own."""
    refuse_other_python(processes(tmp_path, **{"PATH": str(bare.parent), **told}))


def test_a_machine_that_does_not_show_its_processes_refuses_nothing(tmp_path: Path) -> None:
    """There is no telling then, and most such programs are right."""
    refuse_other_python(tmp_path / "nowhere")


def test_a_process_without_the_automation_api_looks_at_nothing(
    tmp_path: Path, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Programs of a folder do not wait for a look at all processes."""
    monkeypatch.delitem(sys.modules, AUTOMATION)
    refuse_other_python(processes(tmp_path, PATH=str(bare.parent)))
