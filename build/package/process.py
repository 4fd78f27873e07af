"""Runs a model in clean processes, which see the staged function and the packages and nothing of this machine's."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from build.errors import UserError
from build.host import importable
from build.runtimes import Runtime


class Refused(UserError):
    """Why a model is not packaged: of a process, by its own word for it."""

    template = "{kind}: {message}"

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(kind=kind, message=message)
        self.kind, self.message = kind, message


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
        importable.run(self.runtime, script, arguments, [self.function, self.site_packages, *see], dict(self.env))

    def ask(self, script: str, order: Mapping[str, Any], see: Sequence[Path] = ()) -> dict[str, Any]:
        """Run a script of target/ on an order, and read its result.

        Raises:
            Refused: the result tells of an error.
            InterpreterMissing, CommandFailed
        """
        name = script.removesuffix(".py")
        path, result = self.scratch / f"{name}-order.json", self.scratch / f"{name}.json"
        path.write_text(json.dumps({**order, "result": str(result)}), encoding="utf-8")
        self.run(script, [path], see)
        found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        if "error" in found:
            raise Refused(found["error"]["type"], found["error"]["message"])
        return found
