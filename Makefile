# Two commands for a new machine with Python 3.10+ and Terraform 1.9+ (or OpenTofu):
#   make demo   deploys the example in both modes to an embedded AWS, and shows its answers
#   make test   runs the tests
# Both first create .venv from uv.lock. PYTHON=python3.13 selects another interpreter.

PYTHON ?= python3
VENV := .venv
UV_VERSION := $(shell awk '/^name = "uv"$$/ { getline; gsub(/"/, "", $$3); print $$3 }' uv.lock)

.PHONY: demo test setup terraform-is-here clean

demo: setup
	$(VENV)/bin/invoke demo

test: setup
	$(VENV)/bin/invoke test

setup: terraform-is-here $(VENV)/.made

NO_TERRAFORM := Terraform 1.9 or later is needed. Install it: https://developer.hashicorp.com/terraform/install \
  (or OpenTofu: https://opentofu.org/docs/intro/install)

terraform-is-here:
	@command -v terraform >/dev/null || command -v tofu >/dev/null || { echo "$(NO_TERRAFORM)" >&2; exit 1; }

# pip, which uses the machine's index settings, installs uv. uv installs the packages in uv.lock from the same index and checks their
# hashes. `uv sync --frozen` would use the URLs in uv.lock, which a machine behind a mirror cannot reach.
$(VENV)/.made: uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null \
	  || { echo "Python 3.10 or later is needed as '$(PYTHON)'. Install it, or name another: make PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
	  || { echo "This Python has no venv module. Install it: apt-get install python3-venv (or your system's package)" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
	@$(VENV)/bin/python -m pip install -qq --disable-pip-version-check uv==$(UV_VERSION)
	@$(VENV)/bin/uv export --frozen --quiet --no-emit-project --output-file $(VENV)/requirements.txt
	@index="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(VENV)/bin/python -m pip config get global.index-url 2>/dev/null)}}"; \
	  [ -z "$$index" ] || export UV_DEFAULT_INDEX="$$index"; \
	  $(VENV)/bin/uv pip sync --quiet --require-hashes --python $(VENV)/bin/python $(VENV)/requirements.txt
	@touch $@

clean:
	rm -rf $(VENV) dist
