"""The end of a group: its members go first, also those that were protected, unless force takes them along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from standin.failures import Failed
from standin.kind import wait

from standin_aws import failures
from standin_aws.cloud import Cloud
from standin_aws.group_state import found_group

PATIENCE = 600.0
AT_ONCE = 50
BUSY = ("ResourceInUse", "ScalingActivityInProgress")


class Ending:
    def __init__(self, cloud: Cloud, client: Any, name: str, timeout: float) -> None:
        self._cloud = cloud
        self._client = client
        self._name = name
        self._patience = timeout or PATIENCE

    def end(self, *, force: bool) -> None:
        group = found_group(self._client, self._name)
        if group is None:
            return
        if not force:
            self._drain([m["InstanceId"] for m in group["Instances"] if m.get("ProtectedFromScaleIn")])
        self._until(lambda: self._deleted(force), "it was busy for")
        self._until(lambda: found_group(self._client, self._name) is None, "it is still there after")

    def _drain(self, protected: list[str]) -> None:
        name = self._name
        self._client.update_auto_scaling_group(
            AutoScalingGroupName=name, MinSize=0, MaxSize=0, DesiredCapacity=0
        )
        for start in range(0, len(protected), AT_ONCE):
            self._unprotect(protected[start : start + AT_ONCE])
        self._until(self._drained, "its instances did not end within")

    def _unprotect(self, members: list[str]) -> None:
        """Members that have ended meanwhile need it no more."""
        try:
            self._client.set_instance_protection(
                AutoScalingGroupName=self._name, InstanceIds=members, ProtectedFromScaleIn=False
            )
        except ClientError as error:
            if "not part of Auto Scaling group" not in failures.message(error):
                raise

    def _drained(self) -> bool:
        group = found_group(self._client, self._name)
        return group is None or not group["Instances"]

    def _deleted(self, force: bool) -> bool:
        try:
            self._client.delete_auto_scaling_group(AutoScalingGroupName=self._name, ForceDelete=force)
        except ClientError as error:
            if failures.code(error) in BUSY:
                return False
            if "not found" not in failures.message(error):
                raise
        return True

    def _until(self, done: Callable[[], bool], otherwise: str) -> None:
        if not wait(self._cloud, done, self._patience):
            raise Failed(f"deleting Auto Scaling Group ({self._name}): {otherwise} {self._patience:.0f} s")
