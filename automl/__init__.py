"""Finds a good PyTorch model for your data while you do something else."""

__version__ = "0.1.0"
