"""aws:ec2/launchTemplate:LaunchTemplate.

As the real one: a change of the data makes a new version, also when an older version has the same data; the state
describes the latest version. What preview shows as unknown is not what changes: another description makes a version
that preview does not announce, and other tags make none although it announces one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError
from standin import names
from standin.failures import Refused
from standin.fields import Field
from standin.kind import Change, Kind
from standin.wire import Properties, is_unknown

from standin_aws import casing, failures
from standin_aws.cloud import Cloud

DATA_RENAMED = {"vpcSecurityGroupIds": "SecurityGroupIds", "securityGroupNames": "SecurityGroups"}
DATA = (
    "blockDeviceMappings", "capacityReservationSpecification", "cpuOptions", "creditSpecification",
    "disableApiStop", "disableApiTermination", "ebsOptimized", "enclaveOptions", "hibernationOptions",
    "iamInstanceProfile", "imageId", "instanceInitiatedShutdownBehavior", "instanceMarketOptions",
    "instanceRequirements", "instanceType", "kernelId", "keyName", "licenseSpecifications",
    "maintenanceOptions", "metadataOptions", "monitoring", "placement", "privateDnsNameOptions",
    "ramDiskId", "securityGroupNames", "tagSpecifications", "userData", "vpcSecurityGroupIds",
)  # fmt: skip
COMPUTED_DATA = {"metadataOptions"}
UNORDERED_DATA = {"securityGroupNames", "vpcSecurityGroupIds"}
NEW_VERSION = frozenset((*DATA, "description")) - {"maintenanceOptions"}
ANNOUNCED = frozenset((*DATA, "tags", "updateDefaultVersion"))
"""What makes preview show the latest version as unknown."""
GONE = ("InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateName.NotFoundException")
OWN_TAGS = "launch-template"
"""The type of resource whose tags are the template's own."""
SHAPE = casing.input_shape("ec2", "CreateLaunchTemplate").members["LaunchTemplateData"]


