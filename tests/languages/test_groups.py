"""`rolling up` on groups of the plugin's SDKs for TypeScript and Go, on the lab (`make languages`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.stage import Around, Stage
from tests.end_to_end.two_groups import return_of_the_second
from tests.languages.program import GO, TYPESCRIPT, Language, by_make_languages, settings

pytestmark = by_make_languages


class Groups(Stage):
    """A stage whose program is `groups` of a language."""

    def __init__(self, folder: Path, around: Around, language: Language, main: str) -> None:
        self._on(folder, around)
        self.reads = self.project / main if language is GO else self.project
        language.bring(self.project)
        language.described(self.project, main)
        language.on_path(folder, self.environment)
        assert (ran := self.run("stack", "init", "dev")).code == 0, ran.output

    def say(self, images: dict[str, str], spare: str, timeout: int) -> None:
        settings(self.reads, {"images": images, "spare": spare, "timeout": timeout})


@pytest.fixture
def stage(tmp_path: Path, around: Around, request: pytest.FixtureRequest) -> Iterator[Groups]:
    language, main = request.param
    around.lab.reset()
    opened = Groups(tmp_path, around, language, main)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "stage", [(TYPESCRIPT, "groups.ts"), (GO, "groups")], ids=["typescript", "go"], indirect=True
)
def test_two_groups_return(stage: Groups) -> None:
    """The group that rolled rolls back by its own policy, the failed one rolls once, and floor, ids and inputs hold."""
    return_of_the_second(stage, stage.say)
