"""Chooses how requirements are installed for Lambda: in a container, or with uv and without a container."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from build.builders.container import ContainerBuilder
from build.builders.uv import UvBuilder
from build.errors import UserError
from build.host import commands, engines
from build.layer.libraries import Origin
from build.requirements.lockfile import Lock
from build.runtimes import Architecture, Runtime, host_architecture

NAMES = ("auto", "container", "uv")


class Builder(Protocol):
    """Installs requirements so that they run on a runtime and architecture of Lambda."""

    def install(self, requirements: Path, site_packages: Path, lock: Lock | None = None) -> Lock | None:
        """Install the lock, or else the requirements, into a folder. Return what was installed, if that is known."""

    def resolve(self, requirements: Path) -> Lock | None:
        """Return exactly what `install` would install now, or None if that is not known in advance."""

    def identity(self) -> str:
        """Return a text that is different for every builder that would produce other bytes."""

    def library(self, name: str, folder: Path) -> Origin | None:
        """Put a shared library for the target into ``folder``. Return None if this builder does not have it."""

    compiles_for_lambda: bool  # whether what it compiles runs in Lambda

    def build_wheel(self, project: Path, folder: Path) -> None:
        """Build a wheel of a local project in ``folder``. The build may write into the project's folder."""

    def python(self, script: Path, arguments: list[str], folder: Path, stdin: str) -> str | None:
        """Run a script under the runtime's own Python in ``folder``. Return None if this builder does not have one."""


class UnknownBuilder(UserError):
    template = "There is no builder {name!r}. Use one of: {known}."


class NoEngine(UserError):
    template = (
        "No container engine answers. These were tried: {tried}. It is not enough that the command is installed.\n"
        "Start an engine, or build without a container: --builder uv"
    )


class NoImage(UserError):
    template = (
        "{engine} cannot get the image {image}:\n{why}\n"
        "Name another image with --image, or build without a container: --builder uv"
    )


def choose(name: str, image: str | None, runtime: Runtime, architecture: Architecture) -> tuple[Builder, str]:
    """Return the builder with that name, and a text that tells the user which one it is and why."""
    if name not in NAMES:
        raise UnknownBuilder(name=name, known=", ".join(NAMES))
    if name == "uv":
        return UvBuilder(runtime, architecture), "uv, as requested"
    image = image or runtime.image
    try:
        builder = _container(image, runtime, architecture, emulate=name == "container")
    except (NoEngine, NoImage) as error:
        if name == "container":
            raise
        return UvBuilder(runtime, architecture), f"uv: {str(error).splitlines()[0].rstrip(':')}"
    why = "as requested" if name == "container" else "it answers and has the image"
    return builder, f"{builder.engine.name} with {image}: {why}"


def _container(image: str, runtime: Runtime, architecture: Architecture, *, emulate: bool) -> ContainerBuilder:
    engine = engines.find()
    if engine is None:
        raise NoEngine(tried=", ".join(engines.NAMES))
    if architecture != host_architecture() and not emulate:
        why = f"it is for {architecture.name}, and this machine would have to emulate it"
        raise NoImage(engine=engine.name, image=image, why=why)
    if not engine.has(image, architecture.image):
        try:
            engine.pull(image, architecture.image)
        except commands.CommandFailed as error:
            raise NoImage(engine=engine.name, image=image, why=error) from error
    return ContainerBuilder(runtime, architecture, engine, image)
