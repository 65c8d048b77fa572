"""How the files in a trial's folder are called."""

from __future__ import annotations

# A trial's best weights; kept for the best few trials.
WEIGHTS = "weights.safetensors"
# The last checkpoint of a trial: all that it takes to go on exactly from there.
STATE = "state.pt"
# The curve of a trial that ran to its end, until that is told to the study.
FINISHED = "finished.json"
# What the model of a trial that ran to its end gets wrong.
REVIEW = "review.json"
# Pictures and tables of a trial, for people.
ARTIFACTS = "artifacts"
# What a trial had to say of its failure.
LOG = "log.txt"
# What a trial's numbers depend on beside its spec: a line for each of its legs.
LEGS = "legs.jsonl"
# Touched by a trial that makes headway, every second or so.
PULSE = "pulse"
# What a trial's worker was given, at its last attempt.
SPEC = "spec.json"
# The network of a trial, layer by layer.
NETWORK = "network.json"
# The full curve of a trial, one measurement a line.
CURVE = "curve.jsonl"
