"""Images: the shipped ones, published ones, and a folder of one's own."""
