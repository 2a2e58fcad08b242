"""check, diff, create, read, update, delete: one meaning for every face that Pulumi is shown."""

from pulumi_rolling.handler.context import Context, Diffed, Foreseen, Timeout
from pulumi_rolling.handler.group import RollingGroupHandler
from pulumi_rolling.handler.preview import preview_of
from pulumi_rolling.handler.situation import assess
from pulumi_rolling.handler.wiring import Defaults, wire

__all__ = [
    "Context",
    "Defaults",
    "Diffed",
    "Foreseen",
    "RollingGroupHandler",
    "Timeout",
    "assess",
    "preview_of",
    "wire",
]
