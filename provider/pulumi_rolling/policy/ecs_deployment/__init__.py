"""The strategy ``ecsDeployment``: its block, its rules, its arithmetic, and what a live service forbids."""
