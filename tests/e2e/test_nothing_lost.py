"""The slim layer is the unslimmed install still: whatever worked there works here, to the bit."""

import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePosixPath

import pytest

from build.dist import sbom
from build.host import commands, importable, interpreters
from build.layer import layer
from build.requirements import defaults
from build.runtimes import Runtime, host_architecture, runtime

SCRIPTS = Path(__file__).with_name("target")
PACKAGES = ("numpy", "scipy", "pandas", "sklearn")

# Fitted with their defaults or simple arguments; an estimator that cannot be is to be named here, with the reason.
EXCEPTIONS: dict[str, str] = {}
ESTIMATORS = 180  # scikit-learn 1.7 has 203, 1.9 has 211
MODULES = 1300


@dataclass(frozen=True)
class Installed:
    """The same packages twice, for one runtime."""

    runtime: Runtime
    unslimmed: Path
    slim: Path


@pytest.fixture(scope="module", params=["newest", "3.11"])
def installed(request, tmp_path_factory) -> Installed:
    """For the newest runtime and for Amazon Linux 2, which has other versions of all packages."""
    folder = tmp_path_factory.mktemp("installed")
    if request.param == "newest":
        target, slim = request.getfixturevalue("target"), request.getfixturevalue("unpacked")
    else:
        target = runtime(request.param)
        order = layer.Order(target, host_architecture(), builder="uv")
        with zipfile.ZipFile(layer.build(folder / "dist", order, lambda message: None).path) as packed:
            packed.extractall(folder / "opt")
        slim = folder / "opt" / target.site_packages
    return Installed(target, importable.of_requirements(defaults.LOCKED, target, folder), slim)


@pytest.fixture(scope="module")
def run(installed):
    """Run a script of target/ under the runtime's interpreter, which sees one folder."""
    interpreter = interpreters.require(installed.runtime, "This test")
    # one thread: how many share a sum shows in its last bit
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

    def run(folder, script, *arguments, stdin=None):
        argv = [interpreter, "-S", "-s", "-B", SCRIPTS / script, *arguments]
        return commands.run(argv, stdin=stdin, env={"PYTHONPATH": str(folder), "HOME": "/tmp", **threads})

    return run


@pytest.fixture(scope="module")
def both(run, installed, tmp_path_factory):
    """Run a script that writes a result, in the unslimmed install and in the slim layer."""

    def both(script, *arguments, stdin=None):
        def one(folder):
            result = tmp_path_factory.mktemp("result") / "result.json"
            run(folder, script, *arguments, result, stdin=stdin)
            return json.loads(result.read_text())

        with ThreadPoolExecutor(2) as pool:
            return pool.map(one, (installed.unslimmed, installed.slim))

    return both


@pytest.fixture(scope="module")
def fitted(run, installed, tmp_path_factory):
    """Every estimator of scikit-learn, fitted in the unslimmed install."""
    folder = tmp_path_factory.mktemp("fitted")
    run(installed.unslimmed, "estimators.py", "fit", folder)
    return folder


@pytest.mark.long
class TestEstimators:
    def test_each_can_be_fitted_but_for_the_exceptions(self, fitted):
        assert json.loads((fitted / "untried.json").read_text()).keys() == EXCEPTIONS.keys()

    def test_each_answers_as_in_the_unslimmed_install_to_the_bit(self, fitted, both):
        before, after = both("estimators.py", "answer", fitted)
        methods = sum(map(len, before.values()))
        print(f"{len(before)} estimators, {methods} methods")
        assert len(before) >= ESTIMATORS
        assert all(before.values())
        assert {name for name in before if before[name] != after[name]} == set()
        assert before == after


@pytest.mark.long
def test_every_module_imports_as_in_the_unslimmed_install(installed, both):
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda package: list(both_of(both, installed.unslimmed, package)), PACKAGES))
    before, after = ({name: why for pair in results for name, why in pair[side].items()} for side in (0, 1))
    failed = {name for name, why in before.items() if why}
    print(f"{len(before)} modules; {len(failed)} do not import in either")
    assert len(before) - len(failed) >= MODULES
    assert {name: (before[name], after[name]) for name in before if before[name] != after[name]} == {}
    assert before.keys() == after.keys()


def both_of(both, unslimmed, package):
    return both("import_modules.py", stdin="\n".join(modules(unslimmed, package)))


def modules(site_packages, package):
    """The names of a package's modules, but for those in folders named exactly `tests`, which the layer leaves out."""
    names = set()
    for path in (site_packages / package).rglob("*"):
        pure = PurePosixPath(path.relative_to(site_packages).as_posix())
        if pure.suffix not in (".py", ".so") or "tests" in pure.parts:
            continue
        parts = (*pure.parent.parts, pure.name.partition(".")[0])
        names.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return sorted(names)


class TestBillOfMaterials:
    @pytest.fixture
    def text(self, built):
        return sbom.path_of(built.out / f"layer-{built.runtime.name}-{host_architecture().name}.zip").read_text()

    def test_it_names_what_is_installed(self, text, built, unpacked):
        entry = json.loads((built.out / "manifest.json").read_text())["layer"]
        components = {each["name"]: each["version"] for each in json.loads(text)["components"]}
        installed = {each.name.lower(): each.version for each in metadata.distributions(path=[str(unpacked)])}
        assert components == entry["packages"]
        assert components == {name.replace("_", "-"): version for name, version in installed.items()}

    def test_each_component_has_an_address_and_a_licence(self, text):
        for each in json.loads(text)["components"]:
            assert each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}"
            assert each["licenses"], each["name"]

    def test_it_is_of_the_layer_that_lies_beside_it(self, text, built):
        entry = json.loads((built.out / "manifest.json").read_text())["layer"]
        assert json.loads(text)["metadata"]["component"]["version"] == entry["sha256"]

    def test_it_follows_the_schema_of_cyclonedx(self, text):
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator

        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
