"""An ESS scaling group under the real engine: what it prints, exits with and keeps, and how a stack with it lives.

Everything that only the group shows is proved in tests/handler/test_ess_in_lab.py.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from pulumi_rolling.fleets.alibaba.api import AlibabaApi
from pulumi_rolling.fleets.alibaba.place import Place

from tests.end_to_end.ess_stack import (
    FLOOR,
    GATED,
    GATED_REFRESH,
    REFRESH,
    SIZE,
    Shell,
    Watched,
    wants,
)
from tests.end_to_end.kept_plugins import KeptPlugins
from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stage import ROLLING_COMMAND, Around, Ran, command, engine_environment
from tests.end_to_end.yaml_stage import YamlStage, yaml_stage
from tests.handler.ess_web import KEYS, signals
from tests.unit.cli import conftest as cli
from tests.unit.cli.conftest import rolling

__all__ = ["rolling"]

LATER = "m-4", "m-5", "m-6", "m-7"
"""Images whose instances say nothing until the test has them say something."""


@pytest.fixture
def stage(tmp_path: Path, around: Around) -> Iterator[YamlStage]:
    logs = tmp_path / "logs"
    logs.mkdir()
    with LabProcess(boot=0.2, cloud="alibaba") as lab:
        environment = {**engine_environment(logs), **lab.environment}
        with (
            KeptPlugins(environment, logs, languages=(), providers=("alicloud",)) as kept,
            yaml_stage(tmp_path, Around(lab, around.stacks, kept.variables, around.vault)) as opened,
        ):
            opened.environment["ROLLING_SETTLE_SECONDS"] = "1"
            opened.environment["ROLLING_HISTORY"] = str(tmp_path / "history")
            yield opened


@dataclass
class Life:
    """The stack, its groups, and the shell of somebody who looks on."""

    stage: YamlStage
    shell: Shell
    web: Watched
    hand: Watched
    fresh: Watched

    @property
    def rolled(self) -> tuple[Watched, Watched]:
        return self.web, self.hand

    @property
    def groups(self) -> tuple[Watched, Watched, Watched]:
        return *self.rolled, self.fresh

    def run(self, image: str) -> bool:
        return all(each.runs(image) for each in self.groups)

    def configurations(self) -> dict[str, str]:
        return {each.id: each.configuration for each in self.groups}

    def wait_until_all_wait(self, image: str) -> None:
        """Each of the first two has an instance of the image, and the refresh is at its gate."""
        self.stage.wait_for(lambda: all(each.ids(image) for each in self.rolled), f"instances of {image}")
        self.stage.wait_for(lambda: self.fresh.refreshes[0] == "Paused", "a refresh that waits for approval")

    def wait_for_gates(self) -> None:
        for each in self.groups:
            at_gate = partial(self.shell.sees, "waiting for approval", each)
            self.stage.wait_for(at_gate, f"{each.id} at its gate")

    def kill(self) -> None:
        """`pulumi` and all that it started, and the lock that it leaves."""
        for pid in self.stage.processes():
            os.kill(pid, signal.SIGKILL)
        assert self.stage.cancel().code == 0
        for each in self.groups:
            self.stage.wait_for(
                partial(self.shell.sees, "stopped while rolling", each), f"{each.id} left alone"
            )
            self.shell.refused("Nobody drives the rollout", "pause", each.id)

    def let_succeed(self, image: str, *groups: Watched) -> None:
        """All that is launched from now on signals by itself; what waits is signalled for."""
        self.stage.lab.image(image, signal="SUCCESS")
        api = AlibabaApi(Place.of("cn-hangzhou", self.stage.lab.endpoint, KEYS), lambda work: work())
        for each in groups:
            for instance in each.ids(image):
                signals(api, instance)


def at_a_terminal(stage: YamlStage, *words: str) -> Ran:
    """A process of its own, which has the environment alone."""
    return command([ROLLING_COMMAND, *words], stage.environment)


def test_a_stack_lives_with_ess_scaling_groups(
    stage: YamlStage, rolling: Callable[..., cli.Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planned, returned from a bad image, killed and gone on with; every verb is heard; the floor of all is kept."""
    stage.lab.image("m-3", signal="FAILURE")
    for image in LATER:
        stage.lab.image(image, signal=None)
    stage.lab.image("m-none", launchError="InvalidImageId.NotFound")
    wants(stage, "m-1")
    ran = stage.up()
    assert ran.code == 0, ran.output
    sizes = {"web": (1, 6, SIZE), "hand": (SIZE, 6, None), "fresh": (1, 6, SIZE)}
    groups = {name: Watched(stage, name, found) for name, found in sizes.items()}
    life = Life(stage, Shell(stage, rolling, monkeypatch), **groups)
    assert life.run("m-1")
    _is_edited(life)
    _is_returned(life)
    _is_killed(life)
    _is_aborted(life)
    _is_held_and_rejected(life)
    _is_ended_from_a_shell(life)
    assert all(each.fewest() >= FLOOR for each in life.groups)
    ran = stage.destroy()
    assert ran.code == 0 and stage.lab.groups() == [], ran.output


