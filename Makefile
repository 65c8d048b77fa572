# Two commands on a fresh machine: `make search` and `make test`. Both install once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: search test lint

search: $(VENV)/installed
	@if [ -f results/cnn/study.yaml ]; then $(BIN)/python -m automl resume cnn; \
	else $(BIN)/python -m automl search cnn; fi

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest -n auto --dist loadfile

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
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/installed
