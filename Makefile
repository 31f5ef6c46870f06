.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin
PYTHON ?= python3
EVENTS ?= 1000000
ROUNDS ?= 1
SEED ?=
SECONDS ?= 10
SERVICES := $(patsubst services/%/pyproject.toml,%,$(wildcard services/*/pyproject.toml))
WHICH := import sys; print(sys.base_prefix, sys.version_info[:2])
# What is started is compiled once, not by every process anew.
unexport PYTHONDONTWRITEBYTECODE
PACKAGES := shared/contracts shared/kit shared/cli $(SERVICES:%=services/%) deploy/local

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  \033[1m%-12s\033[0m %s\n",$$1,$$2}' $(MAKEFILE_LIST)

# `again` where the interpreter of .venv is gone, or is another than the one that was named.
AGAIN := $(shell made=$$(.venv/bin/python -c '$(WHICH)' 2>&1) && \
	{ [ "$(origin PYTHON)" = file ] || [ "$$made" = "$$($(PYTHON) -c '$(WHICH)' 2>&1)" ]; } || echo again)

setup: .venv/.done ## Install everything into .venv
.venv/.done: requirements.lock $(PACKAGES:%=%/pyproject.toml) $(AGAIN)
	@deploy/venv.sh $(PYTHON)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(PACKAGES:%=-e %)
	@touch $@

tools: .venv-tools/.done
.venv-tools/.done: requirements-tools.lock $(AGAIN)
	$(PYTHON) -m venv --clear .venv-tools
	.venv-tools/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-tools.lock
	@touch $@

lock: setup ## Resolve both locks again from requirements.in and requirements-tools.in
	for name in requirements requirements-tools; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade $$name.in -o $$name.lock || exit; done

demo: setup ## Start everything, load the programme 2005-2008, print both tables, stay up
	$(BIN)/banen demo

unit: setup ## Tests that need no server, but for the long ones
	$(BIN)/pytest -n 2 -m "not long" tests/unit tests/contracts

test: setup ## All tests, against real PostgreSQL and NATS
	$(BIN)/pytest -n 3 -m "not pages and not openapi and not node"

test-pages: setup ## Page tests in headless Chromium, and the proxy (nginx) in front
	$(BIN)/pytest -n 2 -m pages tests/pages

images: setup ## The pictures of the documents, as the page tests take them
	$(BIN)/pytest -m pages tests/pages/test_demo_pages.py -k main_pages
	cp build/images/*.png docs/images/

test-node: setup ## The stand-in for KurrentDB, checked by the official client for Node.js
	$(BIN)/pytest -m node tests/ports

openapi: setup tools ## What the OpenAPI documents say, held against running services: Schemathesis, and a generated client
	$(BIN)/pytest -m openapi tests/openapi

check: lint types arch test ## All that must be green before a commit

lint: setup ## Style
	$(BIN)/ruff format --check . && $(BIN)/ruff check .

types: setup ## pyright, strict
	$(BIN)/pyright

arch: setup ## Who may import whom
	$(BIN)/lint-imports

isolate: setup ## Import each service with only its own dependencies
	$(BIN)/python deploy/isolate.py $(SERVICES)

sbom: setup ## Write build/sbom.json (CycloneDX): all that requirements.lock pins
	$(BIN)/python deploy/sbom.py

audit: setup ## Known vulnerabilities in what is pinned; fails with 75 where it could not look
	$(BIN)/python deploy/audit_dependencies.py

bench: setup ## Speed, each row beside its own raw floor
	$(BIN)/banen bench

torture: setup ## Try to make the store lose an event: make torture EVENTS=1000000
	$(BIN)/banen torture --events $(EVENTS)

faults: setup ## Bad days under load: make faults SEED=7 ROUNDS=3
	$(BIN)/banen faults --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED))

load: setup ## Costly requests beside cheap ones: make load SECONDS=60
	$(BIN)/banen load-test --seconds $(SECONDS)

nightly: setup ## The long forms: searches of many draws, millions of events, ten rounds of bad days, speed
	BANEN_SEARCHES=long $(BIN)/pytest -n 3 -m "not pages and not openapi and not node"
	$(BIN)/banen torture --events 1000000
	$(BIN)/banen faults --rounds 10
	$(BIN)/banen load-test --seconds 60
	$(BIN)/banen bench --events 5000000

.PHONY: again help setup tools lock demo unit test test-pages images test-node openapi check lint types arch isolate sbom audit bench torture faults load nightly
