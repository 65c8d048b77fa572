"""What is told about spaces and machines, as plain values."""
