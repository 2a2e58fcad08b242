"""The strategy ``instanceRefresh``: its block, its rules, its arithmetic, and what a live group forbids."""
