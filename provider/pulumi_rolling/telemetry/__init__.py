"""Rollouts as OpenTelemetry has them: spans and metrics, read off decisions, where the environment wants them."""
