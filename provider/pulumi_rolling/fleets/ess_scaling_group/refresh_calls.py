"""The calls by which an ESS instance refresh is begun, steered and returned, and their refusals in our tree of errors.

ESS publishes no codes for "another one is running" and "not in this state". So a refusal is read by looking again: what
is already as it should be is no error, and an active refresh in the way of a start is the reason for its refusal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pulumi_rolling.errors import BusyFleetError, PermanentFleetError
from pulumi_rolling.fleets.alibaba.api import AlibabaApi, Answer
from pulumi_rolling.fleets.alibaba.launch_templates import parts
from pulumi_rolling.fleets.alibaba.place import ESS
from pulumi_rolling.fleets.ess_scaling_group import refresh_answers as answers
from pulumi_rolling.fleets.ess_scaling_group.description import ACTIVE_REFRESH

NEWEST = 10
"""Refreshes that a look without an id brings: one can be active at a time, and it is the newest."""
NOBODY = "InvalidInstance.NoInstanceNeedBeRefreshed"
_LONGEST_TOKEN = 64


def desired_configuration(address: str, overrides: Sequence[str]) -> Answer:
    """What a refresh is told to make, always by an id or a number: nothing leads back to Default or Latest.

    ``overrides``: the group's own instance types, which a template takes along: ESS does not say what becomes of those
    that are not sent.
    """
    template, version = parts(address)
    if not template:
        return {"ScalingConfigurationId": address}
    types = {"LaunchTemplateOverrides": [{"InstanceType": each} for each in overrides]} if overrides else {}
    return {"LaunchTemplateId": template, "LaunchTemplateVersion": version, **types}


class RefreshCalls:
    def __init__(self, group: str, api: AlibabaApi) -> None:
        self._group = group
        self._api = api

    def newest(self) -> list[Answer]:
        return self._described(MaxResults=NEWEST)

    def one(self, ident: str) -> Answer | None:
        """By its id; None where ESS does not tell of it."""
        found = self._described(InstanceRefreshTaskIds=[ident])
        return next((each for each in found if each["InstanceRefreshTaskId"] == ident), None)

    def start(self, desired: Answer, preferences: Mapping[str, Any], token: str) -> str:
        """The id; sent twice with equal parameters it begins one."""
        try:
            answer = self._api.call(
                ESS,
                "StartInstanceRefresh",
                ScalingGroupId=self._group,
                DesiredConfiguration=desired,
                ClientToken=_token(token, desired, preferences),
                **preferences,
            )
        except PermanentFleetError as error:
            if error.code == NOBODY:
                raise
            active = next((each for each in self.newest() if each["Status"] in ACTIVE_REFRESH), None)
            if active is None:
                raise
            raise BusyFleetError(
                f"instance refresh {active['InstanceRefreshTaskId']} is {active['Status']} and in the way on group "
                f"{self._group}",
                operation=error.operation,
                code=error.code,
            ) from error
        return str(answer["InstanceRefreshTaskId"])

    def suspend(self, ident: str) -> None:
        """Nothing where it is suspended already."""
        self._move("SuspendInstanceRefresh", ident, lambda status: status == answers.PAUSED)

    def resume(self, ident: str) -> None:
        """Nothing where it is not suspended. Whether it ends a pause at a checkpoint is not published."""
        self._move("ResumeInstanceRefresh", ident, lambda status: status != answers.PAUSED)

    def cancel(self, ident: str) -> None:
        """Nothing where it is over. What was replaced stays replaced; what ESS returns it goes on returning."""
        done = (answers.CANCELLING,)
        try:
            self._move(
                "CancelInstanceRefresh", ident, lambda status: status in done or status not in ACTIVE_REFRESH
            )
        except PermanentFleetError as error:
            told = self.one(ident)
            if told is None or told["Status"] != answers.RETURNING:
                raise
            raise PermanentFleetError(
                f"ESS is returning instance refresh {ident}, and nobody can cancel that: {error.message}",
                operation=error.operation,
                code=error.code,
                hint="See in the group's scaling activities what it waits for; where it is that the launch template "
                "version of the group was deleted, point the group at one that exists",
            ) from error

    def roll_back(self, ident: str) -> None:
        """Nothing where it returns already; one that is over ESS does not return."""
        try:
            self._move("RollbackInstanceRefresh", ident, lambda status: status == answers.RETURNING)
        except PermanentFleetError as error:
            raise PermanentFleetError(
                f"ESS does not return instance refresh {ident}: {error.message}",
                operation=error.operation,
                code=error.code,
                hint=error.hint or "The way back is another refresh to what the group had before.",
            ) from error

    def _move(self, operation: str, ident: str, is_so: Callable[[str], bool]) -> None:
        try:
            self._api.call(ESS, operation, ScalingGroupId=self._group, InstanceRefreshTaskId=ident)
        except PermanentFleetError:
            told = self.one(ident)
            if told is None or not is_so(str(told["Status"])):
                raise

    def _described(self, **which: Any) -> list[Answer]:
        answer = self._api.call(ESS, "DescribeInstanceRefreshes", ScalingGroupId=self._group, **which)
        found: list[Answer] = answer["InstanceRefreshTasks"]
        return found


def _token(token: str, *parameters: Any) -> str:
    """ESS refuses a token that comes again with other parameters, as after a change of the policy."""
    told = json.dumps(parameters, sort_keys=True, default=str)
    return f"{token}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"[-_LONGEST_TOKEN:]
