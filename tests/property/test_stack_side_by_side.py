"""Two journeys of one stack at once, in the model of Pulumi: neither takes the other's journal or its success away."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from pulumi_rolling.errors import CommandError
from pulumi_rolling.stack import returning
from pulumi_rolling.stack.event_log import Begun as Prelude
from pulumi_rolling.stack.event_log import Summary
from pulumi_rolling.stack.journey import Journey
from pulumi_rolling.stack.kept import Begun
from pulumi_rolling.stack.stage import Staged

from .stack_engine import Cloud, Fault
from .stack_programs import EMPTY, goals
from .test_stack_killed import CHANGED, PIECES, KilledError, Model, World, journey, modelled

__all__ = ["modelled"]

REFUSED = 255
SHOWN = (Prelude({}), Summary(preview=True, result="succeeded", seconds=1, changes={}))


class Refused(Model):
    """A `pulumi` that another process holds the stack of: it shows, and changes nothing."""

    def staged(self, _arguments: Sequence[str]) -> Staged:
        return Staged(REFUSED, SHOWN)

    def asked(self, *arguments: str, given: str | None = None) -> str:
        if arguments[:2] == ("stack", "import"):
            raise CommandError("the stack is currently locked")
        return super().asked(*arguments, given=given)


@pytest.fixture(autouse=True)
def by_each_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A return is deployed by the `pulumi` of its journey."""
    monkeypatch.setattr(returning, "staged", lambda pulumi, arguments: pulumi.staged(arguments))


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A stack with two good deployments, of both of which a copy is kept."""
    made = World(Cloud(), EMPTY)
    for pieces in (PIECES, [*PIECES[:2], replace(PIECES[2], value=3)]):
        deployed(made, tmp_path, lambda pulumi, pieces=pieces: pulumi.deploy(goals(pieces), None))  # type: ignore[misc]
    return made


def deployed(world: World, folder: Path, update: object) -> int:
    pulumi = Model(world)
    assert callable(update)
    return journey(pulumi, folder).up(lambda _before: update(pulumi)).code


def begun(folder: Path) -> Begun | None:
    return journey(Model(World(Cloud(), EMPTY)), folder).kept.begun()


@pytest.mark.parametrize("told", [(), SHOWN], ids=["at once", "after its preview"])
@pytest.mark.parametrize("to", ["", "oldest"], ids=["up", "rollback"])
def test_who_is_refused_the_stack_leaves_the_journal(
    world: World, tmp_path: Path, told: tuple[Prelude | Summary, ...], to: str
) -> None:
    """An update, and a return to elsewhere, begin while another one has the stack: its journal stands as it was."""
    first, oldest = world.history[0]["startTime"], world.history[1]["startTime"]
    seen: list[Begun | None] = []

    def other() -> None:
        ours = journey(Refused(world), tmp_path)
        if to:
            assert ours.back(ours.named(oldest)).code == 21
        else:
            assert ours.up(lambda _before: Staged(REFUSED, told)).code == REFUSED

    def update(pulumi: Model) -> Staged:
        seen.append(begun(tmp_path))
        other()
        seen.append(begun(tmp_path))
        raise KilledError

    with suppress(KilledError):
        deployed(world, tmp_path, update)
    assert seen[0] is not None and seen[0].to.started == first
    assert seen == [seen[0]] * 2
    ours = journey(Model(world), tmp_path)
    assert ours.named("").to.started == first


def test_who_is_refused_leaves_no_journal_where_there_was_none(world: World, tmp_path: Path) -> None:
    """A return to an older deployment that never began is not what the next failure returns to."""
    ours = journey(Refused(world), tmp_path)
    assert ours.back(ours.named(world.history[1]["startTime"])).code == 21
    assert begun(tmp_path) is None


def test_a_refused_state_with_originals_leaves_no_journal(tmp_path: Path) -> None:
    """The import in which replaced originals live again is refused, and the state is as it was."""
    world = World(Cloud(), EMPTY)
    deployed(world, tmp_path, lambda pulumi: pulumi.deploy(goals(PIECES), None))
    pulumi = Model(world)
    stays = replace(journey(pulumi, tmp_path), returns=False)
    assert stays.up(lambda _before: pulumi.deploy(goals(CHANGED, PIECES), Fault(1))).code == 22
    before = begun(tmp_path)
    ours = journey(Refused(world), tmp_path)
    arrived = ours.back(ours.named(""))
    assert arrived.report is not None and "currently locked" in arrived.report.stopped
    assert begun(tmp_path) == before


@pytest.mark.parametrize("copied", [True, False])
def test_a_success_between_the_look_and_the_update_is_not_undone(
    world: World, tmp_path: Path, copied: bool
) -> None:
    """Somebody deploys while `rolling up` asks: the failure returns to that deployment, or to none without a copy."""
    theirs = [*PIECES[:2], replace(PIECES[2], value=7)]

    def update(pulumi: Model) -> Staged:
        if copied:
            assert deployed(world, tmp_path, lambda other: other.deploy(goals(theirs), None)) == 0
        else:
            assert world.deployed(goals(theirs))
        return pulumi.deploy(goals(CHANGED, theirs), Fault(1))

    assert deployed(world, tmp_path, update) == (20 if copied else 22)
    urn = next(urn for urn in world.state.living if urn.endswith("::b"))
    if copied:
        assert world.state.living[urn].inputs == world.good.living[urn].inputs


def test_a_success_after_the_failure_is_not_undone(world: World, tmp_path: Path) -> None:
    """A destination was chosen, and somebody deploys before its way is found: the return is not begun."""
    ours = journey(Model(world), tmp_path)
    there = ours.named(world.history[1]["startTime"])
    assert world.deployed(goals(CHANGED, PIECES))
    arrived = ours.back(there)
    assert arrived.code == 21 and arrived.report is not None
    assert "has changed since" in arrived.report.stopped
    assert world.state.entries == world.good.entries


def test_who_succeeds_ends_no_journal_of_a_later_one(world: World, tmp_path: Path) -> None:
    """Another update begins from our success before we have noticed it: its journal is its own."""
    later: list[Journey] = []

    def update(pulumi: Model) -> Staged:
        done = pulumi.deploy(goals(PIECES), None)
        later.append(journey(Model(world), tmp_path))
        with suppress(KilledError):
            later[0].up(killed)
        return done

    def killed(_before: object) -> Staged:
        raise KilledError

    assert deployed(world, tmp_path, update) == 0
    found = begun(tmp_path)
    assert found is not None and found.to.started == world.history[0]["startTime"]