class LaunchTemplate(Kind[Cloud]):
    token = "aws:ec2/launchTemplate:LaunchTemplate"
    what = "EC2 Launch Template"
    name_length = 128
    outputs = frozenset(("arn", "latestVersion", "tagsAll"))
    fields: ClassVar[Mapping[str, Field]] = {
        "name": Field(computed=True, replaces=True),
        "namePrefix": Field(computed=True, replaces=True),
        "region": Field(computed=True, replaces=True),
        "description": Field(),
        "defaultVersion": Field(computed=True),
        "updateDefaultVersion": Field(local=True),
        "tags": Field(),
        **{name: Field(computed=name in COMPUTED_DATA, unordered=name in UNORDERED_DATA) for name in DATA},
    }

    def check(self, news: Properties) -> None:
        if news.get("updateDefaultVersion") and "defaultVersion" in news:
            raise Refused("defaultVersion", "conflicts with updateDefaultVersion")
        _contents({name: value for name, value in news.items() if not is_unknown(value)})

    def moved_by(self, names: frozenset[str], news: Properties) -> frozenset[str]:
        if not names & ANNOUNCED:
            return frozenset()
        with_them = {"defaultVersion": bool(news.get("updateDefaultVersion")), "tagsAll": "tags" in names}
        return frozenset(("latestVersion", *(name for name, moves in with_them.items() if moves)))

    def create(self, cloud: Cloud, news: Properties) -> tuple[str, Properties]:
        ec2 = cloud.client("ec2", news.get("region"))
        asked: dict[str, Any] = {
            "LaunchTemplateName": names.chosen(news),
            "LaunchTemplateData": _contents(news),
        }
        if "description" in news:
            asked["VersionDescription"] = news["description"]
        if news.get("tags"):
            asked["TagSpecifications"] = [_specification(OWN_TAGS, news["tags"])]
        id = ec2.create_launch_template(**asked)["LaunchTemplate"]["LaunchTemplateId"]
        return id, self.found(cloud, id, news)

    def read(self, cloud: Cloud, id: str, state: Properties) -> Properties | None:
        ec2 = cloud.client("ec2", state.get("region"))
        try:
            templates = ec2.describe_launch_templates(LaunchTemplateIds=[id])["LaunchTemplates"]
            if not templates:
                return None
            template = templates[0]
            latest = str(template["LatestVersionNumber"])
            versions = ec2.describe_launch_template_versions(LaunchTemplateId=id, Versions=[latest])
        except ClientError as error:
            if failures.code(error) in GONE:
                return None
            raise
        version = versions["LaunchTemplateVersions"][0]
        tags = {
            tag["Key"]: tag["Value"] for tag in template.get("Tags", ()) if not cloud.ignores_tag(tag["Key"])
        }
        region = ec2.meta.region_name
        return {
            **_properties(version["LaunchTemplateData"]),
            **self.local(state),
            "id": id,
            "arn": f"arn:aws:ec2:{region}:{_account(template)}:launch-template/{id}",
            "name": template["LaunchTemplateName"],
            "namePrefix": names.prefix_of(template["LaunchTemplateName"]),
            "description": version.get("VersionDescription"),
            "latestVersion": template["LatestVersionNumber"],
            "defaultVersion": template["DefaultVersionNumber"],
            "tags": tags or None,
            "tagsAll": tags,
            "region": region,
        }

    def update(self, cloud: Cloud, change: Change) -> Properties:
        ec2, news = cloud.client("ec2", change.news.get("region")), change.news
        default = news.get("defaultVersion") if "defaultVersion" in change.names else None
        if change.names & NEW_VERSION:
            asked = {"LaunchTemplateId": change.id, "LaunchTemplateData": _contents(news)}
            if "description" in news:
                asked["VersionDescription"] = news["description"]
            made = ec2.create_launch_template_version(**asked)
            if news.get("updateDefaultVersion"):
                default = made["LaunchTemplateVersion"]["VersionNumber"]
        elif news.get("updateDefaultVersion"):
            default = change.olds.get("latestVersion")
        if default is not None:
            ec2.modify_launch_template(LaunchTemplateId=change.id, DefaultVersion=str(default))
        if "tags" in change.names:
            _retag(ec2, change)
        return self.found(cloud, change.id, news)

    def delete(self, cloud: Cloud, id: str, state: Properties, timeout: float) -> None:
        try:
            cloud.client("ec2", state.get("region")).delete_launch_template(LaunchTemplateId=id)
        except ClientError as error:
            if failures.code(error) not in GONE:
                raise


def _contents(news: Properties) -> dict[str, Any]:
    given = {name: news[name] for name in DATA if name in news}
    specifications = given.pop("tagSpecifications", None)
    # An empty one is sent, too: the call wants at least one field.
    given.setdefault("userData", "")
    data: dict[str, Any] = casing.to_api(SHAPE, given, "launchTemplate", DATA_RENAMED)
    if specifications:
        data["TagSpecifications"] = [
            _specification(s["resourceType"], s.get("tags", {})) for s in specifications
        ]
    return data


def _properties(data: Mapping[str, Any]) -> Properties:
    back = {member: name for name, member in DATA_RENAMED.items()}
    found: Properties = casing.from_api(data, back)
    found["tagSpecifications"] = [
        {"resourceType": s["ResourceType"], "tags": {tag["Key"]: tag["Value"] for tag in s.get("Tags", ())}}
        for s in data.get("TagSpecifications", ())
    ]
    return found


def _specification(type: str, tags: Mapping[str, Any]) -> dict[str, Any]:
    return {"ResourceType": type, "Tags": [{"Key": key, "Value": str(value)} for key, value in tags.items()]}


def _retag(ec2: Any, change: Change) -> None:
    old, new = change.olds.get("tags") or {}, change.news.get("tags") or {}
    removed = [{"Key": key} for key in old if key not in new]
    if removed:
        ec2.delete_tags(Resources=[change.id], Tags=removed)
    added = [{"Key": key, "Value": str(value)} for key, value in new.items() if old.get(key) != value]
    if added:
        ec2.create_tags(Resources=[change.id], Tags=added)


def _account(template: Mapping[str, Any]) -> str:
    """From `arn:aws:iam::123456789012:root`, the form in which EC2 names a template's maker."""
    parts = str(template.get("CreatedBy", "")).split(":")
    return parts[4] if len(parts) > 4 else ""
