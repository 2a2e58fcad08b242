"""A stack's way back: `pulumi up`, and where it fails the stack returns to its last good deployment.

This package knows the `pulumi` command, its state and its engine's monitor; it knows no cloud and no group.
"""
