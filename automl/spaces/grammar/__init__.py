"""From YAML to nodes: one file for each thing that can stand in a space."""
