"""How long a test waits for another process."""

PATIENCE = 600.0
"""Seconds until what must happen is taken not to: far more than it needs on a busy machine."""
