"""Programs as people write them: the group and its RollingGroup within components, with options."""

from __future__ import annotations

import hashlib
import shutil

from tests.end_to_end.conftest import Open
from tests.end_to_end.stage import HERE
from tests.end_to_end.truth import Watched

URN = "urn:pulumi:dev::trial::acme:web:Site$acme:web:Service$pulumi-python:dynamic/rolling:RollingGroup::web"


def test_a_group_within_components_is_rolled_under_its_own_urn(open_stage: Open) -> None:
    """RollingGroup below two components, with every other option, rolls; its lease is that of the engine's URN."""
    stage = open_stage()
    shutil.copy(HERE / "component" / "__main__.py", stage.project / "__main__.py")
    ran = stage.up()
    assert ran.code == 0, ran.output
    watched = Watched(stage)
    stage.declare(image="ami-v2")
    running = stage.start_up()
    owners: set[str] = set()

    def lease_seen() -> bool:
        lease = stage.lab.group("web")["tags"].get("rolling:lease")
        owners.update([lease.split()[1]] if lease else [])
        return bool(owners) or running.poll() is not None

    stage.wait_for(lease_seen, "a lease")
    ran = stage.ended(running)

    assert ran.code == 0, ran.output
    watched.kept_between(5, 7)
    watched.runs("ami-v2", 6, "2")
    watched.is_as_found()
    assert owners == {hashlib.sha256(URN.encode()).hexdigest()[:12]}
    assert any(each["urn"] == URN for each in stage._resources())
    assert stage.destroy().code == 0
