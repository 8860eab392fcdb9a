# `make demo` and `make test` are all a new machine needs: each sets up everything first.
PYTHON ?= python3
DATA ?= laurel-data
PROGRAM ?=
WORKERS ?= logical
UV := .venv/bin/uv
export UV_PYTHON_DOWNLOADS = never
# Every module is compiled once, packages at their installation, and not again by each process that imports it.
export UV_COMPILE_BYTECODE = 1
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo up test lint types contract lock vendor

setup: .venv/.ready           ## an environment with exactly the locked packages, and .venv/bin/laurel

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Laurel needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check uv==0.13.8
	$(UV) pip install --quiet --python .venv/bin/python --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup                   ## the whole of Laurel at work, on your terminal
	.venv/bin/laurel demo

up: setup                     ## the whole of Laurel, to stay
	.venv/bin/laurel up --data $(DATA) $(if $(PROGRAM),--program $(PROGRAM))

test: setup                   ## everything, on real servers, a process for each core
	.venv/bin/pytest -n $(WORKERS) --maxprocesses 8 --dist worksteal

lint: setup
	.venv/bin/ruff check . && .venv/bin/ruff format --check .

types: setup
	.venv/bin/mypy

contract: setup
	.venv/bin/lint-imports

lock:                         ## choose package versions anew (names, versions and hashes; no address of a registry)
	$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --group dev --extra otel pyproject.toml -o requirements.lock --upgrade

vendor:                       ## what the console's pages load, built anew from npm; only for who changes it
	cd console/web && npm ci --ignore-scripts && npm run --silent build
