"""Things of the world, stirred and reconciled. A kind that exists only here shows what a new one needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pulumi_rolling.lab.world.behaviour import Behaviours
from pulumi_rolling.lab.world.cloud import Cloud, Kinds
from pulumi_rolling.lab.world.group import Pointer
from pulumi_rolling.lab.world.kinds import KINDS
from pulumi_rolling.lab.world.member import Revision


@dataclass(eq=False)
class Service:
    """So many tasks are wanted, and each takes a second to start."""

    wanted: int
    started: list[float] = field(default_factory=list)
    starting: int = 0
    reconciled: list[float] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)


@dataclass
class Services:
    """The cloud's part that keeps them."""

    by_name: dict[str, Service] = field(default_factory=dict)


def _reconcile(cloud: Cloud, service: Service) -> None:
    service.reconciled.append(cloud.now)
    while len(service.started) + service.starting < service.wanted:
        service.starting += 1
        cloud.agenda.after(1.0, partial(_started, cloud, service))


def _started(cloud: Cloud, service: Service) -> None:
    service.starting -= 1
    service.started.append(cloud.now)
    cloud.tell(service, "a task started")


def _hear(cloud: Cloud, service: Service, transition: str) -> None:
    service.heard.append(transition)


class _NoTemplates:
    def revisions(self, region: str, pointer: Pointer) -> list[Revision]:
        return []


def _send(url: str, body: dict[str, Any]) -> None:
    raise AssertionError("nothing here has a queue")


def _cloud() -> Cloud:
    """A cloud with one kind more."""
    reconcile, script = {**KINDS.reconcile, Service: _reconcile}, {**KINDS.script, Service: _hear}
    return Cloud(
        seed=1,
        epoch=0.0,
        behaviours=Behaviours(0.0, 0.0),
        templates=_NoTemplates(),
        send=_send,
        kinds=Kinds(reconcile, script),
    )


def test_a_new_kind_is_a_row() -> None:
    """A thing of a kind that the cloud has never seen is kept, stirred, reconciled and told of transitions."""
    cloud = _cloud()
    assert cloud.part(Services).by_name == {}
    cloud.part(Services).by_name["web"] = Service(wanted=2)
    service = cloud.part(Services).by_name["web"]
    cloud.stir(service)
    cloud.agenda.advance(5.0)
    assert service.started == [1.0, 1.0]
    assert service.heard == ["a task started"] * 2


def test_a_thing_is_reconciled_once_for_all_that_one_act_did_to_it() -> None:
    """Stirs of one act are one reconcile, at the act's own moment and before the next act of that moment."""
    cloud, service = _cloud(), Service(wanted=0)
    seen: list[int] = []

    def act() -> None:
        for wanted in (1, 2, 3):
            service.wanted = wanted
            cloud.stir(service)

    cloud.agenda.at(2.0, act)
    cloud.agenda.at(2.0, lambda: seen.append(service.starting))
    cloud.agenda.advance(9.0)
    assert service.reconciled == [2.0]
    assert seen == [3]
    assert service.started == [3.0] * 3


def test_a_stir_waits_for_the_end_of_what_stirs() -> None:
    """The reconcile is on the agenda and not in the call: the one who stirs sees no reconciled thing."""
    cloud, service = _cloud(), Service(wanted=1)
    cloud.stir(service)
    assert service.reconciled == []
    cloud.agenda.catch_up()
    assert (service.reconciled, cloud.now) == ([0.0], 0.0)
    cloud.stir(service)
    cloud.agenda.catch_up()
    assert service.reconciled == [0.0, 0.0]
    assert service.starting == 1
