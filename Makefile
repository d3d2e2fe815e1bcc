# `make demo` and `make test` work on a fresh machine with Python 3.11 or newer; everything lands in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test test-browser lint zones gazetteer bench clean
.SUFFIXES:

help:
	@echo "make demo   answer a real case: the wreck of the Adriana off Pylos, 14 June 2023"
	@echo "make test   run the tests"
	@echo "make test-browser  run the tests that drive a headless Chromium"
	@echo "make lint   ruff and mypy"
	@echo "make zones  build data/maritime_zones/zones.gpkg again from its pinned sources (network, minutes)"
	@echo "make gazetteer  build data/gazetteer/places.csv again from its pinned sources (network, a minute)"
	@echo "make bench  measure start-up time"
	@echo "make clean  remove .venv and everything that tools leave behind"

# The stamp is written last, so that an interrupted installation is done again.
$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "seajuris needs Python 3.11 or newer; '$(PYTHON)' is `$(PYTHON) --version 2>&1`." >&2; \
	  echo "Name a newer one, for example: make PYTHON=python3.12 demo" >&2; exit 1; }
	@echo "Setting up $(VENV) (once) ..." >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(READY)
	@$(BIN)/seajuris assess docs/examples/pylos.yaml

test: $(READY)
	@$(BIN)/python -m pytest

# Needs Chromium, which `make test` does not.
test-browser: $(READY)
	@$(BIN)/python -m pytest -m browser

lint: $(READY)
	@failed=0; $(BIN)/ruff check --quiet || failed=1; $(BIN)/ruff format --check --quiet || failed=1; \
	  $(BIN)/mypy --no-error-summary || failed=1; exit $$failed

zones: $(READY)
	@$(BIN)/python -m seajuris.zones.build

# In an environment of its own: only this build reads Parquet.
gazetteer:
	@$(PYTHON) -m venv build/gazetteer-venv
	@build/gazetteer-venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[gazetteer]'
	@build/gazetteer-venv/bin/python -m seajuris.gazetteer_build

bench: $(READY)
	@$(BIN)/python benchmarks/startup.py

clean:
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
