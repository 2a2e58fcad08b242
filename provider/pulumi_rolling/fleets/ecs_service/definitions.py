"""Task definitions as revisions: by their contents, which never change, and by the words that people use for them."""

from __future__ import annotations

import threading
from typing import Any

from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.aws.api import ECS, Answer, AwsApi
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.fleets.contents import digest_of, gone

ACTIVE = "ACTIVE"
_NOT_REGISTERED = frozenset(
    {
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
        "deleteRequestedAt",
    }
)
"""What ECS adds to what was registered (TaskDefinition, ECS API)."""
_UNORDERED = {"environment": "name", "secrets": "name"}
"""Lists of a container in which the order means nothing, and by what they are sorted."""


class TaskDefinitions:
    """By ARN, kept for the life of the process. Whether one is still ACTIVE is as it was when it was read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Revision] = {}
        self._contents: dict[str, Answer] = {}
        self._inactive: set[str] = set()

    def resolve(self, api: AwsApi, wanted: str) -> Revision:
        """What somebody's words stand for now: an ARN, family:revision, or a family, which is its newest ACTIVE one."""
        try:
            return self._read(api, wanted, must_be_active=True)
        except PermanentFleetError as error:
            if not _means_gone(error):
                raise
            raise PermanentFleetError(
                f"There is no task definition {wanted!r} in {api.place}.", operation=error.operation
            ) from error

    def at(self, api: AwsApi, arn: str) -> Revision:
        """The revision of an ARN; one that is gone has a digest that matches nothing."""
        with self._lock:
            known = self._known.get(arn)
        if known is not None:
            return known
        try:
            return self._read(api, arn)
        except PermanentFleetError as error:
            if not _means_gone(error):
                raise
            return gone(arn, label_of(arn))

    def contents(self, arn: str) -> Answer:
        """What was registered, of one that was read; empty for any other."""
        with self._lock:
            return self._contents.get(arn, {})

    def is_inactive(self, arn: str) -> bool:
        """The service goes on with it and may return to it; no other deployment leads there."""
        with self._lock:
            return arn in self._inactive

    def _read(self, api: AwsApi, wanted: str, *, must_be_active: bool = False) -> Revision:
        answer = api.call(ECS, "DescribeTaskDefinition", taskDefinition=wanted)["taskDefinition"]
        arn = str(answer["taskDefinitionArn"])
        contents = registered(answer)
        revision = Revision(arn, digest_of(contents), label_of(arn))
        inactive = answer.get("status", ACTIVE) != ACTIVE
        with self._lock:
            self._known[arn], self._contents[arn] = revision, contents
            (self._inactive.add if inactive else self._inactive.discard)(arn)
        if must_be_active and inactive:
            raise PermanentFleetError(
                f"task definition {revision} is {answer['status']}, and ECS deploys only what is ACTIVE",
                operation="DescribeTaskDefinition",
                hint="Register it again, and name the new number.",
            )
        return revision


def label_of(arn: str) -> str:
    """``arn:...:task-definition/web:3`` as people call it: ``web:3``."""
    return arn.rpartition("/")[2]


def registered(definition: Answer) -> Answer:
    """What members are made from; what is empty is the same as what is not there."""
    kept: Answer = _without_empty({k: v for k, v in definition.items() if k not in _NOT_REGISTERED})
    containers = [_in_order(each) for each in kept.get("containerDefinitions", [])]
    return kept | ({"containerDefinitions": containers} if containers else {})


def _in_order(container: Answer) -> Answer:
    ordered = {
        key: sorted(container[key], key=lambda one, by=by: str(one.get(by)))  # type: ignore[misc]
        for key, by in _UNORDERED.items()
        if key in container
    }
    return container | ordered


def _without_empty(told: Any) -> Any:
    if isinstance(told, dict):
        cleaned = {key: _without_empty(each) for key, each in told.items()}
        return {key: each for key, each in cleaned.items() if each not in (None, "", [], {})}
    return [_without_empty(each) for each in told] if isinstance(told, list) else told


def _means_gone(error: PermanentFleetError) -> bool:
    """ "Unable to describe task definition." (live answers) has the code of all that a client does wrong."""
    return error.code == "ClientException"


_definitions: dict[Place, TaskDefinitions] = {}
_lock = threading.Lock()


def definitions_of(place: Place) -> TaskDefinitions:
    """The one store of this process for that place."""
    with _lock:
        return _definitions.setdefault(place, TaskDefinitions())
