"""The parts of a bundle's ``predict.py``; they import nothing of this package but one another."""
