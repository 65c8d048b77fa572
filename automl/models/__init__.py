"""Networks: from a resolved list of layers to a PyTorch module."""
