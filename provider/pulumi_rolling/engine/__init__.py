"""Observe, decide, record, act, repeat."""
