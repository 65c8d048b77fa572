"""Modules that PyTorch does not have. Importing one imports torch."""
