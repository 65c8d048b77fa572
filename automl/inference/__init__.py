"""Using a bundle's model: predictions, and scores on examples with known answers."""
