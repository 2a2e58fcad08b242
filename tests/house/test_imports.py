"""Imports: no circle among the modules, and no third party that the contracts do not place."""

from __future__ import annotations

import sys
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.imports import Graph, circles, graph, imported
from tests.house.sources import PACKAGE, PROVIDER, TOP, sources


def test_no_modules_import_each_other_in_a_circle() -> None:
    """A circle is one module in several files; TYPE_CHECKING and imports inside functions do not hide it."""
    arrows = graph(sources(PACKAGE), PROVIDER)
    assert sum(len(targets) for targets in arrows.values()) > len(arrows) > 100, "the graph was not read"
    assert circles(arrows) == []


@pytest.mark.parametrize(
    ("arrows", "found"),
    [
        ({"a": "b", "b": "c", "c": ""}, []),
        ({"a": "b", "b": "a"}, [["a", "b"]]),
        ({"a": "b", "b": "c", "c": "bd", "d": ""}, [["b", "c"]]),
        ({"a": "b", "b": "a", "c": "ad", "d": "c"}, [["a", "b"], ["c", "d"]]),
        ({"a": "bc", "b": "d", "c": "d", "d": "a"}, [["a", "b", "c", "d"]]),
    ],
    ids=["a chain", "two", "a circle on the way", "two circles", "a diamond that closes"],
)
def test_a_circle_is_found(arrows: dict[str, str], found: list[list[str]]) -> None:
    """Each circle is told once, with all its modules and none beside it."""
    graph: Graph = {module: frozenset(targets) for module, targets in arrows.items()}
    assert circles(graph) == found


def test_each_third_party_has_a_contract() -> None:
    """A library that the package imports is named in a contract that says by which modules."""
    contracts = tomllib.loads((TOP / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    placed = {each for contract in contracts for each in contract.get("protected_modules", ())}
    assert third_parties() - placed == set()


def test_what_is_imported_is_asked_for_and_what_is_asked_for_is_imported() -> None:
    """Each dependency is one that the package imports; each library it imports comes with it, or with an extra."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    ours, optional = (
        names(project["dependencies"]),
        names([asked for each in USERS for asked in extras[each]]),
    )
    owners = metadata.packages_distributions()
    used = {str(canonicalize_name(owner)) for each in third_parties() - SHARED for owner in owners[each]}
    assert ours - used == set()
    assert used - ours - optional - WITH_PULUMI - WITH_OTHERS == set()
    assert not ours & optional


USERS = ("alibaba", "aws", "lab", "notify", "otel", "report", "stores")
"""Extras for people who roll something; the others are for those who work on this."""
WITH_PULUMI = {"grpcio", "protobuf", "googleapis-common-protos"}
"""Pulumi's messages are made for the versions that it asks for, so that nobody else may ask for another."""
SHARED = {"opentelemetry"}
"""A name under which a dozen distributions lie that others bring; the extra asks for the two that are meant."""
WITH_OTHERS = {"botocore", "pydantic-core", "werkzeug"}
"""Halves of boto3, of pydantic and of moto."""


def names(requirements: list[str]) -> set[str]:
    return {str(canonicalize_name(Requirement(each).name)) for each in requirements}


def third_parties() -> set[str]:
    """The top of each module that the package imports from outside."""
    used = {module.split(".")[0] for source in sources(PACKAGE) for module, _ in imported(source)}
    return used - sys.stdlib_module_names - {"pulumi_rolling"}
