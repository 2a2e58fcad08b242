"""The `rolling` command: one module a command. What a command does not need it does not import."""
