"""The seam to container engines: docker, podman, finch and nerdctl, which take the same words."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from build import commands

NAMES = ("docker", "podman", "finch", "nerdctl")


@dataclass(frozen=True)
class Engine:
    """A container engine that answers."""

    name: str
    rootless: bool

    def has(self, image: str) -> bool:
        return commands.succeeds([self.name, "image", "inspect", image])

    def pull(self, image: str, platform: str) -> None:
        """Fetch an image.

        Raises:
            CommandFailed: the registry has no such image, or cannot be reached.
        """
        commands.run([self.name, "pull", "--platform", platform, image])

    def run(
        self,
        image: str,
        argv: Sequence[str],
        *,
        work: Path,
        env: Mapping[str, str],
        read_only: Sequence[Path] = (),
        stdin: str | None = None,
    ) -> str:
        """Run a command in a new container with ``work`` as /var/task; files that it makes there are the caller's.

        Folders in ``read_only`` are seen at their own paths. Returns stdout.
        """
        words = [self.name, "run", "--rm", "--interactive", "--volume", f"{work.resolve()}:/var/task"]
        words += ["--workdir", "/var/task", "--entrypoint", ""]
        for folder in read_only:
            words += ["--volume", f"{folder}:{folder}:ro"]
        for name, value in sorted(env.items()):
            words += ["--env", f"{name}={value}"]
        if self.name == "podman":
            words += ["--security-opt", "label=disable"]  # else SELinux keeps the container out of the work folder
        if not self.rootless and os.getuid() != 0:
            # In a rootless engine the container's root is the caller already.
            words += ["--user", f"{os.getuid()}:{os.getgid()}"]
        return commands.run([*words, image, *argv], stdin=stdin)


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
