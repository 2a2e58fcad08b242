"""Messages of Pulumi's protocol without the SDK around them, for a process that runs no program.

The SDK's packages load its whole runtime when they are imported, which takes longer than all that the plugin itself
has to load. Its messages stand in folders below and need nothing of it.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from contextlib import suppress
from types import ModuleType

_AROUND = ("pulumi", "pulumi.runtime")
_MESSAGES = "pulumi.runtime.proto"


def load() -> None:
    """Load the messages; an import of the SDK afterwards gets the real one.

    Nothing is loaded where there is no SDK, or one whose messages need more of it: whatever imports them then loads all
    of it, or says what is missing.
    """
    if _AROUND[0] in sys.modules:
        return
    try:
        with suppress(ImportError):
            for name in _AROUND:
                # The second is found below the first, which stands there already and runs no code.
                sys.modules[name] = _folder(name)
            importlib.import_module(_MESSAGES)
    finally:
        for name in _AROUND:
            sys.modules.pop(name, None)


def _folder(name: str) -> ModuleType:
    """A package by its folder alone."""
    found = importlib.util.find_spec(name)
    if found is None or found.submodule_search_locations is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    package = ModuleType(name)
    package.__path__ = list(found.submodule_search_locations)
    return package
