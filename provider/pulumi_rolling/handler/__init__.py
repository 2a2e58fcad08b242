"""check, diff, create, read, update, delete: one meaning for every face that Pulumi is shown.

The faces come in by this door; all else is imported from its own module.
"""

from pulumi_rolling.handler.context import Context, Defaults, Timeout
from pulumi_rolling.handler.verbs import RollingGroupHandler

__all__ = ["Context", "Defaults", "RollingGroupHandler", "Timeout"]
