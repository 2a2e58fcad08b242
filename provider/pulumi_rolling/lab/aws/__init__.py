"""The AWS face of the lab: which calls the world answers, how, and what is left to moto."""
