"""Whole rollouts under a virtual clock: the same ``decide`` on the simulated fleet, once or a thousand times."""
