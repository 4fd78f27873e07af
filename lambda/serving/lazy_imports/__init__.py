"""Imports that are put off until something of them is used. The plan for this was recorded at packaging.

Of the modules that unpickling a forest imports, its predictions use about a tenth. The others are imported because a
package's ``__init__`` wants all of it, or for a name that only fitting uses. Here such a module is a lazy module
(`modules`), which is not executed. What other modules take from it by name is a lazy name (`names`). Whoever uses one,
in whatever way, gets the real thing: it is loaded at that moment and put in its place. So this changes when code is
loaded, not what it does. Only docstrings that SciPy writes while it is imported stay empty (`replacements`).

The plan says which modules may be put off and which names they have: nothing is promised that is not there. It also
lists the modules that the model's predictions do use. Those are executed at once, in the recorded order.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from serving.lazy_imports import modules

FILE = "lazy_imports.json"  # beside the handler; packaging writes it where a plan was shown to be safe
EAGER = "LAMBDA_MODEL_EAGER"  # the environment variable that turns plans off, set to 1


@dataclass(frozen=True)
class Plan:
    """What a recording found; build/package/recording.py makes it."""

    packages: dict[str, bool]  # modules that may be put off -> whether it is a package
    names: dict[str, dict[str, modules.Target]]  # module -> name -> where it is defined
    dunders: dict[str, list[str]]  # module -> the names with underscores that its own code gives it
    partly: list[str]  # packages of which some modules may be put off and others not; any other is put off as a whole
    execute: list[str]  # modules that predictions use, in the order in which their execution starts

    @classmethod
    def read(cls, path: Path) -> Plan:
        """Read the plan that packaging wrote."""
        found = json.loads(path.read_text(encoding="utf-8"))
        return cls(**found)


def prepare(folder: Path) -> bool:
    """Import what the model's predictions use, and nothing else, if a plan lies in the folder; else do nothing.

    Returns:
        Whether there is a plan.
    """
    path = folder / FILE
    if os.environ.get(EAGER) == "1" or not path.is_file():
        return False
    install(Plan.read(path))
    return True


def install(plan: Plan) -> None:
    """Put off the plan's modules from now on, and execute those that it wants executed."""
    modules.FINDER.plan(plan.packages, plan.names, plan.dunders, plan.partly)
    for name in plan.execute:
        modules.execute(import_module(name))
