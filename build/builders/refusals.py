"""Why uv refused to install, told apart by its words, each with what to do."""

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
        "uv cannot read what a package of {requirements} says of itself, which was written before such rules:\n{tail}\n"
        "pip of a CPython {python} can: install one here, with pip (`pyenv install {python}`), or build in "
        "Lambda's own image: --builder container. Newer versions of the package need neither."
    )


class IndexRefused(UserError):
    template = (
        "The package index does not let us in ({code}) for {requirements}:\n{tail}\n"
        "Give it credentials where pip or uv find them: in the URL (https://USER:PASSWORD@HOST/simple), in ~/.netrc, "
        "or in a keyring."
    )


class Unbound(UserError):
    template = (
        "{requirements} has hashes for some packages and none for {names}, which it takes in.\n"
        "Lock them all: uv pip compile --generate-hashes. Or take the hashes out."
    )


class NoSuchPackage(UserError):
    template = (
        "No index has the package {name}, which {requirements} asks for:\n{tail}\n"
        "Check its spelling, or name the index that has it: --extra-index-url in the file, or in pip.conf."
    )


class NoWheels(UserError):
    template = (
        "uv cannot install {requirements} for {runtime} on {architecture} (wheels of {tag} and older):\n{tail}\n"
        "{advice}"
    )


GLIBC = (
    "{runtime} has glibc {glibc}: a newer wheel does not load there. Ask for versions that have such wheels, or, "
    "for a package without wheels, compile it in Lambda's own image: --builder container"
)
OTHERS = "For other runtimes all wheels are there: build with --python {first}{more}."

# What uv says when there is no version with a wheel for the target
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
    """The error to raise for a failure of uv.

    Args:
        others: finds the runtimes that the same requirements do have wheels for.
        of_glibc: finds whether there are wheels for this Python, which ask for a newer glibc.
    """
    refused = REFUSED.search(error.output)
    if refused:
        return IndexRefused(requirements=requirements, tail=error, code=refused[1])
    unknown = UNKNOWN.search(error.output)
    if unknown:
        return NoSuchPackage(requirements=requirements, tail=error, name=unknown[1])
    if not WHEELS_MISSING.search(error.output):
        return UvFailed(requirements=requirements, tail=error)
    fitting, advice = [each.python for each in others()], []
    if not fitting or of_glibc():
        advice.append(GLIBC.format(runtime=runtime.name, glibc=".".join(map(str, runtime.glibc))))
    if fitting:
        advice.append(OTHERS.format(first=fitting[0], more="".join(f" or {each}" for each in fitting[1:])))
    return NoWheels(
        requirements=requirements,
        runtime=runtime.name,
        architecture=architecture.name,
        tag=tag,
        tail=error,
        advice="\n".join(advice),
    )
