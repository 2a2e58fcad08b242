"""UpdatePolicy for Pulumi: the public names. Importing this loads no cloud SDK."""
