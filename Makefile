# Linli's house commands. `make` alone lists them. Needed: Python 3.11 or newer, make, and a network the first time.

SHELL := /bin/sh
.DEFAULT_GOAL := help
PY := .venv/bin/python
LOCK := deploy/lock
RUNTIME := .venv/.runtime-is-there
DEV := .venv/.dev-is-there
PEERS := .venv/.peers-are-there
PACKAGES := schemas matcher streams services
SIDE_BY_SIDE := 2
COMPILE := .venv/bin/uv pip compile -q --no-config --universal --python-version 3.11 --generate-hashes --no-header

.PHONY: help setup demo plan test check bench bench-match bench-instances bench-online bench-month faults lock clean

help: ## list these commands
	@echo "Linli: make COMMAND"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'

setup: $(RUNTIME) $(DEV) ## build .venv with everything, tests and checks included

demo: $(RUNTIME) ## a synthetic county's day on a real Kafka, in about two minutes; ARGS="--requests 300 --seed 7"
	@.venv/bin/linli demo $(ARGS)

plan: $(RUNTIME) ## a day on paper without any server: two synthetic sheets and their dispatch sheet, in sheets/
	@.venv/bin/linli export sample-sheets --out sheets --force
	@.venv/bin/linli plan sheets/工单.xlsx sheets/队伍.xlsx -o sheets/派单表.xlsx --force $(ARGS) || [ $$? -eq 1 ]

test: $(DEV) ## every test, on a real Kafka and a real Valkey; ARGS="-k words" for some, SIDE_BY_SIDE=0 one after the other
	@$(PY) -m pytest -n $(SIDE_BY_SIDE) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(DEV) ## style, types, import contracts, and that the wheel holds every file
	@echo "ruff check ..."; .venv/bin/ruff check -q .
	@echo "ruff format ..."; .venv/bin/ruff format -q --check .
	@echo "mypy ..."; .venv/bin/mypy
	@echo "pyright ..."; .venv/bin/pyright
	@echo "import contracts ..."; .venv/bin/lint-imports --no-logo
	@echo "wheel ..."; $(PY) -m pytest -q tests/test_does_the_wheel_hold_every_file.py

bench: $(PEERS) ## the measurements of deploy/BENCHMARKS.md; BENCH=tests/bench/bench_NAME.py ARGS="..." for one of them
	@set -e; for script in $(or $(BENCH),$(sort $(wildcard tests/bench/bench_*.py))); do \
		echo "== $$script"; PYTHONPATH=. $(PY) $$script $(ARGS); done

bench-month: $(DEV) ## thirty synthetic days beside a telephone desk; ARGS="--days 30 --standing 40 --accept 0.4 1.0 --json"
	@PYTHONPATH=. $(PY) tests/bench/month.py $(ARGS)

bench-match: $(PEERS) ## the matcher against VROOM, PyVRP, OR-Tools, Timefold and others; ARGS="--instances 10 --seconds 2 10"
	@PYTHONPATH=. $(PY) -m tests.bench.match.main $(ARGS)

bench-instances: $(PEERS) ## the matcher on published files; ARGS="FOLDER --seconds 30 --every 2 --peer" (the folder holds one for each family)
	@PYTHONPATH=. $(PY) -m tests.bench.instances.main $(ARGS)

bench-online: $(PEERS) ## a day as it comes, against VROOM solved again at every round; ARGS="--accept 50 70 90 --seeds 3"
	@PYTHONPATH=. $(PY) tests/bench/bench_online.py $(ARGS)

faults: $(DEV) ## kill and pause processes on the real stack: the long list, about half an hour
	@$(PY) -m pytest -m faults --faults=long $(ARGS)

lock: $(DEV) ## make the locks anew from pyproject.toml and deploy/lock/*.in
	@echo "Resolving ..."
	@$(COMPILE) --upgrade $(LOCK)/setup.in -o $(LOCK)/setup.txt
	@$(COMPILE) --upgrade pyproject.toml -o $(LOCK)/runtime.txt
	@$(COMPILE) --upgrade $(LOCK)/dev.in -o $(LOCK)/dev.txt
	@$(COMPILE) --upgrade $(LOCK)/bench.in -o $(LOCK)/bench.txt
	@$(PY) -m linli.services.ground.lock_jars

clean: ## remove .venv and everything built; the state in .linli stays
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(PACKAGES) tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): $(LOCK)/setup.txt $(LOCK)/runtime.txt pyproject.toml deploy/setup.sh matcher/compiled.py $(wildcard matcher/kernels/*.py)
	@deploy/setup.sh runtime
	@touch $@

$(DEV): $(RUNTIME) $(LOCK)/dev.txt
	@deploy/setup.sh dev
	@touch $@

$(PEERS): $(DEV) $(LOCK)/bench.txt
	@deploy/setup.sh bench
	@touch $@
