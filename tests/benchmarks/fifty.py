"""Fifty groups in one stack through the plugin: an `up` with nothing to do, and all of them rolling at once."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc
from pulumi_rolling.plugin.provider import RESOURCE
from pulumi_rolling.plugin.wire import encode

from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stage import Around
from tests.end_to_end.yaml_stage import YamlStage, yaml_stage

GROUPS, MEMBERS = 50, 4
SIZES: dict[str, Any] = {
    "MinSize": 1,
    "MaxSize": MEMBERS + 1,
    "DesiredCapacity": MEMBERS,
    "TargetGroupARNs": None,
}
PROVIDER = Path(__file__).parents[2] / "provider"
POLL = "2"
BOOT = 4.0
DESCRIBE = "DescribeAutoScalingGroups"


@contextmanager
def deployed(count: int) -> Iterator[tuple[YamlStage, dict[str, str]]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        LabProcess(boot=0.05) as lab,
        yaml_stage(Path(folder), Around(lab)) as stage,
    ):
        stage.environment["ROLLING_POLL_SECONDS"] = POLL
        stage.environment["ROLLING_SETTLE_SECONDS"] = "10"
        policy = {"rollingUpdate": {"maxBatchSize": 2, "minInstancesInService": MEMBERS - 1, "guard": "off"}}
        stage.declare(policy=policy)
        with ThreadPoolExecutor(4) as pool:
            names = [f"web-{i:02}" for i in range(count)]
            templates = dict(
                zip(names, pool.map(lambda name: stage.found_group(name, **SIZES), names), strict=True)
            )
        for name, template in templates.items():
            stage.want(template, "1", name)
        made = stage.up("--parallel", str(2 * count))
        assert made.code == 0, made.output
        yield stage, templates


def nothing_to_do(stage: YamlStage) -> None:
    for what, shown in (("update alone", ("--skip-preview",)), ("preview and update", ())):
        stage.lab.clear_calls()
        started = time.perf_counter()
        ran = stage.run("up", "--yes", *shown)
        assert ran.code == 0 and f"{GROUPS + 1} unchanged" in ran.output, ran.output
        calls = stage.lab.calls()
        print(
            f"  {what:<20} {time.perf_counter() - started:>5.1f} s  {calls.get(DESCRIBE, 0)} {DESCRIBE}, all: {calls}"
        )


class Attached:
    """The plugin as a process of ours that the engine attaches to, so that somebody else can call it meanwhile."""

    def __init__(self, stage: YamlStage) -> None:
        command = [sys.executable, "-u", str(PROVIDER)]
        self.process = subprocess.Popen(command, env=stage.environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        stage.environment["PULUMI_DEBUG_PROVIDERS"] = f"rolling:{self.port}"
        self.stub = provider_pb2_grpc.ResourceProviderStub(grpc.insecure_channel(f"127.0.0.1:{self.port}"))
        self.over = threading.Event()
        self.checks: list[float] = []
        self.memory = 0

    def __enter__(self) -> Attached:
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.process.terminate()
        self.process.wait()

    def probe(self, template: str, pause: float) -> None:
        """A Check of a changed group, which looks at the cloud, again and again; and the memory."""
        group = {"name": "web-00", "launchTemplate": {"id": template, "version": "1"}}
        news = encode({"autoScalingGroup": group, "updatePolicy": {"rollingUpdate": {"pauseTime": "PT0S"}}})
        request = provider_pb2.CheckRequest(urn=f"urn:pulumi:dev::trial::{RESOURCE}::probe", news=news)
        page = os.sysconf("SC_PAGE_SIZE")
        while not self.over.wait(pause):
            started = time.perf_counter()
            self.stub.Check(request, timeout=60)
            self.checks.append(time.perf_counter() - started)
            resident = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
            self.memory = max(self.memory, int(resident) * page)


def wants(stage: YamlStage, templates: dict[str, str], image: str) -> None:
    for name, template in templates.items():
        stage.want(template, stage.new_version(template, image), name)


def rolls(stage: YamlStage, templates: dict[str, str]) -> dict[str, float]:
    """Figures of one `up` in which every group rolls."""
    stage.lab.image("ami-v2", boot=BOOT)
    wants(stage, templates, "ami-v2")
    stage.lab.clear_calls()
    with Attached(stage) as plugin:
        # The calls of the probe are among those that are counted: a few of thousands, many of a few.
        pause = 0.5 if len(templates) > 1 else 10.0
        threading.Thread(target=plugin.probe, args=(templates["web-00"], pause), daemon=True).start()
        started = time.perf_counter()
        ran = stage.up("--parallel", str(2 * len(templates)))
        spent = time.perf_counter() - started
        plugin.over.set()
    assert ran.code == 0, ran.output
    images = {m["image"] for name in templates for m in stage.lab.group(name)["members"]}
    assert images == {"ami-v2"}, images
    calls = stage.lab.calls()
    return {
        "seconds": spent,
        "describes": float(calls.get(DESCRIBE, 0)),
        "calls": float(sum(calls.values())),
        "MiB": plugin.memory / 2**20,
        "check": max(plugin.checks),
    }


def cancelled(stage: YamlStage, templates: dict[str, str]) -> tuple[float, float]:
    """Seconds until Cancel was answered while all roll, and until all had returned."""
    stage.lab.image("ami-v3", boot=60.0)
    wants(stage, templates, "ami-v3")
    with Attached(stage) as plugin:
        process = stage.start("up", "--yes", "--skip-preview", "--parallel", str(2 * len(templates)))
        stage.wait_for(lambda: _booting(stage, templates) == len(templates), "every group to roll")
        started = time.perf_counter()
        plugin.stub.Cancel(empty_pb2.Empty(), timeout=60)
        answered = time.perf_counter() - started
        ran = stage.ended(process)
        returned = time.perf_counter() - started
    assert ran.output.count("is back on version 2") >= len(templates), ran.output
    images = {m["image"] for name in templates for m in stage.lab.group(name)["members"]}
    assert images == {"ami-v2"}, images
    return answered, returned


def _booting(stage: YamlStage, templates: dict[str, str]) -> int:
    members = [stage.lab.group(name)["members"] for name in templates]
    return sum(any(m["image"] == "ami-v3" for m in group) for group in members)


def report() -> None:
    print(f"fifty: {GROUPS} groups of {MEMBERS}, boots of {BOOT:g} s, a look every {POLL} s")
    with deployed(1) as (stage, templates):
        one = rolls(stage, templates)
    with deployed(GROUPS) as (stage, templates):
        nothing_to_do(stage)
        many = rolls(stage, templates)
        answered, returned = cancelled(stage, templates)
    for what, figures, groups in (("one group", one, 1), (f"{GROUPS} groups", many, GROUPS)):
        print(
            f"  {what:<10} {figures['seconds']:>5.1f} s  {figures['calls'] / groups:>6.1f} calls per group, "
            f"{figures['describes'] / groups:>5.2f} {DESCRIBE}; plugin {figures['MiB']:.0f} MiB, "
            f"slowest Check {figures['check']:.2f} s"
        )
    print(
        f"  Cancel while {GROUPS} roll: answered after {answered * 1000:.0f} ms, all back after {returned:.1f} s"
    )
