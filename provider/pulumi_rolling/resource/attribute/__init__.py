"""The update policy as an attribute of the group's own resource, by Pulumi's resource hooks."""
