"""check, diff, create, read, update, delete: one meaning for every face that Pulumi is shown."""

from pulumi_rolling.handler.group import Context, Diffed, RollingGroupHandler
from pulumi_rolling.handler.preview import preview_of
from pulumi_rolling.handler.situation import assess
from pulumi_rolling.handler.wiring import wire

__all__ = ["Context", "Diffed", "RollingGroupHandler", "assess", "preview_of", "wire"]