def _is_edited(life: Life) -> None:
    """In place, which has no way back and says so."""
    former = life.web.configuration
    wants(life.stage, "m-2", edited=True)
    ran = life.stage.up()
    assert ran.code == 0, ran.output
    assert "was edited in place: 2 of its instances" in ran.told and 'replace_on_changes=["*"]' in ran.told
    assert life.run("m-2") and life.web.configuration == former
    assert life.fresh.refreshes == ["Successful"]


def _is_returned(life: Life) -> None:
    """From a bad image, as the preview has said."""
    before = life.configurations()
    wants(life.stage, "m-3", refresh={**REFRESH, "timeout": "PT1S"}, of="m-none")
    ran = life.stage.up("--continue-on-error", preview=True)
    for each in life.groups:
        arrow = f"{each.id}: replacing up to 2 instances, {before[each.id]} -> a version known after apply"
        assert arrow in ran.told and any(f"is back on {before[each.id]}" in said for said in ran.errors)
    assert "at least 2" in ran.output and "another resource moved it" not in ran.told, ran.output
    assert "has no expected number of instances" in ran.told and "the service itself" in ran.told
    assert ran.code != 0 and sum("sent FAILURE" in said for said in ran.errors) == 2, ran.output
    assert life.run("m-2") and life.fresh.refreshes[0] == "RollbackSuccessful"
    assert life.configurations() == before


def _is_killed(life: Life) -> None:
    """The next update goes on to the gates, where each verb of a gate is heard."""
    stage, shell, before = life.stage, life.shell, life.configurations()
    wants(stage, "m-4", GATED, GATED_REFRESH)
    stage.start_up()
    life.wait_until_all_wait("m-4")
    status = at_a_terminal(stage, "status", life.web.id)
    assert status.code == 0 and f"rolling to {life.web.configuration}" in status.output, status.output
    life.kill()
    waiting = {each.id: each.ids("m-4") for each in life.rolled}
    life.let_succeed("m-4", *life.rolled)
    process = stage.start("up", "--yes", "--skip-preview", "--refresh")
    stage.wait_for(
        lambda: stage.output_of(process).count("found an interrupted rollout") == 3, "three drivers"
    )
    life.wait_for_gates()
    listed = shell.says("list", "--stack", "dev", "--cwd", str(stage.project))
    assert listed.count("rolling approve asg-") == 3, listed
    for each in life.groups:
        watched = shell.says("watch", each.id, "--timeout", "0", code=124)
        assert "waiting for approval" in watched, watched
        shell.refused(
            "paused nor held; it stands" if each in life.rolled else "not paused; it stands",
            "resume",
            each.id,
        )
        shell.asks("pause", each)
        shell.refused("is paused already; 'rolling resume", "pause", each.id)
        shell.asks("approve", each)
        assert shell.sees("paused", each)
        # It may have ended before anybody looks whether it was heard.
        shell.says("resume", each.id)
    ran = stage.ended(process)
    assert ran.code == 0, ran.output
    assert life.run("m-4") and life.fresh.refreshes[0] == "Successful"
    assert all({*waiting[each.id]} <= {*each.ids("m-4")} for each in life.rolled)
    assert all(each.configuration != before[each.id] for each in life.groups)


