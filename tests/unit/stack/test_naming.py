"""Full names of stacks, and where copies of stacks that share their last name are kept."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pulumi_rolling.errors import StackStateError
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.kept import Copy, Kept
from pulumi_rolling.stack.naming import Name, found

from .kept_names import named_so


@dataclass(frozen=True)
class Backend(Pulumi):
    """A `pulumi` that answers who and what it is."""

    url: str = ""

    def asked(self, *arguments: str, given: str | None = None) -> str:
        if arguments[0] == "whoami":
            assert not self.stack, "it knows no such flag"
            return json.dumps({"user": "ann", "url": self.url})
        return "acme/shop/dev\n" if "--fully-qualify-stack-names" in arguments else "dev\n"


CLOUD = "https://app.pulumi.com"


@pytest.mark.parametrize(
    ("url", "backend"),
    [
        (f"{CLOUD}/ann", CLOUD),
        ("s3://states/a/?region=eu-west-1", "s3://states/a"),
        ("file:///srv/states/", "file:///srv/states"),
        ("file://./states", "file://{folder}/states"),
    ],
)
def test_a_full_name_is_the_same_for_all_who_use_the_stack(tmp_path: Path, url: str, backend: str) -> None:
    """Neither the user nor the way to reach a bucket is part of a backend, and a relative folder is the project's."""
    pulumi, name = found(Backend(tmp_path, url=url))
    assert pulumi.stack == "dev"
    assert name == Name(backend.format(folder=tmp_path), "acme", "shop", "dev")
    again, same = found(Backend(tmp_path, "acme/dev", url=url))
    assert (again.stack, same) == ("acme/dev", name)


def copy_of(started: str, owner: str = "") -> Copy:
    provider = {"type": "service", "state": {"owner": owner}} if owner else {}
    deployment: dict[str, Any] = {"secrets_providers": provider} if provider else {}
    return Copy(started, "", "", json.dumps({"version": 3, "deployment": deployment}), None)


def kept(folder: Path, place: str, **name: str) -> Kept:
    return Kept(folder, named_so(**name), place)


@pytest.fixture(params=["", "copies"], ids=["beside the project", "in a chosen folder"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The project is called `shop`, as its folder says."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop")
    return str(tmp_path / request.param) if request.param else ""


def test_stacks_of_one_name_share_nothing(tmp_path: Path, place: str) -> None:
    """Two organisations, and two backends, have copies and a journal each."""
    names = [named_so(), named_so(organization="beta"), Name("file:///states", "acme", "shop", "dev")]
    for name in names:
        ours = Kept(tmp_path, name, place)
        ours.save(copy_of(name.organization + name.backend))
        ours.begin(copy_of(name.organization), name.backend)
    for name in names:
        ours = Kept(tmp_path, name, place)
        assert [copy.started for copy in ours.all()] == [name.organization + name.backend]
        begun = ours.begun()
        assert begun is not None and begun.since == name.backend


def former(folder: Path, place: str, *copies: Copy) -> Path:
    """What was kept under the stack's name alone: copies, and a journal that leads to the last one."""
    ours = kept(folder, place)
    for copy in copies:
        ours.save(copy)
    ours.begin(copies[-1], "x")
    ours.back_up("{}")
    [there] = [file.parent for file in folder.rglob("stack.json")]
    (there / "stack.json").unlink()
    return there.rename(there.with_name("dev"))


def test_a_folder_of_the_name_alone_is_read_and_taken_over(tmp_path: Path, place: str) -> None:
    """It is read as it stands; the first text that is written takes all of it along, and it stays for other stacks."""
    old = former(tmp_path, place, copy_of("1"), copy_of("2"))
    whole = {file.relative_to(old): file.read_text() for file in old.rglob("*.json")}
    begun = kept(tmp_path, place).begun()
    assert begun is not None and begun.to.started == "2"
    assert [copy.started for copy in kept(tmp_path, place).all()] == ["2", "1"]
    ours = kept(tmp_path, place)
    ours.begun()
    ours.save(copy_of("3"))
    assert [copy.started for copy in kept(tmp_path, place).all()] == ["3", "2", "1"]
    assert kept(tmp_path, place).begun() == begun
    assert ours.store.read("backup.json") == "{}"
    ours.journal.end()
    assert kept(tmp_path, place).begun() is None, "the journal that was taken over has ended for good"
    assert {file.relative_to(old): file.read_text() for file in old.rglob("*.json")} == whole


def test_a_folder_that_was_taken_over_in_part_is_taken_over_again(tmp_path: Path, place: str) -> None:
    """What was broken off before its end counts for nothing: the former folder is still read."""
    old = former(tmp_path, place, copy_of("1"), copy_of("2"))
    part = old.with_name(named_so().folder) / "deployments"
    part.mkdir(parents=True)
    shutil.copy(old / "deployments" / "1.json", part)
    assert [copy.started for copy in kept(tmp_path, place).all()] == ["2", "1"]
    kept(tmp_path, place).save(copy_of("3"))
    assert [copy.started for copy in kept(tmp_path, place).all()] == ["3", "2", "1"]


def test_copies_of_another_organisation_in_a_shared_folder_are_not_ours(tmp_path: Path, place: str) -> None:
    """Where the state says whose it is: a return to it would make one stack another."""
    former(tmp_path, place, copy_of("1", "acme"), copy_of("2", "beta"))
    ours, theirs = kept(tmp_path, place), kept(tmp_path, place, organization="beta")
    assert [copy.started for copy in ours.all()] == ["1"]
    assert ours.begun() is None
    assert [copy.started for copy in theirs.all()] == ["2"]
    assert theirs.begun() is not None


def test_a_journal_ends_where_a_former_folder_cannot_be_written(tmp_path: Path, place: str) -> None:
    """The error names the file and the system's own reason, and nothing is half taken over."""
    old = former(tmp_path, place, copy_of("1"))
    old.with_name(named_so().folder).write_text("in the way")
    ours = kept(tmp_path, place)
    ours.begun()
    with pytest.raises(StackStateError, match="cannot be written"):
        ours.journal.end()
    assert kept(tmp_path, place).begun() is not None
