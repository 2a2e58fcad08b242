"""The configuration of a return under an encryption that is another one by now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from pulumi_rolling.stack.command import Pulumi
from pulumi_rolling.stack.configuration import of_today

FORMER = "encryptionsalt: v1:old\nconfig:\n  shop:color: blue\n  shop:word:\n    secure: v1:former\n"
TODAY = "encryptionsalt: v1:new\nconfig:\n  shop:color: red\n  shop:word:\n    secure: v1:present\n"


class Asked:
    """Stands in place of `pulumi config`, and notes what it is given."""

    def __init__(self) -> None:
        self.set: dict[str, str] = {}
        self.files: list[str] = []

    def asked(self, *arguments: str, given: str | None = None) -> str:
        if arguments[:2] == ("config", "set"):
            self.set[arguments[2]] = given or ""
        self.files.append(Path(arguments[-1]).read_text())
        secret = {"secret": True, **({"value": "two"} if "--show-secrets" in arguments else {})}
        return json.dumps({"shop:color": {"value": "blue"}, "shop:word": secret})


def converted(text: str, today: str, folder: Path) -> tuple[str | None, Asked]:
    pulumi = Asked()
    file = folder / "Pulumi.dev.yaml"
    file.write_text(today)
    return of_today(cast(Pulumi, pulumi), text, file), pulumi


def test_the_former_values_stand_under_todays_encryption(tmp_path: Path) -> None:
    """Plain values are the former ones; a secret, which nobody can read any more, has today's value."""
    text, pulumi = converted(FORMER, TODAY, tmp_path)
    assert text is not None and text.startswith("encryptionsalt: v1:new\n") and "v1:old" not in text
    assert "shop:color: blue" in text
    assert pulumi.set == {"shop:word": "two"}


def test_the_same_encryption_needs_nothing(tmp_path: Path) -> None:
    """The former text stands as it is, and `pulumi` is not asked."""
    text, pulumi = converted(FORMER, TODAY.replace("v1:new", "v1:old"), tmp_path)
    assert text == FORMER and not pulumi.files
