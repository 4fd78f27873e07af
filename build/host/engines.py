"""Runs commands in containers, with docker, podman, finch or nerdctl. They accept the same arguments."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from build.host import commands

NAMES = ("docker", "podman", "finch", "nerdctl")


@dataclass(frozen=True)
class Engine:
    """A container engine that is running."""

    name: str
    rootless: bool

    def has(self, image: str, platform: str) -> bool:
        """Return whether an image for a platform, such as ``linux/arm64``, is on this machine."""
        try:
            platform_here = commands.run(
                [self.name, "image", "inspect", "--format", "{{.Os}}/{{.Architecture}}", image]
            )
        except commands.CommandFailed:
            return False
        return platform_here.strip() == platform

    def image_id(self, image: str) -> str:
        """Return the digest of an image on this machine. A tag may name another image tomorrow."""
        return commands.run([self.name, "image", "inspect", "--format", "{{.Id}}", image]).strip()

    def pull(self, image: str, platform: str) -> None:
        """Pull an image.

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
        """Run a command in a new container, with ``work`` as /var/task. The caller owns the files that it makes there.

        Args:
            private: variables whose values do not show up in a list of processes. The address of an index may contain a
                password.
            read_only: folders and files that the container sees at the same paths, and cannot change.

        Returns:
            What the command wrote to stdout.
        """
        words = [self.name, "run", "--rm", "--interactive", "--platform", platform, "--entrypoint", ""]
        words += ["--mount", f"type=bind,source={work.resolve()},target=/var/task", "--workdir", "/var/task"]
        for folder in read_only:
            words += ["--mount", f"type=bind,source={folder},target={folder},readonly"]
        for word in (*sorted(private), *(f"{name}={value}" for name, value in sorted(env.items()))):
            words += ["--env", word]
        if self.name == "podman":
            words += [
                "--security-opt",
                "label=disable",
            ]  # otherwise, SELinux does not let the container use the work folder
        if not self.rootless and os.getuid() != 0:
            # In a rootless engine, the container's root already is the caller.
            words += ["--user", f"{os.getuid()}:{os.getgid()}"]
        return commands.run([*words, image, *argv], stdin=stdin, env={**os.environ, **private})


def find() -> Engine | None:
    """Return the first engine that is running. A client alone is not enough."""
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


def _is_rootless(info: dict[str, Any]) -> bool:
    if "host" in info:  # podman
        return bool(info["host"].get("security", {}).get("rootless"))
    return any("rootless" in option for option in info.get("SecurityOptions") or [])
