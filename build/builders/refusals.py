"""Finds in uv's messages why it did not install, and says what to do about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from build.errors import UserError
from build.host.commands import CommandFailed
from build.runtimes import Architecture, Runtime


class UvFailed(UserError):
    template = "uv cannot install {requirements}:\n{tail}"


class OldMetadata(UserError):
    template = (
        "uv cannot read the metadata of a package in {requirements}, which is older than the rules for it:\n{tail}\n"
        "The pip of a CPython {python} can. Install one on this machine (`pyenv install {python}`), or build in "
        "Lambda's own image: --builder container. Newer versions of the package need neither."
    )


class IndexRefused(UserError):
    template = (
        "The package index denied access ({code}) to install {requirements}:\n{tail}\n"
        "Put the credentials where pip or uv finds them: in the URL (https://USER:PASSWORD@HOST/simple), in ~/.netrc, "
        "or in a keyring."
    )


class Unbound(UserError):
    template = (
        "{requirements} has hashes for some packages, and none for {names}, which it also installs.\n"
        "Lock all of them with uv pip compile --generate-hashes, or remove the hashes."
    )


class NoSuchPackage(UserError):
    template = (
        "No index has the package {name}, which {requirements} requires:\n{tail}\n"
        "Check its spelling, or name the index that has it: --extra-index-url in the file, or in pip.conf."
    )


class NoWheels(UserError):
    template = (
        "uv cannot install {requirements} for {runtime} on {architecture} (wheels of {tag} and older):\n{tail}\n"
        "{advice}"
    )


GLIBC = (
    "{runtime} has glibc {glibc}, and wheels that need a newer one do not load there. Require versions with wheels for "
    "this glibc, or compile a package without wheels in Lambda's own image: --builder container"
)
OTHERS = "All packages have wheels for other runtimes: build with --python {first}{more}."

# uv's errors if there is no version with a wheel for the target
WHEELS_MISSING = re.compile(r"no (usable )?wheels|no wheel|building from source is disabled|unsatisfiable")
REFUSED = re.compile(r"\b(401 Unauthorized|403 Forbidden)")
UNKNOWN = re.compile(r"([\w.\-]+) was not found in the (?:package registry|provided package locations)")


def refusal(
    error: CommandFailed,
    requirements: object,
    runtime: Runtime,
    architecture: Architecture,
    tag: str,
    others: Callable[[], Sequence[Runtime]],
    of_glibc: Callable[[], bool],
) -> UserError:
    """Return the error to raise for a failure of uv.

    Args:
        others: finds other runtimes for which all requirements have wheels.
        of_glibc: finds out whether there are wheels for this Python that need a newer glibc.
    """
    refused = REFUSED.search(error.output)
    if refused:
        return IndexRefused(requirements=requirements, tail=error, code=refused[1])
    unknown = UNKNOWN.search(error.output)
    if unknown:
        return NoSuchPackage(requirements=requirements, tail=error, name=unknown[1])
    if not WHEELS_MISSING.search(error.output):
        return UvFailed(requirements=requirements, tail=error)
    fitting, advice = [other.python for other in others()], []
    if not fitting or of_glibc():
        advice.append(GLIBC.format(runtime=runtime.name, glibc=".".join(map(str, runtime.glibc))))
    if fitting:
        advice.append(OTHERS.format(first=fitting[0], more="".join(f" or {python}" for python in fitting[1:])))
    return NoWheels(
        requirements=requirements,
        runtime=runtime.name,
        architecture=architecture.name,
        tag=tag,
        tail=error,
        advice="\n".join(advice),
    )
