"""A plugin whose cloud is a folder, one file for each item; programs in every language may use it.

An item has `fixed` (a change replaces it), `first` (then the original is deleted first), `label` (no two items have the
same), `value`, `secret` and `fails`. What a file `stuck-NAME` of the cloud names cannot be deleted. A provider has
`home`, whose change replaces it with all that it made, and `key`. The cloud's file `log` tells each act, with home, key
and version of the provider.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tools" / "pulumi"))
import serving

CLOUD = Path(os.environ.get("ROLLING_TEST_CLOUD", os.curdir))
VERSION = os.environ.get("SHELF_VERSION", "1.0.0")
ANY = {"$ref": "pulumi.json#/Any"}
GIVEN = ("fixed", "first", "label", "value", "secret", "fails")


class Shelf(provider_pb2_grpc.ResourceProviderServicer):
    def __init__(self) -> None:
        self.configuration: dict[str, Any] = {}

    def Handshake(self, request: Any, context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetSchema(self, request: Any, context: Any) -> Any:
        settings = dict.fromkeys(("home", "key"), ANY)
        inputs = dict.fromkeys(GIVEN, ANY)
        item = {"inputProperties": inputs, "properties": {**inputs, "arn": ANY}}
        described = {
            "name": "shelf",
            "version": VERSION,
            "config": {"variables": settings},
            "provider": {"inputProperties": settings},
            "resources": {"shelf:index:Item": item},
        }
        return provider_pb2.GetSchemaResponse(schema=json.dumps(described))

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return _diff(request, "home")

    def Configure(self, request: Any, context: Any) -> Any:
        self.configuration = json_format.MessageToDict(request.args)
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    def Check(self, request: Any, context: Any) -> Any:
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:
        return _diff(request, "fixed")

    def Create(self, request: Any, context: Any) -> Any:
        name = request.urn.rpartition("::")[2]
        made = f"{name}-{uuid.uuid4().hex[:6]}"
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        label = json_format.MessageToDict(request.properties).get("label")
        if label and any(json.loads(each.read_text()).get("label") == label for each in CLOUD.glob("*.json")):
            context.abort(grpc.StatusCode.ALREADY_EXISTS, f"there is a {label} already")
        properties = self._written("create", made, request.properties, context)
        return provider_pb2.CreateResponse(id=made, properties=properties)

    def Update(self, request: Any, context: Any) -> Any:
        if request.preview:
            return provider_pb2.UpdateResponse(properties=request.news)
        return provider_pb2.UpdateResponse(
            properties=self._written("update", request.id, request.news, context)
        )

    def Read(self, request: Any, context: Any) -> Any:
        file = CLOUD / f"{request.id}.json"
        if not file.exists():
            return provider_pb2.ReadResponse()
        there = json.loads(file.read_text())
        given = {key: value for key, value in there.items() if key != "arn"}
        return provider_pb2.ReadResponse(id=request.id, inputs=_struct(given), properties=_struct(there))

    def Delete(self, request: Any, context: Any) -> Any:
        if (CLOUD / f"stuck-{request.id.rpartition('-')[0]}").exists():
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{request.id} is stuck")
        self._log("delete", request.id)
        (CLOUD / f"{request.id}.json").unlink(missing_ok=True)
        return empty_pb2.Empty()

    def _written(self, act: str, id_: str, given: Any, context: Any) -> Any:
        properties = json_format.MessageToDict(given)
        if properties.get("fails"):
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{id_} is not to be had")
        self._log(act, id_)
        properties["arn"] = f"arn:{id_}"
        (CLOUD / f"{id_}.json").write_text(json.dumps(properties))
        return _struct(properties)

    def _log(self, act: str, id_: str) -> None:
        home, key = (self.configuration.get(name, "") for name in ("home", "key"))
        with (CLOUD / "log").open("a") as log:
            log.write(f"{act} {id_} {home} {key} {VERSION}\n")


def _diff(request: Any, replacing: str) -> Any:
    olds, news = json_format.MessageToDict(request.old_inputs), json_format.MessageToDict(request.news)
    changed = [
        key for key in {*olds, *news} if key not in ("version", "fails") and olds.get(key) != news.get(key)
    ]
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
        diffs=changed,
        replaces=[key for key in changed if key == replacing],
        deleteBeforeReplace=bool(news.get("first")),
    )


def _struct(properties: dict[str, Any]) -> struct_pb2.Struct:
    message = struct_pb2.Struct()
    message.update(properties)
    return message


if __name__ == "__main__":
    served = Shelf()
    serving.serve(
        lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(served, server),
        serving.engine_address(sys.argv[1:]),
        lambda: None,
    )
