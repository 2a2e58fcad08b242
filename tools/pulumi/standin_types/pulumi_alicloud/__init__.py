"""Stand-in types of pulumi_alicloud, which is 160 MB: those of its resources that the stand-in plugin plays.

Names of resources, arguments and outputs are the real package's; an argument that is not here is refused.
"""

from pulumi_alicloud import ecs, ess

__all__ = ["ecs", "ess"]
