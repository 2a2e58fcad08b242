"""Where an instance's SUCCESS or FAILURE comes from."""
