"""What a space is made of, once read: one file for each kind of node of the tree."""
