"""The commands of docs/reports.md, on two rolls that were carried out and on a bucket that has them."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from pulumi_rolling.cli.main import main
from pulumi_rolling.courses.settings import FOLDER
from pulumi_rolling.errors import RolloutError
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.lab_web import LabWeb

DOCUMENT = Path(__file__).parents[2] / "docs" / "reports.md"
ID = "4e8386c2"


def blocks() -> list[str]:
    return re.findall(r"```bash\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """Runs a line as a shell would; what it says, which a file has where the line leads to one."""

    def do(line: str) -> str:
        words, _, target = line.partition(" > ")
        with pytest.raises(SystemExit) as ended:
            main(shlex.split(words)[1:])
        said, error = capsys.readouterr()
        assert ended.value.code in (0, None), f"{line}: {error}"
        if target:
            Path(target).write_text(said)
        return said

    return do


def test_each_command_of_the_document_does_what_it_says(
    lab: Lab, run: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists, page, pictures and JSON of a roll that failed; the same from the bucket alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(FOLDER, str(tmp_path / "rolls"))
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="courses")
    monkeypatch.setenv("ROLLING_HISTORY_BUCKET", "s3://courses/team")
    lab.image("ami-v3", signal="FAILURE")
    web = LabWeb(lab, "ami-v1", "ami-v2", "ami-v3")
    signals: Any = {"waitOnResourceSignals": True}
    state = web.update(web.deploy(web.news("1")), web.news("2"))
    with pytest.raises(RolloutError):
        web.update(state, web.news("3", **signals))
    monkeypatch.delenv("ROLLING_HISTORY_BUCKET")
    newest, older = [line.split()[0] for line in run("rolling history web").splitlines()[1:]]
    assert older == state["lastRollout"]["id"]
    listing, forms, bucket = blocks()
    for line in (listing + forms).replace(ID, newest).splitlines():
        assert run(line), line
    assert Path("roll.png").read_bytes().startswith(b"\x89PNG")
    assert "sent FAILURE" in Path("roll.html").read_text() and Path(f"roll-{newest}.svg").exists()
    told = json.loads(Path("roll.json").read_text())
    assert (told["roll"]["outcome"], told["roll"]["to"]) == ("returned", "version 3")
    kept = {"Bucket": "courses", "Key": f"team/web/{newest}.json"}
    wait_until(lambda: s3.list_objects_v2(Bucket="courses").get("KeyCount") == 2, 60.0)
    wait_until(lambda: json.loads(s3.get_object(**kept)["Body"].read()) == told, 60.0)
    monkeypatch.setenv(FOLDER, "off")
    export, history = bucket.splitlines()
    name, _, address = export.removeprefix("export ").partition("=")
    monkeypatch.setenv(name, address)
    found = [line.split()[0] for line in run(history).splitlines()[1:]]
    assert found == [newest, older]
    assert [line.split()[0] for line in run(f"{history} web").splitlines()[1:]] == found
    assert [line.split()[0] for line in run(f"{history} dev").splitlines()[1:]] == found
    assert json.loads(run(f"rolling report {newest[:6]} --format json")) == told
