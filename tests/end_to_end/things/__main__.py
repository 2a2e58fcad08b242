"""A program of which settings.json says everything: resources of a cloud that is a folder, one file for each.

A thing has `fixed` (a change replaces it), `value` (a change updates it), `fails` (its create or update raises),
`takes` (seconds), `until` (its create or update waits for a file of that name in the cloud) and anything else. What a
text `@NAME.OUTPUT` names is another thing's output; `!TEXT` is a secret.
"""

import functools
import json
import os
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, Resource, ResourceProvider, UpdateResult, dynamic

# Pulumi's SDK wraps Python's pickler once more for each dynamic resource and never unwraps it: each takes longer than
# the one before, and beyond three hundred of them Python's limit of nested calls is reached.
dynamic.serialize_provider = functools.cache(dynamic.serialize_provider)

settings = json.loads(Path(__file__).with_name("settings.json").read_text())


class Cloud(ResourceProvider):
    serialize_as_secret_always = False

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        def changed(key: str) -> bool:
            return bool(olds.get(key) != news.get(key))

        keys = {key for key in {*olds, *news} if not key.startswith("__") and key not in ("arn", "fails")}
        return DiffResult(
            changes=any(map(changed, keys)),
            replaces=["fixed"] if changed("fixed") else [],
            delete_before_replace=bool(news.get("deletesFirst")),
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        made = f"{props['name']}-{uuid.uuid4().hex[:6]}"
        return CreateResult(made, self._written(made, props, "create"))

    def update(self, id_: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(self._written(id_, news, "update"))

    def delete(self, id_: str, _props: dict[str, Any]) -> None:
        self._log("delete", id_)
        (self._folder() / f"{id_}.json").unlink()

    def _written(self, id_: str, props: dict[str, Any], act: str) -> dict[str, Any]:
        import time

        time.sleep(float(props.get("takes") or 0))
        if props.get("until"):
            self._log("wait", id_)
        while props.get("until") and not (self._folder() / props["until"]).exists():
            time.sleep(0.05)
        if props.get("fails"):
            raise RuntimeError(f"{props['name']} is not to be had")
        self._log(act, id_)
        shown = {key: value for key, value in props.items() if not key.startswith("__")}
        (self._folder() / f"{id_}.json").write_text(json.dumps(shown))
        return {**props, "arn": f"arn:{id_}"}

    def _log(self, act: str, id_: str) -> None:
        with (self._folder() / "log").open("a") as log:
            log.write(f"{act} {id_}\n")

    def _folder(self) -> Path:
        return Path(os.environ["ROLLING_TEST_CLOUD"])


CLOUD = Cloud()


class Thing(Resource):
    arn: pulumi.Output[str]

    def __init__(self, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions) -> None:
        super().__init__(CLOUD, name, {"name": name, "arn": None, **props}, opts)


class Part(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__("acme:web:Part", name, {}, opts)
        self.register_outputs({"of": name})


made: dict[str, Any] = {}


def meant(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("@"):
        name, _, output = value[1:].partition(".")
        return getattr(made[name], output)
    if isinstance(value, str) and value.startswith("!"):
        return pulumi.Output.secret(value[1:])
    if isinstance(value, dict):
        if "path" in value and len(value) == 1:
            return pulumi.FileAsset(value["path"])
        return {key: meant(item) for key, item in value.items()}
    if isinstance(value, list):
        return [meant(item) for item in value]
    return value


def options(given: dict[str, Any]) -> pulumi.ResourceOptions:
    read: dict[str, Any] = dict(given)
    for key in ("parent", "deleted_with"):
        if key in read:
            read[key] = made[read[key]]
    if "depends_on" in read:
        read["depends_on"] = [made[name] for name in read["depends_on"]]
    if "aliases" in read:
        read["aliases"] = [pulumi.Alias(**alias) for alias in read["aliases"]]
    if "custom_timeouts" in read:
        read["custom_timeouts"] = pulumi.CustomTimeouts(**read["custom_timeouts"])
    if "hooks" in read:
        bound: dict[str, Any] = {
            kind: [hook(name) for name in names] for kind, names in read["hooks"].items()
        }
        read["hooks"] = pulumi.ResourceHookBinding(**bound)
    return pulumi.ResourceOptions(**read)


@lru_cache
def hook(name: str) -> pulumi.ResourceHook:
    """Writes its own name and the resource's to the cloud's log."""

    def told(about: pulumi.ResourceHookArgs) -> None:
        # The language host may be kept, and knows no variable of this stack.
        with (Path(__file__).resolve().parents[1] / "cloud" / "log").open("a") as log:
            log.write(f"{name} {about.name}\n")

    return pulumi.ResourceHook(name, told)


for name, thing in settings["things"].items():
    given = dict(thing)
    opts = options(given.pop("opts", {}))
    made[name] = Part(name, opts) if given.pop("component", False) else Thing(name, meant(given), opts)
for name, value in settings.get("outputs", {}).items():
    pulumi.export(name, meant(value))
