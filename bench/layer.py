"""Compares the layers that this project and others build from the same requirements: sizes, bytecode and times.

All of them are measured in one run, in turn, so that other load on the machine affects all of them alike.
"""

from __future__ import annotations

import json
import math
import os
import platform
import shutil
import statistics
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import Outcome, tools
from bench.tools import Built, Tool
from build.host import commands, interpreters
from build.runtimes import UNZIPPED_LIMIT, runtime
from build.saying import Say
from local import bars

SCRIPTS = Path(__file__).with_name("target")
IMPORTS = 5  # imports that count, after one that fills the page cache


@dataclass
class Row:
    """The measurements of one tool. Times are in seconds, in the order of the rounds."""

    tool: Tool
    builds: list[float] = field(default_factory=list)  # the first one has empty caches
    laps: list[dict[str, float]] = field(default_factory=list)
    zip_bytes: int = 0
    unzipped_bytes: int = 0
    bytecode: dict[str, int] = field(default_factory=dict)
    imports: list[float] = field(default_factory=list)

    @property
    def warm(self) -> float:
        return statistics.median(self.builds[1:])

    @property
    def import_seconds(self) -> float:
        """Return the median, or NaN for a trimmed layer: it holds only what its model imports by the plan."""
        return statistics.median(self.imports) if self.imports else math.nan

    def as_json(self) -> dict[str, Any]:
        return {
            "tool": self.tool.name,
            "runtime": f"python{self.tool.python}",
            "zip_bytes": self.zip_bytes,
            "unzipped_bytes": self.unzipped_bytes,
            "fits": self.unzipped_bytes <= UNZIPPED_LIMIT,
            "bytecode": self.bytecode,
            "build_seconds": {
                "cold": round(self.builds[0], 2),
                "warm": round(self.warm, 2),
                "warm_runs": [round(seconds, 2) for seconds in self.builds[1:]],
                "warm_laps": {name: round(self.lap(name), 2) for name in self.laps[-1]},
            },
            "import_seconds": {
                "median": round(self.import_seconds, 3) if self.imports else None,
                "runs": [round(seconds, 3) for seconds in self.imports],
            },
        }

    def lap(self, name: str) -> float:
        """Return the median of one step of the builds, without the first build."""
        return statistics.median(lap[name] for lap in self.laps[1:])

    def cells(self) -> list[str]:
        over = "" if self.unzipped_bytes <= UNZIPPED_LIMIT else ", refused"
        valid = self.bytecode["valid"] / self.bytecode["modules"]
        return [
            self.tool.name,
            f"{self.unzipped_bytes / 1e6:.1f} MB{over}",
            f"{self.zip_bytes / 1e6:.1f} MB",
            f"{valid:.0%} of modules" if valid else "none",
            f"{self.builds[0]:.1f} s",
            f"{self.warm:.1f} s",
            f"{self.import_seconds:.2f} s" if self.imports else "",
        ]


HEADINGS = ["", "unzipped", "zipped", "usable bytecode", "build, cold", "build, warm", "import"]


def run(results: Path, say: Say) -> Outcome:
    """Measure, and write layer.json and layer.svg into a folder."""
    rows = [Row(tool) for tool in tools.choose(say)]
    with TemporaryDirectory(prefix="bench-") as name:
        folders = {row.tool.name: Path(name) / str(number) for number, row in enumerate(rows)}
        measure_builds(rows, folders, say)
        measure_imports(rows, folders, say)
    shares = ratios(rows)
    facts = {"machine": machine(), "rows": [row.as_json() for row in rows], "ratios": shares}
    results.mkdir(exist_ok=True)
    files = [results / "layer.json", results / "layer.svg"]
    files[0].write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    files[1].write_text(drawing(rows), encoding="utf-8")
    title = "pandas and scikit-learn, locked, as a Lambda layer"
    return Outcome(title, HEADINGS, [row.cells() for row in rows], shares, files)


def measure_builds(rows: list[Row], folders: dict[str, Path], say: Say) -> None:
    """Build with each tool in turn, first with empty and then with full caches. Unpack the last layer of each tool."""
    for number in range(tools.ROUNDS + 1):
        for row in (row for row in rows if number <= row.tool.rounds):
            work = folders[row.tool.name]
            work.mkdir(exist_ok=True)
            for name in row.tool.forget:
                _delete(work / name)
            start = time.perf_counter()
            built = row.tool.build(work, variables(work))
            row.builds.append(time.perf_counter() - start)
            row.laps.append(dict(built.laps))
            say(f"{row.tool.name}: {row.builds[-1]:.1f} s {'with full' if number else 'with empty'} caches")
            if number == row.tool.rounds:
                _look_at(row, built, work)


