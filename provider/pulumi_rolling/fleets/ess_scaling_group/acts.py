"""The acts of the core as calls on one scaling group. Done twice they do no more than once."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pulumi_rolling.core.model.member import Lifecycle
from pulumi_rolling.core.replace.actions import (
    Action,
    Adjust,
    PointAt,
    Remove,
    Resize,
    Resume,
    Suspend,
    Terminate,
    Together,
)
from pulumi_rolling.errors import FleetError, PermanentFleetError, TemporaryFleetError
from pulumi_rolling.fleets.alibaba.api import AlibabaApi, Answer
from pulumi_rolling.fleets.alibaba.launch_templates import parts
from pulumi_rolling.fleets.alibaba.place import ESS
from pulumi_rolling.fleets.alibaba.refused import BUSY
from pulumi_rolling.fleets.alibaba.tags import GROUP
from pulumi_rolling.fleets.ess_scaling_group.activities import OURS
from pulumi_rolling.fleets.ess_scaling_group.description import Listed
from pulumi_rolling.fleets.ess_scaling_group.sizes import Counted

_GONE = "InvalidInstanceId.NotFound"
_UNCHANGED = "IncorrectCapacity.NoChange"
_LATER = frozenset({"IncorrectCapacity.MinSize", "IncorrectInstanceStatus"})
"""Refusals of a removal that the group outgrows: a look was older than the group, or a member is on its way."""


class GroupActs:
    """``member`` brings one instance as the group lists it now, by one request that is sent once."""

    def __init__(
        self, group: str, api: AlibabaApi, sizes: Counted, member: Callable[[str], Listed | None]
    ) -> None:
        self._group = group
        self._api = api
        self._sizes = sizes
        self._member = member

    def carry_out(self, action: Action) -> None:
        match action:
            case Suspend(processes):
                self._do("SuspendProcesses", Processes=sorted(processes))
            case Resume(processes):
                self._do("ResumeProcesses", Processes=sorted(processes))
            case PointAt(revision):
                self._do("ModifyScalingGroup", **_pointing_at(revision.address))
            case Resize(least, desired):
                sizes = self._sizes.written(least, desired)
                if sizes:
                    self._do("ModifyScalingGroup", **sizes)
            case Terminate(member, replaced):
                self._remove([member], decrease=not replaced)
            case Remove(member):
                # A member in standby counts toward the expected number, which falls with it.
                self._remove([member], decrease=True)
            case Together(acts):
                self._remove([one.member for one in acts], decrease=True)
            case Adjust(change):
                self._adjust(change)

    def write_tags(self, values: Mapping[str, str]) -> None:
        """All in one call; new members do not inherit them."""
        tags = [{"Key": key, "Value": value, "Propagate": False} for key, value in values.items()]
        self._api.call(ESS, "TagResources", ResourceType=GROUP, ResourceIds=[self._group], Tags=tags)

    def remove_tags(self, keys: list[str]) -> None:
        self._api.call(ESS, "UntagResources", ResourceType=GROUP, ResourceIds=[self._group], TagKeys=keys)

    def _do(self, operation: str, **parameters: Any) -> None:
        self._api.call(ESS, operation, ScalingGroupId=self._group, **parameters)

    def _adjust(self, change: int) -> None:
        def send(token: str, attempts: int) -> None:
            try:
                self._api.attempt(
                    ESS,
                    "ScaleWithAdjustment",
                    ScalingGroupId=self._group,
                    AdjustmentType="QuantityChangeInCapacity",
                    AdjustmentValue=change,
                    ActivityMetadata=OURS,
                    ClientToken=token,
                )
            except PermanentFleetError as error:
                if error.code != _UNCHANGED:
                    raise

        self._once(send)

    def _remove(self, members: Sequence[str], *, decrease: bool) -> None:
        """Success also when all are gone already. A repeated attempt looks first."""

        def send(token: str, attempts: int) -> None:
            left = [each for each in members if attempts == 1 or not self._is_gone(each)]
            if not left:
                return
            try:
                self._api.attempt(
                    ESS,
                    "RemoveInstances",
                    ScalingGroupId=self._group,
                    InstanceIds=left,
                    DecreaseDesiredCapacity=decrease,
                    IgnoreInvalidInstance=True if len(left) > 1 else None,
                    RemovePolicy="release",
                    ClientToken=token,
                )
            except PermanentFleetError as error:
                if error.code in _LATER:
                    raise _later(error) from error
                if error.code != _GONE:
                    raise

        self._once(send)

    def _once(self, send: Callable[[str, int], None]) -> None:
        """``send`` is given a token and how often it was called, and has one effect.

        An attempt whose answer was lost is repeated with its token. One that was refused has done nothing, and the next
        has a token of its own.
        """
        token, attempts = uuid.uuid4().hex, 0

        def attempt() -> None:
            nonlocal token, attempts
            attempts += 1
            try:
                send(token, attempts)
            except TemporaryFleetError as error:
                if error.code in BUSY | _LATER or "Throttling" in error.code:
                    token = uuid.uuid4().hex
                raise

        self._api.under_retry(attempt)

    def _is_gone(self, member: str) -> bool:
        found = self._member(member)
        return found is None or found.lifecycle is Lifecycle.LEAVING


def _later(error: FleetError) -> TemporaryFleetError:
    return TemporaryFleetError(error.message, operation=error.operation, code=error.code)


def _pointing_at(address: str) -> Answer:
    template, version = parts(address)
    if template:
        return {"LaunchTemplateId": template, "LaunchTemplateVersion": version}
    return {"ActiveScalingConfigurationId": address}
