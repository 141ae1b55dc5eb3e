# The two commands that matter are `make demo` and `make test`; each does all of its own set-up. `make` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := help
STARTED := $(shell date +%s)

WEB := dashboards/web
WEB_PACKAGES := $(WEB)/node_modules/.package-lock.json
WEB_BUILD := $(WEB)/dist/index.html
WEB_SOURCES := $(shell find $(WEB) -type d \( -name node_modules -o -name dist -o -name browser \) -prune -o -type f -print)

.PHONY: help demo test web fmt fmt-check web-test lint unit browser deny bench clean-output need-rust need-node

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

demo: need-rust web ## load four real companies' records and open the dashboards on http://127.0.0.1:8080
	@echo "── starting the demo (the first build takes half an hour)"
	cargo run --bin quarterdeck -- demo

# The quick checks first, so that a slip is told before the long build. Chromium too is looked for before it.
test: need-rust need-node ## everything that a change must pass: formatting, lints, unit, integration and browser tests, licences
	@scripts/need rustfmt clippy chromium nats-server moto postgres oidc-provider psql postgres-clients flight-clients javac jdbc-driver openssl
	@$(MAKE) --no-print-directory fmt-check web-test deny lint unit browser
	@echo "── make test: all passed in $$((($$(date +%s) - $(STARTED) + 59) / 60)) min"

web: need-node $(WEB_BUILD) ## build the web app, if its sources have changed

fmt: ## format the Rust code
	cargo fmt --all

fmt-check:
	@echo "── formatting"
	cargo fmt --all --check

web-test: need-node $(WEB_PACKAGES) ## type-check the web app and run its unit tests
	@echo "── web app: types"
	npm --prefix $(WEB) run --silent check
	@echo "── web app: unit tests"
	npm --prefix $(WEB) run --silent test

# Clippy compiles what it has looked at, so that tests do not build a second time what lints have checked: for all that is
# built here it is the compiler (`cargo clippy` alone checks nine hundred dependencies once more, a fifth of a clean run).
lint unit browser: export RUSTC_WORKSPACE_WRAPPER := clippy-driver
lint unit browser: export CLIPPY_ARGS := -Dwarnings

# The binary embeds the web app, so whatever compiles Rust needs it built.
lint: need-rust web ## clippy, with warnings denied, and the build of all that is tested
	@scripts/need clippy
	@echo "── clippy and build"
	cargo build --workspace --all-targets

unit: need-rust web ## unit, .slt and integration tests
	@echo "── unit, .slt and integration tests"
	cargo test --workspace

browser: need-rust web ## the web app in a browser, on the demo's data
	@scripts/need chromium
	@scripts/browser-tests

deny: need-rust ## licences, bans and sources of the dependencies
	@echo "── licences, bans and sources of the dependencies"
	scripts/cargo-deny --log-level error check --hide-inclusion-graph bans licenses sources

bench: need-rust web ## benchmarks, with the optimised build
	@echo "── benchmarks"
	cargo bench --workspace

clean-output: ## remove what builds and tests have left in the checkout
	rm -rf test-output $(WEB)/dist

need-rust:
	@scripts/need cargo cc

need-node:
	@scripts/need node npm

$(WEB_PACKAGES): $(WEB)/package.json $(WEB)/package-lock.json
	@echo "── web app: npm ci"
	npm --prefix $(WEB) ci --no-audit --no-fund
	@touch $@

$(WEB_BUILD): $(WEB_PACKAGES) $(WEB_SOURCES)
	@echo "── web app: build"
	npm --prefix $(WEB) run --silent build
	@touch $@
