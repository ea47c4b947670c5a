# Everything runs in .venv, which these targets make and keep up to date by themselves.
#   PYTHON  the interpreter to start from (3.11 or later)      make test PYTHON=python3.12
#   ARGS    passed on to the command                           make demo ARGS=--help
#   SEED    what chance begins with; every run says its own    make proof SEED=20171003
PYTHON ?= python3
ARGS ?=
SEED := $(or $(SEED),$(shell date +%s))

BIN := .venv/bin
SOURCES := $(sort $(shell find src programmes tools -type f ! -name '*.pyc' 2>/dev/null))
UNCOMPILED := PYTHONPATH=src
PYTEST := $(BIN)/python -m pytest -n auto
# These tests cover core and definition in full with their plain examples; tracing would slow the others down.
COVERED := tests/core tests/definition tests/app tests/parity/test_expressions.py
PLAIN := -m 'not slow and not hypothesis'
# These fold much, through data engines, commands, services and servers that are killed: on the engine that is installed.
BUILT := tests/parity tests/batch tests/cli tests/services tests/worker tests/proof
# What these ask of the sources is asked of the installed engine again.
TWICE := tests/core tests/app

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test test-compiled check bench proof mutants lock build clean FORCE

help: ## print this help
	@awk -F ': .*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

setup: .venv/installed ## make .venv: the locked dependencies, then guerdon itself, compiled where there is a C compiler

demo: .venv/installed ## show what guerdon does
	$(BIN)/guerdon demo $(ARGS)

test: .venv/installed ## run every test, on the sources or (laws, and what folds much) the installed wheel; core and definition in full
	$(PYTEST) $(PLAIN) --cov --cov-report=term --cov-fail-under=100 $(COVERED) $(ARGS)
	$(PYTEST) $(foreach one,$(COVERED) $(BUILT),--ignore=$(one)) $(ARGS)
	GUERDON_INSTALLED=1 $(PYTEST) -m 'slow or hypothesis' $(COVERED) $(ARGS)
	GUERDON_INSTALLED=1 $(PYTEST) --ignore=tests/parity/test_expressions.py $(BUILT) $(ARGS)

test-compiled: .venv/installed ## run the worked examples of the engine on the installed wheel
	GUERDON_INSTALLED=1 $(PYTEST) $(PLAIN) $(TWICE) $(ARGS)

check: .venv/locked ## format, lint, types, floors and the quick tests: run this before you commit
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(UNCOMPILED) $(BIN)/lint-imports
	$(PYTEST) -q -m 'not slow' $(ARGS)

bench: .venv/installed ## measure the installed engine
	$(BIN)/python -m benchmarks $(ARGS)

proof: .venv/installed ## ask the laws of the installed engine 20,000 examples each; SEED=N asks the same ones again
	GUERDON_INSTALLED=1 GUERDON_PROOF=1 $(PYTEST) --ignore=tests/house --hypothesis-seed=$(SEED) $(ARGS)

mutants: .venv/mutmut ## change lots, limits, levels and refunds at random, and say which changes no test notices
	$(BIN)/python tools/mutants.py --seed $(SEED) $(ARGS)

lock: .venv/uv ## write requirements.lock anew from pyproject.toml
	$(BIN)/uv export --upgrade --no-emit-project --all-extras --all-groups --format requirements-txt \
		--no-header --no-annotate --quiet --output-file requirements.lock

build: .venv/locked ## build the wheel and the source archive into dist
	$(BIN)/python -m hatchling build -d dist

clean: ## remove .venv and whatever runs left behind
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/uv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "guerdon needs Python 3.11 or later: make PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet 'uv>=0.13,<0.14'
	@touch $@

.venv/locked: requirements.lock .venv/uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes --requirement requirements.lock
	@touch $@

# Not locked: nothing else needs it, and what it brings along would be pinned for everybody.
.venv/mutmut: .venv/locked
	$(BIN)/uv pip install --quiet --python $(BIN)/python 'mutmut==3.8.1'
	@touch $@

.venv/installed: .venv/locked .venv/sources $(SOURCES) pyproject.toml README.md
	rm -rf build/wheel
	$(BIN)/python -m hatchling build -t wheel -d build/wheel
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --reinstall build/wheel/*.whl
	@touch $@

# A list of the sources, touched only when a file came or went: a deleted module must leave the wheel too.
.venv/sources: FORCE | .venv/uv
	@printf '%s\n' $(SOURCES) | cmp -s - $@ || printf '%s\n' $(SOURCES) > $@
