"""What people install: the source distribution, the wheel made of it, and that wheel in a fresh environment."""

from __future__ import annotations

import tarfile
import zipfile
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest
from pulumi_rolling import __version__

from tests.house.sources import PACKAGE
from tests.package.fresh import Fresh, build

EVERY_MODULE = """
import importlib, pkgutil, pulumi_rolling
missing = set()
for found in pkgutil.walk_packages(pulumi_rolling.__path__, "pulumi_rolling.", onerror=lambda name: None):
    try:
        importlib.import_module(found.name)
    except ModuleNotFoundError as error:
        missing.add(error.name.partition(".")[0])
print(*sorted(missing))
"""
POLICY = '{"rollingUpdate": {"maxBatchSize": 2, "minInstancesInService": 2}}'


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return build(tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def fresh(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    environment = Fresh(tmp_path_factory.mktemp("fresh"))
    environment.install(built[1])
    return environment


def described(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(archive.read(name).decode())


def test_the_wheel_says_what_it_is(built: tuple[Path, Path]) -> None:
    """Name, version, licence, README, the versions of Python, and words to find it by."""
    said = described(built[1])
    assert (said["Name"], said["Version"]) == ("pulumi-rolling", __version__)
    assert (said["License-Expression"], said["License-File"]) == ("Apache-2.0", "LICENSE")
    assert said["Requires-Python"] == ">=3.11" and said["Author"] and said["Summary"] and said["Keywords"]
    versions = {f"Programming Language :: Python :: {version}" for version in ("3.11", "3.12", "3.13")}
    assert versions < set(said.get_all("Classifier", []))
    assert said["Description-Content-Type"] == "text/markdown"
    assert str(said.get_payload()).lstrip().startswith("# pulumi-rolling")


def test_both_hold_the_package_and_the_licence_and_no_tests(built: tuple[Path, Path]) -> None:
    """Each file of the package is in both, and the wheel has nothing beside it."""
    ours = {
        str(file.relative_to(PACKAGE.parent))
        for file in PACKAGE.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    with zipfile.ZipFile(built[1]) as wheel:
        names = wheel.namelist()
    assert {name for name in names if ".dist-info/" not in name} == ours
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    with tarfile.open(built[0]) as sdist:
        sources = {name.partition("/")[2] for name in sdist.getnames()}
    assert {f"provider/{name}" for name in ours} | {"LICENSE", "README.md", "CHANGELOG.md"} < sources
    assert not any(name.startswith(("tests", ".venv", ".engine")) for name in sources)


def test_the_wheel_runs_with_what_it_asks_for(fresh: Fresh) -> None:
    """Both programs start, a plan is made, and the public names are there."""
    assert fresh.run("rolling", "--version").stdout == f"rolling {__version__}\n"
    planned = fresh.run("rolling", "plan", "--policy", POLICY, "--desired", "4", "--max-size", "6")
    assert (planned.returncode, planned.stderr) == (0, "")
    assert "2 at a time" in planned.stdout
    assert fresh.run("pulumi-resource-rolling", "--help").stdout.startswith("usage:")
    names = fresh.run("python", "-c", "from pulumi_rolling import *; print(RollingGroup, UpdatePolicy)")
    assert (names.returncode, names.stderr) == (0, "")


def test_only_extras_are_missing(fresh: Fresh) -> None:
    """Every module of the package can be imported but the lab's wire, and the command says which extra brings it."""
    assert fresh.run("python", "-c", EVERY_MODULE).stdout.split() == ["werkzeug"]
    ran = fresh.run("rolling", "lab")
    assert ran.returncode == 1
    assert ran.stderr == "rolling: werkzeug is not installed. Run pip install 'pulumi-rolling[lab]'.\n"
