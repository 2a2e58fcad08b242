"""The examples, as they stand, on the lab: each rolls a group under the real engine."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stage import TOOLS
from tests.examples.conftest import EXAMPLES
from tests.made_sdks import SDKS, done, installed, left_out
from tests.unwrapped import unwrapped


def _environment(state: Path, lab: LabProcess) -> dict[str, str]:
    sys.path.insert(0, str(TOOLS))
    from env import environment

    timing = {"ROLLING_POLL_SECONDS": "0.2", "ROLLING_SETTLE_SECONDS": "2"}
    return {**environment(state), **lab.environment, **timing}


def _run(command: Sequence[str], where: Path, environment: dict[str, str]) -> str:
    ended = subprocess.run(
        command,
        cwd=where,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


def _pulumi(where: Path, environment: dict[str, str], *arguments: str) -> str:
    return _run(["pulumi", *arguments, "--non-interactive", "--color=never"], where, environment)


def _copied(name: str, to: Path) -> Path:
    """A project of its own: `pulumi` writes the stack's settings beside the program."""
    shutil.copytree(EXAMPLES / name, to / name)
    described = to / name / "Pulumi.yaml"
    described.write_text(described.read_text().replace("../../.venv", sys.prefix))
    return to / name


def _images(lab: LabProcess) -> dict[str, set[str]]:
    listed = lab.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    names = [group["AutoScalingGroupName"] for group in listed]
    return {name: {m["image"] for m in lab.group(name)["members"]} for name in names}


def _refreshes(lab: LabProcess, name: str) -> list[dict[str, Any]]:
    found = lab.client("autoscaling").describe_instance_refreshes(AutoScalingGroupName=name)
    listed: list[dict[str, Any]] = found["InstanceRefreshes"]
    assert all(each["Status"] == "Successful" for each in listed)
    return listed


