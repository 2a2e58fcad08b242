"""A provider's process in which every call of an update with nothing to do is made; it prints what it has loaded.

``python -m tests.plugin.no_op_process FACE``, with the calls' properties as JSON on standard input.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def of_the_plugin(given: dict[str, Any]) -> None:
    """In the order in which Pulumi makes them."""
    from pulumi_rolling.plugin import protocol

    protocol.load()
    from google.protobuf import empty_pb2
    from pulumi.runtime.proto import provider_pb2
    from pulumi_rolling.plugin.provider import RESOURCE, Provider
    from pulumi_rolling.plugin.serving import served
    from pulumi_rolling.plugin.wire import encode

    plugin: Any = Provider(many=True)
    server, _ = served(plugin)
    assert plugin.GetSchema(provider_pb2.GetSchemaRequest(), None).schema
    configured = plugin.CheckConfig(provider_pb2.CheckRequest(news=encode({"version": "0.1.0"})), None)
    plugin.Configure(provider_pb2.ConfigureRequest(args=configured.inputs), None)
    urn = f"urn:pulumi:dev::trial::{RESOURCE}::web"
    olds = encode(given["olds"])
    check = provider_pb2.CheckRequest(urn=urn, type=RESOURCE, olds=olds, news=encode(given["news"]))
    inputs = plugin.Check(check, None).inputs
    state = encode(given["state"])
    diff = provider_pb2.DiffRequest(
        id="web", urn=urn, type=RESOURCE, olds=state, old_inputs=olds, news=inputs
    )
    assert plugin.Diff(diff, None).changes == provider_pb2.DiffResponse.DIFF_NONE
    plugin.Cancel(empty_pb2.Empty(), None)
    server.stop(0)


def of_the_python_resource(given: dict[str, Any]) -> None:
    """In the order in which the SDK's process makes them."""
    from pulumi.dynamic import Config, ConfigureRequest
    from pulumi_rolling.resource.dynamic import RollingGroupProvider

    provider = RollingGroupProvider()
    provider.configure(ConfigureRequest(Config({}, "trial")))
    context = {"urn": "urn:pulumi:dev::trial::x::web", "dryRun": False}
    inputs = provider.check(given["olds"], {**given["news"], "context": context}).inputs
    assert not provider.diff("web", given["state"], inputs).changes


FACES = {"plugin": of_the_plugin, "resource": of_the_python_resource}


if __name__ == "__main__":
    FACES[sys.argv[1]](json.load(sys.stdin))
    print(json.dumps(sorted(sys.modules)))
