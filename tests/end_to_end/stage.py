"""The real `pulumi` on the lab: a project and a stack of its own below a folder, run without a terminal.

`Stage.settings` says what the program declares (see program/__main__.py); change it with `declare` and run again:

    image, type     of the launch template                       names      groups to declare with their templates
    group           arguments of aws.autoscaling.Group           attach     groups that are there already, each with
    pointer         version in the group's launch_template                  what is wanted as its launchTemplate
    ignore          ignore_changes of the group                  policy     the update policy, any spelling
    version         wanted, in place of the template's latest    onFailure, triggers as in RollingGroup
    roll            False: no RollingGroup
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stacks import Stacks
from tests.end_to_end.vault import PROVIDER
from tests.unwrapped import unwrapped

HERE = Path(__file__).parent
ROLLING_COMMAND = str(Path(sys.executable).with_name("rolling"))
TOOLS = HERE.parents[1] / "tools" / "pulumi"
MARK = "ROLLING_TEST_STAGE"
EMPTY = "an empty stack"
"""What such a stack is made from, for Stacks."""
INIT = ("stack", "init", "dev")
TYPE = "pulumi-python:dynamic/rolling:RollingGroup"
PATIENCE = 120.0
"""Seconds after which a fact that is waited for will not come."""

ROLLING = {
    "maxBatchSize": 2,
    "minInstancesInService": 5,
    "waitOnResourceSignals": True,
    "pauseTime": "PT1M",
    "suspendProcesses": ["AZRebalance", "AlarmNotification", "ScheduledActions"],
}
SIZES = {"min_size": 4, "max_size": 8, "desired_capacity": 6, "suspended_processes": ["AZRebalance"]}


def engine_environment(state: Path) -> dict[str, str]:
    """Where the engine keeps its state and finds its plugins. It collects no garbage that it need not: it ends soon."""
    sys.path.insert(0, str(TOOLS))
    from env import environment

    return {"GOGC": "400", **environment(state)}


@dataclass(frozen=True)
class Ran:
    """One `pulumi` command that has ended. `output` is what it wrote, both streams in one."""

    code: int
    output: str

    @property
    def told(self) -> str:
        """The output with single blanks between its words, for sentences that may be wrapped."""
        return unwrapped(self.output)

    @property
    def diagnostics(self) -> str:
        """What the engine repeats at the end, below each resource."""
        return self.output.rpartition("Diagnostics:")[2]

    @property
    def errors(self) -> list[str]:
        """The errors below our resources, without the engine's word for them."""
        found = re.findall(r"^    error: (.*)", self.diagnostics, re.MULTILINE)
        return [line.rstrip() for line in found if line != "update failed"]

    @property
    def error(self) -> str:
        """The one error that there must be, and no traceback."""
        assert "Traceback" not in self.output, self.output
        assert len(self.errors) == 1, self.output
        return self.errors[0]


