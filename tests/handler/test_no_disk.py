"""A roll needs no disk: a full one, or a home that is read-only, neither ends it nor changes it."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pulumi_rolling.lab import Lab

from tests.handler.lab_web import LabWeb


@contextmanager
def no_room_on_any_disk() -> Iterator[None]:
    """No file can grow by a byte, as on a full disk; pipes and sockets can be written to."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_roll_and_its_way_back_write_no_file(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its record is on the group: with every home and every temporary folder unusable it goes there and back."""
    nowhere = tmp_path / "a file"
    nowhere.touch()
    for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "PULUMI_HOME"):
        monkeypatch.setenv(name, str(nowhere / "below"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    web = LabWeb(lab, "ami-v1", "ami-v2", "ami-bad")
    lab.image("ami-bad", signal="FAILURE")
    signals: dict[str, Any] = {"waitOnResourceSignals": True, "pauseTime": "PT1M"}
    state = web.deploy(web.news("1", **signals))
    with no_room_on_any_disk():
        with pytest.raises(OSError, match="File too large"):
            (tmp_path / "another").write_text("x")
        state = web.update(state, web.news("2", **signals))
        with pytest.raises(Exception, match="sent FAILURE") as caught:
            web.update(state, web.news("3", **signals))
    assert getattr(caught.value, "returned", False) and web.revisions() == {"2"}
    assert not [*tmp_path.rglob("pulumi-rolling/*")], "what could not be written is removed"
    assert state["revision"].endswith(":2") and os.environ["HOME"] == str(nowhere / "below")
