# One command for each job. `make help` lists them; all that is needed is Python 3.11 or later.

VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install

# The first of these that is new enough and can make a virtual environment; or `make PYTHON=...`.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& { echo $$python; break; }; done)

# More for the command itself: `make test ARGS="-n 0 -k ledger"`, `make demo ARGS="--orders 50"`.
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test coverage lint format types bench kill fuzz audit clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUN) ## run a shop on one pool of stock, against a simulated Amazon
	$(BIN)/stockpool demo $(ARGS)

test: $(DEV) ## run the tests, on SQLite and on a real PostgreSQL, one process a core
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

coverage: $(DEV) ## run the tests and list the lines and branches they miss
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

lint: $(DEV) ## check the format, the rules and who imports whom
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/lint-imports

format: $(DEV) ## put the format right, and what else can be put right by itself
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: $(DEV) ## check the types
	$(BIN)/mypy

bench: $(DEV) ## measure orders a second
	PYTHONPATH=tests/support $(BIN)/python -m benchmarks $(ARGS)

kill: $(DEV) ## kill workers at every point, for a long time
	$(BIN)/python -m pytest -m kill $(ARGS)

fuzz: $(DEV) ## give every parser bad input, 10,000 times each (FUZZ_EXAMPLES)
	HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -n auto --timeout 0 \
	    tests/fuzzing tests/csv_channel/test_fuzz.py $(ARGS)

audit: $(DEV) ## ask the package index for known vulnerabilities of what is installed
	$(PIP) 'pip-audit>=2.9,<3'
	$(BIN)/pip-audit --local --skip-editable $(ARGS)

clean: ## delete the virtual environment and all caches
	rm -rf $(VENV) build dist .coverage .coverage.* .hypothesis .import_linter_cache
	rm -rf .mypy_cache .pytest_cache .ruff_cache

$(BIN)/python:
	@test -n "$(PYTHON)" || { \
	  echo "No Python 3.11 or later with venv was found. Install one, or: make PYTHON=/path/to/python"; \
	  exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN): pyproject.toml | $(BIN)/python
	$(PIP) -e .
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	$(PIP) -e '.[dev]'
	@touch $@ $(RUN)
