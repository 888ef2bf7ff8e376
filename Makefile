# make demo | make test are all a newcomer needs. Nothing but python3 (3.11+) and network is expected beforehand.
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ONCE ?=
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?=
SERVICES ?=
SERVICES_FOLDER ?= .services
WITH ?=
WAY := $(if $(WITH),--with $(WITH))
ON_SERVICES := $(if $(filter real,$(SERVICES)),INVOICEFLOW_HOME=$(SERVICES_FOLDER)/home $(BIN)/python deploy/services/services.py $(WAY) run $(SERVICES_FOLDER))

.PHONY: setup demo services services-stop test test-services faults fuzz coverage check format bench lock clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found (set PYTHON=/path/to/python3)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
		echo "python3 could not make a virtual environment; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@echo "$(CURDIR)" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/invoiceflow.pth"
	@printf '#!/bin/sh\nexec "%s/python" -m invoiceflow_cli "$$@"\n' "$(CURDIR)/$(BIN)" > $(BIN)/invoiceflow
	@chmod +x $(BIN)/invoiceflow
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib invoiceflow invoiceflow_api invoiceflow_cli invoiceflow_pipeline invoiceflow_reader samples >/dev/null 2>&1 || true # starts take a third of the time
	@touch $(STAMP)

demo: setup  ## starts everything, ingests the samples, shows what was read; ONCE=1 stops then; SERVICES=real: on real services
	$(ON_SERVICES) $(BIN)/python -m invoiceflow_cli demo $(if $(ONCE),--once)

services: setup  ## real PostgreSQL, RabbitMQ, OpenSearch and S3 server on free ports; natively (needs rabbitmq-server, a JDK 21+, Maven, Go) or WITH=compose
	@$(BIN)/python deploy/services/services.py $(WAY) start $(SERVICES_FOLDER)
	@echo "# they stay up until \`make services-stop\`; in a shell: set -a; . $(SERVICES_FOLDER)/environment" >&2

services-stop: setup
	$(BIN)/python deploy/services/services.py stop $(SERVICES_FOLDER)

test: setup  ## every test that needs no real services; those that start whole systems one after the other, at the end
	$(BIN)/python -m pytest -n auto -m "not processes and not services"; status=$$?; \
	$(BIN)/python -m pytest -m "processes and not services" || status=$$?; exit $$status

test-services: setup  ## the contract suites and the system on real services (needs what `make services` does)
	$(BIN)/python deploy/services/run_with.py $(BIN)/python -m pytest -m services --no-cov

faults: setup  ## the faults on real services in full, about half an hour; `make test-services` runs them short
	INVOICEFLOW_FAULTS=full $(BIN)/python -m pytest tests/faults --no-cov

fuzz: setup  ## the readers on broken input, FUZZ_SECONDS (60) each; FUZZ_TARGETS names some; needs Linux on x86-64
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
		-r requirements-fuzz.lock || { echo "atheris has wheels for Linux on x86-64 alone, Python 3.11 to 3.13"; exit 1; }
	$(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS) $(FUZZ_TARGETS)

coverage: setup  ## the suite under coverage, its processes included; SERVICES=real: with the suites on real services as well
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n auto -m "not processes and not services"; status=$$?; \
	$(BIN)/python -m coverage run -m pytest -m processes || status=$$?; \
	$(if $(filter real,$(SERVICES)),$(BIN)/python deploy/services/run_with.py $(BIN)/python -m coverage run -m pytest -m services || status=$$?;) \
	$(BIN)/python -m coverage combine --quiet; $(BIN)/python -m coverage report || status=$$?; exit $$status

check: setup  ## the checks that need no running system
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m invoiceflow_api.openapi_contract

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup  ## measurements, as JSON; SERVICES=real: those on real services
	$(BIN)/python -m benchmarks $(if $(filter real,$(SERVICES)),--real)

lock: setup  ## writes requirements.lock anew from the ranges in pyproject.toml (needs uv on the PATH)
	uv pip compile --universal --generate-hashes --no-emit-index-url --all-extras --python-version 3.11 pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .fuzz .coverage* htmlcov
