"""A journey killed at any call, in a model of Pulumi: `rolling rollback` loses nothing, and comes to its end."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_rolling.errors import StackStateError
from pulumi_rolling.stack import journey as journeys
from pulumi_rolling.stack import returning
from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.deployment import Deployment, parsed
from pulumi_rolling.stack.event_log import Begun
from pulumi_rolling.stack.hook_call import Rolls
from pulumi_rolling.stack.identity import key_of
from pulumi_rolling.stack.journey import Arrived, Journey, Terminal
from pulumi_rolling.stack.kept import Kept
from pulumi_rolling.stack.naming import Name
from pulumi_rolling.stack.script import Script, Told
from pulumi_rolling.stack.stage import Staged

from .stack_engine import Cloud, Fault, Goal, Ran, update
from .stack_programs import EMPTY, ENDS, PROVIDER, THING, Failure, Piece, changes, goals, programs
from .test_properties import checked
from .test_stack_twins import is_whole, owed, registered

NAME = Name("file:///state", "organization", "shop", "dev")
CALLS = st.sampled_from([2, 2, 2, *range(15)])
"""The one in which a journey is killed, by its number; with 2 it is the update."""


class KilledError(BaseException):
    """The process is dead."""


@dataclass
class World:
    """What outlives a process: the cloud, the state, and the history. `now` counts seconds."""

    cloud: Cloud
    state: Deployment
    history: list[dict[str, Any]] = field(default_factory=list)
    now: int = 0
    good: Deployment = EMPTY
    """The state as the newest update that succeeded left it; a return is none of its own."""

    def moved(self, state: Deployment) -> None:
        """The engine writes a state, with the time."""
        self.now += 1
        raw = {**state.raw, "deployment": {**state.raw["deployment"], "manifest": {"time": self.time()}}}
        self.state = Deployment(raw)

    def time(self) -> str:
        return f"2026-01-01T00:{self.now // 60:02}:{self.now % 60:02}.000Z"

    def deployed(self, told: Sequence[Goal], message: str = "", fault: Fault | None = None) -> bool:
        """One update: whether it succeeded. A killed one writes no entry."""
        self.now += 1
        started = self.time()
        ran = update(self.cloud, self.state, told, fault)
        if ran.state.raw != self.state.raw:
            self.moved(ran.state)
        if not ran.failed.startswith("killed"):
            result = "failed" if ran.failed else "succeeded"
            entry = {
                "kind": "update",
                "startTime": started,
                "endTime": self.time(),
                "result": result,
                "message": message,
            }
            self.history.insert(0, entry)
            if not ran.failed and not message:
                self.good = self.state
        return not ran.failed


class Model(Pulumi):
    """A `pulumi` on this world, whose caller dies before or after its call number `dies`, or in the update at it."""

    def __init__(self, world: World, dies: int = -1, when: str = "", at: int = 0) -> None:
        super().__init__(Path("nowhere"), "dev", {})
        object.__setattr__(self, "world", world)
        object.__setattr__(self, "left", [dies])
        object.__setattr__(self, "how", (when, at))

    world: World
    left: list[int]
    how: tuple[str, int]

    def asked(self, *arguments: str, given: str | None = None) -> str:
        if arguments[0] == "config":
            return ""
        with self._call():
            match arguments[:2]:
                case ("stack", "export"):
                    return json.dumps(self.world.state.raw)
                case ("stack", "history"):
                    return json.dumps(self.world.history)
                case ("stack", "import"):
                    assert given is not None
                    raw = json.loads(given)
                    raw["deployment"].pop("pending_operations", None)
                    self.world.moved(Deployment(raw))
        return ""

    def tried(self, *arguments: str) -> tuple[int, str, str]:
        """A preview of the return."""
        with self._call():
            ran = self._ran(self._script(arguments), dry_run=True)
        diagnostics = [{"severity": "error", "message": ran.failed}] if ran.failed else []
        return int(bool(ran.failed)), json.dumps({"steps": ran.steps, "diagnostics": diagnostics}), ""

    def staged(self, arguments: Sequence[str]) -> Staged:
        """The update that is a return."""
        message = arguments[arguments.index("--message") + 1]
        told = self._goals(self._script(arguments))
        return self.deploy(told, None, message)

    def deploy(self, told: Sequence[Goal], fault: Fault | None, message: str = "") -> Staged:
        """An update, which `rolling` waits for."""
        when, at = self.how
        dying = self.left[0] == 0 and when == "in"
        with self._call():
            done = self.world.deployed(
                told, message, Fault(at, killed=True, done=bool(at % 2)) if dying else fault
            )
        return Staged(int(not done), (Begun({}),))

    @contextmanager
    def _call(self) -> Iterator[None]:
        dies, when = self.left[0] == 0, self.how[0]
        self.left[0] -= 1
        if dies and when == "before":
            raise KilledError
        yield
        if dies:
            raise KilledError

    def _script(self, arguments: Sequence[str]) -> Script:
        found: Any = arguments[arguments.index("--client") + 1]
        assert isinstance(found, Script)
        return found

    def _goals(self, script: Script) -> list[Goal]:
        return registered(script.wish, script.good, script.now)

    def _ran(self, script: Script, dry_run: bool) -> Ran:
        return update(self.world.cloud, self.world.state, self._goals(script), dry_run=dry_run)


@contextmanager
def serving(script: Script, _rolls: Rolls) -> Iterator[tuple[Script, Told]]:
    """The model is given the script itself in place of the address of a runtime."""
    yield script, Told()


@contextmanager
def holding(pulumi: Model, export: str) -> Iterator[Model]:
    """A stack of the same name with this state: what is tried on it changes nothing."""
    there = Model(World(copy.deepcopy(pulumi.world.cloud), parsed(export)))
    there.variables["model"] = there  # type: ignore[index]
    yield there


@pytest.fixture(autouse=True, scope="module")
def modelled() -> Iterator[None]:
    """The journey on models: no processes, no sockets, no secrets to open."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(returning, "serving", serving)
        patched.setattr(returning, "holding", holding)
        patched.setattr(returning, "Pulumi", lambda _folder, _stack, variables: variables["model"])
        patched.setattr(returning, "staged", Model.staged)
        patched.setattr(returning, "opened", lambda _pulumi, export, _version: parsed(export))
        patched.setattr(journeys, "opened", lambda _pulumi, export, _version: parsed(export))
        yield


