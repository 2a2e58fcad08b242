"""The tag in which a verdict lasts that came by queue: the rollout reads it as if the instance had set it."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_rolling.core.model.member import Signal
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.aws.api import EC2, AwsApi

_GROUP = "aws:autoscaling:groupName"
_UNKNOWN = "InvalidInstanceID.NotFound"


class VerdictTags:
    """Keeps verdicts of one group's instances in the tag that the rollout reads.

    FAILURE wins over SUCCESS, never SUCCESS over FAILURE, in whatever order they came. Only instances of the group are
    tagged, as EC2 has it: any other is a stranger, or not known yet.
    """

    def __init__(self, api: AwsApi, group: str, tag: str) -> None:
        self._api = api
        self._group = group
        self._tag = tag
        self._kept: dict[str, Signal] = {}

    def keep(self, verdicts: Mapping[str, Signal]) -> frozenset[str]:
        """Those of the instances whose verdict stands now: one read, and a write for each of the two words at most."""
        news = {ident: status for ident, status in verdicts.items() if not self._stands(ident, status)}
        members = self._members(sorted(news)) if news else {}
        for ident, word in members.items():
            if word in Signal.__members__:
                self._kept[ident] = Signal(word)
        for status in (Signal.FAILURE, Signal.SUCCESS):
            self._write([i for i in members if news[i] is status and not self._stands(i, status)], status)
        return frozenset(ident for ident, status in verdicts.items() if self._stands(ident, status))

    def _stands(self, ident: str, status: Signal) -> bool:
        return self._kept.get(ident) in (status, Signal.FAILURE)

    def _members(self, idents: list[str]) -> dict[str, str]:
        """Which of them are instances of the group, each with what its tag says now."""
        found: dict[str, str] = {}
        names = [{"Name": "instance-id", "Values": idents}]
        answer = self._api.attempt(EC2, "DescribeInstances", Filters=names)
        for reservation in answer["Reservations"]:
            for instance in reservation["Instances"]:
                tags = {tag["Key"]: tag["Value"] for tag in instance.get("Tags", [])}
                if tags.get(_GROUP) == self._group:
                    found[instance["InstanceId"]] = tags.get(self._tag, "").strip().upper()
        return found

    def _write(self, idents: list[str], status: Signal) -> None:
        if not idents:
            return
        try:
            tags = [{"Key": self._tag, "Value": status.value}]
            self._api.attempt(EC2, "CreateTags", Resources=idents, Tags=tags)
        except PermanentFleetError as error:
            if error.code == _UNKNOWN:
                # Another part of EC2 has not heard of it yet; the message stays and comes again.
                return
            raise
        self._kept.update(dict.fromkeys(idents, status))
