"""Ways to install requirements for Lambda into a folder: in a container, or with uv and no container."""

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
        """Install into a folder what ``lock`` says, or else the requirements; what was taken, where it is known."""

    def resolve(self, requirements: Path) -> Lock | None:
        """Exactly what `install` would take now; None where that is not known before."""

    def identity(self) -> str:
        """What tells it apart from another that would make other bytes."""

    def library(self, name: str, folder: Path) -> Origin | None:
        """Put a shared library that runs on the target into ``folder``; None where this builder has none."""

    compiles_for_lambda: bool  # whether what it compiles runs there

    def build_wheel(self, project: Path, folder: Path) -> None:
        """Build a wheel of a local project, which may be written into, in ``folder``."""

    def python(self, script: Path, arguments: list[str], folder: Path, stdin: str) -> str | None:
        """Run a script under the runtime's own Python in ``folder``; None where this builder has none."""


class UnknownBuilder(UserError):
    template = "There is no builder {name!r}. Take one of: {known}."


class NoEngine(UserError):
    template = (
        "No container engine answers: tried {tried}. A command without a running engine is not one.\n"
        "Start one, or build without: --builder uv"
    )


class NoImage(UserError):
    template = (
        "{engine} cannot get the image {image}:\n{why}\nName another with --image, or build without: --builder uv"
    )


def choose(name: str, image: str | None, runtime: Runtime, architecture: Architecture) -> tuple[Builder, str]:
    """The builder of that name, and in words which it is and why."""
    if name not in NAMES:
        raise UnknownBuilder(name=name, known=", ".join(NAMES))
    if name == "uv":
        return UvBuilder(runtime, architecture), "uv, as asked"
    image = image or runtime.image
    try:
        builder = _container(image, runtime, architecture, emulate=name == "container")
    except (NoEngine, NoImage) as error:
        if name == "container":
            raise
        return UvBuilder(runtime, architecture), f"uv: {str(error).splitlines()[0].rstrip(':')}"
    why = "as asked" if name == "container" else "it answers and has the image"
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
