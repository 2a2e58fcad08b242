"""A line of the user's: what it is told, what it says, and that it ends when it must."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pulumi_rolling.fleets.replace import Done, Reached
from pulumi_rolling.probes.attempt import LONGEST_SAID, Attempt
from pulumi_rolling.probes.line import Line

from tests.fleets.scripted_aws import wait_until

MEMBER = Reached("i-1", "us-east-1a", "10.0.0.7")


def ran(line: str, timeout: float = 20.0, attempt: Attempt | None = None) -> Done:
    return Line(line, timeout, "web")(MEMBER, attempt or Attempt())


def lives(pid: int) -> bool:
    """A zombie is over, though nobody has asked how it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_knows_its_member() -> None:
    """Id, zone, group and addresses are in its environment, beside that of pulumi up; an unknown address is empty."""
    told = "$ROLLING_ID $ROLLING_ZONE $ROLLING_GROUP $ROLLING_PRIVATE_ADDRESS <$ROLLING_PUBLIC_ADDRESS> $HOME"
    home = os.environ["HOME"]
    assert ran(f'echo "{told}"; exit 1').said == f"exit code 1: i-1 us-east-1a web 10.0.0.7 <> {home}"


@pytest.mark.parametrize(
    ("line", "done"),
    [
        ("echo fine", Done(True)),
        ("echo one; echo two >&2; exit 3", Done(False, "exit code 3: one two")),
        ("exit 4", Done(False, "exit code 4, without output")),
        ("kill -TERM $$", Done(False, "ended by signal 15, without output")),
        ("printf 'a\\033[31mb\\n'; exit 1", Done(False, "exit code 1: a [31mb")),
        ("cat; exit 5", Done(False, "exit code 5, without output")),
    ],
)
def test_its_end_and_its_output_are_told(line: str, done: Done) -> None:
    """Only exit code 0 is success; output of both streams stands in one printable line; it reads no terminal."""
    assert ran(line) == done


def test_of_a_long_output_the_end_is_told() -> None:
    """What is said fits a sentence, and no output is too long to be run."""
    said = ran("seq 1 200000; echo last; exit 1").said
    assert said.endswith("200000 last") and len(said) <= len("exit code 1: ") + LONGEST_SAID


def test_it_is_killed_at_its_time_out(tmp_path: Path) -> None:
    """With all that it started, and what it had said until then is told."""
    kept = tmp_path / "pid"
    said = ran(f"sleep 600 & echo $! > {kept}; echo waiting; wait", timeout=1.0).said
    assert said == "not over within PT1S: waiting"
    wait_until(lambda: not lives(int(kept.read_text())), 10.0)


def test_what_it_leaves_in_the_background_is_not_waited_for(tmp_path: Path) -> None:
    """The line is over when its shell is, and what holds its output still ends with it."""
    kept = tmp_path / "pid"
    assert ran(f"sleep 600 & echo $! > {kept}") == Done(True)
    wait_until(lambda: not lives(int(kept.read_text())), 10.0)


def test_it_ends_when_nobody_wants_it(tmp_path: Path) -> None:
    """An attempt that is ended from outside comes back at once, and its processes are gone."""
    kept, attempt = tmp_path / "pid", Attempt()
    thread = threading.Thread(target=lambda: ran(f"echo $$ > {kept}; sleep 600", 600.0, attempt), daemon=True)
    thread.start()
    wait_until(lambda: kept.exists() and bool(kept.read_text().strip()), 10.0)
    attempt.end()
    thread.join(10.0)
    assert not thread.is_alive() and not lives(int(kept.read_text()))
    assert not ran("sleep 600", 600.0, attempt).succeeded, "an attempt that is over begins nothing"


def test_it_does_not_outlive_the_process(tmp_path: Path) -> None:
    """Also where that is killed with no chance to do anything about it."""
    kept = tmp_path / "pid"
    code = (
        "from pulumi_rolling.fleets.replace import Reached\n"
        "from pulumi_rolling.probes.attempt import Attempt\n"
        "from pulumi_rolling.probes.line import Line\n"
        f"Line('sleep 600 & echo $$ $! > {kept}; wait', 600.0, 'web')(Reached('i-1'), Attempt())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    wait_until(lambda: kept.exists() and len(kept.read_text().split()) == 2, 20.0)
    process.kill()
    process.wait()
    pids = [int(pid) for pid in kept.read_text().split()]
    wait_until(lambda: not any(lives(pid) for pid in pids), 10.0)
