"""The strategy ``rollingUpdate``: its block, its rules, what a live group forbids, and its limits."""
