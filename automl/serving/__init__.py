"""A bundle's model over HTTP."""
