"""Pure decisions: no I/O, no clock, no cloud name."""
