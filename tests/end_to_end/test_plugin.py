"""RollingGroup through the plugin, in a YAML program under the real engine: what the dynamic face cannot do is here."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.end_to_end.conftest import Open
from tests.end_to_end.stage import Around
from tests.end_to_end.truth import Watched
from tests.end_to_end.yaml_stage import TYPE, YamlStage, resource, yaml_stage

RECORDED = Path(__file__).parents[1] / "plugin" / "recorded"
TOUCHES = {"TerminateInstanceInAutoScalingGroup", "UpdateAutoScalingGroup"}


class OpenYaml(Protocol):
    def __call__(self, **config: Any) -> YamlStage: ...


@pytest.fixture
def open_yaml(tmp_path: Path, around: Around) -> Iterator[OpenYaml]:
    with ExitStack() as stack:
        yield lambda **config: stack.enter_context(yaml_stage(tmp_path, around, **config))


def _new_in_service(stage: YamlStage, version: str, name: str = "web") -> int:
    present = stage.lab.group(name)["members"]
    return sum(m["revision"] == version and m["lifecycle"] == "InService" for m in present)


def _stands(stage: YamlStage) -> None:
    """The stack is whole: it can be exported, refreshed and previewed, and the update is still to be done."""
    exported = stage.run("stack", "export")
    assert exported.code == 0, exported.output
    kept = [r["urn"].rpartition("::")[2] for r in json.loads(exported.output)["deployment"]["resources"]]
    assert "web" in kept
    refreshed = stage.refresh()
    assert refreshed.code == 0, refreshed.output
    again = stage.preview()
    assert again.code == 0 and "~ 1 to update" in again.output, again.output


def test_two_groups_from_import_to_destroy(open_yaml: OpenYaml) -> None:
    """Preview has both plans, the quick group does not wait for the slow one, and destroy touches no instance."""
    stage = open_yaml()
    web, api = stage.found_group("web"), stage.found_group("api")
    stage.want(web, "1", "web")
    imported = stage.run(
        "import", "rolling:index:RollingGroup", "api", "api", "--yes", "--skip-preview", "--protect=false"
    )
    assert imported.code == 0 and "rollingUpdate: {}" in imported.output, imported.output
    state = stage.state("api")
    assert state is not None and state["revision"] == f"{api}:1" and state["status"] == "stable"
    stage.want(api, "1", "api")
    ran = stage.up()
    assert ran.code == 0 and "+ 1 created" in ran.output and "~ 1 updated" in ran.output, ran.output

    stage.lab.image("ami-slow", boot=3.0)
    stage.want(web, stage.new_version(web, "ami-slow"), "web")
    stage.want(api, stage.new_version(api, "ami-v2"), "api")
    process = stage.start("up", "--yes")
    ran = stage.ended(process)
    assert ran.code == 0, ran.output
    previewed, _, updated = ran.output.partition("Updating (dev)")
    for name in ("web", "api"):
        assert f"    {name}: replacing 6 instances, version 1 -> version 2" in previewed
        assert re.search(rf"{name} updating .*\d/6 replaced, \d in service", updated), "status on its own row"
    assert updated.index("api updated") < updated.index("web updated")
    assert "replacing 6 instances" not in updated, "the plan is told once"

    ran = stage.refresh()
    assert ran.code == 0 and "3 unchanged" in ran.output, ran.output
    members = {m["id"] for name in ("web", "api") for m in stage.lab.group(name)["members"]}
    ran = stage.destroy()
    assert ran.code == 0, ran.output
    assert members == {m["id"] for name in ("web", "api") for m in stage.lab.group(name)["members"]}
    assert stage.lab.group("web")["tags"] == {}


def test_every_way_to_fail_leaves_a_whole_stack(open_yaml: OpenYaml) -> None:
    """A clean failure, Ctrl-C, a timeout, and a way back that fails: each says so, and the stack stands after it."""
    stage = open_yaml()
    template = stage.deployed_group()
    watched = Watched(stage)
    stage.lab.image("ami-v2", signal="FAILURE")
    stage.want(template, stage.new_version(template, "ami-v2"))

    ran = stage.up()
    assert ran.code != 0 and "sent FAILURE" in ran.error and "is back on version 1" in ran.error
    watched.runs("ami-v1", 6, "1")
    _stands(stage)

    stage.lab.image("ami-v2", signal="FAILURE")
    stage.lab.image("ami-v1", signal="FAILURE")
    ran = stage.up()
    assert ran.code != 0 and "then the way back to version 1 failed as well" in ran.told, ran.output
    state = stage.state()
    assert state is not None and state["status"] == "interrupted" and state["revision"] == f"{template}:1"
    _stands(stage)
    watched.kept_between(5, 7)


def test_ctrl_c_touches_no_further_member(open_yaml: OpenYaml) -> None:
    """Once, while slots come free all the time: the next look starts nothing more, and the group goes back.

    The project names the folder of the installed program, so that this is it.
    """
    stage = open_yaml()
    stage.declare(plugins={"providers": [{"name": "rolling", "path": str(Path(sys.executable).parent)}]})
    template = stage.deployed_group()
    watched = Watched(stage)
    stage.rolling(maxBatchSize=1)
    stage.want(template, stage.new_version(template, "ami-v2"))
    process = stage.start_up()
    stage.wait_for(lambda: _new_in_service(stage, "2") >= 1, "a new member in service")
    assert any("pulumi-resource-rolling " in line for line in stage.processes().values())
    past = len(stage.lab.log())
    process.send_signal(signal.SIGINT)
    ran = stage.ended(process)
    assert ran.code != 0
    assert ran.error.startswith("cancelled (Ctrl-C); ") and "is back on version 1" in ran.error
    since = [call["action"] for call in stage.lab.log()[past:]]
    turn = since.index("UpdateAutoScalingGroup")  # On the way back the pointer goes first.
    starts = [n for n, action in enumerate(since[:turn]) if action == "TerminateInstanceInAutoScalingGroup"]
    looks = since[: starts[-1]].count("DescribeAutoScalingGroups") if starts else 0
    assert looks <= 1, since
    watched.runs("ami-v1", 6, "1")
    _stands(stage)
    watched.kept_between(5, 7)


def test_a_deadline_takes_the_group_back(open_yaml: OpenYaml) -> None:
    """customTimeouts.update of 10 s on a rollout that needs three boots of 8 s."""
    stage = open_yaml()
    template = stage.deployed_group()
    watched = Watched(stage)
    stage.lab.image("ami-v2", boot=8.0)
    stage.options["web"] = {"customTimeouts": {"update": "10s"}}
    stage.want(template, stage.new_version(template, "ami-v2"))
    ran = stage.up()
    assert (
        ran.code != 0 and "took longer than its timeout of PT10S. Group web is back on version 1" in ran.error
    )
    assert "Raise customTimeouts.update" in ran.error
    watched.runs("ami-v1", 6, "1")
    watched.is_as_found()
    watched.kept_between(5, 7)
    _stands(stage)


def _launched(stage: YamlStage, version: str, *, everybody: bool = False) -> int:
    present = stage.lab.group("web")["members"]
    return sum(m["revision"] == version and (everybody or m["lifecycle"] == "Pending") for m in present)


def _twice(stage: YamlStage, process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    stage.wait_for(lambda: "press ^C again" in stage.output_of(process), "the engine's answer")
    process.send_signal(signal.SIGINT)


def _kill(stage: YamlStage, process: subprocess.Popen[bytes]) -> None:
    """The command line alone; the plugin has to notice by itself."""
    assert stage.providers()
    process.kill()


def _kill_the_plugin(stage: YamlStage, process: subprocess.Popen[bytes]) -> None:
    """The command line lives, and says that it lost its plugin."""
    for plugin in stage.providers():
        os.kill(plugin, signal.SIGKILL)


def _hang_up(stage: YamlStage, process: subprocess.Popen[bytes]) -> None:
    """The terminal is closed, for both."""
    for pid in (process.pid, *stage.providers()):
        os.kill(pid, signal.SIGHUP)


@pytest.mark.parametrize(
    "end",
    [_twice, _kill, _kill_the_plugin, _hang_up],
    ids=["Ctrl-C twice", "kill -9", "kill -9 of the plugin", "SIGHUP"],
)
def test_the_next_up_goes_on(
    open_yaml: OpenYaml, end: Callable[[YamlStage, subprocess.Popen[bytes]], None]
) -> None:
    """Ended in the middle, the plugin ends and its record stands; `pulumi cancel` and `pulumi up` end the rollout."""
    stage = open_yaml()
    template = stage.deployed_group()
    watched = Watched(stage)
    stage.lab.image("ami-v2", boot=1.5)
    stage.want(template, stage.new_version(template, "ami-v2"))
    process = stage.start_up()
    stage.wait_for(lambda: _new_in_service(stage, "2") >= 1, "a new member in service")
    end(stage, process)
    process.wait()
    stage.wait_for(lambda: not stage.providers(), "the plugin to end")
    tags = stage.lab.group("web")["tags"]
    assert "rolling:record.0" in tags
    assert ("rolling:lease" in tags) is (end is _kill_the_plugin), "who is killed cannot give it back"
    assert stage.cancel().code == 0
    ran = stage.up()
    if ran.code != 0:
        # The first Ctrl-C had turned the rollout back; that is gone on with, and then it is tried again.
        assert "aborted on request. Group web is back on version 1" in ran.error
        ran = stage.up()
    assert ran.code == 0, ran.output
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()
    watched.kept_between(5, 7)


def test_faults_are_told_together_with_their_paths(open_yaml: OpenYaml) -> None:
    """Values that the schema lets pass and the policy does not: one error for each, by path, and nothing is touched."""
    stage = open_yaml(policy=json.dumps({"maxBatchSize": 3}))
    template = stage.found_group()
    stage.want(template, "1")
    stage.rolling(maxBatchSize=None, pauseTime="5 minutes", suspendProcesses=["Launch"])
    stage.lab.clear_calls()
    ran = stage.preview()
    assert ran.code != 0
    told = re.findall(r"property updatePolicy\.rollingUpdate\.(\S+) value .* has a problem", ran.diagnostics)
    assert sorted(told) == ["pauseTime", "suspendProcesses[0]"], ran.output
    assert TOUCHES.isdisjoint(stage.lab.calls())
    stage.rolling(maxBatchSize=None)
    assert stage.up().code == 0
    state = stage.state()
    assert state is not None and state["updatePolicy"]["rollingUpdate"]["maxBatchSize"] == 3, "the provider's"


@pytest.mark.parametrize("face", ["stack", "dynamic"])
@pytest.mark.parametrize("recorded", sorted(RECORDED.iterdir()), ids=lambda folder: folder.name)
def test_a_stack_of_an_earlier_version_is_taken_over(
    open_stage: Open, open_yaml: OpenYaml, recorded: Path, face: str
) -> None:
    """Its stack file is imported, is no difference, and its group rolls."""
    stage = open_yaml() if face == "stack" else open_stage(names=[])
    template = stage.found_group()
    stage.want(template, "1")
    ran = stage.run("stack", "import", "--file", str(recorded / f"{face}.json"))
    assert ran.code == 0, ran.output
    ran = stage.preview()
    assert ran.code == 0 and "2 unchanged" in ran.output, ran.output
    stage.want(template, stage.new_version(template, "ami-v2"))
    ran = stage.up()
    assert ran.code == 0, ran.output
    state = stage.state()
    assert state is not None and state["revision"] == f"{template}:2"


def test_a_stack_moves_from_one_face_to_the_other(open_stage: Open) -> None:
    """The program in another language, the stack the same: one RollingGroup comes, one goes, no instance is touched."""
    stage = open_stage(names=[])
    template = stage.deployed_group()
    members = {m["id"] for m in stage.lab.group("web")["members"]}
    program = {
        "name": "trial",
        "runtime": "yaml",
        "resources": {"web": resource("web", {"id": template, "version": "1"}, stage.settings)},
    }
    (stage.project / "Pulumi.yaml").write_text(json.dumps(program))
    stage.lab.clear_calls()
    ran = stage.up(preview=True)
    assert ran.code == 0 and "nothing to replace" in ran.output, ran.output
    assert "+ 1 created" in ran.output and "- 1 deleted" in ran.output
    assert TOUCHES.isdisjoint(stage.lab.calls())
    assert members == {m["id"] for m in stage.lab.group("web")["members"]}
    stage.type = TYPE
    state = stage.state()
    assert state is not None and state["revision"] == f"{template}:1"
