# Two commands on a fresh machine: `make search` and `make test`. Both install once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTRAS := dev
# All of them, or those that are named here.
TESTS :=
# What takes longest comes first, lest one worker still be at it when the others have nothing left.
LONGEST := tests/faults tests/docs/test_docs.py tests/execution/test_ray_processes.py tests/export \
	tests/tracking/test_tracked_search.py tests/gpu tests/cli/test_stopping.py
# How pytest ends that found none to run.
NO_TESTS := 5

.PHONY: search test test-quick test-slow test-torchtext fuzz lint

search: $(VENV)/installed
	@if [ -f results/cnn/study.yaml ]; then $(BIN)/python -m automl resume cnn; \
	else $(BIN)/python -m automl search cnn; fi

# The files go by their folders, for by their number of tests the few long ones would come last.
PYTEST := $(BIN)/python -m pytest --dist loadfile --no-loadscope-reorder

test: test-quick test-slow

# What opens no process, no browser, no Ray and no whole search.
test-quick: $(VENV)/installed-dev
	$(PYTEST) -n 2 -m "not slow" $(TESTS) || [ $$? = $(NO_TESTS) ]

# The others wait for processes of their own, hence more at once than there are cores.
test-slow: $(VENV)/installed-dev
	$(PYTEST) -n 4 -m slow $(or $(TESTS),$(LONGEST) tests) || [ $$? = $(NO_TESTS) ]

# What a release of PyTorch can break, with torchtext, and so with the oldest PyTorch, in an environment
# of its own.
test-torchtext:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info >= (3, 12) and "torch 2.3 exports models up to Python 3.11: make test-torchtext PYTHON=python3.11")'
	$(MAKE) test VENV=.venv-torchtext EXTRAS=dev,torchtext TESTS="tests/api tests/data_text \
		tests/export tests/finalizing tests/inference tests/models tests/models_columns tests/tasks tests/training \
		tests/trials tests/cli/test_whole_path.py"

# What strangers' files can do to the readers of spaces and bundles, for a minute or two: other files each
# time, or always those of one seed (make fuzz SEED=0).
fuzz: $(VENV)/installed-dev
	$(BIN)/python -m pytest tests/strangers -k fuzz --hypothesis-profile=fuzz -n 2 \
		$(if $(SEED),--hypothesis-seed=$(SEED))

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "automl needs Python 3.10 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[$(EXTRAS)]'
	@touch $@ $(VENV)/installed
