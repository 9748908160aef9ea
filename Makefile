# Each target sets up what it needs: no other command comes first.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test test-fast lint format docs bench clean

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Asked by running it: a version manager's shim can be on PATH and refuse to run.
SUITABLE := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))
PYTHON ?= $(shell for python in python3.11 python3.12 python3 python; do \
	$$python -c '$(SUITABLE)' >/dev/null 2>&1 && echo $$python && break; done)

# A Spark that the user has elsewhere is not the one under test; 127.0.0.1 spares a warning about the host's name.
unexport SPARK_HOME SPARK_CONF_DIR PYTHONPATH
export SPARK_LOCAL_IP := 127.0.0.1
# Installed first, so that the jar is compiled against it and the build needs no pyspark of its own.
PYSPARK := 'pyspark[connect]>=3.5,<5'
FIND_PYSPARK := import os, pyspark; print(os.path.dirname(pyspark.__file__))
WITH_JAVA := JAVA_HOME=$$(.ci/java); export JAVA_HOME;

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

# What the jar of the Java extension is made from.
EXTENSION := build_backend.py $(wildcard sparkpmml/spark/extension/*.java sparkpmml/spark/extension/blocks/*.java sparkpmml/spark/usage/*.txt)

$(READY): setup.cfg pyproject.toml $(EXTENSION)
	@[ -n "$(PYTHON)" ] || { echo "sparkpmml needs Python 3.11 or 3.12 with venv (Debian: apt-get install python3-venv), or set PYTHON=" >&2; exit 1; }
	@echo "setting up $(VENV) with $$($(PYTHON) --version): a minute or two, most of it Spark" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --upgrade pip $(PYSPARK)
	@$(WITH_JAVA) SPARK_HOME=$$($(BIN)/python -c '$(FIND_PYSPARK)') \
		$(BIN)/python -m pip install -qq --editable '.[spark,dev,demo]'
	@touch $@

demo: $(READY)  ## score 336,776 flights through SQL and rank the routes
	@$(WITH_JAVA) PYSPARK_PYTHON=$(CURDIR)/$(BIN)/python \
		$(BIN)/spark-submit --properties-file conf/spark-defaults.conf jobs/flights_demo.py

test: lint  ## lint, then the whole suite on pyspark 3.5, on 4.x and on the oldest packages
	@$(WITH_JAVA) $(BIN)/tox run

test-fast: $(READY)  ## the suite once, in .venv (ARGS="-k name" to choose)
	@$(WITH_JAVA) $(BIN)/python -m pytest $(ARGS)

lint: $(READY)  ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)  ## let ruff rewrite the layout and what it can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(READY)  ## write the page of what is supported anew
	$(BIN)/python -m sparkpmml.support > docs/support.md

# The peers need a line of Spark each; the trainers and the exporter are beside the newer one.
.bench/spark4/.ready: setup.cfg
	$(PYTHON) -m venv .bench/spark4
	.bench/spark4/bin/python -m pip install -qq --editable '.[bench4]'
	@touch $@

.bench/spark35/.ready: setup.cfg
	$(PYTHON) -m venv .bench/spark35
	.bench/spark35/bin/python -m pip install -qq setuptools wheel
	.bench/spark35/bin/python -m pip install -qq --no-build-isolation --editable '.[bench35]'
	@touch $@

bench: .bench/spark4/.ready .bench/spark35/.ready  ## speed beside other engines and the trainers: docs/benchmarks.md (ARGS="--models tree")
	@$(WITH_JAVA) .bench/spark4/bin/python -m benchmarks train $(ARGS)
	@$(WITH_JAVA) .bench/spark35/bin/python -m benchmarks spark $(ARGS)
	@$(WITH_JAVA) .bench/spark4/bin/python -m benchmarks spark $(ARGS)
	@$(WITH_JAVA) .bench/spark4/bin/python -m benchmarks process $(ARGS)
	@$(WITH_JAVA) .bench/spark4/bin/python -m benchmarks growth $(ARGS)
	@$(WITH_JAVA) .bench/spark4/bin/python -m benchmarks loading $(ARGS)
	@.bench/spark4/bin/python -m benchmarks report $(ARGS)

clean:  ## remove what the other targets made
	rm -rf $(VENV) .tox .bench .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info \
		metastore_db spark-warehouse derby.log sparkpmml/spark/extension/*.jar
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
