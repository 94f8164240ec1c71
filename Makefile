# `make run` and `make test` are all a newcomer needs; both make .venv when it is not there.
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run dev test test-fast lint fix docs notebooks man bench load peers messages clean

run: $(VENV)/.run
	PORT=$(PORT) $(BIN)/locator serve

# The debugger runs code for whoever opens it: this machine only, whatever HOST says.
dev: $(VENV)/.run
	$(BIN)/flask --app app run --debug --host 127.0.0.1 --port $(PORT) \
	  --extra-files "$$(find locator templates geodata -name '*.[cjp][so]*' -o -name '*.toml' -o -name '*.geojson' | paste -sd: -)"

# One more worker than processors: who drives a browser waits for it now and then.
test: $(VENV)/.test
	$(BIN)/python tests/browser/ensure_chromium.py
	$(BIN)/python -m pytest -n $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)')

# Under a minute: the rules and the numbers on the tiny city; no browser, no page.
test-fast: $(VENV)/.test
	$(BIN)/python -m pytest -n auto -m "not (browser or krakow or real_data or slow)" \
	  $(addprefix tests/,analysis base city geocoding)

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/numpydoc lint $$(find locator -name '*.py')
	$(BIN)/python -m tests.docs.docstrings

fix: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.test
	$(BIN)/python -m sphinx -W --keep-going -b html docs build/docs
	@echo "Open build/docs/index.html"

man: $(VENV)/.run
	$(BIN)/python -m locator.cli.manual build/man

# Run again after a change of the data or of the library: what the notebooks show is kept.
notebooks: $(VENV)/.test
	$(BIN)/python docs/notebooks.py

bench: $(VENV)/.test
	$(BIN)/python -m tests.bench

# What visitors wait for: 1, 8, 50 and 100 of them, with the mix of a day, and beside dear questions.
load: $(VENV)/.test
	$(BIN)/python -m tests.bench load

# The same questions to others on the same graph (docs/peers.md).
peers: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m tests.bench peers

messages: $(VENV)/.run
	$(BIN)/python -m locator.cli.messages

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

# By the PYTHON that is named, else by python3 or one like it that computes faster.
$(VENV)/bin/python:
	python=$$($(or $(PYTHON),python3) deploy/fastest_python.py $(PYTHON)) && "$$python" -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --only-binary routingkit-cch -e '.[far]' \
	  || echo "No routingkit-cch for this machine: walks all over the city are searched one by one."
	$(BIN)/python -m compileall -q locator
	@touch $@

$(VENV)/.test: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@
