# Two commands on a fresh machine: `make search` and `make test`. Both install once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTRAS := dev

.PHONY: search test test-torchtext fuzz lint

search: $(VENV)/installed
	@if [ -f results/cnn/study.yaml ]; then $(BIN)/python -m automl resume cnn; \
	else $(BIN)/python -m automl search cnn; fi

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n auto --dist loadfile

# The same tests with torchtext, and so with the oldest PyTorch, in an environment of its own.
test-torchtext:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info >= (3, 12) and "torch 2.3 exports models up to Python 3.11: make test-torchtext PYTHON=python3.11")'
	$(MAKE) test VENV=.venv-torchtext EXTRAS=dev,torchtext

# What strangers' files can do to the readers of spaces and bundles, for a minute or two.
fuzz: $(VENV)/installed-dev
	$(BIN)/python -m pytest tests/strangers -k fuzz --hypothesis-profile=fuzz -n 2

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
