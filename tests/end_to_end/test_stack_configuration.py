"""A return, the configuration and secrets of its stack, and other stacks: of the project, and those it reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.lab_process import LabProcess
from tests.end_to_end.shelf_stack import Shelf

DECLARED = {
    "color": {"type": "string"},
    "word": {"type": "string", "secret": True},
    "broken": {"type": "boolean", "default": False},
}
ITEMS = {
    "a": {"value": "${color}", "secret": "${word}"},
    "late": {"value": "${color}", "fails": "${broken}", "options": {"dependsOn": ["${a}"]}},
}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    opened = Shelf(tmp_path)
    opened.say(ITEMS, config=DECLARED, outputs={"color": "${color}"})
    return opened


def configure(shelf: Shelf, color: str, word: str, broken: str = "false") -> None:
    plain = ("--plaintext", f"color={color}", "--plaintext", f"broken={broken}")
    ran = shelf.run("pulumi", "config", "set-all", *plain, "--secret", f"word={word}")
    assert ran.code == 0, ran.output


def newest(shelf: Shelf) -> dict[str, Any]:
    """The configuration of the newest update, in plain text."""
    said = shelf.run("pulumi", "stack", "history", "--json", "--page-size", "1", "--show-secrets").output
    return {key.rpartition(":")[2]: each["value"] for key, each in json.loads(said)[0]["config"].items()}


def test_each_stack_returns_with_its_own_configuration(shelf: Shelf) -> None:
    """Only configuration has changed, a secret too; the other stack of the project, its file and its copies stay."""
    configure(shelf, "blue", "one")
    assert (ran := shelf.run("pulumi", "up", "--yes", "--skip-preview")).code == 0, ran.output
    [dev] = [id_ for id_ in shelf.there() if id_.startswith("a-")]
    settings = (shelf.project / "Pulumi.dev.yaml").read_text()

    shelf.stack = "organization/trial/prod"
    assert shelf.run("pulumi", "stack", "init", shelf.stack).code == 0
    configure(shelf, "green", "three")
    assert (ran := shelf.up()).code == 0, ran.output
    before = shelf.there()
    configure(shelf, "red", "four", "true")
    ran = shelf.up("--stack", shelf.stack)
    assert ran.code == 20, ran.output
    assert shelf.there() == before
    assert newest(shelf) == {"color": "green", "word": "three", "broken": "false"}
    assert "red" in (shelf.project / "Pulumi.prod.yaml").read_text()
    assert settings == (shelf.project / "Pulumi.dev.yaml").read_text()
    assert not [line for line in shelf.log() if line.startswith("update") and dev in line]
    [kept] = (shelf.project / ".rolling").glob("*/stack.json")
    name = {"organization": "organization", "project": "trial", "stack": "prod"}
    assert json.loads(kept.read_text()) == {"backend": shelf.environment["PULUMI_BACKEND_URL"], **name}

    shelf.stack = "dev"
    ran = shelf.run("pulumi", "stack", "change-secrets-provider", "passphrase", given="new\nnew\n")
    assert ran.code == 0, ran.output
    shelf.environment["PULUMI_CONFIG_PASSPHRASE"] = "new"
    configure(shelf, "yellow", "two", "true")
    ran = shelf.up()
    assert ran.code == 20, ran.output
    assert shelf.there() == before
    assert newest(shelf) == {"color": "blue", "word": "two", "broken": "false"}, (
        "the former word has no reader"
    )


def test_outputs_of_another_stack_are_read_as_before(shelf: Shelf) -> None:
    """A return reads what it read, keeps the recorded values, and is previewed on a backend without that stack."""
    base = Shelf(shelf.folder, "base")
    base.say({}, outputs={"color": "blue", "word": {"fn::secret": "hush"}})
    assert base.run("pulumi", "up", "--yes", "--skip-preview").code == 0
    read = {"type": "pulumi:pulumi:StackReference", "properties": {"name": "organization/base/dev"}}
    of_base = {"value": '${base.outputs["color"]}', "secret": '${base.outputs["word"]}'}
    shelf.say({"base": read, "a": {"fixed": "1", **of_base}})
    assert (ran := shelf.run("pulumi", "up", "--yes", "--skip-preview")).code == 0, ran.output
    before = shelf.there()
    base.say({}, outputs={"color": "red", "word": {"fn::secret": "hush"}})
    assert base.run("pulumi", "up", "--yes", "--skip-preview").code == 0
    shelf.say({"base": read, "a": {"fixed": "2", **of_base}, "late": {"value": "${a.arn}", "fails": True}})
    ran = shelf.up()
    assert ran.code == 20, ran.output
    assert shelf.there() == before


def test_a_stack_of_another_secrets_provider_needs_no_passphrase(
    shelf: Shelf, running_lab: LabProcess
) -> None:
    """A key of KMS encrypts its state, its copies and its configuration; nobody has set a passphrase."""
    key = running_lab.client("kms").create_key()["KeyMetadata"]["KeyId"]
    shelf.environment |= running_lab.environment
    del shelf.environment["PULUMI_CONFIG_PASSPHRASE"]
    shelf.stack = "kms"
    provider = f"awskms://{key}?region=us-east-1"
    assert shelf.run("pulumi", "stack", "init", "kms", "--secrets-provider", provider).code == 0
    shelf.say({**ITEMS, "a": {"fixed": "${color}", "secret": "${word}"}}, config=DECLARED)
    configure(shelf, "blue", "one")
    assert (ran := shelf.run("pulumi", "up", "--yes", "--skip-preview")).code == 0, ran.output
    before = shelf.there()
    configure(shelf, "red", "two", "true")
    ran = shelf.up()
    assert ran.code == 20, ran.output
    assert shelf.there() == before
    assert newest(shelf) == {"color": "blue", "word": "one", "broken": "false"}
