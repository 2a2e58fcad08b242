"""check, diff, create, read, update, delete: one meaning for every face that Pulumi is shown."""

from pulumi_rolling.handler.group import Context, Diffed, RollingGroupHandler

__all__ = ["Context", "Diffed", "RollingGroupHandler"]
