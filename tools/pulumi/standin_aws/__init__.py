"""A stand-in for the aws plugin where the real one is not: launch templates, Auto Scaling groups, ECS services.

It follows the real provider where a rollout can tell the difference: what is computed, what a refresh reads,
what an update puts back. Any other resource, function or property is refused by name.
"""

FOLLOWS = "7.51.1"
"""The real plugin of this version is followed. The engine warns of an SDK of another one; pyproject.toml pins it."""
