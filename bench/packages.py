"""Shows for the packages that people put beside scikit-learn that the slim layer is the whole package still.

Each is installed as it is and built as a layer. Every module that imports in the one has to import in the other, and
one real use of it has to give the same answer.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from bench import Outcome
from bench.package_uses import PACKAGES, Case
from build import archive, distributions, interpreters, layer, libraries
from build.builders.uv import UvBuilder
from build.errors import UserError
from build.runtimes import DEFAULT_PYTHON, UNZIPPED_LIMIT, Runtime, host_architecture, runtime

ROOT = Path(__file__).parents[1]
IMPORT = ROOT / "tests" / "e2e" / "target" / "import_modules.py"
PAGE = ROOT / "docs" / "packages.md"
PATIENCE = 600  # seconds for one run
BATCH = 200  # modules a process: what one of them ends does not end all
NO_LIMIT = 1 << 40

Say = Callable[[str], None]


@dataclass(frozen=True)
class Compared:
    name: str
    version: str = ""
    before: int = 0  # bytes, unzipped
    after: int = 0
    modules: int = 0
    verdict: str = ""


def run(folder: Path, say: Say) -> Outcome:
    """Compare all of them, and write the numbers and the page."""
    target, found = runtime(DEFAULT_PYTHON), []
    for case in PACKAGES:
        found.append(compare(case, target))
        say(f"{found[-1].name} {found[-1].version}: {found[-1].verdict}")
        outcome = write(found, folder)  # after each: an hour's work is not lost with the last of them
    return outcome


def write(found: list[Compared], folder: Path) -> Outcome:
    """Write the numbers and the page; packages that are yet to be tried are named as such."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "packages.json"
    path.write_text(json.dumps([vars(each) for each in found], indent=1) + "\n", encoding="utf-8")
    untried = {case.name for case in PACKAGES} - {each.name for each in found}
    rows = [
        [f"{each.name} {each.version}".strip(), *_megabytes(each), str(each.modules or ""), each.verdict]
        for each in (*found, *(Compared(name, verdict="not tried yet") for name in sorted(untried)))
    ]
    headings = ["package, with what it needs", "MB before", "MB after", "modules", "verdict"]
    outcome = Outcome("Packages, installed and as a layer", headings, rows, {}, [path, PAGE])
    text = PAGE.read_text(encoding="utf-8")
    start, end = "<!-- bench packages -->\n", "<!-- end of bench packages -->"
    table = f"{text.partition(start)[0]}{start}\n{outcome.markdown()}\n\n{end}{text.partition(end)[2]}"
    PAGE.write_text(table, encoding="utf-8")
    return outcome


def compare(case: Case, target: Runtime) -> Compared:
    """One package, installed as it is and in a layer."""
    architecture = host_architecture()
    assert architecture is not None
    builder = UvBuilder(target, architecture)
    with TemporaryDirectory(prefix="packages-") as name:
        work = Path(name)
        wanted = work / "requirements.txt"
        wanted.write_text(case.requirements.replace(" ", "\n") + "\n", encoding="utf-8")
        whole, slim = work / "whole" / target.site_packages, work / "slim" / target.site_packages
        whole.mkdir(parents=True)
        try:
            builder.install(wanted, whole)
            before = sum(distributions.sizes(whole).values())
            found = distributions.read(whole)
            libraries.complete(whole, found, target, architecture, builder.library)
            order = layer.Order(
                target, architecture, requirements=wanted, builder="uv", use_cache=False, limit=NO_LIMIT
            )
            made = layer.build(work / "dist", order, lambda message: None)
        except UserError as error:
            return Compared(case.name, verdict=f"not built: {str(error).strip().splitlines()[0]}")
        archive.unpack(made.path, work / "slim")
        version = found.versions.get(case.name, "")
        facts = (case.name, version, before, made.entry["unzipped_bytes"])
        names = [name for top in case.modules for name in _modules(whole, top)]
        imported = [_imported(each, names, target, work) for each in (whole, slim)]
        lost = sorted(name for name in names if imported[0].get(name) != imported[1].get(name))
        answers = [_answer(each, case, target, work) for each in (whole, slim)]
        count = sum(1 for why in imported[0].values() if why is None)
        return Compared(*facts, count, _verdict(lost, answers, made.entry["unzipped_bytes"]))


def _verdict(lost: list[str], answers: list[tuple[int, str]], size: int) -> str:
    if lost:
        return f"{len(lost)} modules import otherwise: {', '.join(lost[:3])}"
    if answers[0][0]:
        return f"the use fails without slimming: {answers[0][1][-120:]}"
    if answers[0] != answers[1]:
        return f"answers otherwise: {answers[1][1][-120:]}"
    return "whole" if size <= UNZIPPED_LIMIT else "whole, but over Lambda's limit with the bytecode of all modules"


def _imported(site_packages: Path, names: list[str], target: Runtime, work: Path) -> dict[str, str | None]:
    """What became of the import of each module: None, or why it failed."""
    said: dict[str, str | None] = {}
    for start in range(0, len(names), BATCH):
        batch = names[start : start + BATCH]
        together = _import_together(site_packages, batch, target, work)
        if together is None:  # one of them ended the process: each by itself, or the others would never be compared
            for name in batch:
                alone = _import_together(site_packages, [name], target, work)
                said[name] = "the process ended" if alone is None else alone[name]
        else:
            said.update(together)
    return said


def _import_together(
    site_packages: Path, names: list[str], target: Runtime, work: Path
) -> dict[str, str | None] | None:
    """What became of the import of modules in one process; None if it ended before it said so."""
    result = work / "imported.json"
    result.unlink(missing_ok=True)
    _run(site_packages, [str(IMPORT), str(result)], target, work, stdin="\n".join(names))
    return json.loads(result.read_text(encoding="utf-8")) if result.exists() else None


def _answer(site_packages: Path, case: Case, target: Runtime, work: Path) -> tuple[int, str]:
    done = _run(site_packages, ["-W", "ignore", "-c", case.use], target, work)
    return done.returncode, done.stdout.strip() or done.stderr.strip()


def _run(site_packages: Path, words: list[str], target: Runtime, work: Path, stdin: str = ""):
    env = {"PYTHONPATH": str(site_packages), "HOME": str(work), "PATH": os.environ["PATH"], "PYTHONHASHSEED": "0"}
    env["LD_LIBRARY_PATH"] = str(libraries.folder_of(site_packages, target))
    env |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_CACHE_DIR": str(work / "numba")}
    argv = [str(interpreters.require(target, "This bench")), "-S", "-s", "-B", *words]
    try:
        return subprocess.run(
            argv, input=stdin, env=env, cwd=work, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(argv, 1, "", "it took too long")


def _modules(site_packages: Path, top: str) -> list[str]:
    """The names of a package's modules, but for tests, which a layer leaves out, and for what runs when imported."""
    names = set()
    for path in (site_packages / top).rglob("*"):
        pure = PurePosixPath(path.relative_to(site_packages).as_posix())
        parts = (*pure.parent.parts, pure.name.partition(".")[0])
        if pure.suffix not in (".py", ".so") or "tests" in parts or parts[-1] == "__main__":
            continue
        if pure.parts[0] and all(part.isidentifier() for part in parts):
            names.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return sorted(names)


def _megabytes(each: Compared) -> list[str]:
    return [f"{size / 1e6:.1f}" if size else "" for size in (each.before, each.after)]
