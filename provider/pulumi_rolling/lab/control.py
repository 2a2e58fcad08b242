"""What a user of AWS's lab does beside the cloud's API and what every lab has: read the truth, move."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pulumi_rolling.lab.common_control import CommonControl
from pulumi_rolling.lab.misfortunes import befall
from pulumi_rolling.lab.other_parties import move
from pulumi_rolling.lab.service_truth import found, found_task, service_truth
from pulumi_rolling.lab.task_misfortunes import befall_task
from pulumi_rolling.lab.truth import group_truth
from pulumi_rolling.lab.world.capacity import Capacity
from pulumi_rolling.lab.world.ecs.rules import ServiceRules
from pulumi_rolling.lab.world.ecs.service import services
from pulumi_rolling.lab.world.refresh_rules import RefreshRules

if TYPE_CHECKING:
    from pulumi_rolling.lab.state import LabState

REGION = "us-east-1"


class Control(CommonControl):
    """The methods of AWS's lab; keywords are spelled as in the JSON of the HTTP interface."""

    def __init__(self, state: Callable[[], LabState]) -> None:
        """`state` gives the lab's state, waiting for it if it is not there yet."""
        super().__init__(state)
        self._get = state

    @property
    def _state(self) -> LabState:
        return self._get()

    def type(self, instance_type: str, capacity: int | None = None) -> dict[str, Any]:
        """Say how many instances of a type there is room for; None: any number."""
        with self._state.cloud() as cloud:
            cloud.part(Capacity).set(instance_type, capacity)
            return dict(cloud.part(Capacity).by_type)

    def types(self) -> dict[str, Any]:
        with self._state.cloud() as cloud:
            return dict(cloud.part(Capacity).by_type)

    def groups(self) -> list[str]:
        with self._state.cloud() as cloud:
            return [name for _, name in cloud.groups]

    def group(self, name: str, region: str | None = None) -> dict[str, Any]:
        """The truth about a group, without the API's delays; KeyError when there is none of that name."""
        with self._state.cloud() as cloud:
            return group_truth(cloud, cloud.found(name, region))

    def history(self, name: str, region: str | None = None) -> list[dict[str, Any]]:
        """Change points of a group, also of one that has been deleted."""
        with self._state.cloud() as cloud:
            former = [g for g in cloud.deleted if g.name == name and region in (None, g.region)]
            try:
                return list(cloud.found(name, region).history.points)
            except KeyError:
                if not former:
                    raise
                return list(former[-1].history.points)

    def alarm(self, name: str, state: str) -> None:
        """Set a CloudWatch alarm to OK, ALARM or INSUFFICIENT_DATA; one that is not there is made."""
        self._state.order_alarm(REGION, name, state)

    def alarms(self) -> dict[str, Any]:
        return self._state.alarms()

    def refresh_rules(self, **rules: Any) -> dict[str, Any]:
        """Say what instance refreshes do where AWS is slow or its documents are silent; all rules as they stand."""
        with self._state.cloud() as cloud:
            cloud.part(RefreshRules).set(rules)
            return cloud.part(RefreshRules).as_json()

    def member(self, instance_id: str, do: str) -> None:
        """Let a misfortune befall an instance."""
        with self._state.cloud() as cloud:
            befall(cloud, cloud.machines[instance_id], do)

    def move_group(self, name: str, **moves: Any) -> dict[str, Any]:
        """Do to a group what another party would do."""
        with self._state.cloud() as cloud:
            group = cloud.found(name)
            move(cloud, group, moves)
            cloud.agenda.catch_up()
            return group_truth(cloud, group)

    def service_rules(self, **rules: Any) -> dict[str, Any]:
        """Say what services do where ECS is slow or its documents are silent; all rules as they stand."""
        with self._state.cloud() as cloud:
            cloud.part(ServiceRules).set(rules)
            return cloud.part(ServiceRules).as_json()

    def services(self) -> list[str]:
        """Each service as `cluster/name`."""
        with self._state.cloud() as cloud:
            return [f"{each.cluster}/{each.name}" for each in services(cloud)]

    def service(self, name: str, cluster: str = "default", region: str | None = None) -> dict[str, Any]:
        """The truth about a service, without the API's delays; KeyError when there is none of that name."""
        with self._state.cloud() as cloud:
            return service_truth(cloud, found(cloud, cluster, name, region))

    def service_history(
        self, name: str, cluster: str = "default", region: str | None = None
    ) -> list[dict[str, Any]]:
        """Change points of a service, also of one that has been deleted."""
        with self._state.cloud() as cloud:
            return list(found(cloud, cluster, name, region).points)

    def move_service(self, name: str, cluster: str = "default", **moves: Any) -> dict[str, Any]:
        """Do to a service what another party would do."""
        return self._state.move_service(cluster, name, moves)

    def task(self, task_id: str, do: str) -> None:
        """Let a misfortune befall a task of a service."""
        with self._state.cloud() as cloud:
            befall_task(cloud, *found_task(cloud, task_id), do)
