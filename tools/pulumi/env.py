"""The environment in which the demo and the tests run the engine: offline, isolated, with our plugins.

`environment(state_dir)` for Python; `python tools/pulumi/env.py STATE_DIR` prints lines for a shell's `eval`.
Standard library only, so that any interpreter can load it.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BIN = REPOSITORY / ".engine" / "bin"
PLUGINS = REPOSITORY / ".engine" / "plugins"
PROVIDER = REPOSITORY / "provider"
PYTHON = REPOSITORY / ".venv" / "bin" / "python"

NOT_FOR_US = (
    "PULUMI_IGNORE_AMBIENT_PLUGINS",
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PULUMI_STACK",
    "PYTHONDONTWRITEBYTECODE",
)
"""Set by the user for other projects: the first hides our plugins, the next lead to other states, and with the last
every process compiles our sources anew, which takes longer than what it is started for."""


def environment(state_dir: Path) -> dict[str, str]:
    """The whole environment of a `pulumi` process whose state, home and plugins lie below `state_dir`.

    `.engine/bin` comes first on PATH when `make ensure` has built an engine; with the official CLI on PATH
    it has built none, and the official hosts are used.
    """
    state = state_dir.resolve()
    for folder in ("backend", "home/plugins"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    _link_plugins(state / "home" / "plugins")
    _install_ours(state / "home" / "plugins")
    variables = {name: value for name, value in os.environ.items() if name not in NOT_FOR_US}
    if (BIN / "pulumi").exists():
        variables["PATH"] = f"{BIN}{os.pathsep}{variables.get('PATH', os.defpath)}"
    variables |= {
        "PULUMI_BACKEND_URL": f"file://{state / 'backend'}",
        "PULUMI_HOME": str(state / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_PYTHON_CMD": str(PYTHON),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
        "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
    }
    for name in ("NO_PROXY", "no_proxy"):
        variables[name] = ",".join(filter(None, (variables.get(name), "127.0.0.1", "localhost")))
    return variables


def _link_plugins(home: Path) -> None:
    """Folders of our own with links in them: the engine takes no folder that is itself a link."""
    for file in PLUGINS.glob("*/*"):
        link = home / file.parent.name / file.name
        if not link.exists():
            link.unlink(missing_ok=True)
            link.parent.mkdir(exist_ok=True)
            link.symlink_to(file)


def _install_ours(home: Path) -> None:
    """The rolling plugin as it lies in this repository: on PATH the engine would warn of it in every run."""
    version = json.loads((PROVIDER / "pulumi_rolling" / "pulumi-plugin.json").read_text())["version"]
    program = home / f"resource-rolling-v{version}" / "pulumi-resource-rolling"
    if not program.exists():
        program.parent.mkdir(exist_ok=True)
        written = program.with_name(f".{program.name}.{os.getpid()}")
        written.write_text(f'#!/bin/sh\nexec "{PYTHON}" -u "{PROVIDER}" "$@"\n')
        written.chmod(0o755)
        written.replace(program)


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: env.py STATE_DIR")
    wanted = environment(Path(sys.argv[1]))
    print("unset " + " ".join(NOT_FOR_US))
    for name, value in wanted.items():
        if os.environ.get(name) != value:
            print(f"export {name}={shlex.quote(value)}")


if __name__ == "__main__":
    main()
