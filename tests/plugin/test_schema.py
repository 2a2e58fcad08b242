"""schema.json and policy.schema.json: current, valid, complete."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pulumi_rolling.plugin.descriptions import CHOICES, ENUMS, PROPERTIES, TYPES
from pulumi_rolling.plugin.policy_schema import policy, policy_text
from pulumi_rolling.plugin.schema import package, package_text, shipped_text
from pulumi_rolling.plugin.shipped import SHIPPED
from pulumi_rolling.plugin.strategy_table import table, with_table
from pulumi_rolling.policy.block import fields
from pulumi_rolling.policy.instance_refresh.block import InstanceRefresh
from pulumi_rolling.policy.rolling_update.block import RollingUpdate

TOP = Path(__file__).resolve().parents[2]
ENGINE = "github.com/pulumi/pulumi/pkg/v3"
SPELLINGS = "autoScaling"


def test_the_files_are_what_the_models_say() -> None:
    """What `make schema` would write is what is committed."""
    assert (TOP / "schema.json").read_text() == package_text(), "run `make schema`"
    assert SHIPPED.read_text(encoding="utf-8") == shipped_text(), "run `make schema`"
    assert (TOP / "policy.schema.json").read_text() == policy_text(), "run `make schema`"


@pytest.mark.skipif(shutil.which("go") is None, reason="the metaschema comes with the engine's Go module")
def test_the_package_is_valid_for_pulumi() -> None:
    """Pulumi's metaschema, of the engine's own version, accepts the package."""
    command = ["go", "list", "-m", "-f", "{{.Dir}}", ENGINE]
    found = subprocess.run(command, cwd=TOP / "tools" / "pulumi", capture_output=True, text=True, check=True)
    text = (Path(found.stdout.strip()) / "codegen" / "schema" / "pulumi.json").read_text()
    # Python's spelling of a named group.
    metaschema = json.loads(text.replace("(?<", "(?P<"))
    judge = jsonschema.validators.validator_for(metaschema)
    assert [error.message for error in judge(metaschema).iter_errors(package())] == []


def _described(where: str, block: Any) -> Iterator[tuple[str, str]]:
    if isinstance(block, dict):
        if "description" in block and isinstance(block["description"], str):
            yield where, block["description"]
        for key, value in block.items():
            yield from _described(f"{where}/{key}", value)
    elif isinstance(block, list):
        for index, value in enumerate(block):
            yield from _described(f"{where}/{index}", value)


def test_everything_is_described() -> None:
    """Each type, property, choice and configuration value has a description, and no description is left over."""
    whole = package()
    empty = [where for where, text in _described("", whole) if not text]
    assert not empty, empty
    told = {text for _, text in _described("", whole)}
    described = {**TYPES, **PROPERTIES, **CHOICES, **ENUMS}
    assert {name for name, text in described.items() if text not in told} == set()


def test_a_property_says_its_default_or_its_limits() -> None:
    """Each field of the policy says what holds where it is not given."""
    roll = package()["types"]["rolling:index:RollingUpdate"]["properties"]
    silent = [name for name, field in roll.items() if "efault" not in field["description"]]
    assert not silent, silent


def test_editors_accept_what_the_checks_accept() -> None:
    """The policy's schema takes a usual block and names a wrong key and a wrong kind."""
    judge = jsonschema.Draft202012Validator(policy())
    judge.check_schema(policy())
    usual = {"maxBatchSize": "25%", "minInstancesInService": 4, "pauseTime": "PT5M", "pacing": "sliding"}
    assert judge.is_valid({"rollingUpdate": usual})
    assert not judge.is_valid({"rollingUpdate": {"maxBatch": 1}})
    assert not judge.is_valid({"rollingUpdate": {"waitOnResourceSignals": 3}})


def test_the_package_is_found_without_a_download() -> None:
    """pulumi-plugin.json names the plugin and asks for none: programs of the dynamic face need none."""
    described = json.loads((TOP / "provider" / "pulumi_rolling" / "pulumi-plugin.json").read_text())
    assert described == {"resource": False, "name": "rolling", "version": package()["version"]}


def test_the_table_of_strategies_is_what_the_models_say() -> None:
    """What `make schema` would write is what is committed, and no field is without a word in either column."""
    document = (TOP / "docs" / "instance-refresh.md").read_text()
    assert with_table(document) == document, "run `make schema`"
    rows = [line.strip("| ").split(" | ") for line in table().splitlines()[2:]]
    assert all(len(row) == 4 for row in rows)
    of_a_group = set(fields(RollingUpdate)) | set(fields(InstanceRefresh))
    silent = [row[0] for row in rows if "no" in row[1:] and row[0].strip("`") in of_a_group]
    assert silent == ["`strategy`", "`defaults`"]
    assert "no" not in [row[3] for row in rows]