def measure_imports(rows: list[Row], folders: dict[str, Path], say: Say) -> None:
    """Import from each unpacked layer in turn."""
    for number in range(IMPORTS + 1):
        for row in (row for row in rows if not row.tool.is_cut):
            seconds = float(_run_target("time_import.py", row, path=_packages(folders[row.tool.name] / "opt")))
            if number:
                row.imports.append(seconds)
    for row in (row for row in rows if row.imports):
        say(f"{row.tool.name}: imports in {row.import_seconds:.2f} s")


def variables(work: Path) -> dict[str, str]:
    """Return this process's environment variables, with wheel caches that only this tool uses."""
    caches = {name: str(work / "wheels" / name) for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR")}
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**env, **caches, "SAM_CLI_TELEMETRY": "0"}


def ratios(rows: list[Row]) -> dict[str, float]:
    """Return this project's numbers divided by those of the others. Below 1 is better."""
    by_name = {row.tool.name: row for row in rows}
    ours, anew, sam = (by_name[name] for name in (tools.OURS, tools.ANEW, tools.SAM))
    shares = {
        "build_vs_sam_warm": ours.warm / sam.warm,
        "build_vs_sam_warm_from_wheels": anew.warm / sam.warm,
        "build_vs_sam_warm_without_its_zip": ours.warm / sam.lap("sam build"),
        "build_vs_sam_cold": ours.builds[0] / sam.builds[0],
        "unzipped_vs_sam": ours.unzipped_bytes / sam.unzipped_bytes,
        "zipped_vs_sam": ours.zip_bytes / sam.zip_bytes,
        "import_vs_sam": ours.import_seconds / sam.import_seconds,
    }
    for row in rows:
        if row.tool.name.endswith("--trim-for MODEL"):
            shares["profile_unzipped_vs_sam"] = row.unzipped_bytes / sam.unzipped_bytes
    return {name: round(value, 3) for name, value in shares.items()}


def machine() -> dict[str, object]:
    """Return what the times depend on."""
    return {
        "cores": os.cpu_count(),
        "system": platform.system(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "tools": {name: metadata.version(name) for name in ("uv", "aws-sam-cli")},
    }


def drawing(rows: list[Row]) -> str:
    """Draw the sizes, and the times to build and to import."""

    def panel(
        title: str, unit: str, of: Callable[[Row], float], panel_rows: list[Row], limit: tuple[float, str] | None = None
    ) -> bars.Panel:
        digits = 0 if unit == "MB" else 1

        def bar(row: Row) -> bars.Bar:
            kind = "blue" if row.tool.is_ours else "grey"
            return bars.Bar.of(row.tool.name, of(row), f"{of(row):.{digits}f} {unit}", kind)

        return bars.Panel(title, [bar(row) for row in panel_rows], limit)

    # The other row differs from the first one only in its build time
    different = [row for row in rows if row.tool.name != tools.ANEW]
    imported = [row for row in different if row.imports]
    limit = UNZIPPED_LIMIT / 1e6
    return bars.draw(
        [
            panel("Unzipped", "MB", lambda row: row.unzipped_bytes / 1e6, different, (limit, f"limit {limit:.0f} MB")),
            panel("Build to a zip, wheels cached", "s", lambda row: row.warm, rows),
            panel("Import sklearn.ensemble and pandas, read-only", "s", lambda row: row.import_seconds, imported),
        ]
    )


def _look_at(row: Row, built: Built, work: Path) -> None:
    """Note the sizes and the bytecode of a layer, and unpack it."""
    with zipfile.ZipFile(built.path) as packed:
        row.unzipped_bytes = sum(info.file_size for info in packed.infolist())
    row.zip_bytes = built.path.stat().st_size
    # unzip also restores the files' times, without which only unchecked bytecode would be valid
    commands.run(["unzip", "-q", built.path, "-d", work / "opt"])
    row.bytecode = json.loads(_run_target("check_bytecode.py", row, _packages(work / "opt")))


def _run_target(script: str, row: Row, *arguments: Path, path: Path | None = None) -> str:
    """Run a script under the tool's Python as on a read-only disk, where no bytecode can be written (-B)."""
    interpreter = interpreters.require(runtime(row.tool.python), "This bench")
    env = {"PYTHONPATH": str(path or ""), "HOME": "/tmp"}
    return commands.run([interpreter, "-S", "-s", "-B", SCRIPTS / script, *arguments], env=env)


def _packages(opt: Path) -> Path:
    """Return the folder of an unpacked layer's packages. Both folders that Lambda searches are in use."""
    return next(path.parent for path in sorted(opt.rglob("sklearn")) if path.parent.name in ("python", "site-packages"))


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
