"""alicloud:ecs/ecsLaunchTemplate:EcsLaunchTemplate.

As the real one: a change of the data makes a new version, and preview shows the latest version as not known yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from standin.fields import Field
from standin.kind import Change, Kind
from standin.wire import UNKNOWN, Properties

from standin_alicloud import calls
from standin_alicloud.cloud import ECS, OF_THE_CLOUD, Cloud, code, listed

GONE = "InvalidLaunchTemplate.NotFound"
NAMED = {
    "imageId": "ImageId",
    "instanceType": "InstanceType",
    "securityGroupId": "SecurityGroupId",
    "keyPairName": "KeyPairName",
    "userData": "UserData",
    "versionDescription": "VersionDescription",
}


class LaunchTemplate(Kind[Cloud]):
    token = "alicloud:ecs/ecsLaunchTemplate:EcsLaunchTemplate"
    what = "ECS launch template"
    name_length = None
    outputs = frozenset({"latestVersionNumber", "defaultVersionNumber"})
    fields: ClassVar[Mapping[str, Field]] = {
        "launchTemplateName": Field(required=True, replaces=True),
        **{name: Field() for name in NAMED},
    }

    def create(self, cloud: Cloud, news: Properties) -> tuple[str, Properties]:
        parameters = {"LaunchTemplateName": news["launchTemplateName"], **calls.asked(news, NAMED)}
        id: str = cloud.call(ECS, "CreateLaunchTemplate", **parameters)["LaunchTemplateId"]
        return id, self.found(cloud, id, news)

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        answer = cloud.call(ECS, "DescribeLaunchTemplates", LaunchTemplateId=[id])
        found = listed(answer, "LaunchTemplateSets", "LaunchTemplateSet")
        if not found:
            return None
        [one] = found
        latest = one["LatestVersionNumber"]
        answer = cloud.call(
            ECS, "DescribeLaunchTemplateVersions", LaunchTemplateId=id, LaunchTemplateVersion=[latest]
        )
        [version] = listed(answer, "LaunchTemplateVersionSets", "LaunchTemplateVersionSet")
        return {
            **calls.told(version["LaunchTemplateData"], NAMED, {}),
            "id": id,
            "launchTemplateName": one["LaunchTemplateName"],
            "latestVersionNumber": latest,
            "defaultVersionNumber": one["DefaultVersionNumber"],
        }

    def planned_update(self, change: Change) -> Properties:
        """The plan's output is unknown, but its diff does not name it."""
        return super().planned_update(change) | {"latestVersionNumber": UNKNOWN}

    def update(self, cloud: Cloud, change: Change) -> Properties:
        parameters = calls.asked(change.news, NAMED)
        cloud.call(ECS, "CreateLaunchTemplateVersion", LaunchTemplateId=change.id, **parameters)
        return self.found(cloud, change.id, change.news)

    def delete(self, cloud: Cloud, id: str, state: Properties, timeout: float) -> None:
        try:
            cloud.call(ECS, "DeleteLaunchTemplate", LaunchTemplateId=id)
        except OF_THE_CLOUD as error:
            if code(error) != GONE:
                raise
