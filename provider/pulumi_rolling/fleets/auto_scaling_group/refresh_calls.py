"""The calls by which an instance refresh is begun, ended and returned, and their refusals in our tree of errors.

Cancel and rollback name the group and not the refresh, and would hit whatever is active. So each asks first whether the
refresh that is meant is the active one; a stranger's is never ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_rolling.errors import BusyFleetError, PermanentFleetError
from pulumi_rolling.fleets.auto_scaling_group.description import ACTIVE_REFRESH
from pulumi_rolling.fleets.aws.api import AUTO_SCALING, Answer, AwsApi

NEWEST = 5
"""Refreshes that a look without an id brings: only one can be active (facts/aws.md 1.1), and it is the newest."""
RETURNING = "RollbackInProgress"


class RefreshCalls:
    def __init__(self, name: str, api: AwsApi) -> None:
        self._name = name
        self._api = api
        self._seen: set[str] = set()
        """Ids that were told before; what is not among them began since."""

    def newest(self) -> list[Answer]:
        return self._described(self._api.call(AUTO_SCALING, "DescribeInstanceRefreshes", **self._page()))

    def one(self, ident: str) -> Answer | None:
        """By its id; None where the service does not tell of it."""
        found = self._described(
            self._api.call(
                AUTO_SCALING,
                "DescribeInstanceRefreshes",
                AutoScalingGroupName=self._name,
                InstanceRefreshIds=[ident],
            )
        )
        return found[0] if found else None

    def start(self, desired: Answer, preferences: Mapping[str, Any]) -> str:
        """The id. The group itself is not touched: the service stores the configuration when it succeeds.

        An attempt whose answer was lost may have begun one, so a repeated one looks first.
        """
        seen, attempts = frozenset(self._seen), 0

        def attempt() -> str:
            nonlocal attempts
            attempts += 1
            if attempts > 1:
                begun = self._begun_since(seen, desired)
                if begun:
                    return begun
            answer = self._api.attempt(
                AUTO_SCALING,
                "StartInstanceRefresh",
                AutoScalingGroupName=self._name,
                Strategy="Rolling",
                DesiredConfiguration=desired,
                Preferences=dict(preferences),
            )
            return str(answer["InstanceRefreshId"])

        try:
            return self._api.under_retry(attempt)
        except PermanentFleetError as error:
            if error.code != "InstanceRefreshInProgress":
                raise
            raise self._busy(error) from error

    def cancel(self, ident: str) -> None:
        """Nothing where it is over. What was replaced stays replaced."""
        refresh = self.one(ident)
        if refresh is None or refresh["Status"] not in ACTIVE_REFRESH or refresh["Status"] == "Cancelling":
            return
        try:
            self._api.call(AUTO_SCALING, "CancelInstanceRefresh", AutoScalingGroupName=self._name)
        except PermanentFleetError as error:
            if error.code != "ActiveInstanceRefreshNotFound":
                raise

    def roll_back(self, ident: str) -> None:
        """Nothing where it returns already; one that is over the service does not return."""
        refresh = self.one(ident)
        status = "not told of any more" if refresh is None else refresh["Status"]
        if status == RETURNING:
            return
        if status not in ACTIVE_REFRESH:
            raise self._refused(ident, f"it is {status}", code="ActiveInstanceRefreshNotFound")
        try:
            self._api.call(AUTO_SCALING, "RollbackInstanceRefresh", AutoScalingGroupName=self._name)
        except PermanentFleetError as error:
            reason = _WHY_NOT.get(error.code)
            if reason is None:
                raise
            raise self._refused(ident, reason, code=error.code) from error

    def _page(self) -> Answer:
        return {"AutoScalingGroupName": self._name, "MaxRecords": NEWEST}

    def _described(self, answer: Answer) -> list[Answer]:
        found: list[Answer] = answer["InstanceRefreshes"]
        self._seen.update(str(each["InstanceRefreshId"]) for each in found)
        return found

    def _begun_since(self, seen: frozenset[str], desired: Answer) -> str:
        """The one refresh that was not told before and goes where ours was to go; empty where there is none."""
        page = self._described(self._api.attempt(AUTO_SCALING, "DescribeInstanceRefreshes", **self._page()))
        new = [str(each["InstanceRefreshId"]) for each in page if _goes_to(each, desired)]
        new = [ident for ident in new if ident not in seen]
        return new[0] if len(new) == 1 else ""

    def _busy(self, error: PermanentFleetError) -> BusyFleetError:
        active = next((each for each in self.newest() if each["Status"] in ACTIVE_REFRESH), None)
        what = (
            "another instance refresh"
            if active is None
            else f"instance refresh {active['InstanceRefreshId']}"
        )
        how = "was" if active is None else f"is {active['Status']}"
        return BusyFleetError(
            f"{what} {how} in the way on group {self._name}", operation=error.operation, code=error.code
        )

    def _refused(self, ident: str, reason: str, *, code: str) -> PermanentFleetError:
        return PermanentFleetError(
            f"the service does not return instance refresh {ident}: {reason}",
            operation="RollbackInstanceRefresh",
            code=code,
            hint="The way back is another refresh to the former version.",
        )


_WHY_NOT: Mapping[str, str] = {
    "IrreversibleInstanceRefresh": "the configuration that the group has stored names no version or no image, or the "
    "refresh has no desired configuration",
    "ActiveInstanceRefreshNotFound": "it is over",
}
"""Refusals of RollbackInstanceRefresh by their codes (EC2 Auto Scaling API reference)."""


def _goes_to(refresh: Answer, desired: Answer) -> bool:
    """By template and version: the rest of a mixed instances policy comes back with members that nobody sent."""
    return _template(refresh.get("DesiredConfiguration") or {}) == _template(desired)


def _template(configuration: Answer) -> tuple[str, str]:
    mixed = (configuration.get("MixedInstancesPolicy") or {}).get("LaunchTemplate") or {}
    template = configuration.get("LaunchTemplate") or mixed.get("LaunchTemplateSpecification") or {}
    return str(template.get("LaunchTemplateId", "")), str(template.get("Version", ""))
