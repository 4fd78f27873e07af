"""The seam to container engines: docker, podman, finch and nerdctl, which take the same words."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from build.host import commands

NAMES = ("docker", "podman", "finch", "nerdctl")


@dataclass(frozen=True)
class Engine:
    """A container engine that answers."""

    name: str
    rootless: bool

    def has(self, image: str, platform: str) -> bool:
        """Whether an image is here, for that platform (``linux/arm64``)."""
        try:
            found = commands.run([self.name, "image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", image])
        except commands.CommandFailed:
            return False
        return found.strip() == platform

    def image_id(self, image: str) -> str:
        """The digest of an image that is here: a tag may name another one tomorrow."""
        return commands.run([self.name, "image", "inspect", "--format", "{{.Id}}", image]).strip()

    def pull(self, image: str, platform: str) -> None:
        """Fetch an image.

        Raises:
            CommandFailed: the registry has no such image, or cannot be reached.
        """
        commands.run([self.name, "pull", "--platform", platform, image])

    def run(
        self,
        image: str,
        platform: str,
        argv: Sequence[str],
        *,
        work: Path,
        env: Mapping[str, str],
        private: Mapping[str, str] = MappingProxyType({}),
        read_only: Sequence[Path] = (),
        stdin: str | None = None,
    ) -> str:
        """Run a command in a new container with ``work`` as /var/task; files that it makes there are the caller's.

        Args:
            private: variables whose values no list of processes shows: the address of an index may hold a password.
            read_only: folders and files that are seen at their own paths.

        Returns what it wrote to stdout.
        """
        words = [self.name, "run", "--rm", "--interactive", "--platform", platform, "--entrypoint", ""]
        words += ["--mount", f"type=bind,source={work.resolve()},target=/var/task", "--workdir", "/var/task"]
        for folder in read_only:
            words += ["--mount", f"type=bind,source={folder},target={folder},readonly"]
        for word in (*sorted(private), *(f"{name}={value}" for name, value in sorted(env.items()))):
            words += ["--env", word]
        if self.name == "podman":
            words += ["--security-opt", "label=disable"]  # else SELinux keeps the container out of the work folder
        if not self.rootless and os.getuid() != 0:
            # In a rootless engine the container's root is the caller already.
            words += ["--user", f"{os.getuid()}:{os.getgid()}"]
        return commands.run([*words, image, *argv], stdin=stdin, env={**os.environ, **private})


def find() -> Engine | None:
    """The first engine that answers; a client whose engine does not run is none."""
    for name in NAMES:
        if commands.find(name) is None:
            continue
        try:
            answer = json.loads(commands.run([name, "info", "--format", "{{json .}}"]))
        except (commands.CommandFailed, json.JSONDecodeError):
            continue
        if not answer.get("ServerErrors"):
            return Engine(name, _is_rootless(answer))
    return None


def _is_rootless(info: dict) -> bool:
    if "host" in info:  # podman
        return bool(info["host"].get("security", {}).get("rootless"))
    return any("rootless" in option for option in info.get("SecurityOptions") or [])