def _is_aborted(life: Life) -> None:
    """One instance has been tried again and the other has been let be by then."""
    stage, shell, before = life.stage, life.shell, life.configurations()
    wants(stage, "m-5", refresh=GATED_REFRESH)
    process = stage.start_up()
    life.wait_until_all_wait("m-5")
    for each in life.rolled:
        [tried], [old] = each.ids("m-5"), each.ids("m-4")[:1]
        shell.refused("Nothing waits for approval", "approve", each.id)
        shell.refused("Nothing waits for approval", "reject", each.id)
        shell.refused("has not been touched yet", "retry", each.id, old)
        shell.asks("skip", each, old)
        shell.asks("retry", each, tried)
    for verb in ("retry", "skip"):
        shell.refused("The service picks the members", verb, life.fresh.id, life.fresh.ids("m-4")[0])
    aborted = at_a_terminal(stage, "abort", life.web.id)
    assert aborted.code == 0, aborted.output
    for each in (life.hand, life.fresh):
        shell.says("abort", each.id)
    ran = stage.ended(process)
    for each in life.groups:
        said = f"aborted on request. Group {each.id} is back on {before[each.id]}"
        assert any(said in error for error in ran.errors), ran.output
        shell.refused("no rollout to abort", "abort", each.id)
    assert ran.code != 0 and life.run("m-4")


def _is_held_and_rejected(life: Life) -> None:
    """A hold is left by a retry, and by a resume; then the gates are rejected."""
    stage, shell, before = life.stage, life.shell, life.configurations()
    stage.lab.image("m-6", signal="FAILURE")
    wants(stage, "m-6", GATED, GATED_REFRESH, on_failure="hold")
    process = stage.start_up()
    for each in life.rolled:
        stage.wait_for(partial(shell.sees, "held", each), f"{each.id} that holds")
    stage.lab.image("m-6", signal="SUCCESS")
    [failed] = life.web.ids("m-6")
    shell.asks("retry", life.web, failed)
    shell.asks("resume", life.hand)
    life.wait_for_gates()
    assert failed not in life.web.ids("m-6")
    for each in life.groups:
        shell.asks("reject", each)
    ran = stage.ended(process)
    for each in life.groups:
        said = f"rejected on request. Group {each.id} is back on {before[each.id]}"
        assert any(said in error for error in ran.errors), ran.output
    assert ran.code != 0 and life.run("m-4")


def _is_ended_from_a_shell(life: Life) -> None:
    """Where the program cannot be run again: finished and taken back."""
    stage, shell, before = life.stage, life.shell, life.configurations()
    wants(stage, "m-7", refresh=GATED_REFRESH)
    stage.start_up()
    life.wait_until_all_wait("m-7")
    life.kill()
    life.let_succeed("m-7", life.web)
    said = shell.says("finish", life.web.id)
    assert "done, on asc-" in said and "may still live" not in said, said
    for each in (life.hand, life.fresh):
        assert f"{each.id}: back on {before[each.id]}." in shell.says("return", each.id)
    assert (life.web.runs("m-7"), life.hand.runs("m-4"), life.fresh.runs("m-4")) == (True, True, True)
    assert life.fresh.refreshes[0] == "RollbackSuccessful"
    for each in life.groups:
        shell.refused("no rollout that was interrupted", "finish", each.id)
    for each, finished in zip(life.groups, (4, 3, 3), strict=True):
        kept = shell.says("history", each.id)
        assert (kept.count(" succeeded "), kept.count(" returned ")) == (finished, 7 - finished), kept
        newest = kept[kept.index(" to ") :].split()[1]
        assert each.id in shell.says("report", newest, "--format", "json")
