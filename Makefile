# All that a fresh machine needs is make and Python >= 3.11 with pip and venv.
# Nothing is installed outside this directory; no account and no root are needed.

PYTHON ?=
ARGS ?=
HISTORIES ?= 20000
SEED ?= 1
# How many tests run at the same time.
JOBS ?= 2
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install -q --disable-pip-version-check
LOCK := pip compile -q --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --custom-compile-command "make lock" --extra local pyproject.toml

.PHONY: help setup demo test check hall bench simulate lock clean
.DELETE_ON_ERROR:

help:
	@echo "make demo    the whole system on this machine (ARGS=--once: one round, then end)"
	@echo "make test    all checks and all tests (ARGS=... goes to pytest)"
	@echo "make check   the checks without the tests: format, lint, types, imports"
	@echo "make setup   .venv with everything for working on the project"
	@echo "make bench   measure"
	@echo "make simulate HISTORIES=100000 SEED=1   random histories (ARGS=--postgres, --mutants)"
	@echo "make lock    write requirements/*.txt from pyproject.toml (ARGS=--upgrade: newest)"
	@echo "make clean   remove .venv and everything that was built"

setup: $(VENV)/.installed-dev
	@echo "== ready: $(PY)"

demo: $(VENV)/.installed-run
	@$(PY) -m accord demo $(ARGS)

test: $(VENV)/.installed-dev
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check hall
	@echo "== tests"
	@$(PY) -m pytest -n $(JOBS) --dist worksteal --ignore=tests/core --ignore=tests/models $(ARGS)

check: $(VENV)/.installed-dev
	@echo "== format"
	@$(PY) -m ruff format --check .
	@echo "== lint"
	@$(PY) -m ruff check .
	@echo "== types"
	@$(PY) -m mypy
	@echo "== imports"
	@$(VENV)/bin/lint-imports --no-logo

hall: $(VENV)/.installed-dev
	@echo "== the hall, every branch of it"
	@$(PY) -m coverage run --data-file=.coverage.core --branch --source=src/accord/core \
		-m pytest -q --no-header tests/core tests/models
	@$(PY) -m coverage report --data-file=.coverage.core --fail-under=100 \
		--include='src/accord/core/*'

bench: $(VENV)/.installed-dev
	@$(PY) -m tests.bench $(ARGS)

simulate: $(VENV)/.installed-dev
	@$(PY) -m tests.engine.simulator --histories $(HISTORIES) --seed $(SEED) $(ARGS)

lock: $(VENV)/.installed-dev
	@$(PY) -m uv $(LOCK) $(ARGS) --group build -o requirements/run.txt
	@$(PY) -m uv $(LOCK) $(ARGS) --group dev -c requirements/run.txt -o requirements/dev.txt
	@echo "requirements/run.txt and requirements/dev.txt are written"

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache \
		.hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than what it was installed from; dev holds all that run holds.

$(VENV)/.installed-dev: requirements/dev.txt pyproject.toml $(VENV)/bin/pip
	$(call install,dev)
	@touch $(VENV)/.installed-run $@

$(VENV)/.installed-run: requirements/run.txt pyproject.toml $(VENV)/bin/pip
	$(call install,run)
	@touch $@

# uv when the machine has it, since it is faster; pip when not, or when uv fails (it brings
# its own certificates, which does not please every company network). Both check every hash.
define install
@echo "== installing requirements/$(1).txt into $(VENV)"
@if command -v uv >/dev/null 2>&1 && \
	uv pip install -q --python $(PY) --require-hashes -r requirements/$(1).txt; then \
	uv pip install -q --python $(PY) --no-deps --no-build-isolation --editable .; \
else \
	$(PIP) --require-hashes -r requirements/$(1).txt && \
	$(PIP) --no-deps --no-build-isolation --editable .; \
fi
endef

$(VENV)/bin/pip:
	@for python in $(or $(PYTHON),python3.14 python3.13 python3.12 python3.11 python3 python); do \
		if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
			>/dev/null 2>&1; then \
			echo "== making $(VENV) with $$("$$python" --version)"; \
			exec "$$python" -m venv $(VENV); \
		fi; \
	done; \
	echo "No Python >= 3.11 with venv and pip was found$(if $(PYTHON), as $(PYTHON))." >&2; \
	echo "Install one (on Debian: apt install python3-venv) or name it: make PYTHON=..." >&2; \
	exit 1
