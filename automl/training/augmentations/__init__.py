"""Augmentations: random changes of a batch of images, on the device the batch is on."""
