"""What this version sent, answered and left on a group, kept for later versions to be tested with.

``python -m tests.plugin.recorded`` writes ``recorded/<version>``: run it once for each version that is released.
``session.json``: calls from create to delete with their answers, and an update that was killed, with the group's tags.
``stack.json`` and ``dynamic.json``: `pulumi stack export` of stacks with one RollingGroup, by each face.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc
from pulumi_rolling import __version__
from pulumi_rolling.lab import Lab
from pulumi_rolling.plugin.provider import Provider
from pulumi_rolling.plugin.serving import served

from tests.plugin.engine_side import Failed, Heard, Plugged, Web

FOLDER = Path(__file__).with_name("recorded")
TIMING = {"ROLLING_POLL_SECONDS": "0.05", "ROLLING_SETTLE_SECONDS": "0.5"}
REQUESTS: dict[str, type[Any]] = {
    "Check": provider_pb2.CheckRequest,
    "Diff": provider_pb2.DiffRequest,
    "Create": provider_pb2.CreateRequest,
    "Update": provider_pb2.UpdateRequest,
    "Read": provider_pb2.ReadRequest,
    "Delete": provider_pb2.DeleteRequest,
}


class Recording:
    """A stub that keeps what goes through it."""

    def __init__(self, stub: Any) -> None:
        self.stub = stub
        self.calls: list[dict[str, Any]] = []

    def __getattr__(self, method: str) -> Any:
        rpc = getattr(self.stub, method)

        def call(request: Any, timeout: float) -> Any:
            kept = {"method": method, "request": json_format.MessageToDict(request)}
            answer = rpc(request, timeout=timeout)
            if not isinstance(answer, empty_pb2.Empty):
                kept["answer"] = json_format.MessageToDict(answer)
            if method in REQUESTS:
                self.calls.append(kept)
            return answer

        return call


@contextmanager
def plugged() -> Iterator[tuple[Plugged, Recording]]:
    provider = Provider("")
    server, port = served(provider)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        recording = Recording(provider_pb2_grpc.ResourceProviderStub(channel))
        yield Plugged(provider, recording, Heard()), recording
    server.stop(0)


def session(lab: Lab) -> dict[str, Any]:
    lab.reset()
    with plugged() as (plug, recording):
        web = Web(lab, plug)
        web.version("ami-v2")
        web.resource.diff(web.news("1"))
        web.resource.update(web.news("2"), preview=True)
        web.resource.update(web.news("2"))
        web.resource.read()
        web.resource.delete()
        return {"calls": recording.calls}


def interrupted(lab: Lab) -> dict[str, Any]:
    """The first new member is on its way when everything stops."""
    lab.reset()
    lab.image("ami-v2", boot=60.0)
    with plugged() as (plug, _):
        web = Web(lab, plug)
        web.version("ami-v2")
        inputs = web.resource.checked(web.news("2"))
        request = provider_pb2.UpdateRequest(**web.resource._change(inputs))
        update = web.in_background(web.news("2"))
        while not any(m["image"] == "ami-v2" for m in web.group()["members"]):
            threading.Event().wait(0.05)
        plug.provider.operations.stop()
        assert plug.provider.operations.settle(10.0) and isinstance(update.exception(), Failed)
        group = web.group()
    sizes = {"MinSize": group["minSize"], "DesiredCapacity": group["desired"]}
    return {
        "update": json_format.MessageToDict(request),
        "tags": {key: value for key, value in group["tags"].items() if key.startswith("rolling:")},
        "sizes": sizes,
        "suspended": group["suspended"],
        "pointer": group["launchTemplate"]["Version"],
    }


def stacks() -> Iterator[tuple[str, dict[str, Any]]]:
    from tests.end_to_end.lab_process import LabProcess
    from tests.end_to_end.stage import Around, Stage
    from tests.end_to_end.yaml_stage import YamlStage

    kinds: dict[str, tuple[type[Stage], dict[str, Any]]] = {
        "stack": (YamlStage, {}),
        "dynamic": (Stage, {"names": []}),
    }
    for name, (kind, settings) in kinds.items():
        with tempfile.TemporaryDirectory() as folder, LabProcess(boot=0.4) as lab:
            stage = kind(Path(folder), Around(lab), **settings)
            stage.want(stage.found_group(), "1")
            ran = stage.up()
            assert ran.code == 0, ran.output
            deployment: dict[str, Any] = json.loads(stage.run("stack", "export").output)
            stage.close()
        for resource in deployment["deployment"]["resources"]:
            # Where the program's lines stood on the machine that recorded.
            resource.pop("stackTrace", None)
            resource.pop("sourcePosition", None)
        yield name, deployment


def main() -> None:
    folder = FOLDER / __version__
    folder.mkdir(parents=True, exist_ok=True)
    with Lab(boot=0.05) as lab:
        os.environ.update(lab.environment, **TIMING)
        kept = {**session(lab), "interrupted": interrupted(lab)}
    (folder / "session.json").write_text(json.dumps(kept, indent=1) + "\n")
    for name, deployment in stacks():
        (folder / f"{name}.json").write_text(json.dumps(deployment, indent=1) + "\n")


if __name__ == "__main__":
    main()
