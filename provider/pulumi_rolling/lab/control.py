"""What a user of the lab does beside the cloud's API: describe images, order faults, read the truth, move."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pulumi_rolling.lab.faults import fault_from
from pulumi_rolling.lab.moves import befall, move
from pulumi_rolling.lab.truth import group_truth
from pulumi_rolling.lab.world.behaviour import behaviour_from

if TYPE_CHECKING:
    from pulumi_rolling.lab.stage import Stage

REGION = "us-east-1"


class Control:
    """The methods of the lab; keywords are spelled as in the JSON of the HTTP interface."""

    def __init__(self, stage: Callable[[], Stage]) -> None:
        """`stage` gives the lab's state, waiting for it if it is not there yet."""
        self._the_stage = stage

    @property
    def _stage(self) -> Stage:
        return self._the_stage()

    def image(self, image: str, **behaviour: Any) -> dict[str, Any]:
        """Say how instances launched from an image behave from now on."""
        described = behaviour_from(behaviour)
        with self._stage.cloud() as cloud:
            cloud.behaviours.by_image[image] = described
        return described.as_json()

    def images(self) -> dict[str, Any]:
        with self._stage.cloud() as cloud:
            return {image: behaviour.as_json() for image, behaviour in cloud.behaviours.by_image.items()}

    def fault(self, action: str = "*", **fault: Any) -> dict[str, Any]:
        """Order a fault for an action, or for all (`*`)."""
        described = fault_from(fault)
        with self._stage.cloud():
            self._stage.faults.by_action[action] = described
        return described.as_json()

    def clear_fault(self, action: str | None = None) -> None:
        """Take back the fault of an action, or all faults."""
        with self._stage.cloud():
            if action is None:
                self._stage.faults.by_action.clear()
            else:
                self._stage.faults.by_action.pop(action, None)

    def faults(self) -> dict[str, Any]:
        with self._stage.cloud():
            return {action: fault.as_json() for action, fault in self._stage.faults.by_action.items()}

    def calls(self, log: bool = False) -> dict[str, Any]:
        with self._stage.cloud():
            return self._stage.calls.as_json(log)

    def clear_calls(self) -> None:
        with self._stage.cloud():
            self._stage.calls.log.clear()

    def groups(self) -> list[str]:
        with self._stage.cloud() as cloud:
            return [name for _, name in cloud.groups]

    def group(self, name: str) -> dict[str, Any]:
        """The truth about a group, without the API's delays; KeyError when there is none of that name."""
        with self._stage.cloud() as cloud:
            return group_truth(cloud, cloud.found(name))

    def history(self, name: str) -> list[dict[str, Any]]:
        """Change points of a group, also of one that has been deleted."""
        with self._stage.cloud() as cloud:
            former = [group for group in cloud.deleted if group.name == name]
            try:
                return list(cloud.found(name).history.points)
            except KeyError:
                if not former:
                    raise
                return list(former[-1].history.points)

    def alarm(self, name: str, state: str) -> None:
        """Set a CloudWatch alarm to OK, ALARM or INSUFFICIENT_DATA; one that is not there is made."""
        self._stage.order_alarm(REGION, name, state)

    def alarms(self) -> dict[str, Any]:
        return self._stage.alarms()

    def member(self, instance_id: str, do: str) -> None:
        """Let a misfortune befall an instance."""
        with self._stage.cloud() as cloud:
            befall(cloud, cloud.machines[instance_id], do)

    def move_group(self, name: str, **moves: Any) -> dict[str, Any]:
        """Do to a group what another party would do."""
        with self._stage.cloud() as cloud:
            group = cloud.found(name)
            move(cloud, group, moves)
            cloud.agenda.catch_up()
            return group_truth(cloud, group)

    def reset(self, seed: int = 1) -> None:
        """An empty cloud: groups, images, counts and faults gone, time at zero."""
        self._stage.reset(seed)
