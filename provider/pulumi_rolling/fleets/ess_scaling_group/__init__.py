"""Alibaba Cloud ESS scaling groups of ECS instances."""
