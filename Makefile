# Everything from a clean clone: needs make, Python from 3.11 on and, where no Pulumi CLI is on PATH, Go.

# Each is asked, since shims of version managers stand on PATH for versions that are not installed. Make drops what a
# shell has found that ends with 127.
NUMBERED := python3.11 python3.12 python3.13 python3.14
new-enough = $(shell for each in $(1); do \
	$$each -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && echo $$each; done; true)
PYTHON ?= $(or $(firstword $(call new-enough,$(NUMBERED) python3 python)),$(error there is no Python from 3.11 on among \
$(NUMBERED) python3 python on PATH; name one: make PYTHON=...))
VENV := .venv
BIN := $(VENV)/bin
CODE := provider tests tools examples
WAITING := tests/end_to_end tests/examples tests/plugin tests/handler tests/engine
EXAMPLES ?= 1200

# With this set every process would compile our sources anew, and the tests start hundreds.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help ensure engine demo test working-tests waiting-tests languages pythons workflows lint format schema sdk bench test-deep mutants constraints clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Each extra of pyproject.toml has those before it in itself. What downloads and what compiles go side by side.
lab := lab
dev := lab dev
end-to-end := lab dev end-to-end
prepared = @$(MAKE) --no-print-directory --jobs=2 engine $(VENV)/.has-$(1)

ensure: ## the virtual environment and a Pulumi engine; does nothing the second time
	$(call prepared,end-to-end)

engine:
	@$(PYTHON) tools/pulumi/ensure_engine.py

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.has-%: pyproject.toml constraints.txt | $(BIN)/python
	@$(BIN)/python tools/pulumi/install.py $*
	@touch $($*:%=$(VENV)/.has-%)

demo: ## a rolling update, a failing one and its way back, against an embedded cloud
	$(call prepared,lab)
	$(BIN)/python examples/demo/run.py

lint: $(VENV)/.has-dev ## style, types, and who may import whom
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(VENV)/.has-dev ## what lint can repair by itself
	$(BIN)/ruff check --fix --exit-zero --quiet $(CODE)
	$(BIN)/ruff format $(CODE)

# Whole rollouts wait for boots, polls and leases more than they work; the tests that only work fill those pauses.
# They stand back (nice), since time goes on in a rollout that does not get its turn.
test: ensure ## every check and every test
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory --jobs=2 $(told-whole) working-tests waiting-tests

# Rollouts in real time meet a machine that stands still for seconds. A test that fails gets a second try, and its first
# failure is printed nevertheless; where many fail, it is no matter of time, and there are no further tries.
again := --reruns 1 --rerun-show-tracebacks --max-suite-reruns 3

working-tests:
	nice $(BIN)/python -m pytest -q -n 2 $(again) tests $(WAITING:%=--ignore=%)

waiting-tests:
	$(BIN)/python -m pytest -q -n 5 --dist worksteal $(again) $(WAITING)

# Not part of `test`: it compiles actionlint.
workflows: ensure ## actionlint over the workflows in pipelines; needs go
	GOBIN=$(CURDIR)/.cache/bin go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.7
	PATH="$(CURDIR)/.cache/bin:$$PATH" $(BIN)/python -m pytest -q tests/pipelines

# Not part of `test`: it brings the SDKs of two more languages. The launcher of dynamic resources lies in Go's SDK.
LANGUAGES := $(CURDIR)/.cache/languages

languages: ensure sdk ## `rolling up` on programs in TypeScript and Go; needs npm and go
	mkdir -p $(LANGUAGES)/bin
	cp -R tests/languages/typescript tests/languages/go $(LANGUAGES)
	rm -rf $(LANGUAGES)/typescript/node_modules/pulumi-rolling-sdk
	cd $(LANGUAGES)/typescript && npm install --no-audit --no-fund --no-package-lock && npm run sdk && npm run check
	cd $(LANGUAGES)/go && go build -o program . && go build -o groups/program ./groups && install -m 755 \
		"$$(go list -m -f '{{.Dir}}' github.com/pulumi/pulumi/sdk/v3)/nodejs/dist/pulumi-resource-pulumi-nodejs" $(LANGUAGES)/bin
	ROLLING_LANGUAGES=$(LANGUAGES) $(BIN)/python -m pytest -q tests/languages

pythons: ensure ## the wheel from the package index in each Python that is there: install, preview, update
	ROLLING_PYTHONS="$(call new-enough,$(NUMBERED))" \
		$(BIN)/python -m pytest -q tests/package/test_pythons.py

# What runs side by side prints when it has ended, where make can do that: the one of macOS cannot.
told-whole := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

schema: $(VENV)/.has-dev ## schema.json, policy.schema.json and the table of strategies from the policy's models
	$(BIN)/python -m pulumi_rolling.plugin.schema

sdk: $(VENV)/.has-lab ## SDKs in Python, TypeScript and Go below sdks, from schema.json, by Pulumi's own generators
	$(BIN)/python tools/sdkgen/make_sdks.py

# Nineteen properties and more: at 1,200 examples each that is over 20,000.
test-deep: $(VENV)/.has-dev ## the properties with many more examples of each (EXAMPLES=1200)
	ROLLING_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -q -n auto tests/property

mutants: $(VENV)/.has-dev ## deliberate faults in the core, each of which must make a property fail
	$(BIN)/python -m tests.property.mutations

bench: ensure ## roll time over its lower bound, calls per member, decisions per second, fifty groups at once
	$(BIN)/python -m tests.benchmarks

constraints: ensure ## write down the versions that are installed now
	$(BIN)/python -m pip --disable-pip-version-check freeze --exclude-editable > constraints.txt
	@touch $(end-to-end:%=$(VENV)/.has-%)

clean: ## remove what the targets made
	rm -rf $(VENV) .engine .demo .cache sdks examples/typescript/node_modules examples/typescript/bin .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +
