"""One lab for each worker, and a stage of its own for each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.end_to_end.kept_plugins import KeptPlugins
from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stacks import Stacks
from tests.end_to_end.stage import TOOLS, Around, Stage, engine_environment, stage
from tests.end_to_end.things_stack import Things
from tests.end_to_end.vault import vault


class Open(Protocol):
    def __call__(self, **settings: Any) -> Stage: ...


def _has_engine() -> bool:
    return (TOOLS.parents[1] / ".engine" / "bin" / "pulumi").exists() or shutil.which("pulumi") is not None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if _has_engine():
        return
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="there is no Pulumi engine; `make ensure` builds one"))


@pytest.fixture(scope="session")
def running_lab() -> Iterator[LabProcess]:
    with LabProcess(boot=0.4) as lab:
        yield lab


@pytest.fixture(scope="session")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Stacks:
    """The same for all workers of a run, each of which has a folder of its own in one that they share."""
    ours = tmp_path_factory.getbasetemp()
    return Stacks((ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours) / "stacks")


@pytest.fixture(scope="session")
def around(
    running_lab: LabProcess, stacks: Stacks, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Around]:
    logs = tmp_path_factory.mktemp("plugins")
    with KeptPlugins({**engine_environment(logs), **running_lab.environment}, logs) as kept, vault() as keys:
        yield Around(running_lab, stacks, kept.variables, keys)


@pytest.fixture
def open_stage(tmp_path: Path, around: Around) -> Iterator[Open]:
    """Opens one stage on an empty lab; call it once in a test, with the program's settings."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(stage(tmp_path, around, **settings))


@pytest.fixture
def web(open_stage: Open) -> Stage:
    """Six members of ami-v1 in group `web`, deployed, under the usual policy: batches of two, floor five, signals."""
    opened = open_stage()
    ran = opened.up()
    assert ran.code == 0, ran.output
    return opened


@pytest.fixture
def things(tmp_path: Path, around: Around) -> Iterator[Things]:
    """A stack of the program `things`, with a cloud of its own."""
    opened = Things(tmp_path, around, keeps_provider=True)
    yield opened
    opened.close()


@pytest.fixture
def stoppable_things(tmp_path: Path, around: Around) -> Iterator[Things]:
    """The same whose provider ends with the command that started it."""
    opened = Things(tmp_path, around)
    yield opened
    opened.close()
