"""A cloud that throttles. One that answers with the past, or is scaled meanwhile: tests/plugin/test_failures.py."""

from __future__ import annotations

from tests.end_to_end.conftest import Open
from tests.end_to_end.truth import Watched


def test_four_calls_of_ten_throttled(open_stage: Open) -> None:
    """The roll takes longer, and keeps the floor and the ceiling."""
    stage = open_stage(names=[])
    template = stage.deployed_group()

    watched = Watched(stage)
    stage.want(template, stage.new_version(template, "ami-v2"))
    stage.lab.fault("*", error="Throttling", rate=0.4)
    ran = stage.up()
    stage.lab.clear_faults()
    assert ran.code == 0, ran.output
    watched.kept_between(5, 7)
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()
