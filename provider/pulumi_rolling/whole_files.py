"""Files that are written whole or not at all, for readers of that moment and for a process that is killed in it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, content: str | bytes, *, private: bool = True) -> None:
    """Raises OSError with the system's own reason; what stood there before then stands there still.

    ``private``: the owner alone may read it. False: who may is the user's own rule for new files.
    """
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            if not private:
                os.fchmod(file.fileno(), 0o666 & ~_umask())
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise


def _umask() -> int:
    """The system tells it to those alone who set it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
