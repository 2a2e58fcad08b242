"""A lab and the aws plugin for programs in other languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.end_to_end.kept_plugins import KeptPlugins
from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stage import Around, engine_environment


@pytest.fixture(scope="session")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Around]:
    logs = tmp_path_factory.mktemp("plugins")
    with (
        LabProcess(boot=0.4) as lab,
        KeptPlugins({**engine_environment(logs), **lab.environment}, logs) as kept,
    ):
        yield Around(lab, None, kept.variables)
