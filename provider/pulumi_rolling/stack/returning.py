"""A return: originals live again, the preview is read, the recorded deployment is registered, the result compared."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pulumi_rolling.errors import CommandError, StackError
from pulumi_rolling.stack import history
from pulumi_rolling.stack.assets import files, hashes, unreadable
from pulumi_rolling.stack.command import Pulumi, sentence_of
from pulumi_rolling.stack.compared import Found, differences
from pulumi_rolling.stack.configuration import encrypted_by
from pulumi_rolling.stack.deployment import Deployment, parsed
from pulumi_rolling.stack.guard import breaches
from pulumi_rolling.stack.history import RETURNED
from pulumi_rolling.stack.hook_call import Rolls
from pulumi_rolling.stack.identity import renamed
from pulumi_rolling.stack.kept import Copy, Kept
from pulumi_rolling.stack.references import without_references
from pulumi_rolling.stack.replay import cut_off, wish
from pulumi_rolling.stack.scratch import CLOUD, holding, opened
from pulumi_rolling.stack.script import Script, Told
from pulumi_rolling.stack.stage import Staged, staged
from pulumi_rolling.stack.twins import Revival, revive, taken_back
from pulumi_rolling.stack.wish import Left, Why


@dataclass(frozen=True)
class Way:
    """A way back that was found: what to register, the state to begin with, the steps as the engine sees them."""

    script: Script
    revival: Revival
    steps: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Outcome:
    """What a return has done. `open`: what is not as it was; `left`: what is to be known of resources.

    `backup`: the file with the state as it was, where the return changed that state by hand.
    """

    staged: Staged
    left: tuple[Left, ...]
    open: tuple[Found, ...]
    way: Way = field(repr=False)
    backup: str = ""

    @property
    def in_whole(self) -> bool:
        """A resource that was made again is another one, and one that was cut off may be anything."""
        named = {left.urn for left in self.left if left.returned}
        unknown = any(left.why is Why.CUT_OFF for left in self.left)
        return not self.staged.code and not unknown and all(found.urn in named for found in self.open)


@dataclass(frozen=True)
class Destination:
    """`since`: the newest entry of history. `good`: the deployment with its secrets readable, where it is opened."""

    to: Copy
    since: str
    good: Deployment | None = field(default=None, repr=False)


class Return:
    """The return of one stack to one kept deployment."""

    def __init__(self, pulumi: Pulumi, destination: Destination, kept: Kept, rolls: Rolls) -> None:
        """`rolls` answers hooks of groups whose update policy is an attribute."""
        self.pulumi, self.kept, self.rolls = pulumi, kept, rolls
        self.to, self.since = destination.to, destination.since
        self.good = destination.good or opened(pulumi, self.to.export, self.to.version)
        self.seen = ""

    def found(self) -> Way:
        """The way back from the state as it is now; nothing is changed. Raises StackError where there is none."""
        now = parsed(self.pulumi.asked("stack", "export", "--show-secrets"))
        self.seen = now.written_at
        keep: list[Left] = []
        while True:
            way = self._seen(now, tuple(keep))
            strange = self._other_contents(way)
            if not strange:
                break
            keep += strange
        taken = breaches(way.steps, self.good, way.script.now)
        if taken:
            raise StackError("the return was not begun: " + "; ".join(each.sentence for each in taken))
        return way

    def go(self, way: Way) -> Outcome:
        """Carry it out. A state that was changed for it is kept and named in errors."""
        there, since = self._standing()
        if parsed(there).written_at != self.seen or since != self.since:
            raise StackError("the return was not begun: the stack has changed since its way back was found")
        self.kept.begin(self.to, self.since)
        backup = self._revived(way.revival, there) if way.revival.changed else ""
        line = [
            "up",
            "--yes",
            "--skip-preview",
            "--continue-on-error",
            "--message",
            f"{RETURNED}{self.to.started}",
        ]
        with (
            self._configuration(self.to.configuration) as config,
            serving(way.script, self.rolls) as (address, told),
        ):
            ended = staged(self.pulumi, (*line, "--client", address, *config))
        if not ended.begun and not way.revival.changed:
            self.kept.journal.put_back()
        now = parsed(self.pulumi.asked("stack", "export", "--show-secrets"))
        left = (*way.script.wish.left, *told.left)
        outcome = Outcome(ended, left, differences(self.good, now), way, backup)
        if not ended.code:
            self.kept.journal.end()
        return outcome

    def _standing(self) -> tuple[str, str]:
        """The export, and the newest entry of history that deployed."""
        with ThreadPoolExecutor(1) as beside:
            newest = beside.submit(history.newest, self.pulumi)
            export = self.pulumi.asked("stack", "export")
            found = newest.result()
        return export, found.deployed if found is not None else ""

    def _revived(self, revival: Revival, before: str) -> str:
        """Bring the state into the stack in which originals live again; the file with the one before."""
        backup = self.kept.back_up(before)
        try:
            self.pulumi.asked("stack", "import", given=json.dumps(revival.state.raw))
        except CommandError as error:
            # The answer alone may have been lost, or the import have gone half its way.
            former = taken_back(before, revival, self.pulumi.asked("stack", "export"))
            if former is not None:
                self.pulumi.asked("stack", "import", given=former)
            self.kept.journal.put_back()
            raise StackError(
                f"the state in which replaced originals live again was refused: {error.message}",
                hint=f"The state is as it was; a copy of it is {backup}.",
            ) from error
        return backup

    def _seen(self, now: Deployment, keep: tuple[Left, ...]) -> Way:
        first = wish(self.good, now, renamed(self.good, now), keep)
        revival = revive(now, self.good, first.forgotten)
        wanted = first
        if revival.changed:
            wanted = wish(self.good, revival.state, renamed(self.good, revival.state), keep)
        wanted = replace(wanted, left=(*wanted.left, *cut_off(now)))
        script = Script(wanted, self.good, revival.state)
        return Way(script, revival, tuple(self._steps(script, revival)))

    def _steps(self, script: Script, revival: Revival) -> Sequence[Mapping[str, Any]]:
        if not revival.changed:
            return self._preview(self.pulumi, script, self.to.configuration)
        alone = without_references(script)
        with holding(self.pulumi, json.dumps(alone.now.raw)) as there:
            elsewhere = Pulumi(self.pulumi.folder, there.stack, there.variables)
            text = self.to.configuration
            if text is not None and alone.now.secrets_provider == CLOUD:
                text = encrypted_by(there, self.pulumi, text)
            return self._preview(elsewhere, alone, text)

    def _preview(self, pulumi: Pulumi, script: Script, text: str | None) -> Sequence[Mapping[str, Any]]:
        with self._configuration(text) as config, serving(script, self.rolls) as (address, _):
            code, said, errors = pulumi.tried(
                "preview",
                "--json",
                "--show-secrets",
                "--show-replacement-steps",
                "--client",
                address,
                *config,
            )
        try:
            seen = json.loads(said or "{}")
        except ValueError:
            seen = {}
        if code:
            told = [
                str(each.get("message", ""))
                for each in seen.get("diagnostics") or []
                if each.get("severity") == "error"
            ]
            raise StackError(f"the return was not begun: {sentence_of(chr(10).join(told) or errors or said)}")
        steps: list[Mapping[str, Any]] = seen.get("steps") or []
        return steps

    def _other_contents(self, way: Way) -> list[Left]:
        """Assets whose files hold something else now, by the hash that the engine computed in its preview."""
        computed = {
            str(s.get("urn")): hashes((s.get("newState") or {}).get("inputs") or {}) for s in way.steps
        }
        strange = []
        for each in way.script.wish.registrations:
            entry = each.entry
            if each.kept:
                continue
            recorded = hashes(entry.inputs)
            there = computed.get(entry.urn, {})
            other = [
                path for path in files(entry, each.now) if there.get(path, recorded[path]) != recorded[path]
            ]
            for path in (*unreadable(entry, each.now), *other):
                strange.append(Left(entry.urn, Why.ASSET, path.lstrip(".")))
                break
        return strange

    @contextmanager
    def _configuration(self, text: str | None) -> Iterator[tuple[str, ...]]:
        if text is None:
            yield ()
            return
        with tempfile.TemporaryDirectory(prefix="rolling-") as name:
            file = Path(name) / f"Pulumi.{self.pulumi.stack.rpartition('/')[2]}.yaml"
            file.write_text(text)
            yield ("--config-file", str(file))


def serving(script: Script, rolls: Rolls) -> AbstractContextManager[tuple[str, Told]]:
    """The address of our language runtime, and what its runs find out."""
    # Loads gRPC and Pulumi's SDK, which an update that succeeds does not need.
    from pulumi_rolling.stack import runtime

    return runtime.serving(script, rolls)
