"""Ways out through the plugin: an update that rolls nobody, and what a preview says of groups that cannot be rolled."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2
from pulumi_rolling.plugin.provider import RESOURCE
from pulumi_rolling.plugin.wire import decode, encode

from tests.plugin.engine_side import Resource, Web, call, urn


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


def failures(web: Web, name: str, **group: Any) -> list[tuple[str, str]]:
    """Of the check of a resource of that name on the group of ``web``."""
    news = web.news("1")
    news["autoScalingGroup"] = {**news["autoScalingGroup"], **group}
    request = provider_pb2.CheckRequest(urn=urn(name), type=RESOURCE, news=encode(news))
    return [(f.property, f.reason) for f in call(web.plugged.stub.Check, request).failures]


def test_two_resources_on_one_group_are_refused_in_preview(web: Web) -> None:
    """Also where one names region and endpoint and the other has them from its environment, in any spelling."""
    taken = [
        (
            "autoScalingGroup.name",
            f"is the group of {urn('web')} already; one group has one policy, of one resource.",
        )
    ]
    assert failures(web, "web") == [], "the same resource once more"
    endpoint = web.lab.environment["AWS_ENDPOINT_URL"]
    aliases: list[dict[str, Any]] = [
        {},
        {"region": "us-east-1"},
        {"endpoint": f"{endpoint}/"},
        {"endpoint": endpoint.replace("127.0.0.1", "localhost"), "region": "us-east-1"},
    ]
    for number, alias in enumerate(aliases):
        assert failures(web, f"other-{number}", **alias) == taken, alias
    web.plugged.run_again()
    assert failures(web, "renamed") == [], "another run is another program"


def test_a_group_that_is_not_there_is_said_to_be_new_or_misspelt(web: Web) -> None:
    """The preview of a create says which it may be, with the names that are near."""
    missing = Resource(web.plugged, "missing")
    news = web.news("1")
    news["autoScalingGroup"]["name"] = "webb"
    missing.create(news, preview=True)
    (said,) = web.plugged.heard.kept()
    assert said == (
        "group webb is not there. If this update makes it, its instances will be waited for; if nothing makes it, its "
        "name or region is wrong; near it is web"
    )
