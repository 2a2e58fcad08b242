"""`rolling preview --format markdown` under the real engine: plans reach it from every face's own process."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from tests.end_to_end.attribute_stage import attribute_stage
from tests.end_to_end.stage import ROLLING_COMMAND, Around, Stage
from tests.end_to_end.yaml_stage import yaml_stage
from tests.house.sources import TOP
from tests.pipelines.hosts import TOOLS, served

PIPELINES = TOP / "pipelines"
MARKDOWN = (ROLLING_COMMAND, "preview", "--format", "markdown")
DRAWN = "canary, 1 instance :g0p"


def ran(stage: Stage, *line: str, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """A command whose two outputs are told apart."""
    return subprocess.run(
        line,
        cwd=stage.project,
        env={**stage.environment, **more},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def end_of(done: subprocess.CompletedProcess[str]) -> str:
    """The exit code and the ends of both outputs, for an assertion that fails."""
    return f"exit code {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-2000:]}"


def documented() -> list[str]:
    """The commands of docs/previews.md, a block at a time."""
    text = (Path(__file__).parents[2] / "docs" / "previews.md").read_text()
    return re.findall(r"```bash\n(.*?)```", text, re.DOTALL)


def test_each_command_of_the_document_gives_a_comment(around: Around, tmp_path: Path) -> None:
    """Table, drawing, policy and revision; the next says what changed; a pipe has the rows, a folder the drawing."""
    with yaml_stage(tmp_path, around) as stage:
        web = stage.deployed_group()
        stage.rolling(canary={"size": 1, "soak": "PT2M"})
        stage.want(web, stage.new_version(web, "ami-v2"))
        commands = Path(ROLLING_COMMAND).parent
        path = {"PATH": f"{commands}{os.pathsep}{stage.environment['PATH']}", "TMPDIR": str(tmp_path)}
        plain, since, piped, foldered = documented()[:4]

        done = ran(stage, "bash", "-ec", plain, **path)
        told = (stage.project / "comment.md").read_text()
        assert done.returncode == 0 and "Previewing update" in done.stderr, end_of(done)
        assert told.startswith("<!-- rolling-preview dev -->\n\n### `dev`: 1 group rolls, 6 instances")
        assert "| web | 6 | 2 | at least 5 | canary 1 |" in told and DRAWN in told
        assert "- ImageId: ami-v1 -> ami-v2" in told
        assert "- updatePolicy.rollingUpdate.canary.size added: 1" in told

        stage.rolling(canary={"size": 1, "soak": "PT3M"})
        done = ran(stage, "bash", "-ec", since, **path)
        told = (stage.project / "next.md").read_text()
        assert done.returncode == 0, end_of(done)
        assert "- `web`, canary: 1 instance first, watched for 2 min" in told, told

        done = ran(stage, "bash", "-ec", f"set -o pipefail; {piped}", **path)
        assert done.returncode == 0 and "all of it can come back" in done.stdout, end_of(done)
        assert "| canary | 1 instance first, watched for 3 min" in done.stdout and DRAWN not in done.stdout
        done = ran(stage, "bash", "-ec", foldered, **path)
        assert done.returncode == 0 and DRAWN in done.stdout, end_of(done)

        pipeline = {**path, "ROLLING_TOKEN": "hush", "ROLLING_STACK": "dev"}
        if TOOLS:
            with served() as host:
                done = ran(stage, "bash", str(PIPELINES / "preview.sh"), **pipeline, **host.github)
                assert done.returncode == 0, end_of(done)
                [comment] = host.comments
                assert comment["body"].startswith("<!-- rolling-preview dev -->") and DRAWN in comment["body"]
        stage.rolling(canary=None)
        done = ran(stage, "bash", str(PIPELINES / "update.sh"), **pipeline)
        assert done.returncode == 0, end_of(done)
        assert {str(m["revision"]) for m in stage.lab.group("web")["members"]} == {"2"}

        stage.rolling(minInstancesInService=9)
        last = str(stage.project / "next.md")
        failed = ran(stage, *MARKDOWN, "--since", last, GITHUB_ACTIONS="true")
        assert failed.returncode not in (0, 7), end_of(failed)
        assert "### `dev`: the preview failed" in failed.stdout, end_of(failed)
        assert "**What failed**" in failed.stdout and "MinInstancesInService must be less" in failed.stdout
        assert "- the preview fails now" in failed.stdout
        [annotated] = [line for line in failed.stderr.splitlines() if line.startswith("::error")]
        assert annotated.startswith("::error title=web::") and "MinInstancesInService" in annotated


def test_plans_of_python_programs_come_from_their_own_processes(around: Around, tmp_path: Path) -> None:
    """The hook of a group's attribute and the dynamic provider inherit the folder in which plans are awaited."""
    with attribute_stage(tmp_path, around) as stage:
        api = stage.found_group("api")
        stage.declare(attach={"api": {"id": api, "version": "1"}})
        up = stage.up()
        assert up.code == 0, up.output
        later = stage.new_version(api, "ami-v2")
        stage.declare(image="ami-v2", attach={"api": {"id": api, "version": later}})
        # A language host that is kept for many commands has an older environment, and hands that on to the program.
        stage.environment.pop("PULUMI_DEBUG_LANGUAGES", None)
        told = ran(stage, *MARKDOWN)
        assert told.returncode == 0 and "2 groups roll" in told.stdout, end_of(told)
        assert told.stdout.count("    section ") == 2, end_of(told)
