"""A small language host for Python programs, for machines without the official Pulumi CLI."""
