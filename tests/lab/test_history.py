"""The history of a group: what was true and when. Source: the lab's interface, docs/lab.md."""

from __future__ import annotations

from pulumi_rolling.lab.world import health, machines, sizes
from pulumi_rolling.lab.world.behaviour import Behaviours
from pulumi_rolling.lab.world.cloud import Cloud
from pulumi_rolling.lab.world.group import Group, Place, Pointer, Settings
from pulumi_rolling.lab.world.kinds import KINDS
from pulumi_rolling.lab.world.member import Revision

KEYS = ("inService", "total", "pending", "terminating", "desired")


class _Templates:
    number = "1"

    def revisions(self, region: str, pointer: Pointer) -> list[Revision]:
        return [Revision("ami", "t3.small", "lt-1", "web", self.number)]


def _world(desired: int, boot: float = 10.0) -> tuple[Cloud, Group, _Templates]:
    """A world whose time passes only when it is told to."""
    templates = _Templates()
    cloud = Cloud(
        seed=1,
        epoch=0.0,
        behaviours=Behaviours(boot, spread=0.0),
        templates=templates,
        send=lambda url, body: None,
        kinds=KINDS,
    )
    group = cloud.found_group("r", "web", Settings(0, 10, desired, Pointer(template={}), (Place("a"),)))
    cloud.stir(group)
    cloud.agenda.catch_up()
    return cloud, group, templates


def _points(group: Group) -> list[tuple[float, ...]]:
    return [(point["at"], *(point[key] for key in KEYS)) for point in group.history.points]


def test_points_bear_the_true_time_however_late_one_looks() -> None:
    """Boots of ten seconds are in the history at ten seconds, though nobody looked before a hundred."""
    cloud, group, _ = _world(2)
    cloud.agenda.advance(100.0)
    assert _points(group) == [(0.0, 0, 2, 2, 0, 2), (10.0, 2, 2, 0, 0, 2)]


def test_a_replacement_shows_every_step() -> None:
    """Out of service and launched in one instant, gone after the shutdown, in service after the boot."""
    cloud, group, templates = _world(2)
    cloud.agenda.advance(20.0)
    templates.number = "2"
    health.mark(cloud, group, next(iter(group.members.values())), health.MARKED)
    cloud.agenda.advance(100.0)
    assert _points(group)[2:] == [
        (20.0 + health.REPLACE_AFTER, 1, 2, 1, 1, 2),
        (20.0 + health.REPLACE_AFTER + 0.2, 1, 2, 1, 0, 2),
        (30.0 + health.REPLACE_AFTER, 2, 2, 0, 0, 2),
    ]
    assert group.history.points[-1]["revisions"] == {"1": 1, "2": 1}


def test_a_dead_instance_that_looks_in_service_is_not_counted() -> None:
    """`inService` is what EC2 runs and the group has in service; `total` still holds the dead one."""
    cloud, group, _ = _world(2)
    group.alter(0.0, suspended={"HealthCheck": 0.0})
    cloud.agenda.advance(20.0)
    machines.kill(cloud, next(iter(group.members.values())))
    cloud.agenda.advance(100.0)
    assert _points(group)[-1] == (20.0, 1, 2, 0, 0, 2)
    assert [member.now.lifecycle for member in group.members.values()] == ["InService"] * 2


def test_counts_agree_with_the_members() -> None:
    """After a long and eventful time the running counts equal a fresh count."""
    cloud, group, templates = _world(6, boot=0.7)
    for step in range(1, 60):
        templates.number = str(step % 3)
        members = list(group.members.values())
        if members and step % 2:
            machines.kill(cloud, members[step % len(members)])
        elif members:
            health.mark(cloud, group, members[0], health.MARKED)
        sizes.resize(cloud, group, "", desired=step % 9)
        cloud.agenda.advance(step * 0.3)
    states = [member.now for member in group.members.values()]
    tally = group.tally
    assert tally.terminating == sum(state.terminating for state in states)
    assert tally.total == sum(not state.terminating for state in states)
    assert tally.active == sum(state.active for state in states)
    assert tally.in_service == sum(
        state.lifecycle == "InService" and state.machine == "running" for state in states
    )
    assert tally.revisions.total() == tally.total
