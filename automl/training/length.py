"""The length of a training and its batch size, where a space leaves them to the data.

What a network learns depends on the steps of its optimiser more than on the epochs: ten epochs are
20 steps on 42 images and 80,000 on a million rows.
"""

from __future__ import annotations

from math import ceil, isqrt, sqrt

# Optimiser steps of a whole training on as many examples as this, or on fewer.
UPDATES, EXAMPLES = 1_000, 5_000
MOST_EPOCHS = 250
# Examples in a batch; of few examples, a batch has at most a quarter.
LEAST_BATCH, USUAL_BATCH, MOST_BATCH = 4, 16, 256


def batch_size_for(examples: int) -> int:
    """A batch size for a number of training examples: a power of two near its square root."""
    wanted = min(max(isqrt(examples), USUAL_BATCH), max(examples // 4, LEAST_BATCH), MOST_BATCH)
    return 1 << (wanted.bit_length() - 1)


def epochs_for(examples: int, batch_size: int) -> int:
    """Epochs of a whole training.

    It has about 1,000 optimiser steps on few examples, and on many the square root of their number
    times as many: more than on few, in fewer epochs.

    Args:
        examples: Number of training examples.
        batch_size: Examples in a batch.
    """
    updates = UPDATES * sqrt(max(examples / EXAMPLES, 1.0))
    return min(ceil(updates / ceil(examples / batch_size)), MOST_EPOCHS)
