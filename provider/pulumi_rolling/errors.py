"""The whole error tree, ordered by what the user can do about it.

This module knows how to say what went wrong; it knows nothing of clouds, policies or rollouts, so every layer may
import it. A foreign error (botocore, grpc, pydantic) is translated once, where it enters, with ``raise ... from``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self


def spelled_path(parts: Iterable[str | int]) -> str:
    """The path as Pulumi and our faults write it: ``updatePolicy.rollingUpdate.suspendProcesses[0]``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the user's input: its canonical camelCase path and a sentence."""

    path: str
    message: str

    def below(self, path: str) -> Fault:
        """The same fault, seen from above: ``path`` leads to the block in which its own path begins."""
        return Fault(spelled_path((path, self.path)), self.message)

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class RollingError(Exception):
    """Base of everything this package raises on purpose. ``hint`` says what to do, when there is one thing to do.

    ``left``: the resource's state where its group was left between two revisions, for a face that can keep it.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(f"{message.rstrip('.')}. {hint}" if hint else message)
        self.message = message
        self.hint = hint
        self.left: dict[str, Any] | None = None

    def add(self, sentence: str) -> None:
        """What is true beside what went wrong."""
        self.message = f"{self.message.rstrip('.')}. {sentence.rstrip('.')}."
        self.args = (f"{self.message} {self.hint}".rstrip(),)


class PolicyErrors(RollingError):
    """Every fault found in the inputs, before anything was touched. Change the program."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class FleetError(RollingError):
    """A cloud call did not do what it was asked to. ``operation`` is the cloud's own name of the call."""

    def __init__(self, message: str, *, operation: str = "", code: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.operation = operation
        self.code = code

    def advised(self, advice: Mapping[str, str]) -> Self:
        """The same error with what to do about its code, where it does not say so itself."""
        hint = self.hint or advice.get(self.code, "")
        return type(self)(self.message, operation=self.operation, code=self.code, hint=hint)


class TemporaryFleetError(FleetError):
    """Throttling, a server fault, a broken connection: the same call may succeed later."""


class PermanentFleetError(FleetError):
    """The cloud will refuse the same call again: permissions, a wrong name, an invalid value."""


class DeniedFleetError(PermanentFleetError):
    """We may not make that call. The hint names what to allow."""


class BusyFleetError(PermanentFleetError):
    """Another operation on the group is in the way. Whose it is, the next look tells."""


class GroupNotFoundError(PermanentFleetError):
    """There is no group of that name in that region."""


class JournalError(RollingError):
    """The record on the group cannot be read or written. Nothing is touched until a person has looked."""


class MarksLostError(PermanentFleetError):
    """Somebody removes our tags from the group as often as we write them, so nothing can be remembered there."""


class LeaseHeldError(RollingError):
    """Another driver is rolling this group. Wait for it, or end it."""


class LeaseLostError(RollingError):
    """Another driver took the group over while we were rolling it. We stopped at once."""


class OrphanedError(RollingError):
    """The Pulumi engine that asked for this rollout is gone. We stopped; the record stays for the next run."""


class RolloutError(RollingError):
    """A rollout ended without reaching its revision. ``returned`` says whether the group is as it was found."""

    def __init__(self, message: str, *, returned: bool | None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.returned = returned


class TooManyFailuresError(RolloutError):
    """More members failed than the policy tolerates."""


class AlarmError(RolloutError):
    """An alarm that the policy watches went into ALARM while the rollout ran."""


class DeadlineExceededError(RolloutError):
    """The whole rollout took longer than its timeout, or nothing could move any more."""


class RefusedError(RolloutError):
    """The cloud refused one of our acts for good."""


class NoRoomError(RolloutError):
    """The policy's least number in service and the group's greatest size leave no room to replace anybody."""


class CommandFailedError(RolloutError):
    """A command of the policy's own objected to the end of a member. Its output is in the message."""


class AbortedError(RolloutError):
    """Somebody asked for the rollout to be aborted."""


class InterferenceError(RolloutError):
    """Somebody else moved the group while it rolled. Agree with them, then run the update again."""


class RollbackFailedError(RolloutError):
    """The way forward failed and so did the way back: the group is mixed and the record is kept."""


class StackError(RollingError):
    """A stack cannot be returned, or not in whole. The message says what is true now."""


class StackStateError(StackError):
    """The state of the stack, or a kept copy of it, cannot be read."""


class CommandError(StackError):
    """The `pulumi` command failed at something that we asked of it. ``code`` is its exit code."""

    def __init__(self, message: str, *, code: int = 1, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.code = code


EXTRAS = {
    "moto": "lab",
    "werkzeug": "lab",
    "flask": "lab",
    "flask_cors": "lab",
    "matplotlib": "report",
    "cloudpathlib": "stores",
    "apprise": "notify",
    "opentelemetry": "otel",
    "alibabacloud_tea_openapi": "alibaba",
    "alibabacloud_credentials": "alibaba",
    "darabonba": "alibaba",
    "Tea": "alibaba",
}
"""The extra of this package that brings a module; all others come with the package itself."""


def not_installed(error: ModuleNotFoundError) -> RollingError | None:
    """What to install where a third party is missing. None: the module is ours or Python's, so that this is a bug."""
    name = error.name or ""
    top = name.partition(".")[0]
    if not top or top == __package__ or top in sys.stdlib_module_names:
        return None
    extra = f"[{EXTRAS[top]}]" if top in EXTRAS else ""
    return RollingError(f"{name} is not installed", hint=f"Run pip install 'pulumi-rolling{extra}'.")


def unusable_endpoint(endpoint: str | None, error: ValueError) -> PermanentFleetError:
    """What a cloud's SDK refuses before anything is sent. Without an endpoint of ours it is that of the environment."""
    which = f"the endpoint {endpoint}" if endpoint else "an endpoint of the environment or of AWS's files"
    return PermanentFleetError(
        f"{which} cannot be used: {error}", hint="It is a URL, such as http://127.0.0.1:4566."
    )
