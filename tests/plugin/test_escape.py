"""Ways out through the plugin: an update that rolls nobody."""

from __future__ import annotations

import pytest
from pulumi.runtime.proto import provider_pb2
from pulumi_rolling.plugin.wire import decode

from tests.plugin.engine_side import Web


def test_a_skipped_update_shows_its_outputs_and_leaves_a_diff(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Preview says what is left out and promises no new revision; without the switch the same program has an update."""
    two, resource = web.version("ami-v2"), web.resource
    monkeypatch.setenv("ROLLING_SKIP", "1")
    planned, _ = decode(resource.update(web.news(two), preview=True))
    assert (planned["status"], planned["revision"]) == ("skipped", f"{web.template}:1")
    (said,) = web.plugged.heard.kept()
    assert "ROLLING_SKIP is set, so nobody is rolled: the pointer moves to version 2" in said
    resource.update(web.news(two))
    assert resource.outputs == planned and web.images() == ["ami-v1", "ami-v1"]
    assert str(web.group()["launchTemplate"]["Version"]) == "2"
    monkeypatch.delenv("ROLLING_SKIP")
    assert resource.diff(web.news(two)).changes == provider_pb2.DiffResponse.DIFF_SOME
    resource.update(web.news(two))
    assert web.images() == ["ami-v2", "ami-v2"] and resource.outputs["status"] == "stable"