def _found_group(lab: LabProcess, name: str) -> str:
    template: str = lab.client("ec2").create_launch_template(
        LaunchTemplateName=name, LaunchTemplateData={"ImageId": "ami-v1", "InstanceType": "t3.small"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    lab.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=1,
        MaxSize=6,
        DesiredCapacity=4,
        AvailabilityZones=["us-east-1a", "us-east-1b"],
        LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
    )
    for image in ("ami-v2", "ami-v3"):
        lab.client("ec2").create_launch_template_version(
            LaunchTemplateId=template, LaunchTemplateData={"ImageId": image, "InstanceType": "t3.small"}
        )
    return template


def _deploys_and_rolls(
    project: Path, environment: dict[str, str], then: str = "ami-v2", **config: str
) -> str:
    """The first `up` has this configuration; the second another image."""
    _pulumi(project, environment, "stack", "init", "dev")
    for name, value in config.items():
        _pulumi(project, environment, "config", "set", name, value)
    _pulumi(project, environment, "up", "--yes", "--skip-preview")
    _pulumi(project, environment, "config", "set", "image", then)
    return _pulumi(project, environment, "up", "--yes")


def _commands(page: str, after: str) -> list[str]:
    """Lines of `pulumi` in the block of a page of docs that has this line."""
    text = (EXAMPLES.parent / "docs" / page).read_text()
    [block] = [each for each in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if after in each]
    return [line for line in block.splitlines() if line.startswith("pulumi ")]


def test_yaml(tmp_path: Path, example_lab: LabProcess) -> None:
    """A group and its RollingGroup from nothing; a new image is planned in preview and rolled."""
    example_lab.reset()
    said = _deploys_and_rolls(_copied("yaml", tmp_path), _environment(tmp_path, example_lab))
    assert "replacing up to 4 instances, version 1 -> a version known after apply" in unwrapped(said)
    assert set().union(*_images(example_lab).values()) == {"ami-v2"}


def test_attribute(tmp_path: Path, example_lab: LabProcess) -> None:
    """README's first program: the group rolls by its own policy, and its state holds the policy."""
    example_lab.reset()
    project = _copied("attribute", tmp_path)
    said = _deploys_and_rolls(project, _environment(tmp_path, example_lab), image="ami-v1")
    assert re.search(
        r"web-\w+: replacing up to 6 instances, version 1 -> a version known after apply", unwrapped(said)
    ), said
    assert list(_images(example_lab).values()) == [{"ami-v2"}]


def test_autoscaling(tmp_path: Path, example_lab: LabProcess) -> None:
    """The same by the dynamic face; the image has no default."""
    example_lab.reset()
    project = _copied("autoscaling", tmp_path)
    said = _deploys_and_rolls(project, _environment(tmp_path, example_lab), image="ami-v1")
    assert "web: replacing up to 6 instances, version 1 -> a version known after apply" in unwrapped(said)
    assert _images(example_lab) == {"web": {"ami-v2"}}


def test_an_instance_refresh(tmp_path: Path, example_lab: LabProcess) -> None:
    """The service rolls the group of the Python program, and pauses at its checkpoint."""
    example_lab.reset()
    project, environment = _copied("refresh", tmp_path), _environment(tmp_path, example_lab)
    said = _deploys_and_rolls(project, environment, image="ami-v1", pause="PT1S", warmup="0")
    assert "web: replacing up to 6 instances, version 1 -> a version known after apply" in unwrapped(said)
    assert "checkpoints  at 10 % (1 of 6), 1 s each" in said
    assert _images(example_lab) == {"web": {"ami-v2"}}
    assert len(_refreshes(example_lab, "web")) == 1


def test_an_instance_refresh_in_yaml(tmp_path: Path, example_lab: LabProcess) -> None:
    """The same by the plugin: the service launches one first, and nobody calls for an end of an instance."""
    example_lab.reset()
    said = _deploys_and_rolls(_copied("refresh_yaml", tmp_path), _environment(tmp_path, example_lab))
    assert "replacing up to 4 instances, version 1 -> a version known after apply" in unwrapped(said)
    assert "at least 4, and 5 there at most" in unwrapped(said)
    ((name, images),) = _images(example_lab).items()
    assert images == {"ami-v2"} and len(_refreshes(example_lab, name)) == 1


@pytest.mark.parametrize("example", ["ecs", "ecs_python"])
def test_ecs(example: str, tmp_path: Path, example_lab: LabProcess) -> None:
    """A service from nothing, by both faces; a new image is deployed by the RollingGroup alone."""
    example_lab.reset()
    example_lab.service_rules(unchecked=0.2, turning=0.2)
    said = _deploys_and_rolls(
        _copied(example, tmp_path), _environment(tmp_path, example_lab), image="app:1", then="app:2"
    )
    assert "prod/web: replacing up to 2 tasks" in said, said
    shown = example_lab.service("web", "prod")
    running = {each["revision"] for each in shown["tasks"] if each["desiredStatus"] == "RUNNING"}
    assert running == {"web:2"} and len(shown["serviceDeployments"]) == 2


def test_ess(tmp_path: Path, alibaba_lab: LabProcess) -> None:
    """The commands of docs/alibaba.md on the lab: a group from nothing, and a new image by a new configuration."""
    alibaba_lab.reset()
    environment = _environment(tmp_path, alibaba_lab)
    project = _copied("ess", tmp_path)
    init, made, rolled = (line.split()[1:] for line in _commands("alibaba.md", "cd examples/ess"))
    _pulumi(project, environment, *init)
    _pulumi(project, environment, *made)
    [group] = alibaba_lab.groups()
    former = alibaba_lab.group(group)["scalingConfiguration"]
    said = _pulumi(project, environment, *rolled)
    assert f"{group}: replacing up to 2 instances, {former} -> a version known after apply" in unwrapped(said)
    assert {each["image"] for each in alibaba_lab.group(group)["members"]} == {"m-2"}


def test_ess_python(tmp_path: Path, alibaba_lab: LabProcess) -> None:
    """The dynamic face rolls one group, and the attribute another one; preview has the plan of both."""
    alibaba_lab.reset()
    environment = _environment(tmp_path, alibaba_lab)
    environment["PYTHONPATH"] = str(TOOLS / "standin_types")
    said = _deploys_and_rolls(_copied("ess_python", tmp_path), environment, image="m-1", then="m-2")
    groups = {group: alibaba_lab.group(group) for group in alibaba_lab.groups()}
    assert {m["image"] for group in groups.values() for m in group["members"]} == {"m-2"} and len(groups) == 2
    for group, found in groups.items():
        assert f"{group}: replacing up to 2 instances" in unwrapped(said)
        by_word = f"{group}: 'rolling abort {group}' ends this roll" in unwrapped(said)
        assert by_word == (found["scalingConfiguration"] is None), said


def test_python_with_both_faces(tmp_path: Path, example_lab: LabProcess, sdks: Path) -> None:
    """The dynamic face and the plugin's SDK in one program roll a group each."""
    example_lab.reset()
    environment = _environment(tmp_path, example_lab)
    environment["PYTHONPATH"] = f"{installed(sdks, tmp_path)}:{environment.get('PYTHONPATH', '')}"
    said = _deploys_and_rolls(_copied("python", tmp_path), environment)
    assert len(re.findall(r"^    \S+: replacing up to 4 instances", said, re.MULTILINE)) == 2, said
    images = _images(example_lab)
    assert len(images) == 2 and set().union(*images.values()) == {"ami-v2"}


def test_go(tmp_path: Path, example_lab: LabProcess, sdks: Path) -> None:
    """An inline program of Go's Automation API, compiled against the generated SDK, rolls a group by each strategy."""
    program = tmp_path / "example"
    sys.path.insert(0, str(TOOLS))
    from go_build import FLAGS  # The engine's: modules compiled for it serve this example, too.

    build = ["go", "build", *FLAGS, "-o", str(program), "."]
    done(build, EXAMPLES / "go", CGO_ENABLED="0", GOFLAGS="-mod=readonly")
    _rolls_inline([str(program)], EXAMPLES / "go", tmp_path, example_lab)


def test_typescript(tmp_path: Path, example_lab: LabProcess, sdks: Path) -> None:
    """An inline program of TypeScript's Automation API, against the generated SDK, rolls a group by each strategy."""
    project = EXAMPLES / "typescript"
    if shutil.which("npm") is None:
        left_out("the example in TypeScript", "there is no node on PATH")
    stamp = project / "node_modules" / ".rolling-sdk"
    wanted = (SDKS / ".stamp").read_text() + (project / "package.json").read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(project / "node_modules" / "pulumi-rolling-sdk", ignore_errors=True)
        done(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"], project)
        stamp.write_text(wanted)
    done(["npm", "run", "build"], project)
    _rolls_inline(["node", "bin/index.js"], project, tmp_path, example_lab)


def _rolls_inline(command: list[str], where: Path, state: Path, lab: LabProcess) -> None:
    lab.reset()
    template = _found_group(lab, "web")
    environment = _environment(state, lab)
    _run([*command, "web", template, "1"], where, environment)
    said = _run([*command, "web", template, "2"], where, environment)
    assert "web: replacing 4 instances, version 1 -> version 2" in unwrapped(said)
    assert f"revision: {template}:2" in said
    assert _images(lab) == {"web": {"ami-v2"}} and not _refreshes(lab, "web")
    said = _run([*command, "web", template, "3", "refresh"], where, environment)
    assert "web: replacing 4 instances, version 2 -> version 3" in unwrapped(said)
    assert _images(lab) == {"web": {"ami-v3"}} and len(_refreshes(lab, "web")) == 1


@pytest.mark.parametrize(
    "name",
    ["autoscaling", "yaml", "ess", "ess_python", "refresh", "refresh_yaml", "typescript", "go", "python"],
)
def test_every_example_is_told_of(name: str) -> None:
    """The page of examples has each of them."""
    assert f"({name}/" in (EXAMPLES / "README.md").read_text()
