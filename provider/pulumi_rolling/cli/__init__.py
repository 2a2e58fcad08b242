"""The `rolling` command: a row of the table for each command. What a command does not need it does not import."""
