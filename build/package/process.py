"""Runs a model in clean processes, which see the staged function and the packages and nothing of this machine's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from build import environments
from build.runtimes import Runtime


@dataclass(frozen=True)
class Process:
    """How a model is run: under which Python, seeing which folders, by which variables."""

    runtime: Runtime
    function: Path  # the staged function
    site_packages: Path
    env: Mapping[str, str]
    scratch: Path  # for orders and results

    def run(self, script: str, arguments: Sequence[object], see: Sequence[Path] = ()) -> None:
        """Run a script of target/.

        Args:
            see: folders that it sees beside the function and the packages.

        Raises:
            InterpreterMissing, CommandFailed
        """
        environments.run(self.runtime, script, arguments, [self.function, self.site_packages, *see], dict(self.env))
