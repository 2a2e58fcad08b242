"""What a user of Alibaba's lab does beside the cloud's API and what every lab has: read the truth, move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pulumi_rolling.lab.alibaba.misfortunes import befall
from pulumi_rolling.lab.alibaba.other_parties import move
from pulumi_rolling.lab.alibaba.state import AlibabaState
from pulumi_rolling.lab.alibaba.truth import group_truth
from pulumi_rolling.lab.common_control import CommonControl

REGION = "cn-hangzhou"


class AlibabaControl(CommonControl):
    """The methods of Alibaba's lab; a group is named by its id or by its name."""

    def __init__(self, state: Callable[[], AlibabaState]) -> None:
        """`state` gives the lab's state, waiting for it if it is not there yet."""
        super().__init__(state)
        self._get = state

    @property
    def _state(self) -> AlibabaState:
        return self._get()

    def groups(self) -> list[str]:
        """Ids."""
        with self._state.cloud() as cloud:
            return list(cloud.groups)

    def group(self, name: str) -> dict[str, Any]:
        """The truth about a group, without the API's delays; KeyError when there is none of that name."""
        with self._state.cloud() as cloud:
            return group_truth(cloud.found(name))

    def history(self, name: str) -> list[dict[str, Any]]:
        """Change points of a group, also of one that has been deleted."""
        with self._state.cloud() as cloud:
            return list(cloud.found(name).points)

    def rules(self, **rules: Any) -> dict[str, Any]:
        """Say what ESS does where it is slow or its documents are silent; all rules as they stand."""
        with self._state.cloud() as cloud:
            cloud.rules.set(rules)
            return cloud.rules.as_json()

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
            return group_truth(group)
