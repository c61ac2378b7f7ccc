# Everything happens in .venv, which the targets make themselves.
PYTHON ?= python3
PORT ?=
EVENTS ?=
NOW ?=
KILLS ?= 200
SEED ?=
TEST_PROCESSES ?= 2

# Starting takes three times as long where nothing compiled is kept.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
# An existing .venv stays with its Python, unless PYTHON is given.
MAKING := $(if $(filter file,$(origin PYTHON)),$(or $(wildcard $(BIN)/python),$(PYTHON)),$(PYTHON))
OTHER_PYTHONS := 3.12 3.13 3.14

.DEFAULT_GOAL := help
.PHONY: help demo setup setup-run test lint types imports tests faults pictures bench format build resolve lock clean

help: ## show this list
	@echo "make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | awk -F'\t' \
		'length($$2) > 68 { sub(/ \(/, "\n            (", $$2) } { printf "  %-8s  %s\n", $$1, $$2 }'

demo: setup-run ## try it: the bot and a Discord of its own, in the browser (PORT=, EVENTS="file …", NOW=instant)
	@$(BIN)/tocsin demo $(if $(PORT),--port $(PORT)) $(foreach file,$(EVENTS),--events $(file)) $(if $(NOW),--now $(NOW))

setup: ## make .venv with everything (another Python: make PYTHON=python3.12 setup)
	@$(call environment,dev)

setup-run:
	@$(call environment,run)

test: setup ## check style, types and import rules, then run every test
	@$(MAKE) --no-print-directory -j2 --output-sync=target lint types imports
	@$(MAKE) --no-print-directory tests

lint:
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(OTHER_PYTHONS:%=types-%)
	$(BIN)/mypy

types-%:
	$(BIN)/mypy --python-version $* src

imports:
	$(BIN)/lint-imports

# Most tests wait for processes: two at a time take little more than half as long.
tests:
	$(BIN)/pytest --numprocesses $(TEST_PROCESSES) --dist worksteal

faults: setup ## kill the bot amid bursts: nothing may be lost or told twice (KILLS=, SEED=)
	@$(BIN)/python -m tests.faults --kills $(KILLS) $(if $(SEED),--seed $(SEED))

pictures: setup ## take the pictures in the documents anew, from the browser tests
	PICTURES=docs/images $(BIN)/pytest tests/page -k picture

bench: setup ## measure what is promised about speed, on this machine's disk
	@$(BIN)/python -m benchmarks

format: setup ## put the sources in their usual form
	$(BIN)/ruff check --fix --select I
	$(BIN)/ruff format

build: setup ## build both packages into dist/, and try each in a fresh environment
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist
	$(BIN)/python tools/try_packages.py dist

resolve: setup ## check the pinned versions for the Pythons that are not here
	$(BIN)/python tools/lock.py check $(OTHER_PYTHONS)

lock: setup ## pin the newest versions that suit, in constraints.txt
	$(BIN)/python tools/lock.py write

clean: ## remove .venv and whatever was made
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

define environment
command -v $(MAKING) >/dev/null || { \
	echo "There is no $(MAKING): install Python 3.11 or newer, or name one: make PYTHON=python3.12 setup" >&2; exit 1; }; \
$(MAKING) tools/environment.py $(1)
endef
