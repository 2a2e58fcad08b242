"""A live group, for commands that look at one: made from the options that all of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from pulumi_rolling.cli.declared import Argument, Option
from pulumi_rolling.cli.patience import AtATerminal
from pulumi_rolling.fleets.base import Sight
from pulumi_rolling.fleets.replace import SignalSource
from pulumi_rolling.signals.choose import NoSignals

if TYPE_CHECKING:
    from pulumi_rolling.handler.operation import Reach


class Rolled(Protocol):
    """A group as commands look at its rollout and write to it, whichever machine rolls it."""

    @property
    def name(self) -> str: ...

    @property
    def call(self) -> str: ...

    def marks(self) -> Mapping[str, str]: ...

    def write_marks(self, marks: Mapping[str, str]) -> None: ...

    def remove_marks(self, keys: list[str]) -> None: ...

    def observe(self, rollout: Any) -> Sight[Any]: ...


class RolledGroup:
    """The group as a fleet of each machine: the record that a look is made for decides which one looks."""

    def __init__(self, opened: Callable[[str], Any]) -> None:
        """``opened``: the fleet of the machine of that name; of the first strategy where the name is empty."""
        self._opened = opened
        self._fleet = opened("")
        self._looking: dict[str, Any] = {}

    @property
    def name(self) -> str:
        name: str = self._fleet.name
        return name

    @property
    def call(self) -> str:
        call: str = self._fleet.call
        return call

    def marks(self) -> Mapping[str, str]:
        marks: Mapping[str, str] = self._fleet.marks()
        return marks

    def write_marks(self, marks: Mapping[str, str]) -> None:
        self._fleet.write_marks(marks)

    def remove_marks(self, keys: list[str]) -> None:
        self._fleet.remove_marks(keys)

    def observe(self, rollout: Any) -> Sight[Any]:
        """Whole: people are shown what the tags say."""
        from pulumi_rolling.core.machine import machine_of

        machine = machine_of(rollout).name
        if machine not in self._looking:
            self._looking[machine] = self._opened(machine)
        sight: Sight[Any] = self._looking[machine].observe(rollout)
        return sight if sight.whole is None else sight.whole()


Group = Annotated[str, Argument(help="An Auto Scaling group, cluster/service of ECS, or asg-... of ESS.")]
Region = Annotated[str | None, Option(help="Default: as the AWS SDK finds it.")]
Endpoint = Annotated[str | None, Option(help="Another endpoint than AWS's, such as a lab's.")]


def live_group(
    name: str, region: str | None, endpoint: str | None, signals: SignalSource | None = None
) -> Any:
    """The group as a fleet of its kind's first strategy. The cloud is asked nothing yet."""
    return _fleet(name, region, endpoint, signals)


def rolled_group(
    name: str, region: str | None, endpoint: str | None, signals: SignalSource | None = None
) -> Rolled:
    """The group, whichever machine rolls it. The cloud is asked nothing of its rollout yet."""
    return RolledGroup(partial(_fleet, name, region, endpoint, signals))


def _fleet(
    name: str, region: str | None, endpoint: str | None, signals: SignalSource | None, machine: str = ""
) -> Any:
    # Only a live group needs the table of kinds, and through it the models of the inputs.
    from pulumi_rolling.handler.opening import fleet_named

    return fleet_named(name, reach_of(region, endpoint, signals), machine)


def reach_of(region: str | None, endpoint: str | None, signals: SignalSource | None = None) -> Reach:
    """What a fleet is made with here."""
    from pulumi_rolling.handler.context import Defaults
    from pulumi_rolling.handler.operation import Reach

    return Reach(Defaults(region, endpoint), AtATerminal(), signals or NoSignals())
