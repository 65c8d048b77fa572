"""The catalogue: published datasets, with facts, files and a reader for each; one file a kind."""
