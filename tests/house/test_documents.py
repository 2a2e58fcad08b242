"""The documents name what exists: checklists, paths, links, make targets, commands of ours and their options."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from pulumi_rolling.cli.main import app

from tests.house.documents import (
    CHECKLISTS,
    Mention,
    checklists,
    commands,
    defines,
    documents,
    links,
    mentions,
)
from tests.house.sources import TOP

WANTED = ("a policy field", "a kind", "a strategy", "an act", "a code")


def test_each_checklist_is_there() -> None:
    """CONTRIBUTING says how to add a field, a kind, a strategy, an act and a code."""
    assert tuple(checklists()) == WANTED


@pytest.mark.parametrize("what", WANTED)
def test_a_checklist_names_paths_and_names_that_exist(what: str) -> None:
    """Each path of a checklist exists, and each name behind a colon stands in that file."""
    named = list(mentions(CHECKLISTS, checklists()[what]))
    assert len([each for each in named if each.name]) > 2, "the checklist was not read"
    missing = [
        str(each)
        for each in named
        if not (files := each.files())
        or (each.name is not None and not any(file.is_file() and defines(file, each.name) for file in files))
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("path", "name", "exists"),
    [
        ("core/replace/limits.py", "Limits.back", True),
        ("core/replace/limits.py", "Limits.forth", False),
        ("handler/kinds.py", "KINDS", True),
        ("policy/groups/<kind>.py", "AutoScalingGroup", True),
        ("core/nowhere.py", None, False),
    ],
)
def test_a_name_that_does_not_exist_is_found_out(path: str, name: str | None, exists: bool) -> None:
    """A member of a class, a constant and a placeholder are known; what is not there is not."""
    files = Mention("here", path, name).files()
    assert (bool(files) and (name is None or any(defines(file, name) for file in files))) is exists


@pytest.mark.parametrize("document", documents(), ids=lambda path: str(path.relative_to(TOP)))
def test_a_document_names_paths_that_exist(document: Path) -> None:
    """A file that was moved or renamed is named by its new place in every document."""
    assert [str(each) for each in mentions(document) if not each.files()] == []
    assert [target for target in links(document) if not (document.parent / target).exists()] == []


def test_each_make_target_of_the_documents_exists() -> None:
    """No document sends a reader to a target that the Makefile does not have."""
    targets = set(re.findall(r"^([a-z-]+):", (TOP / "Makefile").read_text(), re.MULTILINE))
    named = {words[0] for document in documents() for words in commands(document, "make")}
    assert {"ensure", "test"} <= named
    assert {name for name in named if re.fullmatch(r"[a-z-]+", name)} <= targets


def test_each_command_of_the_documents_has_the_options_that_they_name() -> None:
    """`rolling COMMAND --option` in a document is a command that takes that option."""
    context = click.Context(app)
    found = {name: app.get_command(context, name) for name in app.list_commands(context)}
    of_ours = {name: command for name, command in found.items() if command is not None}
    options = {
        name: {"--help", *(option for each in command.params for option in each.opts + each.secondary_opts)}
        for name, command in of_ours.items()
    }
    called = [
        (document.name, name, {_option(word) for word in words if word.lstrip("[").startswith("--")})
        for document in documents()
        for name, *words in commands(document, "rolling")
        if re.fullmatch(r"[a-z]+", name)
    ]
    hand_on = {
        name for name, command in of_ours.items() if command.context_settings.get("ignore_unknown_options")
    }
    called = [(document, name, set() if name in hand_on else named) for document, name, named in called]
    assert {"plan", "simulate", "lab", "status"} <= {name for _, name, _ in called}
    assert [call for call in called if not call[2] <= options.get(call[1], set())] == []
    assert [call for call in called if call[1] not in options] == []


def _option(word: str) -> str:
    """The option's name, without its value and what a text puts around it."""
    return word.strip("[],.").partition("=")[0]
