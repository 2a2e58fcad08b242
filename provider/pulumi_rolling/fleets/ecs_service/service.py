"""One ECS service as preview, diff, read and delete know it: its description, its revisions, its marks.

A look costs one DescribeServices, shared with nine other services of the cluster. A service's revision is its task
definition. What it holds to, its pointer, is that of the last deployment that was completed, or of one that failed and
was not returned: ``taskDefinition`` of the service is that of whatever was begun last.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from pulumi_rolling.cloud_time import steady
from pulumi_rolling.core.delegate.operation import Operation, State
from pulumi_rolling.core.model.member import Revision
from pulumi_rolling.fleets.aws.api import Answer, AwsApi
from pulumi_rolling.fleets.aws.place import Place
from pulumi_rolling.fleets.aws.shared_poll import Look
from pulumi_rolling.fleets.aws.tags import SHELF
from pulumi_rolling.fleets.base import Glance, Retry
from pulumi_rolling.fleets.ecs_service import description as described
from pulumi_rolling.fleets.ecs_service.calls import EcsCalls
from pulumi_rolling.fleets.ecs_service.definitions import definitions_of
from pulumi_rolling.fleets.ecs_service.names import full_name, named
from pulumi_rolling.fleets.ecs_service.operations import Operations
from pulumi_rolling.fleets.ecs_service.poll import services_of

FRESH = 1.0
"""Seconds for which a description made for another service's look also serves this one."""


class OneService:
    """What preview, diff, read and delete need, but for the facts."""

    shelf = SHELF

    def __init__(
        self,
        cluster: str | None,
        service: str,
        *,
        wanted: str | None,
        place: Place,
        retry: Retry[Any],
        clock: Callable[[], float] = steady,
    ) -> None:
        """``wanted``: the task definition as written; None where it is not known yet. Nothing is called."""
        self._cluster, self._service = named(cluster, service)
        self.name = full_name(self._cluster, self._service)
        self._wanted = wanted
        self._clock = clock
        self._api = AwsApi(place, retry, region_path=f"{described.PATH}.region")
        self._poll = services_of(place, self._cluster)
        self._definitions = definitions_of(place)
        self._operations = Operations(self._service, self._cluster, self._api, self._definitions)
        self._calls = EcsCalls(self._service, self._cluster, self._api, self._as_it_is)
        self._acted_at = clock()
        """Making the fleet counts as an act: the program may have changed the service a moment before."""
        self._looked_at = 0.0
        self._poll.register(self._service)

    @property
    def place(self) -> Place:
        return self._api.place

    @property
    def call(self) -> str:
        return self.place.call(self.name)

    def api_calls(self) -> int:
        return self._api.count()

    def glance(self) -> Glance:
        """The light look of a diff. A task definition that was read once is not read again."""
        service = self._look().description
        pointer = self._pointer(service)
        return Glance(
            target=self.target(),
            current=self._current(pointer),
            pointer=pointer,
            tags=described.tags(service),
            counts=self._counts(service),
            notes=self._floating(),
        )

    def target(self) -> Revision:
        """What the task definition wanted stands for now."""
        if self._wanted is None:
            raise ValueError("the task definition is not known yet")
        return self._definitions.resolve(self._api, self._wanted)

    def at(self, address: str) -> Revision:
        return self._definitions.at(self._api, address)

    def contents(self, revision: Revision) -> Answer:
        """What was registered."""
        self._definitions.at(self._api, revision.address)
        return self._definitions.contents(revision.address)

    def marks(self) -> Mapping[str, str]:
        return described.marks(self._look().description)

    def write_marks(self, marks: Mapping[str, str]) -> None:
        if marks:
            self._calls.tag(self._arn(), marks)
            self._has_acted()

    def remove_marks(self, keys: list[str]) -> None:
        if keys:
            self._calls.untag(self._arn(), keys)
            self._has_acted()

    def give_back(self, record: Any) -> None:
        """Nothing stands still by our act, and no size is changed by one."""

    def configure(self, configuration: Mapping[str, Any]) -> None:
        """The deploymentConfiguration alone, which starts nothing and holds for the next deployment.

        This is how a policy that failed is taken back: ECS returns task definitions, and no configuration.
        """
        as_it_is = described.configuration(self._api.under_retry(self._as_it_is))
        if dict(configuration) != dict(as_it_is):
            self._calls.configure(configuration)
            self._has_acted()

    def point_at(self, revision: Revision) -> None:
        """Nothing: a service points by its deployments alone, and tasks of equal contents need none."""

    def _pointer(self, service: Answer, operations: tuple[Operation, ...] = ()) -> str:
        """ARN of the task definition to which the service holds while no operation says otherwise."""
        primary, good = described.primary(service), described.good(service)
        if primary is None:
            return str(service.get("taskDefinition") or "")
        told = next((each for each in operations if each.id == primary.id), None)
        if told is not None and told.state in (State.FAILED, State.STOPPED):
            return primary.definition
        if good is not None:
            return good.definition
        return self._operations.last_good() or primary.definition

    def _current(self, pointer: str) -> Revision | None:
        if not pointer:
            return None
        revision = self._definitions.at(self._api, pointer)
        return revision if revision.exists else None

    def _counts(self, service: Answer) -> Counter[Revision]:
        counts: Counter[Revision] = Counter()
        for arn, number in described.runs(service).items():
            counts[self._definitions.at(self._api, arn)] += number
        return counts

    def _floating(self) -> tuple[str, ...]:
        """A family alone is its newest number now; one that the same update registers is not known in preview."""
        wanted = self._wanted
        if wanted is None or wanted.rpartition(":")[2].isdigit():
            return ()
        return (
            f"{wanted} is {self.target()} now; where the same update registers a newer one, this plan does not know "
            "of it. Name it: task_definition=definition.arn.",
        )

    def _look(self) -> Look:
        """Newer than our last act and our last look; what another service's look brought meanwhile will do."""
        not_before = max(self._acted_at, math.nextafter(self._looked_at, math.inf), self._clock() - FRESH)
        look = self._api.under_retry(lambda: self._poll.look(self._service, not_before, self._api))
        self._looked_at = look.at
        return look

    def _as_it_is(self) -> Answer:
        return self._poll.look(self._service, self._clock(), self._api).description

    def _arn(self) -> str:
        """Tags are for ARNs; a description of any age tells it."""
        look = self._api.under_retry(lambda: self._poll.look(self._service, 0.0, self._api))
        return str(look.description["serviceArn"])

    def _has_acted(self) -> None:
        self._acted_at = self._clock()
