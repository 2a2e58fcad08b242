"""Kinds of groups: what the inputs say of each, and what can be wrong with that. Kinds do not know each other."""
