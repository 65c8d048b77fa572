"""The search-space language: a YAML file read into a tree that can be sampled."""
