"""AWS's own command line, which knows nothing of this project, on the bench's lab."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.lab.bench import Bench

AWS = Path(sys.executable).with_name("aws")


def run(bench: Bench, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = kept | bench.lab.environment | {"AWS_PAGER": "", "AWS_CONFIG_FILE": os.devnull}
    called = [str(AWS), *words]
    return subprocess.run(called, env=environment, capture_output=True, text=True, timeout=60, check=False)


def printed(bench: Bench, *words: str) -> Any:
    """What a command prints."""
    done = run(bench, *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
