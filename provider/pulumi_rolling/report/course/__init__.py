"""The course of a rollout: what each decision brought, kept point by point, and drawn and told once it is over."""
