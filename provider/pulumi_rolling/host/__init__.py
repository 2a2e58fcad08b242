"""What surrounds a provider's process: Pulumi's engine, which started it and shows its lines. For every face."""
