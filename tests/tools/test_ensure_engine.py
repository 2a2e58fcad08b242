"""`ensure_engine` does its work once, and `env` gives the engine an isolated, offline place."""

from __future__ import annotations

import os
from pathlib import Path

import ensure_engine
import env
import pytest


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone in which nothing is installed, and a PATH with nothing on it."""
    (tmp_path / "path").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    return tmp_path


def engine(top: Path) -> ensure_engine.Engine:
    return ensure_engine.Engine(top, top / ".venv" / "bin" / "python")


def put_on_path(top: Path, name: str) -> None:
    file = top / "path" / name
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)


def test_the_pulumi_on_path_is_used_and_a_second_run_does_nothing(
    top: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where `pulumi` is on PATH nothing is built, and the second run says that there was nothing to do."""
    put_on_path(top, "pulumi")
    engine(top).ensure()
    assert f"using {top / 'path' / 'pulumi'}" in capsys.readouterr().out
    assert not (top / ".engine" / "bin" / "pulumi").exists()
    engine(top).ensure()
    assert capsys.readouterr().out == f"engine: nothing to do ({top / 'path' / 'pulumi'})\n"


def test_the_stand_in_gives_way_to_a_real_plugin(top: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A real plugin in Pulumi's home takes the place of its stand-in, and of no other."""
    put_on_path(top, "pulumi")
    engine(top).ensure()
    stand_in = top / ".engine" / "plugins" / ensure_engine.folder_of("aws") / "pulumi-resource-aws"
    assert os.access(stand_in, os.X_OK)
    real = top / "home" / "plugins" / ensure_engine.folder_of("aws")
    real.mkdir(parents=True)
    engine(top).ensure()
    said = capsys.readouterr().out
    assert "a plugin for aws is installed" in said and "a stand-in for alicloud 4.0.0 is in place" in said
    assert stand_in.parent.resolve() == real


def test_without_pulumi_and_go_it_says_what_to_install(top: Path) -> None:
    """A machine that has neither is told the two programs, one of which it needs."""
    with pytest.raises(ensure_engine.CannotEnsure, match="neither `pulumi` nor `go` on PATH"):
        engine(top).ensure()


def test_a_failed_build_says_so_and_leaves_no_stamp(top: Path) -> None:
    """The compiler's own words are in the error, and the next run builds again."""
    go = top / "path" / "go"
    go.write_text('#!/bin/sh\n[ "$1" = list ] && exit 0\necho no space >&2\nexit 1\n')
    go.chmod(0o755)
    with pytest.raises(ensure_engine.CannotEnsure, match=r"(?s)could not build the programs: .*no space"):
        engine(top).ensure()
    assert not (top / ".engine" / "stamp").exists()
    assert list((top / ".engine" / "bin").iterdir()) == []


def test_a_copied_engine_is_repaired_without_a_build(
    top: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The clone it came from is named by no launcher any more, and no compiler is asked."""
    go = top / "path" / "go"
    go.write_text(
        '#!/bin/sh\nfor each; do case "$each" in *made.*) mkdir -p "$each"; '
        f'for name in {" ".join(ensure_engine.PROGRAMS)}; do : > "$each$name"; done;; esac; done\n'
        f'[ "$2" = -m ] && echo {top}/sdk; exit 0\n'
    )
    go.chmod(0o755)
    (top / "path" / "mkdir").symlink_to("/bin/mkdir")
    for path in ensure_engine.FROM_THE_SDK:
        (top / "sdk" / path).parent.mkdir(parents=True, exist_ok=True)
        (top / "sdk" / path).touch()
    engine(top).ensure()
    copy = tmp_path / "copy"
    copy.mkdir()
    (top / ".engine").rename(copy / ".engine")
    go.unlink()
    engine(copy).ensure()
    assert "what was built is kept" in capsys.readouterr().out
    stand_in = copy / ".engine" / "plugins" / ensure_engine.folder_of("aws") / "pulumi-resource-aws"
    for launcher in (copy / ".engine" / "bin" / "pulumi-language-python", stand_in):
        assert f'"{copy / ".venv"}' in launcher.read_text()


def test_the_environment_is_isolated_and_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The backend is a folder, plugins are links to ours, and none is downloaded."""
    for name in env.NOT_FOR_US:
        monkeypatch.setenv(name, "true")
    monkeypatch.setattr(env, "PLUGINS", tmp_path / "plugins")
    (tmp_path / "plugins" / "resource-aws-v1.0.0").mkdir(parents=True)
    (tmp_path / "plugins" / "resource-aws-v1.0.0" / "pulumi-resource-aws").touch()
    for _ in range(2):
        variables = env.environment(tmp_path / "state")
    assert variables["PULUMI_BACKEND_URL"] == f"file://{tmp_path}/state/backend"
    assert (tmp_path / "state" / "backend").is_dir()
    assert variables["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"
    assert not variables.keys() & set(env.NOT_FOR_US)
    home = Path(variables["PULUMI_HOME"])
    assert (home / "plugins" / "resource-aws-v1.0.0" / "pulumi-resource-aws").is_symlink()