def journey(pulumi: Model, folder: Path) -> Journey:
    terminal = Terminal(lambda _line: None, lambda _asked: True)
    return Journey(pulumi, folder / "Pulumi.dev.yaml", Kept(folder, NAME), terminal, lambda _call: "")


@checked
@given(st.data())
def test_killed_at_any_call_a_journey_goes_on(data: st.DataObject) -> None:
    """What the last good deployment had and no update destroyed is there afterwards, by its name, its id and inputs."""
    pieces = data.draw(programs())
    world = World(Cloud(), Deployment({"version": 3, "deployment": {"resources": []}}))
    assert world.deployed(goals(pieces))
    changed = data.draw(changes(pieces, []))
    world.cloud.there |= {(THING, p.import_id) for p in changed if p.import_id.startswith("outside")}
    fault = Fault(data.draw(st.integers(0, 2 * len(changed))), *data.draw(st.sampled_from(ENDS[:2])))
    with tempfile.TemporaryDirectory() as name:
        for _ in range(data.draw(st.integers(1, 4))):
            how = data.draw(st.sampled_from(["before", "after", "in"]))
            dying = Model(world, data.draw(CALLS), how, data.draw(st.integers(0, 9)))
            with suppress(KilledError):
                if data.draw(st.booleans()):
                    forward = partial(dying.deploy, goals(changed, pieces), fault)
                    journey(dying, Path(name)).up(lambda _before, forward=forward: forward())  # type: ignore[misc]
                else:
                    returned(dying, Path(name))
        arrived = returned(Model(world), Path(name))
    assert arrived.code in (0, 21)


