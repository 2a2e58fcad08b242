"""What the plugin makes of an environment and a state that are not as they should be: no traceback."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from pulumi_rolling.lab import Lab
from pulumi_rolling.plugin.wire import decode, encode

from tests.plugin.engine_side import Failed, Plugged, Web

NO_MAPPINGS = ["web", 5.0, True, ["web"]]


@pytest.fixture
def web(lab: Lab, plugged: Plugged) -> Web:
    return Web(lab, plugged)


def test_a_state_whose_mappings_are_none_is_read_as_one_without_them(web: Web) -> None:
    """Somebody edited the state: the group is another one then, the boots are not known, and the roll goes on."""
    version = web.version("ami-v2")
    sound = web.resource.state
    assert sound is not None
    plain: dict[str, Any] = decode(sound)[0]
    for nothing in NO_MAPPINGS:
        web.resource.state = encode({**plain, "lastRollout": nothing})
        assert web.resource.diff(web.news(version)).detailedDiff
        web.resource.state = encode({**plain, "autoScalingGroup": nothing})
        assert list(web.resource.diff(web.news("1")).replaces) == ["autoScalingGroup"]
    web.resource.state = encode({**plain, "lastRollout": {"boots": "web"}, "sizesAsFound": "web"})
    web.resource.update(web.news(version))
    assert web.images() == ["ami-v2", "ami-v2"]


def test_without_the_sdk_the_plugin_says_what_to_install(
    plugged: Plugged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, which is no bug of ours."""
    monkeypatch.setitem(sys.modules, "botocore.session", None)
    group = {"name": "web", "region": "eu-north-1", "launchTemplate": {"id": "lt-1", "version": "1"}}
    with pytest.raises(Failed, match=r"botocore\.session is not installed"):
        plugged.check({"autoScalingGroup": group, "updatePolicy": {"rollingUpdate": {}}})
