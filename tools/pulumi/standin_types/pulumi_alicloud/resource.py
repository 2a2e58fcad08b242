"""A resource whose arguments are known by name alone; the engine and the plugin judge their values."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import pulumi


class Resource(pulumi.CustomResource):
    token: ClassVar[str]
    arguments: ClassVar[str]
    """Names, as a program spells them."""
    outputs: ClassVar[str] = ""
    """Names of what only the cloud gives."""

    def __init__(
        self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **arguments: Any
    ) -> None:
        strange = arguments.keys() - set(self.arguments.split())
        if strange:
            raise TypeError(f"the stand-in for {self.token} has no argument {', '.join(sorted(strange))}")
        names = [*self.arguments.split(), *self.outputs.split()]
        super().__init__(self.token, resource_name, {name: arguments.get(name) for name in names}, opts)

    def translate_input_property(self, prop: str) -> str:
        return re.sub(r"_([a-z])", lambda found: found[1].upper(), prop)

    def translate_output_property(self, prop: str) -> str:
        return re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", prop)
