"""Puts imports off until something of them is used, by a plan that packaging has recorded.

Unpickling a forest imports many modules, and its predictions use few of them. The others are imported because a
package's ``__init__`` imports the whole package, or because of a name that only fitting uses. Here, such a module
becomes a lazy module (`modules`), which is not executed. What other modules import from it by name becomes a lazy name
(`names`). As soon as a lazy module or name is used, in whatever way, the real object is loaded and takes its place. So
this changes when code is loaded, and not what the code does. Only the docstrings that SciPy writes during its import
stay empty (`replacements`).

The plan says which modules may be put off and which names they have, so a name that does not exist is never offered. It
also lists the modules that the model's predictions do use. Those are executed at once, in the recorded order.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from serving.lazy_imports import modules

FILE = "lazy_imports.json"  # beside the handler; packaging writes it where it has shown that the plan is safe
EAGER = "LAMBDA_MODEL_EAGER"  # the environment variable that, set to 1, turns plans off


@dataclass(frozen=True)
class Plan:
    """What a recording found. build/package/recording.py writes it."""

    packages: dict[str, bool]  # modules that may be put off -> whether the module is a package
    names: dict[str, dict[str, modules.Target]]  # module -> name -> where the name is defined
    dunders: dict[str, list[str]]  # module -> the names with double underscores that its own code assigns
    partly: list[str]  # packages of which only some modules may be put off; any other package is put off as a whole
    execute: list[str]  # modules that predictions use, in the order in which their execution starts

    @classmethod
    def read(cls, path: Path) -> Plan:
        """Read the plan that packaging has written."""
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls(**content)


def prepare(folder: Path) -> bool:
    """Import what the model's predictions use and put off the rest, if there is a plan in the folder.

    Returns:
        Whether there is a plan. Without one, nothing is imported.
    """
    path = folder / FILE
    if os.environ.get(EAGER) == "1" or not path.is_file():
        return False
    install(Plan.read(path))
    return True


def install(plan: Plan) -> None:
    """Put off the plan's modules from now on, and execute those that the plan wants executed."""
    modules.FINDER.plan(plan.packages, plan.names, plan.dunders, plan.partly)
    for name in plan.execute:
        modules.execute(import_module(name))
