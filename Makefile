# Everything there is to do here. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
export PYO3_PYTHON := $(CURDIR)/$(BIN)/python

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: setup ## Set up, serve the shop example and show a first decision
	@$(BIN)/python examples/demo.py

.PHONY: test
test: setup test-rust test-python ## Set up and run every test

.PHONY: setup
setup: .venv/ready build ## Prepare .venv and build the native module (profile `everyday`)

# The stamp is newer than the lock file when .venv holds exactly what it lists.
.venv/ready: requirements.lock
	@tools/setup-venv "$(PYTHON)"

.PHONY: build
build: .venv/ready ## Build the native module into .venv
	@tools/build-native

.PHONY: test-rust
test-rust: ## Run the Rust tests (debug assertions and overflow checks on)
	cargo test --locked --quiet

.PHONY: test-python
test-python: ## Run the Python tests against the built module
	$(BIN)/pytest

.PHONY: fuzz
fuzz: setup ## Hold the engine to the slow model: CASES=100000 random cases
	@PYTHONPATH=tests $(BIN)/python tests/property/fuzz.py --cases $(or $(CASES),100000) $(if $(FIRST),--first $(FIRST))

.PHONY: faults
faults: setup ## Kill planes, sidecars and PostgreSQL under load: ROUNDS=200 SEED= ONLY=planes|members
	@PYTHONPATH=tests $(BIN)/python tests/faults/run.py --rounds $(or $(ROUNDS),200) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

.PHONY: fuzz-native
fuzz-native: setup ## Fuzz snapshots, requests and member sets (nightly, cargo-fuzz): SECONDS=600 each, TARGETS=...
	@PYTHONPATH=tests/conformance $(BIN)/python fuzz/seed_requests.py
	@$(BIN)/python fuzz/seed_members.py
	@for target in $(or $(TARGETS),snapshot content request members); do \
		mkdir -p fuzz/corpus/$$target; \
		case $$target in snapshot|content) golden=conformance/snapshots;; *) golden=;; esac; \
		cargo +nightly fuzz run $$target fuzz/corpus/$$target $$golden -- \
			-max_total_time=$(or $(SECONDS),600) -timeout=10 -rss_limit_mb=2048 -max_len=65536; \
	done

.PHONY: lint
lint: .venv/ready ## Check formats, types, import rules, protos and locks
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	tools/check-engine-is-pure
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	tools/lint-protos
	tools/generate-protos --check

.PHONY: format
format: .venv/ready ## Format everything
	cargo fmt --all
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format

.PHONY: protos
protos: .venv/ready ## Generate the Python messages from protos/
	tools/generate-protos

.PHONY: lock
lock: .venv/ready ## Lock the Python dependencies again, with hashes
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command 'make lock' --extra objects --extra warehouses --group dev pyproject.toml \
		-o requirements.lock
	$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command 'make lock' --constraint requirements.lock \
		--group bench pyproject.toml -o requirements-bench.lock

.PHONY: wheel
wheel: .venv/ready ## Build the release wheel into dist/
	$(BIN)/maturin build --locked --release --out dist

.PHONY: bench
bench: setup ## Measure every figure, or ONLY=A1,A5
	@tools/setup-bench
	$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

.PHONY: retention
retention: setup ## Evaluate segments over much data and hold every answer to SQL: USERS= EVENTS=
	@PYTHONPATH=tests:. $(BIN)/python tests/retention/run.py $(if $(USERS),--users $(USERS)) $(if $(EVENTS),--events $(EVENTS))

.PHONY: bench-check
bench-check: setup ## Fail when a figure's instructions rose by more than 5 %
	@tools/setup-bench
	$(BIN)/python -m bench --check

.PHONY: clean
clean: ## Remove what was built and installed
	rm -rf target .venv dist
