"""Tags of scaling groups, with their limits.

Source: ESS API reference, TagResources. The codes of a refusal are the lab's: Alibaba publishes none. This module
refuses to know what a tag means.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.lab.alibaba.call import Answer, Call, Operation, tokened
from pulumi_rolling.lab.alibaba.parameters import flag
from pulumi_rolling.lab.alibaba.refusals import missing, wrong
from pulumi_rolling.lab.world.ess.group import Group, Tag
from pulumi_rolling.lab.world.refusal import Refused

MOST_TAGS = 20
LONGEST = 128
MOST_AT_ONCE = 50
RESERVED = ("acs:", "aliyun")
FORBIDDEN = ("http://", "https://")
TYPES = ("scalinggroup",)


def tagged(present: Mapping[str, Tag], given: list[Any]) -> dict[str, Tag]:
    """The tags there are and those given; Refused beyond the limits."""
    if len(given) > MOST_TAGS:
        raise wrong("Tags", f"at most {MOST_TAGS}")
    tags = dict(present)
    for each in given:
        key, value = str(each.get("Key") or ""), str(each.get("Value") or "")
        if not key:
            raise missing("Tag.Key")
        if len(key) > LONGEST or key.startswith(RESERVED) or any(text in key for text in FORBIDDEN):
            raise wrong("Tag.Key", key)
        if len(value) > LONGEST or any(text in value for text in FORBIDDEN):
            raise wrong("Tag.Value", value)
        tags[key] = Tag(value, flag("Tag.Propagate", each.get("Propagate") or False))
    if len(tags) > MOST_TAGS:
        text = f"A scaling group has at most {MOST_TAGS} tags."
        raise Refused("QuotaExceeded.Tags", text)
    return tags


def _named(call: Call) -> list[Group]:
    if call.values["ResourceType"] not in TYPES:
        raise wrong("ResourceType", call.values["ResourceType"])
    return [call.cloud.group(each) for each in call.most("ResourceIds", MOST_AT_ONCE)]


def tag_resources(call: Call) -> Answer:
    changed = [(group, tagged(group.now.tags, call.values["Tags"])) for group in _named(call)]
    for group, tags in changed:
        group.set(call.cloud.now, tags=tags)
    return {}


def untag_resources(call: Call) -> Answer:
    keys = call.most("TagKeys", MOST_TAGS)
    for group in _named(call):
        gone = set(group.now.tags) if call.values.get("All") and not keys else set(keys)
        left = {key: tag for key, tag in group.now.tags.items() if key not in gone}
        group.set(call.cloud.now, tags=left)
    return {}


def list_tag_resources(call: Call) -> Answer:
    if call.values["ResourceType"] not in TYPES:
        raise wrong("ResourceType", call.values["ResourceType"])
    ids, wanted = call.most("ResourceIds", MOST_AT_ONCE), call.most("Tags", MOST_TAGS)
    found: list[dict[str, Any]] = []
    for group in call.cloud.groups.values():
        settings = group.settings.at(call.as_of)
        if settings is None or (ids and group.id not in ids):
            continue
        tags = settings.tags
        if not all(
            each["Key"] in tags and each.get("Value") in (None, tags[each["Key"]].value) for each in wanted
        ):
            continue
        found.extend(
            {
                "ResourceId": group.id,
                "ResourceType": "scalinggroup",
                "TagKey": key,
                "TagValue": tag.value,
                "Propagate": tag.propagate,
            }
            for key, tag in sorted(tags.items())
        )
    page, about = tokened(call, found, MOST_AT_ONCE)
    return {"TagResources": page, **({"NextToken": about["NextToken"]} if "NextToken" in about else {})}


OPERATIONS = {
    "TagResources": Operation("RegionId* ResourceIds*:l ResourceType* Tags*:l", tag_resources),
    "UntagResources": Operation("RegionId* ResourceIds*:l ResourceType* TagKeys:l All:b", untag_resources),
    "ListTagResources": Operation(
        "RegionId* ResourceType* ResourceIds:l Tags:l NextToken", list_tag_resources
    ),
}
