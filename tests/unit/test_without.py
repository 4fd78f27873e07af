"""A layer is built without packages that its model does not need."""

import pytest

from build.host import distributions
from build.layer import layer, without
from build.requirements import defaults
from build.runtimes import architecture, host_architecture, runtime

TARGET = runtime("3.13"), architecture("x86_64")
NEEDS = {
    "numpy": [],
    "scipy": ["numpy"],
    "scikit-learn": ["numpy", "scipy"],
    "pandas": ["numpy", "python-dateutil"],
    "python-dateutil": ["six"],
    "six": [],
    "shared": [],
}


@pytest.fixture
def tree(tmp_path):
    for name, needs in NEEDS.items():
        info, module = f"{name.replace('-', '_')}-2.dist-info", name.replace("-", "_")
        lines = [f"Name: {name}", "Version: 2", *(f"Requires-Dist: {each}" for each in needs)]
        files = {
            f"{module}/__init__.py": "",
            "common/__init__.py": "",  # which all of them bring
            f"{info}/METADATA": "Metadata-Version: 2.1\n" + "\n".join(lines) + "\n",
        }
        files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(text)
    return tmp_path


def remove(tree, *names, stay=()):
    return without.remove(tree, distributions.read(tree), names, TARGET, stay)


def test_a_package_goes_with_what_nothing_else_requires(tree):
    left_out = remove(tree, "Pandas")
    assert left_out.versions == {"pandas": "2", "python-dateutil": "2", "six": "2"}
    assert distributions.read(tree).versions == {"numpy": "2", "scipy": "2", "scikit-learn": "2", "shared": "2"}
    assert not (tree / "six/__init__.py").exists()
    assert "six/__init__.py" in left_out.removed
    assert (tree / "common/__init__.py").exists()


def test_what_the_requirements_name_themselves_stays(tree):
    assert remove(tree, "pandas", stay={"Python.dateutil"}).versions == {"pandas": "2"}


def test_nothing_is_removed_unless_it_is_asked_for(tree):
    before = distributions.sizes(tree)
    assert remove(tree) == without.LeftOut({}, {})
    assert distributions.sizes(tree) == before


def test_a_package_that_is_not_there_is_refused_with_those_that_are(tree):
    with pytest.raises(
        without.NotInLayer, match=r"no package panda to build .* packages are: numpy, pandas, python-dateutil"
    ):
        remove(tree, "panda")
    assert (tree / "pandas/__init__.py").exists()


@pytest.mark.parametrize(
    ("name", "why"),
    [("numpy", r"which the handler needs\."), ("scipy", "needs, as scikit-learn requires it")],
)
def test_what_the_handler_runs_on_cannot_go(tree, name, why):
    with pytest.raises(
        without.HandlerNeeds, match=rf"(?s)without {name}, .*{why}.*: pandas, python-dateutil, shared, six"
    ):
        remove(tree, name, "pandas")
    assert (tree / "pandas/__init__.py").exists()


def test_the_projects_own_requirements_name_what_their_source_names():
    assert defaults.named(defaults.LOCKED) == {"numpy", "pandas", "scikit-learn", "scipy"}


def test_a_lock_names_nothing_for_itself(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("six==1.17.0 --hash=sha256:" + "0" * 64 + "\n")
    assert defaults.named(path) == set()
    path.write_text("six\nPython-dateutil>=2\n")
    assert defaults.named(path) == {"six", "Python-dateutil"}


def test_the_cache_tells_such_layers_apart():
    class Builder:
        def identity(self):
            return "x"

    order = layer.Order(TARGET[0], host_architecture())
    keys = {
        layer._key("asked", layer.Order(**vars(order) | {"without": names}), Builder())
        for names in ([], ["pandas"], ["pandas", "six"], ["six", "pandas"])
    }
    assert len(keys) == 3
