"""Pulumi's engine as a provider's process meets it: it started the process and shows its lines. For every face."""
