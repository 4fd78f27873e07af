"""Shows that packages which people use with scikit-learn are still complete in a slim layer.

Each package is installed unchanged and built as a layer, with everything that it needs. Every module that can be
imported from the installation has to be importable from the layer, and a real use has to print the same.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from bench import Outcome, this_architecture, with_table
from bench.package_uses import PACKAGES, Case
from build.builders.uv import UvBuilder
from build.dist import archive
from build.errors import UserError
from build.host import distributions, interpreters
from build.layer import layer, libraries, slimming
from build.runtimes import DEFAULT_PYTHON, UNZIPPED_LIMIT, Runtime, runtime
from build.saying import Say

ROOT = Path(__file__).parents[1]
IMPORT = ROOT / "tests" / "e2e" / "target" / "import_modules.py"
PAGE = ROOT / "docs" / "packages.md"
PATIENCE = 300  # seconds for one run
BATCH = 200  # modules for each process, since one of them may end the process
NO_LIMIT = 1 << 40
TAIL = 120  # the last characters of a failing use's output that are kept

Answer = tuple[int, str]  # the exit code, and what was printed


class UnknownPackage(UserError):
    template = "The bench does not try the package {name!r}. Use some of: {known}."


@dataclass(frozen=True)
class Compared:
    """The result of the comparison for one package."""

    name: str
    version: str = ""
    before: int = 0  # bytes before slimming, unzipped
    after: int = 0
    modules: int = 0  # how many modules can be imported, of the package and of its dependencies
    bytecode: str = ""  # which modules have bytecode, in words
    verdict: str = ""
    lost: dict[str, list[str | None]] = field(default_factory=dict)  # module -> why it fails, before and after


def run(folder: Path, say: Say, only: Collection[str] = ()) -> Outcome:
    """Compare all packages or only some, and write the numbers and the page. Earlier results of the others stay.

    Raises:
        UnknownPackage
    """
    case_names = [case.name for case in PACKAGES]
    for name in only:
        if name not in case_names:
            raise UnknownPackage(name=name, known=", ".join(case_names))
    target, results = runtime(DEFAULT_PYTHON), read(folder)
    for case in PACKAGES:
        if not only or case.name in only:
            results[case.name] = compare(case, target)
            say(f"{case.name} {results[case.name].version}: {results[case.name].verdict}")
            write(results, folder)  # after each package, so that an hour's work is not lost if the last one fails
    return write(results, folder)


def read(folder: Path) -> dict[str, Compared]:
    """Return the earlier results by package."""
    path = folder / "packages.json"
    entries = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return {entry["name"]: Compared(**entry) for entry in entries}


def write(results: dict[str, Compared], folder: Path) -> Outcome:
    """Write the numbers and the page. Packages without a result are listed as not tried yet."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "packages.json"
    ordered = [results.get(case.name) or Compared(case.name, verdict="not tried yet") for case in PACKAGES]
    tried = [asdict(result) for result in ordered if result.name in results]
    path.write_text(json.dumps(tried, indent=1) + "\n", encoding="utf-8")
    rows = [
        [
            f"{result.name} {result.version}".strip(),
            *(f"{size / 1e6:.1f}" if size else "" for size in (result.before, result.after)),
            f"{result.modules:,}" if result.modules else "",
            result.verdict,
        ]
        for result in ordered
    ]
    headings = ["package, with what it needs", "MB before", "MB after", "modules", "verdict"]
    outcome = Outcome("Packages, installed and as a layer", headings, rows, {}, [path, PAGE])
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), "packages", outcome.markdown()), encoding="utf-8")
    return outcome


def compare(case: Case, target: Runtime) -> Compared:
    """Compare one package as it is installed with the same package in a layer."""
    architecture = this_architecture()
    builder = UvBuilder(target, architecture)
    with TemporaryDirectory(prefix="packages-") as name:
        work = Path(name)
        wanted = work / "requirements.txt"
        wanted.write_text(case.requirements.replace(" ", "\n") + "\n", encoding="utf-8")
        whole, slim = work / "whole" / target.site_packages, work / "slim" / target.site_packages
        whole.mkdir(parents=True)
        order = layer.Order(target, architecture, requirements=wanted, builder="uv")
        try:
            builder.install(wanted, whole)
            before = sum(distributions.sizes(whole).values())
            installed = distributions.read(whole)
            libraries.complete(whole, installed, target, architecture, builder.library)
            slim_layer = _build(work / "dist", order)
        except UserError as error:
            return Compared(case.name, verdict=f"not built: {str(error).strip().splitlines()[0]}")
        archive.unpack(slim_layer.path, work / "slim")
        names = modules(whole)
        imported = [_imported(tree, names, target, work) for tree in (whole, slim)]
        why = {name: [failures.get(name) for failures in imported] for name in names}
        lost = {name: failures for name, failures in why.items() if failures[0] != failures[1]}
        answers = [_answer(tree, case, target, work) for tree in (whole, slim)]
        size, biggest = _size(slim_layer)
        return Compared(
            case.name,
            installed.versions.get(case.name, ""),
            before,
            size,
            sum(1 for failures in why.values() if failures[0] is None),
            slim_layer.contents.bytecode if size <= UNZIPPED_LIMIT else "none",
            verdict(list(lost), answers, size, biggest),
            lost,
        )