def returned(pulumi: Model, folder: Path) -> Arrived:
    """A return by hand, after which nothing is lost, dead or alive."""
    world = pulumi.world
    failure = Failure(world.good, world.state, world.cloud)
    before = owed(failure)
    try:
        ours = journey(pulumi, folder)
        arrived = ours.back(ours.named(""))
    finally:
        assert before <= world.cloud.there
    assert arrived.report is not None
    if not arrived.report.stopped and is_whole(failure):
        for urn, former in failure.good.living.items():
            if former.type == THING:
                assert world.state.living[urn].id == former.id
                assert world.state.living[urn].inputs == former.inputs
    return arrived


PIECES = [Piece(0, "default_1_0_0", PROVIDER), Piece(1, "a", THING), Piece(2, "b", THING, needs=(1,))]
CHANGED = [PIECES[0], replace(PIECES[1], fixed=1), replace(PIECES[2], value=1)]


@pytest.fixture
def failed(tmp_path: Path) -> World:
    """A stack on which a second update has replaced `a`, and failed; the first one is kept."""
    world = World(Cloud(), EMPTY)
    assert world.deployed(goals(PIECES))
    pulumi = Model(world)
    stays = replace(journey(pulumi, tmp_path), returns=False)
    arrived = stays.up(lambda _before: pulumi.deploy(goals(CHANGED, PIECES), Fault(1)))
    assert arrived.code == 22
    return world


def test_a_stack_that_changes_while_it_is_asked_is_not_returned(failed: World, tmp_path: Path) -> None:
    """The way was found from another state: the answer is 21, and neither the state nor the cloud is touched."""
    ours = journey(Model(failed), tmp_path)

    def wants(_asked: str) -> bool:
        failed.moved(failed.state)
        return True

    ours = replace(ours, terminal=Terminal(lambda _line: None, wants))
    before = copy.deepcopy((failed.state, failed.cloud.there, failed.now + 1))
    arrived = ours.back(ours.named(""))
    assert arrived.code == 21 and arrived.report is not None
    assert "has changed since its way back was found" in arrived.report.stopped
    assert (failed.state.entries, failed.cloud.there) == (before[0].entries, before[1])


def test_a_failure_before_any_change_leaves_what_was_open_open(failed: World, tmp_path: Path) -> None:
    """Pulumi's exit code stands, it is said that the stack is not as it was, and a return afterwards is in whole."""
    said: list[str] = []
    ours = replace(journey(Model(failed), tmp_path), terminal=Terminal(said.append, lambda _asked: True))
    assert ours.up(lambda _before: Staged(1, (Begun({}),))).code == 1
    assert "The stack is still not as the deployment of" in said[-1]
    assert ours.back(ours.named("")).code == 0
    assert sorted(failed.cloud.there) == sorted(key for entry in failed.good if (key := key_of(entry)))


def test_a_configuration_that_cannot_be_had_hinders_no_deployment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said before the update, with the reason, that a failure cannot be returned from."""

    def refused(*_: object) -> str:
        raise StackStateError("the former value of x is structured")

    monkeypatch.setattr("pulumi_rolling.stack.configuration.as_of", refused)
    world, said = World(Cloud(), EMPTY), list[str]()
    assert world.deployed(goals(PIECES))
    pulumi = Model(world)
    ours = replace(journey(pulumi, tmp_path), terminal=Terminal(said.append, lambda _asked: True))
    assert ours.up(lambda _before: pulumi.deploy(goals(CHANGED, PIECES), None)).code == 0
    assert said == ["the former value of x is structured, so a failure cannot be returned from"]
