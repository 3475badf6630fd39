# Needs only python3 (3.11+, with venv). The first run makes .venv and installs; later ones start at once.
PYTHON ?= python3
PY := .venv/bin/python
EXTRAS := cli,forms,vector,distributed,pkcs11,xlsx
STAMP := .venv/.installed
DEMO_OUT ?= demo-out

.PHONY: demo test test-all lint docs bench law clean

demo: $(STAMP)
	@$(PY) -m egov_vn demo --out $(DEMO_OUT) --force

test: $(STAMP)
	@$(PY) -m pytest -n 2 --dist worksteal -m "not slow"

test-all: $(STAMP)
	@$(PY) -m coverage erase
	@$(PY) -m coverage run -m pytest
	@$(PY) -m coverage combine -q
	@$(PY) -m coverage report --fail-under=$(or $(COVER),95)

lint: $(STAMP)
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/pyright
	@$(PY) tools/law_pages.py --check

docs: $(STAMP)
	@.venv/bin/sphinx-build -n -W -q -j auto -b html docs docs/_build/html
	@.venv/bin/sphinx-build -n -W -q -b doctest docs docs/_build/doctest

bench: $(STAMP)
	@$(PY) -m egov_vn bench

law: $(STAMP)
	@$(PY) tools/law_pages.py

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else 0'
	@test -x $(PY) || $(PYTHON) -m venv .venv
	@echo "Installing egov_vn and its tools into .venv (once) …"
	@$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[$(EXTRAS)]" $$($(PY) tools/dev_requirements.py)
	@touch $@

clean:
	rm -rf .venv demo-out docs/_build .mypy_cache .pytest_cache .ruff_cache .hypothesis
