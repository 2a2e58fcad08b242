"""Commands and probes of the user's own around a rollout in the lab: they run here, and end with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pulumi_rolling.errors import CommandFailedError, OrphanedError, TooManyFailuresError
from pulumi_rolling.lab import Lab

from tests.fleets.scripted_aws import wait_until
from tests.handler.lab_web import LabWeb
from tests.probes.test_line import lives


@pytest.fixture
def web(lab: Lab) -> LabWeb:
    return LabWeb(lab, "ami-v1", "ami-v2")


@pytest.fixture
def served() -> Iterator[tuple[str, list[str]]]:
    """A URL where each member is well, and the paths that were asked for."""
    asked: list[str] = []

    class Well(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Well)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/{{group}}/{{id}}/{{privateAddress}}", asked
    server.shutdown()


def one_by_one(**roll: Any) -> dict[str, Any]:
    return {"maxBatchSize": 1, "minInstancesInService": 1, **roll}


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def test_each_member_is_asked_and_each_victim_is_told(
    web: LabWeb, tmp_path: Path, served: tuple[str, list[str]]
) -> None:
    """New ones answer to both probes before the next goes; before each end the command ran once, while it served."""
    url, asked = served
    gone, well = tmp_path / "gone", tmp_path / "well"
    policy = one_by_one(
        readiness={"http": url, "command": {"run": f'echo "$ROLLING_ID" >> {well}', "interval": "PT1S"}},
        beforeTerminate=f'echo "$ROLLING_ID $ROLLING_PRIVATE_ADDRESS" >> {gone}',
    )
    state = web.deploy(web.news("1"))
    old = set(web.members())
    web.said.clear()
    web.handler.diff(state, web.news("2", **policy), replace(web.context, dry_run=True))
    plan = "\n".join(web.said)
    assert "the policy's probe of each new instance and beforeTerminate for each in service that goes" in plan
    assert not lines(gone) and not asked, "a preview runs nothing"
    web.update(state, web.news("2", **policy))
    assert web.revisions() == {"2"} and not web.group["tags"]
    new = {m["id"]: m for m in web.group["members"] if m["lifecycle"] == "InService"}
    assert set(lines(well)) == set(new)
    told = dict(line.split() for line in lines(gone))
    assert set(told) == old and len(lines(gone)) == 2 and all(a.count(".") == 3 for a in told.values())
    paths = {path.split("/")[2]: path.split("/")[3] for path in asked}
    assert set(paths) == set(new) and all(a.count(".") == 3 for a in paths.values())


def test_a_member_that_does_not_answer_fails_with_what_the_probe_said(web: LabWeb) -> None:
    """The slot's clock judges it, and the error has the command's output; the group is back."""
    command = {"run": "echo schema is old; exit 3", "interval": "PT1S"}
    state = web.deploy(web.news("1"))
    with pytest.raises(TooManyFailuresError) as failed:
        web.update(state, web.news("2", **one_by_one(readiness={"command": command, "timeout": "PT2S"})))
    said = str(failed.value)
    assert "did not answer to the policy's own probe within PT2S: exit code 3: schema is old" in said
    assert failed.value.returned and web.revisions() == {"1"}


def test_a_command_before_the_end_keeps_its_member(web: LabWeb) -> None:
    """Nobody is ended where it fails: the error has member and output, and the former policy's way back runs none."""
    state = web.deploy(web.news("1"))
    members = set(web.members())
    with pytest.raises(CommandFailedError) as failed:
        web.update(state, web.news("2", **one_by_one(beforeTerminate="echo replica lags; exit 1")))
    said = str(failed.value)
    assert "exit code 1: replica lags" in said and "Mend what the command found" in said
    assert any(f"beforeTerminate failed for {member}" in said for member in members)
    serving = web.members(lambda m: m["lifecycle"] == "InService")
    assert failed.value.returned and members == set(serving)


def test_on_the_way_back_a_failure_is_a_warning(web: LabWeb, tmp_path: Path) -> None:
    """The former policy's command fails, the group returns all the same, and it is said."""
    former = one_by_one(beforeTerminate={"run": "echo no; exit 1", "timeout": "PT5S"})
    state, once = web.deploy(web.news("1", **former)), tmp_path / "once"
    # The first of the old ones may go, the second not, so that a new one has to.
    now = one_by_one(beforeTerminate=f"test ! -e {once} && touch {once}")
    with pytest.raises(CommandFailedError) as failed:
        web.update(state, web.news("2", **now))
    assert failed.value.returned and web.revisions() == {"1"}
    assert any("on the way back, which ends it all the same: exit code 1: no" in each for each in web.warned)


def test_a_killed_driver_takes_its_commands_along_and_the_next_runs_them_anew(
    web: LabWeb, tmp_path: Path
) -> None:
    """Nothing goes on when the drive is over, the member is still there, and the resumed roll asks it again."""
    begun, state = tmp_path / "begun", web.deploy(web.news("1"))
    gone = [False]
    web.context = replace(web.context, orphaned=lambda: gone[0])
    hangs = one_by_one(beforeTerminate={"run": f"echo $$ >> {begun}; sleep 600", "timeout": "PT1H"})
    rolled = web.in_background(state, web.news("2", **hangs))
    wait_until(lambda: bool(lines(begun)), 20.0)
    wait_until(lambda: any("running beforeTerminate for i-" in each for each in web.statuses), 20.0)
    gone[0] = True
    with pytest.raises(OrphanedError):
        rolled.result(20)
    gone[0] = False
    wait_until(lambda: not lives(int(lines(begun)[0])), 10.0)
    told = tmp_path / "told"
    web.update(state, web.news("2", **one_by_one(beforeTerminate=f"echo $ROLLING_ID >> {told}")))
    assert web.revisions() == {"2"} and len(set(lines(told))) == 2
