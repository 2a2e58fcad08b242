"""The user's block: its spellings, its faults, and what it allows a rollout to do.

Pure: what the live group looks like is told, never asked, and what a rollout then does is not known here.
"""
