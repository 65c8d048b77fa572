"""Optimisers: option classes that build a torch optimiser for a model."""