def command(
    line: Sequence[str], environment: Mapping[str, str], folder: Path | None = None, given: str = ""
) -> Ran:
    """A command that has ended, without a terminal. `given`: its standard input."""
    ended = subprocess.run(
        line,
        cwd=folder,
        env=environment,
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Ran(ended.returncode, ended.stdout)


@dataclass(frozen=True)
class Around:
    """What outlives a stage: the lab, stacks to copy, and variables that lead the engine to plugins it shares.

    ``vault``: those that lead it to the keys of the stacks; without them a stack has an empty passphrase.
    """

    lab: LabProcess
    stacks: Stacks | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    vault: Mapping[str, str] = field(default_factory=dict)

    @property
    def init(self) -> tuple[str, ...]:
        """The arguments of `pulumi` that make an empty stack."""
        return (*INIT, *(("--secrets-provider", PROVIDER) if self.vault else ()))


def made(stacks: Stacks | None, made_from: str, folder: Path, make: Callable[[], Ran]) -> None:
    """The stack in this folder as a command leaves it, or a copy of one that it has left."""
    if stacks is not None and stacks.copied(made_from, folder):
        return
    ran = make()
    assert ran.code == 0, ran.output
    if stacks is not None:
        stacks.keep(made_from, folder)


class Stage:
    """One stack. `close` ends every process that it started and that still lives, by its id."""

    type = TYPE
    settings: dict[str, Any]
    declared_by = "program"
    """The folder of the program."""

    def __init__(self, folder: Path, around: Around, **settings: Any) -> None:
        self._on(folder, around)
        shutil.copytree(HERE / self.declared_by, self.project)
        described = self.project / "Pulumi.yaml"
        described.write_text(described.read_text().replace("VIRTUALENV", sys.prefix))
        self.settings = {
            "image": "ami-v1",
            "images": {},
            "called": {},
            "type": "t3.small",
            "group": SIZES,
            "pointer": "1",
            "ignore": ["launchTemplate"],
            "version": None,
            "roll": True,
            "names": ["web"],
            "attach": {},
            "policy": {"rollingUpdate": ROLLING},
            "onFailure": None,
            "triggers": None,
        }
        self.declare(**settings)
        self._made(EMPTY, *around.init)

    def _on(self, folder: Path, around: Around) -> None:
        """What every stage has, whatever its program is."""
        self.lab, self.folder, self.around = around.lab, folder, around
        self.project = folder / "trial"
        self._mark = uuid.uuid4().hex
        self._started: list[subprocess.Popen[bytes]] = []
        self.environment = self._environment()

    def _made(self, made_from: str, *arguments: str) -> None:
        """The stack as this command leaves it."""
        made(self.around.stacks, made_from, self.folder, lambda: self.run(*arguments))

    def _environment(self) -> dict[str, str]:
        return {
            **engine_environment(self.folder / "state"),
            **self.lab.environment,
            **self.around.variables,
            **self.around.vault,
            "ROLLING_POLL_SECONDS": "0.3",
            "ROLLING_SETTLE_SECONDS": "3",
            # In a copied stack nothing says which one is selected.
            "PULUMI_STACK": "dev",
            MARK: self._mark,
        }

    def declare(self, **settings: Any) -> None:
        """What the program says from now on; what is not named stays."""
        strange = settings.keys() - self.settings.keys()
        assert not strange, strange
        self.settings |= settings
        (self.project / "settings.json").write_text(json.dumps(self.settings))

    def rolling(self, **fields: Any) -> None:
        """The usual policy with these fields; None takes one away."""
        merged = {**ROLLING, **fields}
        self.declare(policy={"rollingUpdate": {k: v for k, v in merged.items() if v is not None}})

    def run(self, *arguments: str, **environment: str) -> Ran:
        line = ["pulumi", *arguments, "--non-interactive", "--color=never"]
        return command(line, {**self.environment, **environment}, self.project)

    def preview(self, *arguments: str, **environment: str) -> Ran:
        return self.run("preview", *arguments, **environment)

    def up(self, *arguments: str, preview: bool = False, **environment: str) -> Ran:
        shown = () if preview else ("--skip-preview",)
        return self.run("up", "--yes", *shown, *arguments, **environment)

    def refresh(self, *arguments: str) -> Ran:
        return self.run("refresh", "--yes", "--skip-preview", *arguments)

    def destroy(self, *arguments: str) -> Ran:
        return self.run("destroy", "--yes", "--skip-preview", *arguments)

    def cancel(self) -> Ran:
        """Unlocks a stack whose `pulumi` was killed."""
        return self.run("cancel", "--yes")

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """`pulumi` in the background, in a process group of its own; its output goes to `output_of`."""
        name = self.folder / f"output-{len(self._started)}.txt"
        with name.open("wb") as output:
            process = subprocess.Popen(
                ["pulumi", *arguments, "--non-interactive", "--color=never"],
                cwd=self.project,
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def start_up(self, **environment: str) -> subprocess.Popen[bytes]:
        return self.start("up", "--yes", "--skip-preview", **environment)

    def output_of(self, process: subprocess.Popen[bytes]) -> str:
        """What a background `pulumi` has written so far."""
        return (self.folder / f"output-{self._started.index(process)}.txt").read_text()

    def ended(self, process: subprocess.Popen[bytes]) -> Ran:
        """Waits for a background `pulumi`."""
        return Ran(process.wait(timeout=PATIENCE), self.output_of(process))

    def wait_for(self, fact: Callable[[], object], what: str = "the fact") -> None:
        """Looks until the fact is true."""
        until = time.monotonic() + PATIENCE
        while not fact():
            assert time.monotonic() < until, f"{what} did not come true"
            time.sleep(0.05)

    def processes(self) -> dict[int, str]:
        """Processes of this stack that live, the providers' included: id and command line."""
        return dict(marked(f"{MARK}={self._mark}".encode()))

    def providers(self) -> list[int]:
        """Processes in which our dynamic provider or our plugin runs."""
        told = ("-m pulumi.dynamic", f"{os.sep}provider ", "pulumi-resource-rolling ")
        return [pid for pid, line in self.processes().items() if any(mark in line for mark in told)]

    def found_group(self, name: str = "web", image: str = "ami-v1", **arguments: Any) -> str:
        """A group that nothing in the program declares, behind a target group. Answers its template's id.

        All its members are healthy targets, so that each roll of it is one whose floor is of those.
        """
        ec2, asg = self.lab.client("ec2"), self.lab.client("autoscaling")
        for later in ("ami-v2", "ami-v3"):
            self.lab.image(later)
        template: str = ec2.create_launch_template(
            LaunchTemplateName=name, LaunchTemplateData={"ImageId": image, "InstanceType": "t3.small"}
        )["LaunchTemplate"]["LaunchTemplateId"]
        described = {
            "MinSize": 4,
            "MaxSize": 8,
            "DesiredCapacity": 6,
            "AvailabilityZones": ["us-east-1a", "us-east-1b", "us-east-1c"],
            "LaunchTemplate": {"LaunchTemplateId": template, "Version": "1"},
            "TargetGroupARNs": [target_group(self.lab, name)],
            **arguments,
        }
        asg.create_auto_scaling_group(
            AutoScalingGroupName=name, **{k: v for k, v in described.items() if v is not None}
        )
        wanted = described["DesiredCapacity"]
        self.wait_for(lambda: self.lab.group(name)["serving"] == wanted, f"{wanted} healthy targets")
        return template

    def deployed_group(self, *later: str, **arguments: Any) -> str:
        """A found group to which the program has attached, at version 1. ``later``: images of more versions.

        Nothing is replaced and the group keeps no mark of it, so that another stage's stack file is as good.
        """
        template = self.found_group(**arguments)
        for image in later:
            self.new_version(template, image)
        self.want(template, "1")
        self._made(self.program, "up", "--yes", "--skip-preview")
        return template

    @property
    def program(self) -> str:
        """All that decides what a first `up` leaves in state, with ids."""
        return (self.project / "__main__.py").read_text() + (self.project / "settings.json").read_text()

    def new_version(self, template: str, image: str) -> str:
        """Another version of a template, by number."""
        answer = self.lab.client("ec2").create_launch_template_version(
            LaunchTemplateId=template, LaunchTemplateData={"ImageId": image, "InstanceType": "t3.small"}
        )
        return str(answer["LaunchTemplateVersion"]["VersionNumber"])

    def want(self, template: str, version: str, name: str = "web") -> None:
        """The program attaches to a group that is there, and wants this revision."""
        attached = {**self.settings["attach"], name: {"id": template, "version": version}}
        self.declare(names=[], attach=attached)

    def state(self, name: str = "web") -> dict[str, Any] | None:
        """RollingGroup's outputs as the stack has them, without another command."""
        for resource in self._resources():
            if resource["type"] == self.type and resource["urn"].endswith(f"::{name}"):
                outputs: dict[str, Any] = resource.get("outputs", {})
                return outputs
        return None

    def _resources(self) -> list[dict[str, Any]]:
        files = [p for p in (self.folder / "state" / "backend").rglob("dev.json") if "stacks" in p.parts]
        assert len(files) == 1, files
        latest = json.loads(files[0].read_text())["checkpoint"]["latest"] or {}
        resources: list[dict[str, Any]] = latest.get("resources", [])
        return resources

    def close(self) -> None:
        for process in self._started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def target_group(lab: LabProcess, name: str, region: str | None = None) -> str:
    """Its ARN; it is in the default network."""
    default = [{"Name": "is-default", "Values": ["true"]}]
    [network] = lab.client("ec2", region).describe_vpcs(Filters=default)["Vpcs"]
    made = lab.client("elbv2", region).create_target_group(
        Name=name, Protocol="HTTP", Port=80, VpcId=network["VpcId"]
    )
    arn: str = made["TargetGroups"][0]["TargetGroupArn"]
    return arn


def marked(mark: bytes) -> Iterator[tuple[int, str]]:
    """Processes with this variable in their environment: id and command line."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name), (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue  # It ended meanwhile, or is not ours.


@contextmanager
def stage(folder: Path, around: Around, **settings: Any) -> Iterator[Stage]:
    """A stage on an empty lab, closed at the end."""
    around.lab.reset()
    opened = Stage(folder, around, **settings)
    try:
        yield opened
    finally:
        opened.close()
