# Two commands for a fresh machine with Python 3.10+ and Terraform 1.9+ (or OpenTofu):
#   make demo   deploys the example in both modes to an embedded AWS and watches it answer
#   make test   runs all tests
# Both make .venv from uv.lock first. PYTHON=python3.13 chooses another interpreter.

PYTHON ?= python3
VENV := .venv
UV_VERSION := $(shell awk '/^name = "uv"$$/ { getline; gsub(/"/, "", $$3); print $$3 }' uv.lock)

.PHONY: demo test setup clean

demo: setup
	$(VENV)/bin/invoke demo

test: setup
	$(VENV)/bin/invoke test

setup: $(VENV)/.made

# uv is in the lock too, so the environment brings its own; this only fetches the first one.
$(VENV)/.made: uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null \
	  || { echo "Python 3.10 or later is needed as '$(PYTHON)'. Install it, or name another: make PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	  || { echo "This Python has no venv module. Install it: apt-get install python3-venv (or your system's package)" >&2; exit 1; }
	@command -v terraform >/dev/null || command -v tofu >/dev/null \
	  || { echo "Terraform 1.9 or later is needed. Install it: https://developer.hashicorp.com/terraform/install (or OpenTofu: https://opentofu.org/docs/intro/install)" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@$(VENV)/bin/python -m pip install -qq --disable-pip-version-check uv==$(UV_VERSION)
	@UV_PROJECT_ENVIRONMENT=$(VENV) $(VENV)/bin/uv sync --frozen --quiet --python $(VENV)/bin/python
	@touch $@

clean:
	rm -rf $(VENV) dist
