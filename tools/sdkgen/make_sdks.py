"""`make sdk`: the generators built with the engine's own modules and flags, and the SDKs below `sdks`.

Git ignores what is made. The generators lie in `.cache`; nothing is done when schema and generators are as they
were. Standard library only.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
MODULES = HERE.parent / "pulumi" / "go.mod"
SCHEMA = TOP / "schema.json"
OUT = TOP / "sdks"
BUILT = TOP / ".cache" / "sdkgen"
STAMP = OUT / ".stamp"


def digest(*files: Path) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _flags() -> tuple[str, ...]:
    """Those of the engine: with others the Go compiler would compile its modules once more."""
    sys.path.insert(0, str(MODULES.parent))
    from go_build import FLAGS

    return FLAGS


def main() -> None:
    if shutil.which("go") is None:
        sys.exit("sdk: there is no go on PATH; Pulumi's generators are Go programs. No SDK was made.")
    BUILT.mkdir(parents=True, exist_ok=True)
    with (BUILT / "lock").open("w") as lock:
        # Two test processes may want them at once.
        fcntl.flock(lock, fcntl.LOCK_EX)
        make()


def make() -> None:
    generators = digest(HERE / "main.go", MODULES)
    wanted = f"{generators} {digest(SCHEMA)}\n"
    if STAMP.exists() and STAMP.read_text() == wanted:
        print(f"sdk: nothing to do ({OUT})")
        return
    program = BUILT / generators[:16]
    if not program.exists():
        print("sdk: building the generators ...", flush=True)
        temporary = BUILT / f".{os.getpid()}"
        environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"}
        command = ["go", "build", *_flags(), "-modfile", str(MODULES), "-o", str(temporary), "."]
        subprocess.run(command, cwd=HERE, env=environment, check=True)
        temporary.replace(program)
    subprocess.run([str(program), str(SCHEMA), str(OUT)], check=True)
    STAMP.write_text(wanted)


if __name__ == "__main__":
    main()
