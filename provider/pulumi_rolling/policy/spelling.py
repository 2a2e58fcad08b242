"""Names in three spellings: camelCase (YAML, state), snake_case (Python), PascalCase (pasted CloudFormation).

This module knows text and nothing of fields. It loads no third party: users' programs import it.
"""

from __future__ import annotations

import re

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def forms(name: str) -> tuple[str, str, str]:
    """A camelCase name in all three spellings."""
    return name, _HUMP.sub("_", name).lower(), name[:1].upper() + name[1:]


def camel(key: str) -> str:
    """The camelCase of a key in any of the spellings, known or not."""
    words = key.split("_")
    return words[0][:1].lower() + words[0][1:] + "".join(word[:1].upper() + word[1:] for word in words[1:])


def key_of(text: str) -> str:
    """What remains of a name when its spelling is taken away."""
    return text.replace("_", "").replace("-", "").lower()
