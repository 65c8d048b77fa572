"""The same network in Keras 3: a ``.keras`` file of stock layers that needs none of our code."""