def _build(out: Path, order: layer.Order) -> layer.Layer:
    """Build the layer as it is shipped. A layer that is too large for Lambda is built too, for the comparison."""
    try:
        return layer.build(out, order, lambda message: None)
    except layer.LayerTooLarge:
        return layer.build(out, replace(order, limit=NO_LIMIT), lambda message: None)


def _size(slim_layer: layer.Layer) -> tuple[int, str]:
    """Return the bytes of an unzipped layer, without bytecode if that is too much, and its largest package in words."""
    size, packages = slim_layer.entry["unzipped_bytes"], slim_layer.contents.packages
    name = next(iter(packages))
    if size > UNZIPPED_LIMIT:  # `invoke build-layer` has compared its size without bytecode
        size -= sum(kinds["bytecode"] for kinds in packages.values())
    return size, f"{name} has {slim_layer.contents.package_bytes(name) / 1e6:.0f} MB"


def verdict(lost: list[str], answers: list[Answer], size: int, biggest: str) -> str:
    """Return the result for the package in words.

    Args:
        answers: the outputs of the use, without slimming and with it.
        biggest: the largest package of the layer, in words.
    """
    (failed, whole), slim = answers[0], answers[1]
    if failed:
        return f"the use fails without slimming: {whole[-TAIL:]}"
    if lost:
        return f"{len(lost)} modules import otherwise: {', '.join(lost[:3])}"
    if answers[0] != slim:
        return f"answers otherwise: {slim[1][-TAIL:]}"
    if size > UNZIPPED_LIMIT:
        return f"too large for Lambda, by {(size - UNZIPPED_LIMIT) / 1e6:.1f} MB: {biggest}"
    return "whole"


def _imported(site_packages: Path, names: list[str], target: Runtime, work: Path) -> dict[str, str | None]:
    """Return for each module why its import failed, or None if it did not."""
    outcomes: dict[str, str | None] = {}
    waiting = names
    while waiting:
        batch = waiting[:BATCH]
        result = work / "imported.json"
        result.unlink(missing_ok=True)
        _run(site_packages, [str(IMPORT), str(result)], target, work, stdin="\n".join(batch))
        outcomes |= json.loads(result.read_text(encoding="utf-8")) if result.exists() else {}
        ended = next((name for name in batch if name not in outcomes), None)
        if ended:  # this module has ended the process; those after it are tried in another process
            outcomes[ended] = "the process ended"
        waiting = [name for name in waiting if name not in outcomes]
    return outcomes


def _answer(site_packages: Path, case: Case, target: Runtime, work: Path) -> Answer:
    done = _run(site_packages, ["-W", "ignore", "-c", case.use], target, work)
    return done.returncode, done.stdout.strip() or done.stderr.strip()


def _run(
    site_packages: Path, words: list[str], target: Runtime, work: Path, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    env = {"PYTHONPATH": str(site_packages), "HOME": str(work), "PATH": os.environ["PATH"], "PYTHONHASHSEED": "0"}
    env["LD_LIBRARY_PATH"] = str(libraries.folder_of(site_packages, target))
    env |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_CACHE_DIR": str(work / "numba")}
    argv = [str(interpreters.require(target, "This bench")), "-S", "-s", *words]
    try:
        return subprocess.run(
            argv, input=stdin, env=env, cwd=work, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(argv, 1, "", "it took too long")


def modules(site_packages: Path) -> list[str]:
    """Return the names of all modules, without tests, which no layer has, and scripts that run when imported."""
    names = set()
    for path in map(PurePosixPath, distributions.sizes(site_packages)):
        path_names = (*path.parent.parts, path.name.partition(".")[0])
        if path.suffix not in (".py", ".so") or path_names[0] == slimming.SCRIPTS or path_names[-1] == "__main__":
            continue
        if "tests" not in path_names and all(name.isidentifier() for name in path_names):
            names.add(".".join(path_names[:-1] if path_names[-1] == "__init__" else path_names))
    return sorted(names)
