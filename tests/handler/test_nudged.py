"""Two real processes: a driver whose next look is minutes away, and verbs of a second shell of its machine."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from pulumi_rolling.cli.main import main
from pulumi_rolling.engine.process import own_name
from pulumi_rolling.engine.record.pieces import read
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.driver_process import start
from tests.handler.lab_web import URN, LabWeb
from tests.handler.test_stopped_process import ended, until_quiet

BOOT = 3000.0
"""Seconds for which the last roll's instances booted. Looks are 450 s apart then, which is beyond every patience."""
PATIENCE = 60.0


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as done:
        main(list(words))
    out, err = capsys.readouterr()
    assert not done.value.code, err
    return out


@pytest.mark.skipif(not own_name(), reason="the kernel does not tell of its processes")
def test_verbs_of_the_drivers_machine_are_heard_although_no_look_is_due_for_minutes(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A skip and an abort are taken up while instances boot that never come; the driver leaves no file behind."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    web = LabWeb(lab, "ami-v1", "ami-v2", size=4)
    lab.image("ami-v2", boot=12 * BOOT)
    state = web.deploy(web.news("1"))
    logs = 8 * math.log(BOOT)
    boots = {"n": 8, "logs": logs, "squares": logs * math.log(BOOT)}
    patient: dict[str, Any] = {"minInstancesInService": 2, "waitOnResourceSignals": True, "pauseTime": "PT1H"}
    news = {**web.news("2", **patient), "onFailure": "leave"}
    with ended(start(URN, {**state, "lastRollout": {"boots": boots}}, news)) as driver:
        wait_until(lambda: "2" in web.revisions(), PATIENCE)
        until_quiet(lab)
        old = min(web.members(lambda m: (m["revision"], m["lifecycle"]) == ("1", "InService")))
        assert "web: the driver is at work on this machine and hears it at once.\n" in said(
            capsys, "skip", "web", old
        )

        def is_skipped() -> bool:
            record = read(web.group["tags"])
            return record is not None and old in record[1].way.skipped

        wait_until(is_skipped, PATIENCE)
        until_quiet(lab)
        assert len(list((tmp_path / "pulumi-rolling").iterdir())) == 1
        said(capsys, "abort", "web")
        told, _ = driver.communicate(timeout=PATIENCE)
    assert driver.returncode == 1 and told.startswith("AbortedError aborted on request"), told
    assert old in web.members()
    assert not list((tmp_path / "pulumi-rolling").iterdir())
