"""Checks what this machine and the caller's AWS account have for the commands, and what does not work without it."""

from __future__ import annotations

import json
import os
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from build.errors import UserError
from build.host import commands, engines, interpreters
from build.host.paths import shown
from build.runtimes import DEFAULT_PYTHON, supported
from build.saying import Say
from local import deployment, terraform

PATIENCE = 5  # seconds to wait for a service's answer
CONCURRENCY = 1000  # of all functions in a region together, AWS's default for an account
CODE_STORAGE = 75 * 1024**3  # bytes of all code and layers in a region, likewise a default
NEARLY = 0.8  # the share of a quota from which it is nearly used up
NO_ACCOUNT = "nothing can be deployed, asked or rolled back"


@dataclass(frozen=True)
class Check:
    """The result of one check."""

    name: str
    found: str
    without: str  # what cannot be done without it
    is_there: bool
    is_needed: bool = False  # whether it is needed to build, package and deploy


def examine(say: Say) -> list[Check]:
    """Run all checks. Nothing is changed, and no check waits for long."""
    say("Looking at this machine")
    checks = [python(), _terraform(), provider(), engine()]
    say("Asking AWS")
    return [*checks, *account()]


def python() -> Check:
    """Check which interpreters of the runtimes that AWS supports are here."""
    wanted = [runtime.python for runtime in supported(date.today())]
    there = [version for version in wanted if interpreters.find(version)]
    absent = [version for version in wanted if version not in there]
    versions = f"{', '.join(there)} (default: {DEFAULT_PYTHON})" if there else "none"
    if absent:
        versions += f"; not {', '.join(absent)}"
    return Check(
        "Python",
        versions,
        "models of that version cannot be packaged here: uv python install VERSION",
        is_there=DEFAULT_PYTHON in there,
        is_needed=not there,
    )


def _terraform() -> Check:
    without = "nothing can be deployed from here; artifacts can still be built"
    try:
        binary = terraform.binary()
    except UserError as error:
        return Check("Terraform or OpenTofu", str(error), without, is_there=False, is_needed=True)
    version = json.loads(commands.run([binary, "version", "-json"]))["terraform_version"]
    description = f"{binary.name} {version}, {shown(binary)}"
    return Check("Terraform or OpenTofu", description, without, is_there=True, is_needed=True)


def provider() -> Check:
    """Check whether hashicorp/aws can be installed: from a mirror, or from the registry."""
    name, without = "AWS provider", "terraform init fails"
    program = commands.find("terraform") or commands.find("tofu")
    program_name = program.name if program else "terraform"
    configured = _configured()
    if configured:
        return Check(name, f"as {shown(configured)} says", without, is_there=True, is_needed=True)
    mirror = terraform.provider_mirror(program_name)
    if mirror:
        return Check(name, f"mirror in {mirror}", without, is_there=True, is_needed=True)
    registry = terraform.REGISTRIES[program_name]
    answers = _answers(f"https://{registry}/.well-known/terraform.json")
    status = f"{registry} {'answers' if answers else 'does not answer, and there is no mirror on this machine'}"
    return Check(name, status, without, is_there=answers, is_needed=True)


def engine() -> Check:
    without = "packages that have no wheel for Lambda cannot be compiled"
    container_engine = engines.find()
    names = ", ".join(engines.NAMES)
    status = container_engine.name if container_engine else f"none of {names} answers"
    return Check("Container engine", status, without, is_there=container_engine is not None)


def account() -> Iterator[Check]:
    """Check the region, the credentials, and the quotas that a deployment reaches first."""
    region = None
    try:
        region = deployment.find_region()
        status = region or str(deployment.NoRegion())
    except UserError as error:
        status = _line(error)
    yield Check("AWS region", status, NO_ACCOUNT, is_there=region is not None, is_needed=True)
    credentials = _credentials(region)
    yield credentials
    if region and credentials.is_there:
        yield from _quotas(region)


def _credentials(region: str | None) -> Check:
    """Check whether there are credentials, and ask AWS whose they are."""
    name = "AWS credentials"
    try:
        deployment.check_credentials()
        with deployment.aws_errors():
            identity = deployment.impatient_client("sts", region or "us-east-1", PATIENCE).get_caller_identity()
    except UserError as error:
        return Check(name, _line(error), NO_ACCOUNT, is_there=False, is_needed=True)
    return Check(name, f"account {identity['Account']}, {identity['Arn']}", NO_ACCOUNT, is_there=True, is_needed=True)


def _quotas(region: str) -> Iterator[Check]:
    try:
        with deployment.aws_errors():
            settings = deployment.impatient_client("lambda", region, PATIENCE).get_account_settings()
    except UserError as error:
        unknown = "whether a deployment fits is only known when it is made"
        yield Check("Lambda quotas", _line(error), unknown, is_there=False)
        return
    limit, usage = settings["AccountLimit"], settings["AccountUsage"]
    concurrency, unreserved = limit["ConcurrentExecutions"], limit["UnreservedConcurrentExecutions"]
    yield Check(
        "Lambda concurrency",
        f"{concurrency:,}, of them {unreserved:,} not reserved",
        f"calls beyond it are throttled; new accounts have less than the usual {CONCURRENCY:,}",
        is_there=unreserved >= CONCURRENCY * (1 - NEARLY),
    )
    used, total = usage["TotalCodeSize"], limit.get("TotalCodeSize", CODE_STORAGE)
    yield Check(
        "Lambda code storage",
        f"{used / 1e9:.1f} of {total / 1e9:.1f} GB used",
        "no version can be published; invoke prune makes room",
        is_there=used < NEARLY * total,
    )


def _configured() -> Path | None:
    """Return the caller's own configuration of Terraform's command line, if it says where providers come from."""
    home = Path.home()
    named = os.environ.get("TF_CLI_CONFIG_FILE")
    for path in [Path(named)] if named else [home / ".terraformrc", home / ".tofurc"]:
        if path.is_file() and re.search(r"^\s*provider_installation\b", path.read_text(encoding="utf-8"), re.MULTILINE):
            return path
    return None


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE):
            return True
    except (OSError, ValueError):
        return False


def _line(error: UserError) -> str:
    """Return the first line of a message, which says what is wrong."""
    return str(error).splitlines()[0]
