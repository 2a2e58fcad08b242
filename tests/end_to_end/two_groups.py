"""Three deployments of two groups, whatever the program's language: of the last one the second group fails."""

from __future__ import annotations

import json
from typing import Any, Protocol

from tests.end_to_end.stage import Stage
from tests.end_to_end.test_stack_groups import rolling_up
from tests.end_to_end.truth import Watched

NAMES = ("web", "api")


class Say(Protocol):
    """The program from now on.

    `images` of both groups; a template whose name `spare` replaces it; `timeout` of a hook, which is updated.
    """

    def __call__(self, images: dict[str, str], spare: str, timeout: int) -> None: ...


def exported(stage: Stage) -> dict[str, tuple[str, Any]]:
    """Id and inputs by name, of what is not marked as replaced."""
    resources = json.loads(stage.run("stack", "export").output)["deployment"]["resources"]
    return {
        each["urn"].rpartition("::")[2]: (each.get("id"), each.get("inputs"))
        for each in resources
        if not each.get("delete")
    }


def return_of_the_second(stage: Stage, say: Say) -> str:
    """Deploy good, good and bad. The first group rolls, the second fails, and all is as the second deployment left it.

    The groups have three members and roll one at a time, `web` before `api`. Answers what the return said.
    """
    for image in ("ami-v2", "ami-v3"):
        stage.lab.image(image)
    stage.lab.image("ami-failing", signal="FAILURE")
    say(dict.fromkeys(NAMES, "ami-v1"), "one", 45)
    assert (ran := rolling_up(stage)).code == 0, ran.output
    second = {"web": "ami-v2", "api": "ami-v1"}
    say(second, "one", 30)
    assert (ran := rolling_up(stage)).code == 0, ran.output
    good = exported(stage)
    web, api = Watched(stage, "web"), Watched(stage, "api")

    say({"web": "ami-v3", "api": "ami-failing"}, "two", 60)
    returned = rolling_up(stage)
    assert returned.code == 20, returned.output
    assert exported(stage) == good
    for watched, image in ((web, "ami-v2"), (api, "ami-v1")):
        watched.kept_between(2, 4)
        watched.is_as_found()
        assert watched.images() == {image}
    assert len(api.launched()) == 1, "the failed group has returned already"
    templates = stage.lab.client("ec2").describe_launch_templates()["LaunchTemplates"]
    assert {"one", "two"} & {each["LaunchTemplateName"] for each in templates} == {"one"}

    say(second, "one", 30)
    shown = stage.run("preview", "--json").output
    # A language host on PATH makes the engine warn of it first.
    steps = json.loads(shown[shown.index("{") :])["steps"]
    changed = {step["urn"].rpartition("::")[2] for step in steps if step["op"] != "same"}
    assert changed <= {*NAMES, f"{stage.project.name}-dev"}, changed
    return returned.output
