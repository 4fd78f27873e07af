"""Runs a model in clean processes, which see the staged function and the packages and nothing else of this machine."""

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
    """A process found a reason not to package a model. ``kind`` is the name that the process uses for it."""

    template = "{kind}: {message}"

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(kind=kind, message=message)
        self.kind, self.message = kind, message


@dataclass(frozen=True)
class Process:
    """The Python, the folders and the environment variables that a model is run with."""

    runtime: Runtime
    function: Path  # the staged function
    site_packages: Path
    env: Mapping[str, str]
    scratch: Path  # the folder for orders and results

    def run(self, script: str, arguments: Sequence[object], see: Sequence[Path] = ()) -> None:
        """Run a script of build/target.

        Args:
            see: folders that it can import from besides the function and the packages.

        Raises:
            InterpreterMissing, CommandFailed
        """
        importable.run(self.runtime, script, arguments, [self.function, self.site_packages, *see], dict(self.env))

    def ask(self, script: str, order: Mapping[str, Any], see: Sequence[Path] = ()) -> Any:
        """Run a script of build/target with an order, and return its result.

        Raises:
            Refused: the result is an error.
            InterpreterMissing, CommandFailed
        """
        name = script.removesuffix(".py")
        path, result = self.scratch / f"{name}-order.json", self.scratch / f"{name}.json"
        path.write_text(json.dumps({**order, "result": str(result)}), encoding="utf-8")
        self.run(script, [path], see)
        answer = json.loads(result.read_text(encoding="utf-8"))
        if "error" in answer:
            raise Refused(answer["error"]["type"], answer["error"]["message"])
        return answer
