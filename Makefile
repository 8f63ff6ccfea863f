# Every target works in a fresh clone on a machine with Python 3.11 or newer and make, as root or not.
# PYTHON=python3.12 names another Python; PORT=8001 another port for the demo.

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
# Through the interpreter, not through scripts that hold its path: a folder may be moved or copied.
PY := $(BIN)/python
STAMP := .venv/.installed
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

export PORT
.DEFAULT_GOAL := help
.PHONY: help install demo test looks thorough faults check bench messages clean lock

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | expand -t 10

install: $(STAMP) ## Install everything into .venv

$(STAMP): requirements/bootstrap.txt requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "$(PYTHON) is missing or older than 3.11: install Python 3.11 or newer, or name one, as in make PYTHON=python3.12 install." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || test -x $(BIN)/uv || { \
	  echo "$(PYTHON) cannot make environments: install its venv module (Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	@test -x $(BIN)/uv || { echo "Installing into .venv"; $(PYTHON) -m venv --clear .venv; }
	@test -x $(BIN)/uv || $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(BIN)/uv pip sync --quiet --no-progress --require-hashes --python $(PY) requirements/dev.txt || { \
	  echo "uv could not install: trying pip, which knows this machine's own settings."; \
	  $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt; }
	@touch $@

demo: install ## Run the whole product at http://127.0.0.1:8000 (PORT= changes it)
	@exec $(PY) -m cxplatform.devstack demo --tied-to $$PPID

test: install ## Run the tests
	$(PY) -m pytest -q -n 2 --dist worksteal -m "not looks and not thorough" --ignore=tests/faults

looks: install ## Run long paths in the browser, and axe on pages in every state and look
	$(PY) -m pytest -q -n 2 --dist worksteal -m looks tests/browser

thorough: install ## Run the whole tables of which make test takes a sample
	$(PY) -m pytest -q -n 2 --dist worksteal -m thorough

faults: install ## Run the fault tests, which kill real processes
	$(PY) -m pytest -q -p no:xdist tests/faults

check: install ## Check style, types, import contracts, migrations and templates
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy .
	$(PY) $(BIN)/lint-imports
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) -m djlint templates --lint --quiet

bench: install ## Run the benchmarks
	$(PY) -m benchmarks

messages: install ## Collect the words of the pages, and compile the translations
	$(PY) -m babel.messages.frontend compile --domain django --directory locale

clean: install ## Remove the data of the demo
	@$(PY) -m cxplatform.devstack clean

lock: install ## Resolve the requirements again (UPGRADE=--upgrade takes newer versions)
	$(COMPILE) $(UPGRADE) --all-extras pyproject.toml -o requirements/dev.txt
	$(COMPILE) --constraint requirements/dev.txt pyproject.toml -o requirements/prod.txt
	echo uv | $(COMPILE) --no-annotate --constraint requirements/dev.txt - -o requirements/bootstrap.txt
	@! grep -n '://' requirements/*.txt
