"""`rolling up` on the lab: the group returns by its own policy, and then the stack."""

from __future__ import annotations

from tests.end_to_end.stage import Ran, Stage, command
from tests.end_to_end.things_stack import UP
from tests.end_to_end.truth import Watched


def rolling_up(stage: Stage) -> Ran:
    return command(UP, stage.environment, stage.project)


def test_a_bad_image_returns_the_group_and_the_stack(web: Stage) -> None:
    """The group that failed does not roll twice, its template has the former contents, and the floor has held."""
    watched = Watched(web)
    web.lab.image("ami-failing", signal="FAILURE")
    web.declare(image="ami-failing")
    ran = rolling_up(web)
    assert ran.code == 20, ran.output
    watched.kept_between(5, 7)
    watched.is_as_found()
    assert set(watched.images()) == {"ami-v1"}
    ec2 = web.lab.client("ec2")
    [template] = ec2.describe_launch_templates()["LaunchTemplates"]
    versions = ec2.describe_launch_template_versions(
        LaunchTemplateId=template["LaunchTemplateId"], Versions=["$Latest"]
    )
    assert versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]["ImageId"] == "ami-v1"
    web.declare(image="ami-v1")
    shown = web.up()
    assert shown.code == 0, shown.output
    watched.kept_between(5, 7)
