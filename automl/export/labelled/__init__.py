"""A user's examples with what is true of each, read as the bundle's training read them."""
