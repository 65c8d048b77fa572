"""The final model: the best few refitted over seeds, one chosen, trained on all there is."""
