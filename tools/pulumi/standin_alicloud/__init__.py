"""A stand-in for the alicloud plugin where the real one is not: ESS scaling groups, their configurations, templates.

It follows the real provider where a rollout can tell the difference: what an edit alters in place, who activates a
configuration, what deletes a group. Any other resource, function or property is refused by name.
"""

FOLLOWS = "4.0.0"
"""The real plugin of this version is followed."""
