"""The shell parts of the pipelines, with a `rolling` that only says how it was called."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.house.sources import TOP
from tests.pipelines.hosts import TOOLS, Host, served

PIPELINES = TOP / "pipelines"
STUB = """#!/usr/bin/env bash
echo "$@" >> "$SAID"
env | grep -c ROLLING_TOKEN >> "$SAID"
for word in "$@"; do
    if [[ $before == --since ]]; then cat "$word" >> "$SAID"; fi
    before=$word
done
[[ $1 == up ]] || cat "$COMMENT"
exit "$CODE"
"""
FIRST = "<!-- rolling-preview shop/dev -->"


@pytest.fixture
def host() -> Iterator[Host]:
    with served() as host:
        yield host


def ran(
    folder: Path, script: str, *words: str, code: int = 0, comment: str = f"{FIRST}\nnew", **more: str
) -> subprocess.CompletedProcess[str]:
    stub = folder / "bin" / "rolling"
    stub.parent.mkdir(exist_ok=True)
    stub.write_text(STUB)
    stub.chmod(0o755)
    (folder / "comment").write_text(comment)
    return subprocess.run(
        ["bash", str(PIPELINES / script), *words],
        env={
            "PATH": f"{stub.parent}{os.pathsep}{os.environ['PATH']}",
            "SAID": str(folder / "said"),
            "CODE": str(code),
            "COMMENT": str(folder / "comment"),
            "ROLLING_STACK": "shop/dev",
            **more,
        },
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(not TOOLS, reason="curl or jq is not on PATH")
@pytest.mark.parametrize(("place", "bot"), [("github", "github-actions[bot]"), ("gitlab", "project_bot")])
def test_a_stack_has_one_comment(tmp_path: Path, host: Host, place: str, bot: str) -> None:
    """The first preview writes it, the next ones change it, on whatever page; what others wrote is left alone."""
    where = {**getattr(host, place), "ROLLING_TOKEN": "hush"}
    host.write("mallory", f"{FIRST}\nmine")
    for number in range(120):
        host.write("somebody", f"talk {number}")
    assert ran(tmp_path, "preview.sh", **where).returncode == 0
    host.write(bot, "<!-- rolling-preview shop/other -->")
    done = ran(tmp_path, "preview.sh", comment=f"{FIRST}\n{'█' * 60000}", code=1, **where)
    assert done.returncode == 1, "a preview that fails comments, and fails the job"
    written = [each["body"] for each in host.comments if each["body"].startswith(FIRST)]
    assert written == [f"{FIRST}\nmine", f"{FIRST}\n{'█' * 60000}"]
    assert len(host.comments) == 123
    assert {token for _, _, token in host.calls} <= {"Bearer hush", "hush"}
    said = (tmp_path / "said").read_text()
    assert f"{FIRST}\nnew" in said, "the second preview was given the first comment"
    assert said.splitlines()[1] == "0", "what runs the pull request's program has no token"
    assert "hush" not in said + done.stdout + done.stderr


def test_without_a_pull_request_the_comment_is_printed(tmp_path: Path) -> None:
    """A plain shell, and a merge request without a token: output, exit code, and a step summary where it is shown."""
    summary = tmp_path / "summary"
    done = ran(tmp_path, "preview.sh", code=255, GITHUB_STEP_SUMMARY=str(summary))
    assert (done.returncode, done.stdout) == (255, f"{FIRST}\nnew")
    assert summary.read_text() == f"{FIRST}\nnew"
    done = ran(tmp_path, "preview.sh", comment="", code=2, CI_MERGE_REQUEST_IID="7")
    assert (done.returncode, done.stdout) == (2, "")
    assert ran(tmp_path, "preview.sh", ROLLING_STACK="").returncode != 0


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (0, ""),
        (20, "has returned."),
        (21, "in whole"),
        (22, "rolling rollback"),
        (255, "nothing was changed"),
    ],
)
def test_an_update_ends_with_its_own_code(tmp_path: Path, code: int, said: str) -> None:
    """Each way to fail is a sentence, and in GitHub Actions an annotation."""
    done = ran(tmp_path, "update.sh", code=code)
    assert done.returncode == code and said in done.stderr and done.stdout == ""
    done = ran(tmp_path, "update.sh", code=code, GITHUB_ACTIONS="true", ROLLING_TOKEN="hush")
    assert done.stdout.startswith("::error title=rolling up::") is bool(code) and said in done.stdout
    calls = (tmp_path / "said").read_text().splitlines()
    assert calls[0].startswith("up --stack shop/dev --yes") and calls[-1] == "0"


def test_shellcheck_finds_nothing() -> None:
    """All scripts, with all of its checks that are on by default."""
    checker = Path(sys.executable).with_name("shellcheck")
    scripts = sorted(map(str, PIPELINES.glob("*.sh")))
    assert len(scripts) == 3
    done = subprocess.run([checker, *scripts], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("actionlint") is None, reason="actionlint is not on PATH")
def test_actionlint_finds_nothing() -> None:
    """The workflow that people copy."""
    done = subprocess.run(
        ["actionlint", str(PIPELINES / "github" / "rolling.yml")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def _workflow() -> dict[Any, Any]:
    read: dict[Any, Any] = yaml.safe_load((PIPELINES / "github" / "rolling.yml").read_text())
    return read


def test_a_fork_gets_neither_secrets_nor_a_token() -> None:
    """Jobs have least permissions, none runs for a fork or by the trigger that would give it secrets."""
    workflow = _workflow()
    # YAML 1.1 takes the key `on` for a truth value.
    assert set(workflow[True]) == {"pull_request", "push"} and workflow["permissions"] == {}
    preview, update = workflow["jobs"]["preview"], workflow["jobs"]["update"]
    assert "pull_request.head.repo.full_name == github.repository" in preview["if"]
    assert preview["permissions"] == {
        "contents": "read",
        "pull-requests": "write",
        "id-token": "write",
    }
    assert update["permissions"] == {"contents": "read", "id-token": "write"}
    gitlab = yaml.safe_load((PIPELINES / "gitlab" / "rolling.gitlab-ci.yml").read_text())
    assert (
        "CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID" in gitlab["rolling-preview"]["rules"][0]["if"]
    )


def test_what_is_not_ours_is_pinned_and_no_expression_is_in_a_script() -> None:
    """Actions are named by a commit; values of the event reach a script by its environment alone."""
    action = yaml.safe_load((PIPELINES / "github" / "action.yml").read_text())
    steps = [
        *action["runs"]["steps"],
        *(step for job in _workflow()["jobs"].values() for step in job["steps"]),
    ]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used and all(len(name.rpartition("@")[2]) == 40 for name in used)
    assert not [step for step in steps if "${{" in step.get("run", "")]
