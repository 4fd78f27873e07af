"""Looks up the known vulnerabilities of a layer's packages, with pip-audit and the layer's bill of materials."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from packaging.version import InvalidVersion, Version

from build.dist import manifest, sbom
from build.errors import UserError
from build.host import commands, indexes

# The services that pip-audit can ask. It can also ask any URL with OSV's interface.
NAMES = {"pypi": "PyPI", "osv": "OSV"}
# Every service with advisories knows that this release is vulnerable. A service that does not know it, such as a mirror
# of PyPI, has no advisories at all.
VULNERABLE = {"jinja2": "2.4.1"}
ERROR = re.compile(r"^(?:ERROR:[\w.]+:|[\w.]*(?:[Ee]rror|Exception): )(\S.*)$", re.MULTILINE)


class NothingToAudit(UserError):
    template = "There is no layer in {out} to audit. Build it first: invoke build-layer --out {out}"


class UnknownService(UserError):
    template = "There is no service {name!r}. Use one of: {known}, or the URL of a service with OSV's interface."


class CouldNotLook(UserError):
    template = (
        "The known vulnerabilities of the layer's packages could not be looked up at {service}: {why}.\n"
        "Run the command again where that service can be reached, or ask another one: --service {other}"
    )


@dataclass(frozen=True)
class Advisory:
    """A known vulnerability of one package."""

    package: str
    version: str
    id: str
    aliases: tuple[str, ...]
    fixed_in: tuple[str, ...]  # the versions without the vulnerability, if there are any yet

    @property
    def names(self) -> tuple[str, ...]:
        return (self.id, *self.aliases)


@dataclass(frozen=True)
class Audit:
    """What a service knows about a layer."""

    layer: Path
    service: str
    found: list[Advisory]
    ignored: list[Advisory]
    unknown: list[str]  # the packages that the service does not know
    known: int  # the number of packages that it knows


def audit(out: Path, ignore: Collection[str] = (), service: str = "pypi") -> Audit:
    """Return the known vulnerabilities of the packages of the layer in ``out``.

    Args:
        ignore: the advisories that the user accepts, by any of their names.

    Raises:
        NothingToAudit, UnknownService, sbom.NotItsBill
        CouldNotLook: the service did not answer, has no advisories, or does not know any of the packages.
    """
    if service not in NAMES and not service.startswith(("http://", "https://")):
        raise UnknownService(name=service, known=", ".join(NAMES))
    entry = manifest.layer(out)
    if not entry:
        raise NothingToAudit(out=out)
    held = sbom.packages(out / entry["path"], entry["sha256"])
    if not any(answer.get("vulns") for answer in _ask(service, VULNERABLE)):
        (release,) = VULNERABLE.items()
        raise _could_not(service, f"it has no advisories, not even for {' '.join(release)}")
    public = {name: _public(version) for name, version in held.items()}
    answers = _ask(service, {name: version for name, version in public.items() if version})
    vulnerabilities = {answer["name"]: answer["vulns"] for answer in answers if "vulns" in answer}
    if not vulnerabilities:
        raise _could_not(service, f"it does not know any of them ({', '.join(held)})")
    advisories = [
        advisory
        for name in sorted(vulnerabilities)
        for advisory in _advisories(name, held[name], vulnerabilities[name])
    ]
    ignored = [advisory for advisory in advisories if set(advisory.names) & set(ignore)]
    return Audit(
        out / entry["path"],
        NAMES.get(service, service),
        [advisory for advisory in advisories if advisory not in ignored],
        ignored,
        [f"{name} {version}" for name, version in held.items() if name not in vulnerabilities],
        len(vulnerabilities),
    )


def _ask(service: str, packages: dict[str, str]) -> list[dict[str, Any]]:
    """Return pip-audit's answer for each package.

    Raises:
        CouldNotLook
    """
    if not packages:
        return []
    with TemporaryDirectory(prefix="audit-") as scratch:
        pinned, answer = Path(scratch, "requirements.txt"), Path(scratch, "answer.json")
        pinned.write_text("".join(f"{name}=={version}\n" for name, version in packages.items()), encoding="utf-8")
        argv = [sys.executable, "-m", "pip_audit", "--requirement", str(pinned), "--no-deps", "--disable-pip"]
        argv += ["--format", "json", "--output", str(answer), "--progress-spinner", "off"]
        argv += ["--vulnerability-service", service] if service in NAMES else ["-s", "osv", "--osv-url", service]
        bundle = indexes.ca_bundle()
        env = {"REQUESTS_CA_BUNDLE": str(bundle)} if bundle else {}
        try:
            commands.run(argv, env={**env, **os.environ})
        except commands.CommandFailed as error:
            if not answer.exists():  # pip-audit also exits with 1 if it finds a vulnerability
                raise _could_not(service, _reason(error.output)) from error
        answers: list[dict[str, Any]] = json.loads(answer.read_text(encoding="utf-8"))["dependencies"]
        return answers


def _advisories(name: str, version: str, answers: list[dict[str, Any]]) -> Iterable[Advisory]:
    for answer in sorted(answers, key=lambda answer: str(answer["id"])):
        yield Advisory(name, version, answer["id"], tuple(sorted(answer["aliases"])), tuple(answer["fix_versions"]))


def _public(version: str) -> str | None:
    """Return the version that the indexes know, without a build such as +cpu; None if the text is not a version."""
    try:
        return Version(version).public
    except InvalidVersion:
        return None


def _reason(output: str) -> str:
    """Return the first line of pip-audit's output, which may contain tracebacks, that tells why it failed."""
    error = ERROR.search(output)
    return (error[1] if error else (output.strip().splitlines() or ["it ended without an answer"])[-1]).rstrip(".")


def _could_not(service: str, why: str) -> CouldNotLook:
    other = "pypi" if service == "osv" else "osv"
    return CouldNotLook(service=NAMES.get(service, service), why=why, other=other)
