"""A program as people write them, rolled by each face, killed in mid-roll and gone on with."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Open
from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.stage import HERE, TYPE, Stage
from tests.end_to_end.truth import Watched
from tests.end_to_end.yaml_stage import TYPE as PLUGIN
from tests.made_sdks import installed, made_sdks

HOME, AWAY = REGIONS = ("us-west-2", "eu-west-1")
"""The stack's own, and that of the explicit provider. The shell says us-east-1."""
TYPES = {"dynamic": TYPE, "plugin": PLUGIN}
ROLL: dict[str, Any] = {
    "max_batch_size": 1,
    "min_instances_in_service": 3,
    "wait_on_resource_signals": True,
    "pause_time": "PT1M",
    "suspend_processes": ["AZRebalance"],
}


@dataclass(frozen=True)
class Region:
    """The lab as one region of it sees it."""

    process: LabProcess
    name: str

    @property
    def lab(self) -> Region:
        return self

    def group(self, name: str) -> dict[str, Any]:
        return self.process.group(name, self.name)

    def history(self, name: str) -> list[dict[str, Any]]:
        return self.process.history(name, self.name)

    def owner(self) -> str | None:
        lease = self.group("web")["tags"].get("rolling:lease")
        return lease.split()[1] if lease else None

    def new(self) -> int:
        """Members of the second version in service."""
        present = self.group("web")["members"]
        return sum((m["revision"], m["lifecycle"]) == ("2", "InService") for m in present)


def _network(lab: LabProcess, region: str) -> dict[str, Any]:
    """A region's default network."""
    ec2 = lab.client("ec2", region)
    [vpc] = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["Subnets"]
    return {"vpc": vpc["VpcId"], "subnets": [each["SubnetId"] for each in subnets[:2]]}


def _prepared(stage: Stage, face: str, sdk: Path) -> list[Region]:
    shutil.copy(HERE / "as_written" / "__main__.py", stage.project / "__main__.py")
    stage.type = TYPES[face]
    # Kept plugins have one configuration and one path, and this program has two providers of AWS and an SDK.
    for kept in stage.around.variables:
        del stage.environment[kept]
    stage.environment["PYTHONPATH"] = f"{sdk}:{stage.environment.get('PYTHONPATH', '')}"
    for image in ("ami-v1", "ami-v2"):
        stage.lab.image(image)
    configured = {
        "aws:region": HOME,
        "rolling:region": HOME,
        "face": face,
        "home": HOME,
        "away": AWAY,
        "image": "ami-v1",
        "group": json.dumps({"min_size": 2, "max_size": 6, "desired_capacity": 4}),
        "roll": json.dumps(ROLL),
        "network": json.dumps({region: _network(stage.lab, region) for region in REGIONS}),
        "drain": "0",
    }
    settings = [word for pair in configured.items() for word in ("--plaintext", "=".join(pair))]
    ran = stage.run("config", "set-all", *settings)
    assert ran.code == 0, ran.output
    return [Region(stage.lab, region) for region in REGIONS]


@pytest.mark.parametrize("face", TYPES)
def test_each_face_rolls_it_and_goes_on_after_a_kill(open_stage: Open, tmp_path: Path, face: str) -> None:
    """Components, options, explicit providers, two regions with a group `web` each behind a listener, settings.

    Killed with -9 while both roll, together with every provider of ours; the next `up` ends both rolls.
    """
    sdk = installed(made_sdks("the program as people write them"), tmp_path)
    stage = open_stage(names=[])
    regions = _prepared(stage, face, sdk)
    ran = stage.up()
    assert ran.code == 0, ran.output
    stage.wait_for(lambda: all(r.group("web")["serving"] == 4 for r in regions), "four that serve in each")
    watched = [Watched(region) for region in regions]
    assert stage.run("config", "set", "image", "ami-v2").code == 0

    shown = stage.preview()
    assert shown.code == 0, shown.output
    for region in regions:
        known = f"version 1 -> a version known after apply, in {region.name} of account"
        assert f"web: replacing up to 4 instances, {known}" in shown.told, shown.output

    running = stage.start_up()
    owners: set[tuple[str, str | None]] = set()

    def both_midway() -> bool:
        owners.update((region.name, region.owner()) for region in regions)
        return all(region.new() for region in regions) or running.poll() is not None

    stage.wait_for(both_midway, "a new member in service in each region")
    assert running.poll() is None, stage.output_of(running)
    for pid in (running.pid, *stage.providers()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    running.wait()
    nested = f"acme:web:Site$acme:web:Service${stage.type}"
    urns = {r.name: f"urn:pulumi:dev::trial::{nested}::rolling-{r.name}" for r in regions}
    ours = {(name, hashlib.sha256(urn.encode()).hexdigest()[:12]) for name, urn in urns.items()}
    assert {seen for seen in owners if seen[1]} == ours
    assert all(any(m["revision"] == "1" for m in r.group("web")["members"]) for r in regions), "in mid-roll"
    assert stage.cancel().code == 0

    ran = stage.up()
    assert ran.code == 0, ran.output
    for seen in watched:
        seen.runs("ami-v2", 4, "2")
        seen.is_as_found()
        seen.kept_between(3, 5)
    ran = stage.preview()
    assert ran.code == 0 and "unchanged" in ran.output and "to update" not in ran.output, ran.output
    ran = stage.destroy()
    assert ran.code == 0, ran.output
