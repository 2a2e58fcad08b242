"""RollingGroup for Python programs: the resource, its arguments, and the dynamic provider behind it."""
