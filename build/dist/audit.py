"""Looks up which vulnerabilities are known of what a layer holds, by pip-audit and the layer's bill of materials."""

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
from build.host import commands, indexes
from build.errors import UserError

NAMES = {"pypi": "PyPI", "osv": "OSV"}  # the services that pip-audit asks; a URL is one with OSV's interface
# Every service with advisories knows this release to be vulnerable. What says nothing of it, such as a mirror of PyPI,
# knows of none.
VULNERABLE = {"jinja2": "2.4.1"}
SAID = re.compile(r"^(?:ERROR:[\w.]+:|[\w.]*(?:[Ee]rror|Exception): )(\S.*)$", re.MULTILINE)


class NothingToAudit(UserError):
    template = "There is no layer in {out} to look at. Build it first: invoke build-layer --out {out}"


class UnknownService(UserError):
    template = "There is no service {name!r}. Take one of: {known}, or the URL of one with OSV's interface."


class CouldNotLook(UserError):
    template = (
        "The known vulnerabilities of the layer's packages could not be looked up at {service}: {why}.\n"
        "Run it again where that service can be reached, or ask another one: --service {other}"
    )


@dataclass(frozen=True)
class Advisory:
    package: str
    version: str
    id: str
    aliases: tuple[str, ...]
    fixed_in: tuple[str, ...]  # none: in no version yet

    @property
    def names(self) -> tuple[str, ...]:
        return (self.id, *self.aliases)


@dataclass(frozen=True)
class Audit:
    layer: Path
    service: str
    found: list[Advisory]
    ignored: list[Advisory]
    unknown: list[str]  # packages that the service does not know
    known: int  # packages that it does


def audit(out: Path, ignore: Collection[str] = (), service: str = "pypi") -> Audit:
    """What is known of the packages of the layer in ``out``.

    Args:
        ignore: advisories that are accepted, by any of their names.

    Raises:
        NothingToAudit, UnknownService, sbom.NotItsBill
        CouldNotLook: the service did not answer, has no advisories, or knows none of the packages.
    """
    if service not in NAMES and not service.startswith(("http://", "https://")):
        raise UnknownService(name=service, known=", ".join(NAMES))
    entry = (manifest.read(out) or {}).get("layer")
    if not entry:
        raise NothingToAudit(out=out)
    held = sbom.packages(out / entry["path"], entry["sha256"])
    if not any(each.get("vulns") for each in _ask(service, VULNERABLE)):
        (release,) = VULNERABLE.items()
        raise _could_not(service, f"it has no advisories, not even of {' '.join(release)}")
    public = {name: _public(version) for name, version in held.items()}
    answers = _ask(service, {name: version for name, version in public.items() if version})
    known = {each["name"]: each["vulns"] for each in answers if "vulns" in each}
    if not known:
        raise _could_not(service, f"it knows none of them ({', '.join(held)})")
    advisories = [advisory for name in sorted(known) for advisory in _advisories(name, held[name], known[name])]
    ignored = [each for each in advisories if set(each.names) & set(ignore)]
    return Audit(
        out / entry["path"],
        NAMES.get(service, service),
        [each for each in advisories if each not in ignored],
        ignored,
        [f"{name} {version}" for name, version in held.items() if name not in known],
        len(known),
    )


def _ask(service: str, packages: dict[str, str]) -> list[dict[str, Any]]:
    """pip-audit's answer on each package.

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
            if not answer.exists():  # it exits with 1 where it finds any, too
                raise _could_not(service, _reason(error.output)) from error
        found: list[dict[str, Any]] = json.loads(answer.read_text(encoding="utf-8"))["dependencies"]
        return found


def _advisories(name: str, version: str, said: list[dict[str, Any]]) -> Iterable[Advisory]:
    for each in sorted(said, key=lambda each: str(each["id"])):
        yield Advisory(name, version, each["id"], tuple(sorted(each["aliases"])), tuple(each["fix_versions"]))


def _public(version: str) -> str | None:
    """The version that the indexes know: without the name of a build, as in 2.9.0+cpu; None where it is no version."""
    try:
        return Version(version).public
    except InvalidVersion:
        return None


def _reason(output: str) -> str:
    """Of pip-audit's words, which may be tracebacks, the first that tell why it failed."""
    said = SAID.search(output)
    return (said[1] if said else (output.strip().splitlines() or ["it ended without an answer"])[-1]).rstrip(".")


def _could_not(service: str, why: str) -> CouldNotLook:
    other = "pypi" if service == "osv" else "osv"
    return CouldNotLook(service=NAMES.get(service, service), why=why, other=other)
