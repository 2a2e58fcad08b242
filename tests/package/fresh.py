"""Distributions built from a clone, and a fresh environment that holds what the wheel asks for and nothing else.

The third parties are those of the environment that runs the tests, linked file by file, so that no network is needed
and the versions are those that everything else is tested with.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tarfile
import venv
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.sources import TOP


def build(folder: Path) -> tuple[Path, Path]:
    """The source distribution of this clone, and the wheel that is built from it alone."""
    sdist = _built(TOP, "sdist", folder, "*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return sdist, _built(folder / sdist.name.removesuffix(".tar.gz"), "wheel", folder, "*.whl")


def _built(source: Path, target: str, folder: Path, name: str) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    subprocess.run(command, cwd=source, capture_output=True, check=True)
    return next(folder.glob(name))


class Fresh:
    """A virtual environment of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
        venv.create(folder, symlinks=True)

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A program of its own, with no variable that could lead it elsewhere."""
        return subprocess.run(
            [str(self.folder / "bin" / program), *arguments],
            cwd=self.folder,
            env={"PATH": str(self.folder / "bin")},
            capture_output=True,
            text=True,
            check=False,
        )

    def install(self, wheel: Path) -> None:
        """The wheel as pip installs it, and of the third parties those that it asks for."""
        pip = [sys.executable, "-m", "pip", "--python", str(self.folder), "--disable-pip-version-check"]
        options = ["install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
        subprocess.run([*pip, *options, str(wheel)], check=True)
        ours = next(iter(metadata.distributions(path=[str(self.site)])))
        for name in sorted(_closure(ours)):
            self._link(metadata.distribution(name))

    def _link(self, distribution: metadata.Distribution) -> None:
        for file in distribution.files or ():
            if ".." not in file.parts:
                link = self.site / file
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(Path(str(distribution.locate_file(file))).resolve())


def _closure(ours: metadata.Distribution) -> set[str]:
    """Names of all that a distribution asks for without extras of its own, and of what those ask for in turn."""
    found: set[str] = set()
    open_ones = list(_asked(ours, frozenset()))
    while open_ones:
        name, extras = open_ones.pop()
        if name not in found:
            found.add(name)
            open_ones += _asked(metadata.distribution(name), extras)
    return found


def _asked(
    distribution: metadata.Distribution, extras: frozenset[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    for text in distribution.requires or ():
        wanted = Requirement(text)
        marker = wanted.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield canonicalize_name(wanted.name), frozenset(wanted.extras)
