"""The wheel from the package index's side: installed by pip for each Python named, and a group rolled with it.

`make pythons` names them. It is no part of `make test`: it downloads what the package asks for, once for each.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stage import engine_environment
from tests.package.fresh import build

PYTHONS = os.environ.get("ROLLING_PYTHONS", "").split()
PROGRAM = """
import pulumi_rolling as rolling
rolling.RollingGroup(
    "web",
    auto_scaling_group=rolling.AutoScalingGroup(
        name="web", launch_template=rolling.LaunchTemplate(id="{template}", version="{version}")
    ),
    update_policy=rolling.UpdatePolicy(rolling_update=rolling.RollingUpdate(max_batch_size=2)),
)
"""

Pulumi = Callable[..., str]

pytestmark = pytest.mark.skipif(not PYTHONS, reason="`make pythons` names what to install it for")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("built"))[1]


@pytest.fixture
def lab() -> Iterator[LabProcess]:
    with LabProcess(boot=0.4) as lab:
        yield lab


def launched(lab: LabProcess) -> str:
    """A group `web` of two members of version 1 of a template that has a second version; the template's id."""
    ec2, scaling = lab.client("ec2"), lab.client("autoscaling")
    contents: dict[str, Any] = {"ImageId": "ami-1", "InstanceType": "t3.small"}
    made = ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=contents)
    ident: str = made["LaunchTemplate"]["LaunchTemplateId"]
    ec2.create_launch_template_version(
        LaunchTemplateId=ident, LaunchTemplateData={**contents, "ImageId": "ami-2"}
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="web",
        MinSize=1,
        MaxSize=3,
        DesiredCapacity=2,
        AvailabilityZones=["us-east-1a"],
        LaunchTemplate={"LaunchTemplateId": ident, "Version": "1"},
    )
    return ident


@pytest.mark.parametrize("python", PYTHONS)
def test_a_group_rolls_with_the_wheel_that_pip_installed(
    python: str, wheel: Path, lab: LabProcess, tmp_path: Path
) -> None:
    """`pip install`, a preview and two updates, by the Python resource, in an environment that holds nothing else."""
    environment, project = tmp_path / "environment", tmp_path / "project"
    subprocess.run([python, "-m", "venv", str(environment)], check=True)
    pip = [str(environment / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", str(wheel)]
    subprocess.run(pip, check=True)
    variables = {**engine_environment(tmp_path / "state"), **lab.environment, "ROLLING_POLL_SECONDS": "0.5"}
    del variables["PULUMI_PYTHON_CMD"]

    def pulumi(*words: str) -> str:
        ran = subprocess.run(
            ["pulumi", "--non-interactive", *words],
            cwd=project,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    project.mkdir()
    runtime = {"name": "python", "options": {"virtualenv": str(environment)}}
    (project / "Pulumi.yaml").write_text(json.dumps({"name": "fresh", "runtime": runtime}))
    template = launched(lab)
    pulumi("stack", "init", "dev")
    (project / "__main__.py").write_text(PROGRAM.format(template=template, version=1))
    pulumi("up", "--yes", "--skip-preview")
    (project / "__main__.py").write_text(PROGRAM.format(template=template, version=2))
    previewed = pulumi("preview")
    assert re.search("web: replacing (up to )?2 instances, version 1 -> ", previewed), previewed
    pulumi("up", "--yes", "--skip-preview")
    assert [each["image"] for each in lab.group("web")["members"]] == ["ami-2", "ami-2"]
