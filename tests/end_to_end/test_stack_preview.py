"""`rolling preview` under the real engine, and what the peers' way does: the former program run once more."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from typing import Any

from pulumi_rolling.stack.event_log import Begun, Event, Message, Phase, Step, Summary, Tail, read

from tests.end_to_end.test_stack_returns import LATE
from tests.end_to_end.things_stack import ROLLING, Things


def deployed(things: Things) -> None:
    good = {
        "first": {"fixed": "1", "deletesFirst": True},
        "kept": {"fixed": "1"},
        "gone": {"value": "1"},
        "page": {"value": "1", "secret": "!hush"},
    }
    things.say(good)
    ran = things.run("pulumi", "up", "--yes", "--skip-preview")
    assert ran.code == 0, ran.output


BAD: dict[str, Any] = {
    "first": {"fixed": "2", "deletesFirst": True},
    "kept": {"fixed": "2"},
    "page": {"value": "2", "secret": "!hush"},
    "fort": {"value": "1", "opts": {"protect": True}},
}


def test_a_preview_names_what_could_not_come_back(things: Things) -> None:
    """Pulumi's output and exit code are its own, the risks stand on the other stream, and nothing of the log stays."""
    deployed(things)
    things.say(BAD)
    temporary = things.project.parent / "temporary"
    temporary.mkdir()
    ended = subprocess.run(
        [ROLLING, "preview", "--json", "--stack", "dev", "--expect-no-changes", "--risks", "risks.json"],
        cwd=things.project,
        env={**things.environment, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 7, ended.stderr
    assert {step["op"] for step in json.loads(ended.stdout)["steps"]} >= {"create", "replace", "delete"}
    assert "If this update fails, these would not come back as they were:" in ended.stderr
    told = json.loads((things.project / "risks.json").read_text())["risks"]
    assert [(risk["urn"].split("::")[-1], risk["danger"]) for risk in told] == [
        ("first", "deletedFirst"),
        ("gone", "deleted"),
        ("fort", "protected"),
    ]
    assert list(temporary.glob("rolling-*")) == []


def test_a_preview_without_a_risk_says_so_in_a_line(things: Things) -> None:
    """An update that only changes and makes is told in one line, the first one in another; a failing one is not."""
    things.say({"first": {}})
    ran = things.run(ROLLING, "preview")
    assert ran.code == 0 and ran.output.rstrip().endswith("there is nothing to return to."), ran.output
    deployed(things)
    things.say({"page": {**BAD["page"], "more": 1}, "gone": {}})
    ran = things.run(ROLLING, "preview", "--target", "**page")
    assert ran.code == 0, ran.output
    assert ran.output.rstrip().endswith("all of it can come back, as far as a preview can tell.")
    things.say({"broken": {"value": "@nobody.id"}})
    ran = things.run(ROLLING, "preview")
    assert ran.code not in (0, 7)
    assert "come back" not in ran.output


def test_the_event_log_masks_secrets_and_not_messages(things: Things) -> None:
    """A secret property is told as `[secret]` in each event; what a provider says of it stands there as it said it."""
    deployed(things)
    log = things.project.parent / "events"
    things.environment["PULUMI_DEBUG_COMMANDS"] = "true"
    things.say({**BAD, "told": {"name": "sesame", "secret": "!sesame", "fails": True}})
    ran = things.run("pulumi", "up", "--yes", "--event-log", str(log))
    assert ran.code != 0
    lines = log.read_text().splitlines()
    speaking = [line for line in lines if "sesame is not to be had" in line]
    assert speaking and all("diagnosticEvent" in line for line in speaking)
    assert not [line for line in lines if "hush" in line]
    assert any("[secret]" in line for line in lines)
    told = read(log)
    [failed] = [each for each in told if isinstance(each, Step) and each.phase is Phase.FAILED]
    assert failed.urn.endswith("::told")
    assert failed.urn in {each.urn for each in told if isinstance(each, Message) and each.severity == "error"}
    [ended] = [each for each in told if isinstance(each, Summary)]
    assert (ended.preview, ended.result) == (False, "failed"), "the log of the preview has been overwritten"


def test_a_log_is_read_while_the_engine_writes_it(things: Things) -> None:
    """The update is told from its beginning to its end, after what was seen of the preview: they share a file.

    The engine empties the file between the two, so the end of the preview may be gone before anybody reads it.
    """
    log = things.project.parent / "events"
    things.say({"slow": {"value": "1", "takes": 3}})
    things.environment["PULUMI_DEBUG_COMMANDS"] = "true"
    process = things.start("pulumi", "up", "--yes", "--event-log", str(log))
    tail = Tail(log)
    told: list[Event] = []
    while process.poll() is None:
        told += tail.more()
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    told += tail.more()
    assert process.returncode == 0
    assert [each.preview for each in told if isinstance(each, Summary)] in ([True, False], [False])
    place = max(place for place, each in enumerate(told) if isinstance(each, Begun))
    update = told[place:]
    assert [each.phase for each in update if isinstance(each, Step) and each.urn.endswith("::slow")] == [
        Phase.BEGUN,
        Phase.DONE,
    ]
    assert isinstance(told[-2], Summary) or isinstance(told[-1], Summary)


def test_the_former_program_run_again_destroys_replaced_originals(things: Things) -> None:
    """The peers' way: the original that still existed is deleted, with its copy, and a third one is made."""
    things.say({"a": {"fixed": "1"}, "b": {"value": "@a.id"}})
    assert things.run("pulumi", "up", "--yes", "--skip-preview").code == 0
    [original] = [id_ for id_ in things.there() if id_.startswith("a-")]
    things.say({"a": {"fixed": "2"}, "b": {"value": "@a.id"}, "late": {**LATE, "value": "@b.arn"}})
    assert things.run("pulumi", "up", "--yes", "--skip-preview").code != 0
    assert original in things.there()
    things.say({"a": {"fixed": "1"}, "b": {"value": "@a.id"}})
    ran = things.run("pulumi", "up", "--yes", "--skip-preview")
    assert ran.code == 0, ran.output
    [third] = [id_ for id_ in things.there() if id_.startswith("a-")]
    done = (things.cloud / "log").read_text().split("\n")
    made = [line.split()[1] for line in done if line.startswith("create a-")]
    deleted = [line.split()[1] for line in done if line.startswith("delete a-")]
    assert len(made) == 3 and made[0] == original and made[2] == third
    assert sorted(deleted) == sorted(made[:2])
