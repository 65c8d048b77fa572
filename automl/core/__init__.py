"""Value types, protocols, errors and the registry: the standard library only."""
