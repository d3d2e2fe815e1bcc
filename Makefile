# `make demo` and `make test` work on a fresh machine with Python 3.11 or newer; everything lands in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The packages are those of requirements/ci.txt, to the byte. LOCKED=no takes any that fit pyproject.toml, for a system or
# a Python on which the pinned ones cannot be installed.
LOCKED ?= yes
TOOLS := build/tools-venv

.DEFAULT_GOAL := help
.PHONY: help demo test test-browser test-dask lint zones gazetteer bench clean lock sbom audit licences coverage mutate assurance
.SUFFIXES:

help:
	@echo "make demo   answer a real case: the wreck of the Adriana off Pylos, 14 June 2023"
	@echo "make test   run the tests"
	@echo "make test-browser  run the tests that drive a headless Chromium"
	@echo "make test-dask  kill a worker of a batch that is shared out, and compare every row"
	@echo "make lint   ruff and mypy"
	@echo "make zones  build data/maritime_zones/zones.gpkg again from its pinned sources (network, minutes)"
	@echo "make gazetteer  build data/gazetteer/places.csv again from its pinned sources (network, a minute)"
	@echo "make fuzz   feed mutated input to every reader (an hour; see docs/reading.md)"
	@echo "make coverage  the branches that the tests run, of the code that decides an answer (minutes)"
	@echo "make mutate  change that code in many ways and see whether a test notices (hours)"
	@echo "make assurance  write docs/assurance.md: each promise with its test, and the figures"
	@echo "make bench  measure start-up time"
	@echo "make licences  list the licences of all dependencies and check them"
	@echo "make sbom   write the list of components, requirements/sbom.cdx.json (CycloneDX; network)"
	@echo "make audit  ask for known weaknesses of the pinned packages (network)"
	@echo "make lock   pin the packages again (requirements/; network)"
	@echo "make clean  remove .venv and everything that tools leave behind"

# The stamp is written last, so that an interrupted installation is done again.
$(READY): pyproject.toml requirements/ci.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "seajuris needs Python 3.11 or newer; '$(PYTHON)' is `$(PYTHON) --version 2>&1`." >&2; \
	  echo "Name a newer one, for example: make PYTHON=python3.12 demo" >&2; exit 1; }
	@echo "Setting up $(VENV) (once) ..." >&2
	@$(PYTHON) -m venv $(VENV)
ifeq ($(LOCKED),yes)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/ci.txt || { \
	  echo "The pinned packages cannot be installed here. With others that fit: make LOCKED=no" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation --editable .
else
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
endif
	@touch $@

demo: $(READY)
	@$(BIN)/seajuris assess docs/examples/pylos.yaml

# Files are shared out to the processors, four at most: each worker holds zones, rules and the index of cells.
test: $(READY)
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

# Needs Chromium, which `make test` does not.
test-browser: $(READY)
	@$(BIN)/python -m pytest -m browser

# Kills a worker in the middle of a shared run, and compares every row.
test-dask: $(READY)
	@$(BIN)/python benchmarks/dask_check.py --rows 4000 --parts 20

lint: $(READY)
	@failed=0; $(BIN)/ruff check --quiet || failed=1; $(BIN)/ruff format --check --quiet || failed=1; \
	  $(BIN)/mypy --no-error-summary || failed=1; exit $$failed

zones: $(READY)
	@$(BIN)/python -m seajuris.zones.build

# An hour; FUZZ="--only case --count 500 --seed 2" for less. The figures go to benchmarks/results/fuzz.json.
fuzz: $(READY)
	@$(BIN)/python benchmarks/fuzz.py $(FUZZ)

# Only the tests that are about this code; COVERED=1 make test measures it in the run of all of them.
coverage: $(READY)
	@COVERED=only COVERED_RECORD=1 $(BIN)/python -m pytest

# MUTATE="--part locate --sample 200" for less. The figures go to benchmarks/results/mutation.json.
mutate: $(READY)
	@$(BIN)/python benchmarks/mutate_code.py --record $(MUTATE)

assurance: $(READY)
	@$(BIN)/python tests/assurance_page.py

# In an environment of its own: only this build reads Parquet.
gazetteer:
	@$(PYTHON) -m venv build/gazetteer-venv
	@build/gazetteer-venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[gazetteer]'
	@build/gazetteer-venv/bin/python -m seajuris.gazetteer_build

bench: $(READY)
	@$(BIN)/python benchmarks/startup.py

# The supply chain. requirements/README.md explains it.
$(TOOLS)/.ready: requirements/tools.txt
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.txt
	@touch $@

PIN := UV_PYTHON_DOWNLOADS=never $(TOOLS)/bin/uv pip compile --quiet --universal --python-version 3.11 \
  --generate-hashes --no-annotate --custom-compile-command "make lock" $(UPGRADE)
RUNTIME := zones memo maps serve batch dask

lock: $(TOOLS)/.ready
	@$(PIN) pyproject.toml --extra dev --output-file requirements/ci.txt
	@$(PIN) pyproject.toml $(RUNTIME:%=--extra %) --constraint requirements/ci.txt --output-file requirements/runtime.txt
	@$(PIN) requirements/tools.in --output-file requirements/tools.txt

# Of an environment that holds nothing else; `--output-reproducible` leaves out what differs from run to run.
SBOM := $(TOOLS)/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --output-format JSON

sbom: $(TOOLS)/.ready
	@$(PYTHON) -m venv --clear --without-pip build/runtime-venv
	@$(TOOLS)/bin/python -m pip --python build/runtime-venv/bin/python install --quiet --disable-pip-version-check \
	  --require-hashes -r requirements/runtime.txt
	@$(SBOM) --output-file build/sbom.cdx.json build/runtime-venv/bin/python
	@$(SBOM) --output-file requirements/sbom.cdx.json build/runtime-venv/bin/python
	@cmp build/sbom.cdx.json requirements/sbom.cdx.json

audit: $(TOOLS)/.ready
	@$(TOOLS)/bin/pip-audit --strict --require-hashes --disable-pip --vulnerability-service pypi \
	  --requirement requirements/runtime.txt

licences: $(READY)
	@$(BIN)/python tests/licences.py

clean:
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
