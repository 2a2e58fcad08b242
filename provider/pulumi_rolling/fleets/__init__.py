"""The kinds of group that can be rolled, one file per kind: how each is seen and acted upon."""
