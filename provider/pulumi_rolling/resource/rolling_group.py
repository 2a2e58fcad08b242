"""The RollingGroup resource of Python programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi.dynamic import Resource

from pulumi_rolling.policy.outputs import OUTPUTS
from pulumi_rolling.resource.args import (
    AutoScalingGroup,
    EcsService,
    EssScalingGroup,
    UpdatePolicy,
    properties_of,
)
from pulumi_rolling.resource.around import CONTEXT, context_of, refuse_adoption
from pulumi_rolling.resource.dynamic import RollingGroupProvider
from pulumi_rolling.resource.inline_program import refuse_other_python

TYPE = "pulumi-python:dynamic/rolling:RollingGroup"


class RollingGroup(Resource, module="rolling", name="RollingGroup"):
    """Attaches to a group that something else creates, owns its pointer to the revision, and rolls it with care.

    Exactly one group is given. ``update_policy`` is an UpdatePolicy, or a CloudFormation block as it is.
    ``triggers``: any change rolls, even if the revision is equal. ``on_failure``: ``rollBack`` (default), ``hold`` or
    ``leave``.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        auto_scaling_group: AutoScalingGroup | Mapping[str, Any] | None = None,
        ecs_service: EcsService | Mapping[str, Any] | None = None,
        ess_scaling_group: EssScalingGroup | Mapping[str, Any] | None = None,
        update_policy: UpdatePolicy | Mapping[str, Any],
        on_failure: pulumi.Input[str] | None = None,
        triggers: pulumi.Input[Sequence[Any] | Mapping[str, Any]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        refuse_adoption(opts)
        refuse_other_python()
        properties: dict[str, Any] = {
            "autoScalingGroup": properties_of(auto_scaling_group),
            "ecsService": properties_of(ecs_service),
            "essScalingGroup": properties_of(ess_scaling_group),
            "updatePolicy": properties_of(update_policy),
            "onFailure": on_failure,
            "triggers": triggers,
            CONTEXT: context_of(
                resource_name, TYPE, opts, _name_in(auto_scaling_group or ecs_service or ess_scaling_group)
            ),
        }
        given = {key: value for key, value in properties.items() if value is not None}
        super().__init__(RollingGroupProvider(), resource_name, {**given, **dict.fromkeys(OUTPUTS)}, opts)

    @property
    def revision(self) -> pulumi.Output[str]:
        """The revision of the group's members, e.g. ``lt-0abc:3``."""
        return self._output("revision")

    @property
    def fixed_revision(self) -> pulumi.Output[str | None]:
        """The revision, where its image is named by its id and by no parameter."""
        return self._output("fixedRevision")

    @property
    def previous_revision(self) -> pulumi.Output[str | None]:
        return self._output("previousRevision")

    @property
    def suspended_as_found(self) -> pulumi.Output[Sequence[str]]:
        """Processes that were suspended before the last rollout, and are again."""
        return self._output("suspendedAsFound")

    @property
    def sizes_as_found(self) -> pulumi.Output[Mapping[str, Any] | None]:
        """Sizes of the group before a rollout that was interrupted; the next update ends at them."""
        return self._output("sizesAsFound")

    @property
    def status(self) -> pulumi.Output[str]:
        """``stable``, ``mixed``, ``interrupted`` or ``skipped``."""
        return self._output("status")

    @property
    def last_rollout(self) -> pulumi.Output[Mapping[str, Any] | None]:
        return self._output("lastRollout")

    def _output(self, name: str) -> pulumi.Output[Any]:
        value: pulumi.Output[Any] = pulumi.get(self, name)
        return value


def _name_in(group: AutoScalingGroup | EcsService | EssScalingGroup | Mapping[str, Any] | None) -> Any:
    """The group's name, where the program gives it on its own."""
    given = properties_of(group)
    return (
        next((given[key] for key in ("name", "service", "id") if key in given), None)
        if isinstance(given, Mapping)
        else None
    )
