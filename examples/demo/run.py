"""The main job in four acts, with the real `pulumi` against an embedded AWS: create, roll, fail and return, mend.

Every command and its output are shown as a user would see them. After each act the truth is taken from the embedded
cloud, and the demo fails when it is not what it should be.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from pulumi_rolling.lab import Lab

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".demo"
PROJECT = WORK / "project"
QUIET = ["--non-interactive", "--suppress-progress"]
AS_FOUND = {"minSize": 4, "maxSize": 8, "desired": 6, "suspended": ["ReplaceUnhealthy"]}


class Demo:
    """One run: a lab, an isolated Pulumi home and backend, and the commands."""

    def __init__(self, lab: Lab) -> None:
        sys.path.insert(0, str(ROOT / "tools" / "pulumi"))
        from env import environment

        self._lab = lab
        self._environment = {
            **environment(WORK / "state"),
            **lab.environment,
            # Boots here take a second, not minutes: look often, and trust what is seen soon.
            "ROLLING_POLL_SECONDS": "0.5",
            "ROLLING_SETTLE_SECONDS": "3",
        }
        self._started = time.monotonic()

    def act(self, number: int, title: str, *lines: str) -> None:
        print(f"\n{'=' * 100}\n{number}. {title}")
        for line in lines:
            print(f"   {line}")
        print("=" * 100, flush=True)

    def pulumi(self, *arguments: str, shown: bool = True) -> int:
        colour = (
            ["--color", "always"]
            if sys.stdout.isatty() and arguments[0] in ("preview", "up", "destroy")
            else []
        )
        if shown:
            print(f"\n$ pulumi {' '.join(a for a in arguments if a not in QUIET)}", flush=True)
        done = subprocess.run(
            ["pulumi", *arguments, *colour],
            cwd=PROJECT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=None if shown else subprocess.DEVNULL,
            check=False,
        )
        if shown and done.returncode:
            print(f"(exit code {done.returncode})", flush=True)
        return done.returncode

    def image(self, image: str) -> None:
        self.pulumi("config", "set", "image", image)

    def expect(self, image: str, *, since: int) -> int:
        """The group as it truly is: everybody on one image, sizes and processes as found, the floor held."""
        group = self._lab.group("web")
        history = self._lab.history("web")
        members = [m for m in group["members"] if m["lifecycle"] == "InService"]
        lowest = min(point["inService"] for point in history[since:])
        most = max(point["total"] for point in history[since:])
        print(
            f"\n-> group web: {len(members)} in service on {', '.join(sorted({m['image'] for m in members}))}; "
            f"min {group['minSize']}, max {group['maxSize']}, desired {group['desired']}; "
            f"suspended: {', '.join(group['suspended'])}; never below {lowest} nor above {most} meanwhile"
        )
        problems = [f"{k} is {group[k]}, was {v}" for k, v in AS_FOUND.items() if group[k] != v]
        if {m["image"] for m in members} != {image} or len(members) != 6:
            problems.append(f"not everybody runs {image}")
        if lowest < 5 or most > 8:
            problems.append("the floor or the ceiling was not held")
        if [key for key in group["tags"] if key.startswith("rolling:")]:
            problems.append("a record was left behind")
        if problems:
            raise SystemExit(f"demo failed: {'; '.join(problems)}")
        return len(history) - 1

    def seconds(self) -> float:
        return time.monotonic() - self._started


def main() -> None:
    shutil.rmtree(WORK, ignore_errors=True)
    (WORK / "state").mkdir(parents=True)
    PROJECT.mkdir()
    shutil.copy(Path(__file__).with_name("Pulumi.yaml"), PROJECT)
    os.chdir(ROOT)
    with Lab(boot=1.5, spread=0.2) as lab:
        lab.image("ami-broken", signal="FAILURE")
        demo = Demo(lab)
        demo.pulumi("stack", "init", "dev", shown=False)

        demo.act(
            1,
            "A group of six on version 1",
            "The program is examples/demo/Pulumi.yaml; examples/autoscaling says the same in Python.",
        )
        demo.image("ami-1")
        if demo.pulumi("up", "--yes", "--skip-preview", *QUIET):
            raise SystemExit("demo failed: the group was not created")
        since = len(lab.history("web")) - 1
        since = demo.expect("ami-1", since=since)

        demo.act(
            2, "A new image: see the plan, then roll", "Two at a time, never fewer than five in service."
        )
        demo.image("ami-2")
        demo.pulumi("preview", *QUIET)
        if demo.pulumi("up", "--yes", "--skip-preview", *QUIET):
            raise SystemExit("demo failed: the roll failed")
        since = demo.expect("ami-2", since=since)

        demo.act(
            3, "An image whose instances signal FAILURE", "The update fails, and the group is taken back."
        )
        demo.image("ami-broken")
        if not demo.pulumi("up", "--yes", "--skip-preview", *QUIET):
            raise SystemExit("demo failed: a bad image was called a success")
        since = demo.expect("ami-2", since=since)

        demo.act(
            4, "Mended", "State still has version 2, so the next update shows the change again, and rolls."
        )
        demo.image("ami-4")
        if demo.pulumi("up", "--yes", "--skip-preview", *QUIET):
            raise SystemExit("demo failed: the mended image did not roll")
        demo.expect("ami-4", since=since)

        demo.pulumi("destroy", "--yes", "--skip-preview", *QUIET, shown=False)
        print(f"\nAll four acts were as they should be ({demo.seconds():.0f} s).")


if __name__ == "__main__":
    main()
