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
import resource
from automl.training.device import keep_freed_memory
def work():
    for _ in range(10): b"x" * (64 << 20)
def page_faults():
    work()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    work()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
given_back = page_faults()
keep_freed_memory()
print(given_back, page_faults())
"""


@pytest.mark.slow
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has mallopt")
def test_freed_memory_is_kept_for_the_next_batch():
    command = [sys.executable, "-c", FAULTS]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    given_back, kept = map(int, run.stdout.split())
    assert kept < given_back / 10
