"""The calls by which a deployment of a service is begun, steered, ended and returned, and what refuses them.

Those that end one name it by its ARN, so a stranger's is never hit. UpdateService does not: it supersedes whatever is
at work. So the service is looked at once more before it, and what has begun since the last look is in the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_rolling.errors import BusyFleetError, PermanentFleetError
from pulumi_rolling.fleets.aws.api import ECS, Answer, AwsApi
from pulumi_rolling.fleets.ecs_service import description as described
from pulumi_rolling.fleets.ecs_service.answers import awaiting, is_over

ABORT, ROLLBACK = "ABORT", "ROLLBACK"
_OVER_ALREADY = frozenset(
    {"ConflictException", "ServiceDeploymentNotFoundException", "InvalidParameterException"}
)
_BAKE_TIME = "bakeTimeInMinutes"
_NOT_WITH_IT = frozenset({"InvalidParameterException", "ClientException"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a deployment is begun with. ``configuration`` None: as the service has it."""

    definition: str
    configuration: Mapping[str, Any] | None = None
    force: bool = False


class EcsCalls:
    """``describe`` brings the service as it is now, by one request that is sent once."""

    def __init__(self, service: str, cluster: str, api: AwsApi, describe: Callable[[], Answer]) -> None:
        self._named = {"cluster": cluster, "service": service}
        self._api = api
        self._describe = describe

    def start(self, wanted: Wanted, primary: str | None) -> str:
        """Id of the deployment: that of the primary one in the answer. ``primary``: that of the last look.

        An attempt whose answer was lost may have begun one, so a repeated one looks first.
        """
        attempts, before = 0, primary

        def attempt() -> str:
            nonlocal attempts, before
            attempts += 1
            now = described.primary(self._describe())
            there = None if now is None else now.id
            if now is not None and there != before and before is not None:
                if attempts > 1 and now.definition == wanted.definition:
                    return now.id
                raise self._busy(now)
            before = there
            # The same task definition begins nothing unless it is told to.
            force = wanted.force or (now is not None and now.definition == wanted.definition)
            told = {} if wanted.configuration is None else {"deploymentConfiguration": wanted.configuration}
            answer = self._api.attempt(
                ECS,
                "UpdateService",
                **self._named,
                taskDefinition=wanted.definition,
                **told,
                **({"forceNewDeployment": True} if force else {}),
            )
            begun = described.primary(answer["service"])
            if begun is None or begun.id == there:
                raise PermanentFleetError(
                    f"no deployment was started: {there or 'none'} is still the primary one of service "
                    f"{self._named['service']}",
                    operation="UpdateService",
                    code="NothingStarted",
                )
            return begun.id

        return self._api.under_retry(attempt)

    def configure(self, configuration: Mapping[str, Any]) -> None:
        """A configuration alone starts nothing, and holds for the next deployment; done twice it changes nothing.

        What it does not name may stay (it is documented nowhere). A bake time that stayed is ended by a call of its
        own, since it would hold for the next strategy that shifts traffic. It is no fault where ECS refuses that call:
        the document has bake times with such strategies alone.
        """
        answer = self._configured(configuration)
        if answer.get(_BAKE_TIME) and _BAKE_TIME not in configuration:
            try:
                self._configured({**configuration, _BAKE_TIME: 0})
            except PermanentFleetError as error:
                if error.code not in _NOT_WITH_IT:
                    raise

    def _configured(self, configuration: Mapping[str, Any]) -> Mapping[str, object]:
        """The service's configuration after that."""
        answer = self._api.call(ECS, "UpdateService", **self._named, deploymentConfiguration=configuration)
        return described.configuration(answer["service"])

    def end(self, arn: str, how: str) -> None:
        """``how``: ABORT, which returns nothing, or ROLLBACK. One that is over already is refused."""
        self._api.call(ECS, "StopServiceDeployment", serviceDeploymentArn=arn, stopType=how)

    def stop(self, arn: str) -> None:
        """Nothing where it is over."""
        try:
            self.end(arn, ABORT)
        except PermanentFleetError as error:
            if error.code not in _OVER_ALREADY or not self._is_over(arn):
                raise

    def go_on(self, arn: str, hook: str) -> None:
        """Nothing where the hook waits no more."""
        try:
            self._api.call(
                ECS, "ContinueServiceDeployment", serviceDeploymentArn=arn, hookId=hook, action="CONTINUE"
            )
        except PermanentFleetError as error:
            if error.code not in _OVER_ALREADY or self._awaits(arn, hook):
                raise

    def tag(self, arn: str, values: Mapping[str, str]) -> None:
        tags = [{"key": key, "value": value} for key, value in values.items()]
        self._api.call(ECS, "TagResource", resourceArn=arn, tags=tags)

    def untag(self, arn: str, keys: list[str]) -> None:
        self._api.call(ECS, "UntagResource", resourceArn=arn, tagKeys=keys)

    def _is_over(self, arn: str) -> bool:
        rollout = self._one(arn)
        return rollout is None or is_over(rollout) or rollout["status"] == "STOP_REQUESTED"

    def _awaits(self, arn: str, hook: str) -> bool:
        rollout = self._one(arn)
        return rollout is not None and any(each["hookId"] == hook for each in awaiting(rollout))

    def _one(self, arn: str) -> Answer | None:
        answer = self._api.call(ECS, "DescribeServiceDeployments", serviceDeploymentArns=[arn])
        found: list[Answer] = answer["serviceDeployments"]
        return found[0] if found else None

    def _busy(self, now: described.Deployed) -> BusyFleetError:
        return BusyFleetError(
            f"deployment {now.id} of service {self._named['service']} began a moment before",
            operation="UpdateService",
            code="DeploymentStarted",
        )
