"""ECS calls about launch templates: made, given versions, read, deleted, their default moved.

Source: ECS API reference, version 2014-05-26. This module refuses to know who launches from a template.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.lab.alibaba.call import Answer, Call, Operation, numbered
from pulumi_rolling.lab.alibaba.refusals import missing
from pulumi_rolling.lab.world.ess.source import Template
from pulumi_rolling.lab.world.refusal import Refused

BODY = (
    "AutoReleaseTime AutoRenew:b AutoRenewPeriod:i CreditSpecification DeletionProtection:b DeploymentSetId "
    "Description EnableVmOsConfig:b HostName HttpEndpoint HttpPutResponseHopLimit:i HttpTokens ImageId "
    "ImageOptions:j ImageOwnerAlias InstanceChargeType InstanceName InstanceType InternetChargeType "
    "InternetMaxBandwidthIn:i InternetMaxBandwidthOut:i IoOptimized KeyPairName NetworkType PasswordInherit:b "
    "Period:i PeriodUnit PrivateIpAddress RamRoleName ResourceGroupId SecurityEnhancementStrategy SecurityGroupId "
    "SpotDuration:i SpotPriceLimit SpotStrategy UserData VSwitchId VpcId ZoneId"
)
"""What a version says of an instance, and is shown with again under the same name."""
LISTED = {
    "DataDisk": ("DataDisks", "DataDisk"),
    "NetworkInterface": ("NetworkInterfaces", "NetworkInterface"),
    "SecurityGroupIds": ("SecurityGroupIds", "SecurityGroupId"),
    "Tag": ("Tags", "InstanceTag"),
}
"""Lists by their parameter: the name in an answer, and that of its frame; they are shown when empty, too."""
TAKEN = f"{BODY} {' '.join(f'{name}:l' for name in LISTED)} SystemDisk:j VersionDescription"
NAMES = [word.partition(":")[0] for word in TAKEN.split()]


def _found(call: Call) -> Template:
    values = call.values
    for template in call.cloud.templates.values():
        if values.get("LaunchTemplateId") == template.id or values.get("LaunchTemplateName") == template.name:
            return template
    raise Refused("InvalidLaunchTemplate.NotFound", "The specified LaunchTemplate does not exist.", 404)


def _body(call: Call) -> dict[str, Any]:
    return {name: call.values[name] for name in NAMES if name in call.values}


def _shown(told: Mapping[str, Any]) -> dict[str, Any]:
    """A version as it is shown; what it says of the system's disk stands with a point in the name."""
    shown = {name: value for name, value in told.items() if name not in {*LISTED, "SystemDisk"}}
    shown |= {f"SystemDisk.{part}": value for part, value in told.get("SystemDisk", {}).items()}
    for name, (plural, frame) in LISTED.items():
        shown[plural] = {frame: told.get(name, [])}
    return shown


def create(call: Call) -> Answer:
    name = call.values["LaunchTemplateName"]
    if any(each.name == name for each in call.cloud.templates.values()):
        text = "The specified LaunchTemplateName is already in use."
        raise Refused("LaunchTemplateName.Duplicated", text, 403)
    template = Template(call.cloud.new_id("lt"), name, call.cloud.now, versions=[_body(call)])
    call.cloud.templates[template.id] = template
    return {"LaunchTemplateId": template.id, "LaunchTemplateVersionNumber": 1}


def create_version(call: Call) -> Answer:
    template = _found(call)
    template.versions.append(_body(call))
    number = len(template.versions)
    return {"LaunchTemplateId": template.id, "LaunchTemplateVersionNumber": number}


def modify_default(call: Call) -> Answer:
    template = _found(call)
    template.default = template.number(str(call.values["DefaultVersionNumber"]))
    return {}


def delete(call: Call) -> Answer:
    del call.cloud.templates[_found(call).id]
    return {}


def delete_versions(call: Call) -> Answer:
    """Members that were made from one live on; the default one can only go with the whole template."""
    template = _found(call)
    numbers = [template.number(str(each)) for each in call.values["DeleteVersion"]]
    if template.default in numbers:
        raise Refused("InvalidOperation.DeleteDefaultVersion", "The default version cannot be deleted.", 403)
    template.deleted |= {*numbers}
    gone = [{"LaunchTemplateId": template.id, "LaunchTemplateVersionNumber": each} for each in numbers]
    return {"LaunchTemplateVersions": {"LaunchTemplateVersion": gone}}


def describe(call: Call) -> Answer:
    ids, names = call.values.get("LaunchTemplateId"), call.values.get("LaunchTemplateName")
    shown = [
        {
            "LaunchTemplateId": each.id,
            "LaunchTemplateName": each.name,
            "DefaultVersionNumber": each.default,
            "LatestVersionNumber": each.latest,
            "CreateTime": call.minute(each.created_at),
        }
        for each in call.cloud.templates.values()
        if (not ids or each.id in ids) and (not names or each.name in names)
    ]
    page, about = numbered(call, shown, 50)
    return {**about, "LaunchTemplateSets": page}


def describe_versions(call: Call) -> Answer:
    if "LaunchTemplateId" not in call.values and "LaunchTemplateName" not in call.values:
        raise missing("LaunchTemplateId")
    template, wanted = _found(call), call.values.get("LaunchTemplateVersion") or []
    shown = [
        {
            "LaunchTemplateId": template.id,
            "LaunchTemplateName": template.name,
            "VersionNumber": number,
            "DefaultVersion": number == template.default,
            "VersionDescription": told.get("VersionDescription"),
            "LaunchTemplateData": _shown(told),
        }
        for number, told in enumerate(template.versions, 1)
        if number not in template.deleted and (not wanted or str(number) in wanted)
    ]
    page, about = numbered(call, list(reversed(shown)), 50)
    return {**about, "LaunchTemplateVersionSets": page}


OPERATIONS = {
    "CreateLaunchTemplate": Operation(f"RegionId* LaunchTemplateName* {TAKEN}", create),
    "CreateLaunchTemplateVersion": Operation(
        f"RegionId* LaunchTemplateId LaunchTemplateName {TAKEN}", create_version
    ),
    "ModifyLaunchTemplateDefaultVersion": Operation(
        "RegionId* LaunchTemplateId LaunchTemplateName DefaultVersionNumber*:i", modify_default
    ),
    "DeleteLaunchTemplate": Operation("RegionId* LaunchTemplateId LaunchTemplateName", delete),
    "DeleteLaunchTemplateVersion": Operation(
        "RegionId* LaunchTemplateId LaunchTemplateName DeleteVersion*:l", delete_versions
    ),
    "DescribeLaunchTemplates": Operation(
        "RegionId* LaunchTemplateId:l LaunchTemplateName:l PageNumber:i PageSize:i", describe
    ),
    "DescribeLaunchTemplateVersions": Operation(
        "RegionId* LaunchTemplateId LaunchTemplateName LaunchTemplateVersion:l PageNumber:i PageSize:i",
        describe_versions,
    ),
}
