"""Sources of an instance's SUCCESS or FAILURE."""
