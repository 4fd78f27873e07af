"""Shows for the packages that people put beside scikit-learn that the slim layer is the whole package still.

Each is installed as it is and built as a layer, with what it needs. Every module that imports in the one has to import
in the other, and one real use has to give the same answer.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from bench import Outcome, with_table
from bench.package_uses import PACKAGES, Case
from build.builders.uv import UvBuilder
from build.dist import archive
from build.errors import UserError
from build.host import distributions, interpreters
from build.layer import layer, libraries, slimming
from build.runtimes import DEFAULT_PYTHON, UNZIPPED_LIMIT, Runtime, host_architecture, runtime

ROOT = Path(__file__).parents[1]
IMPORT = ROOT / "tests" / "e2e" / "target" / "import_modules.py"
PAGE = ROOT / "docs" / "packages.md"
PATIENCE = 300  # seconds for one run
BATCH = 200  # modules a process: what one of them ends does not end all
NO_LIMIT = 1 << 40
TAIL = 120  # characters of what a failing use printed

Say = Callable[[str], None]
Answer = tuple[int, str]  # exit code, and what was printed


class UnknownPackage(UserError):
    template = "The bench tries no package {name!r}. Take some of: {known}."


@dataclass(frozen=True)
class Compared:
    name: str
    version: str = ""
    before: int = 0  # bytes, unzipped
    after: int = 0
    modules: int = 0  # that import, of the package and of all that it needs
    bytecode: str = ""  # which modules have it, in words
    verdict: str = ""
    lost: dict[str, list[str | None]] = field(default_factory=dict)  # module -> why it fails: before, after


def run(folder: Path, say: Say, only: Collection[str] = ()) -> Outcome:
    """Compare all of them or only some, and write the numbers and the page; of the others stays what was found.

    Raises:
        UnknownPackage
    """
    known = [case.name for case in PACKAGES]
    for name in only:
        if name not in known:
            raise UnknownPackage(name=name, known=", ".join(known))
    target, found = runtime(DEFAULT_PYTHON), read(folder)
    for case in PACKAGES:
        if not only or case.name in only:
            found[case.name] = compare(case, target)
            say(f"{case.name} {found[case.name].version}: {found[case.name].verdict}")
            write(found, folder)  # after each: an hour's work is not lost with the last of them
    return write(found, folder)


def read(folder: Path) -> dict[str, Compared]:
    """What was found before, by package."""
    path = folder / "packages.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return {each["name"]: Compared(**each) for each in found}


def write(found: dict[str, Compared], folder: Path) -> Outcome:
    """Write the numbers and the page; packages that are yet to be tried are named as such."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "packages.json"
    ordered = [found.get(case.name) or Compared(case.name, verdict="not tried yet") for case in PACKAGES]
    tried = [asdict(each) for each in ordered if each.name in found]
    path.write_text(json.dumps(tried, indent=1) + "\n", encoding="utf-8")
    rows = [
        [
            f"{each.name} {each.version}".strip(),
            *(f"{size / 1e6:.1f}" if size else "" for size in (each.before, each.after)),
            f"{each.modules:,}" if each.modules else "",
            each.verdict,
        ]
        for each in ordered
    ]
    headings = ["package, with what it needs", "MB before", "MB after", "modules", "verdict"]
    outcome = Outcome("Packages, installed and as a layer", headings, rows, {}, [path, PAGE])
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), "packages", outcome.markdown()), encoding="utf-8")
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
        order = layer.Order(target, architecture, requirements=wanted, builder="uv")
        try:
            builder.install(wanted, whole)
            before = sum(distributions.sizes(whole).values())
            found = distributions.read(whole)
            libraries.complete(whole, found, target, architecture, builder.library)
            made = _build(work / "dist", order)
        except UserError as error:
            return Compared(case.name, verdict=f"not built: {str(error).strip().splitlines()[0]}")
        archive.unpack(made.path, work / "slim")
        names = modules(whole)
        imported = [_imported(each, names, target, work) for each in (whole, slim)]
        why = {name: [each.get(name) for each in imported] for name in names}
        lost = {name: each for name, each in why.items() if each[0] != each[1]}
        answers = [_answer(each, case, target, work) for each in (whole, slim)]
        size, biggest = _size(made)
        return Compared(
            case.name,
            found.versions.get(case.name, ""),
            before,
            size,
            sum(1 for each in why.values() if each[0] is None),
            made.contents.bytecode if size <= UNZIPPED_LIMIT else "none",
            verdict(list(lost), answers, size, biggest),
            lost,
        )


def _build(out: Path, order: layer.Order) -> layer.Layer:
    """The layer as it is shipped; one that Lambda would refuse all the same, since it can be compared."""
    try:
        return layer.build(out, order, lambda message: None)
    except layer.LayerTooLarge:
        return layer.build(out, replace(order, limit=NO_LIMIT), lambda message: None)


def _size(made: layer.Layer) -> tuple[int, str]:
    """Bytes of a layer, unzipped, without bytecode if it is too large with it; and its biggest package, in words."""
    size, packages = made.entry["unzipped_bytes"], made.contents.packages
    name = next(iter(packages))
    if size > UNZIPPED_LIMIT:  # so `invoke build-layer` weighed it without any
        size -= sum(kinds["bytecode"] for kinds in packages.values())
    return size, f"{name} has {made.contents.package_bytes(name) / 1e6:.0f} MB"


def verdict(lost: list[str], answers: list[Answer], size: int, biggest: str) -> str:
    """What became of a package, in words.

    Args:
        answers: of the use, without slimming and with it.
        biggest: of the packages in the layer, in words.
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
    """What became of the import of each module: None, or why it failed."""
    said: dict[str, str | None] = {}
    waiting = names
    while waiting:
        batch = waiting[:BATCH]
        result = work / "imported.json"
        result.unlink(missing_ok=True)
        _run(site_packages, [str(IMPORT), str(result)], target, work, stdin="\n".join(batch))
        said |= json.loads(result.read_text(encoding="utf-8")) if result.exists() else {}
        ended = next((name for name in batch if name not in said), None)
        if ended:  # by this one; those behind it are tried in another process
            said[ended] = "the process ended"
        waiting = [name for name in waiting if name not in said]
    return said


def _answer(site_packages: Path, case: Case, target: Runtime, work: Path) -> Answer:
    done = _run(site_packages, ["-W", "ignore", "-c", case.use], target, work)
    return done.returncode, done.stdout.strip() or done.stderr.strip()


def _run(site_packages: Path, words: list[str], target: Runtime, work: Path, stdin: str = ""):
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
    """The names of all modules but of tests, which a layer leaves out, and of what runs when it is imported."""
    names = set()
    for path in map(PurePosixPath, distributions.sizes(site_packages)):
        parts = (*path.parent.parts, path.name.partition(".")[0])
        if path.suffix not in (".py", ".so") or parts[0] == slimming.SCRIPTS or parts[-1] == "__main__":
            continue
        if "tests" not in parts and all(part.isidentifier() for part in parts):
            names.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return sorted(names)
