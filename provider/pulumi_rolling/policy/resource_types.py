"""Types of Pulumi's resources that are groups to roll. The table of kinds says how each of them is read."""

AUTO_SCALING_GROUP = "aws:autoscaling/group:Group"
ECS_SERVICE = "aws:ecs/service:Service"
ESS_SCALING_GROUP = "alicloud:ess/scalingGroup:ScalingGroup"

GROUPS = frozenset({AUTO_SCALING_GROUP, ECS_SERVICE, ESS_SCALING_GROUP})
"""All of them: a program tells its groups from other resources without the rest of the house."""
