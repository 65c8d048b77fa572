"""Precision and memory of the device that trains."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest
import torch
from small_runs import image_model, images

from automl.training.device import forward


def test_forward_gives_what_the_model_gives_in_float32():
    model, inputs = image_model().eval(), images(8).inputs
    logits = forward(model.to(memory_format=torch.channels_last), inputs)
    assert logits.dtype == torch.float32
    assert torch.allclose(logits, model(inputs), atol=0.05)


FAULTS = """
import resource, sys
from automl.training.device import keep_freed_memory
if "keep" in sys.argv: keep_freed_memory()
def work():
    for _ in range(10): b"x" * (64 << 20)
work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has mallopt")
def test_freed_memory_is_kept_for_the_next_batch():
    def page_faults(*arguments: str) -> int:
        command = [sys.executable, "-c", FAULTS, *arguments]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert page_faults("keep") < page_faults() / 10
