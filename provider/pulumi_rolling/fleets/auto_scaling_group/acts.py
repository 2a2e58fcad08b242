"""The acts of the core as calls on one Auto Scaling group. Done twice they do no more than once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pulumi_rolling.cloud_time import steady
from pulumi_rolling.core.model.member import Lifecycle, Revision
from pulumi_rolling.core.replace.actions import Action, PointAt, Remove, Resize, Resume, Suspend, Terminate
from pulumi_rolling.errors import PermanentFleetError
from pulumi_rolling.fleets.auto_scaling_group import description as described
from pulumi_rolling.fleets.aws.api import AUTO_SCALING, EC2, Answer, AwsApi
from pulumi_rolling.fleets.aws.launch_configurations import configuration_in
from pulumi_rolling.fleets.aws.launch_templates import parts

KEPT_TAG = "rolling:kept"
"""On a machine that was kept: the group that it was of."""


class GroupActs:
    """``describe`` brings the group as it is now, by one request that is sent once."""

    def __init__(
        self,
        name: str,
        api: AwsApi,
        describe: Callable[[], Answer],
        clock: Callable[[], float] = steady,
        is_plain: Callable[[], bool] = lambda: False,
    ) -> None:
        """``is_plain``: the look that an act follows showed no mixed instances policy."""
        self.last_at = clock()
        """When we last changed something. Making the fleet counts: the program may have changed it a moment before."""
        self._name = name
        self._api = api
        self._describe = describe
        self._clock = clock
        self._is_plain = is_plain

    def carry_out(self, action: Action, in_warm_pool: bool = False) -> None:
        """``in_warm_pool``: the instance to remove is no member, as one in standby would be."""
        match action:
            case Suspend(processes):
                self._do("SuspendProcesses", ScalingProcesses=sorted(processes))
            case Resume(processes):
                self._do("ResumeProcesses", ScalingProcesses=sorted(processes))
            case PointAt(revision):
                self._do("UpdateAutoScalingGroup", **self._pointing_at(revision))
            case Resize(least, desired):
                wanted = {"MinSize": least, "DesiredCapacity": desired}
                self._do("UpdateAutoScalingGroup", **{k: v for k, v in wanted.items() if v is not None})
            case Terminate(member, replaced, keep=True):
                self._keep(member, decrement=not replaced)
            case Terminate(member, replaced):
                self._terminate(member, decrement=not replaced)
            case Remove(member) if in_warm_pool:
                self._end_machine(member)
            case Remove(member):
                # Standby is outside Desired already, so without decrement nothing is launched and nothing lowered.
                self._terminate(member, decrement=False)

    def write_tags(self, values: Mapping[str, str]) -> None:
        """All in one call. New members must not inherit them (PropagateAtLaunch false)."""
        tags = [
            {**self._tag(key), "Value": value, "PropagateAtLaunch": False} for key, value in values.items()
        ]
        self._api.call(AUTO_SCALING, "CreateOrUpdateTags", Tags=tags)
        self.last_at = self._clock()

    def remove_tags(self, keys: list[str]) -> None:
        self._api.call(AUTO_SCALING, "DeleteTags", Tags=[self._tag(key) for key in keys])
        self.last_at = self._clock()

    def _tag(self, key: str) -> Answer:
        return {"ResourceId": self._name, "ResourceType": "auto-scaling-group", "Key": key}

    def _do(self, operation: str, **parameters: Any) -> None:
        self._api.call(AUTO_SCALING, operation, AutoScalingGroupName=self._name, **parameters)
        self.last_at = self._clock()

    def _pointing_at(self, revision: Revision) -> Answer:
        """A mixed instances policy is replaced as a whole, so the whole is sent back as it is now."""
        name = configuration_in(revision.address)
        if name is not None:
            # A group has one of the two: naming the one takes the other away (UpdateAutoScalingGroup).
            return {"LaunchConfigurationName": name}
        template, version = parts(revision.address)
        group = None if self._is_plain() else self._api.under_retry(self._describe)
        if group is not None and described.mixed_template(group) is not None:
            return {"MixedInstancesPolicy": described.moved_policy(group, template, version)}
        return {"LaunchTemplate": {"LaunchTemplateId": template, "Version": version}}

    def _terminate(self, member: str, *, decrement: bool) -> None:
        """Success also when the member is gone already. A repeated attempt looks first.

        If the answer to the first attempt was lost, a second one with decrement might lower Desired twice.
        """
        self._once(
            member,
            "TerminateInstanceInAutoScalingGroup",
            InstanceId=member,
            ShouldDecrementDesiredCapacity=decrement,
        )

    def _keep(self, member: str, *, decrement: bool) -> None:
        """DetachInstances takes it out of the group, its target groups and load balancers; its machine runs on.

        The tag first: a machine outside every group that nothing explains would be found by nobody.
        """
        tag = {"Key": KEPT_TAG, "Value": self._name}
        self._api.call(EC2, "CreateTags", Resources=[member], Tags=[tag])
        self._once(
            member,
            "DetachInstances",
            AutoScalingGroupName=self._name,
            InstanceIds=[member],
            ShouldDecrementDesiredCapacity=decrement,
        )

    def _once(self, member: str, operation: str, **parameters: Any) -> None:
        """A member leaves by one call; a repeated attempt looks whether it is gone."""
        attempts = 0

        def attempt() -> None:
            nonlocal attempts
            attempts += 1
            if attempts > 1 and self._is_gone(member):
                return
            try:
                self._api.attempt(AUTO_SCALING, operation, **parameters)
            except PermanentFleetError as error:
                if not _means_gone(error):
                    raise

        self._api.under_retry(attempt)
        self.last_at = self._clock()

    def _end_machine(self, member: str) -> None:
        """TerminateInstanceInAutoScalingGroup "cannot be called on instances in a warm pool" (its API reference)."""
        try:
            self._api.call(EC2, "TerminateInstances", InstanceIds=[member])
        except PermanentFleetError as error:
            if error.code != "InvalidInstanceID.NotFound":
                raise
        self.last_at = self._clock()

    def _is_gone(self, member: str) -> bool:
        listed = described.listed(self._describe())
        return all(one.id != member or one.lifecycle is Lifecycle.LEAVING for one in listed)


def _means_gone(error: PermanentFleetError) -> bool:
    """AWS answers "Instance Id not found - No managed instance found for instance ID: i-…" then."""
    text = error.message.lower()
    gone = ("managed instance", "instance id not found", "is not part of auto scaling group")
    return error.code == "ValidationError" and any(words in text for words in gone)
