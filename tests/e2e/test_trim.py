"""A layer that is trimmed for a model."""

import json
import zipfile

import pytest

from build.dist import archive
from build.host import commands, importable, interpreters
from build.layer import layer, trim
from build.package import function, handler_variables, recording
from build.package.declared import Declared
from build.package.process import Process
from build.runtimes import architecture, host_architecture

MEGABYTES = 1_000_000


def silent(message):
    pass


def order(built, made, arch=None):
    target = architecture(arch) if arch else host_architecture()
    return layer.Order(built.runtime, target, builder="uv", use_cache=False, trim_for=made)


@pytest.fixture(scope="module")
def wanted(built):
    return trim.TrimFor(built.example.model)


@pytest.fixture(scope="module")
def cut(built, wanted, tmp_path_factory):
    return layer.build(tmp_path_factory.mktemp("cut") / "dist", order(built, wanted), silent)


@pytest.fixture(scope="module")
def site_packages(built, cut):
    return importable.of_layer(cut.path.parent, cut.entry, built.runtime)


def test_it_is_a_third_as_big_and_has_bytecode_for_what_the_model_uses(cut):
    assert cut.entry["unzipped_bytes"] <= 65 * MEGABYTES
    assert cut.contents.bytecode.startswith("what the model uses: ")
    assert cut.contents.packages["scikit-learn"]["bytecode"] > 0
    assert sum(cut.contents.removed["trim"].values()) > 80 * MEGABYTES


def test_the_model_answers_in_it_to_the_bit(built, cut, site_packages, tmp_path):
    made = function.package(cut.path.parent, built.example.model, declared=Declared(request=built.example.request))
    assert made.recording.why_not is None
    stage = tmp_path / "function"
    with zipfile.ZipFile(made.path) as packed:
        packed.extractall(stage)
    env = handler_variables.of_file(built.example.model, made.model["sha256"], "pickle")
    asked = [json.loads(built.example.request.read_text())]
    process = Process(built.runtime, stage, site_packages, env, tmp_path)
    (answer,) = recording.observe(process, "planned", asked)["answers"]
    result = tmp_path / "own.json"
    whole = importable.of_layer(
        built.out, json.loads((built.out / "manifest.json").read_text())["layer"], built.runtime
    )
    importable.run(built.runtime, "predict.py", [built.example.model, built.example.request, result], [whole], {})
    assert json.loads(answer)["predictions"] == json.loads(result.read_text())


def test_two_builds_in_two_folders_give_the_same_bytes(built, wanted, cut, tmp_path):
    again = layer.build(tmp_path / "elsewhere", order(built, wanted), silent)
    assert archive.file_sha256(again.path) == archive.file_sha256(cut.path)


@pytest.mark.parametrize("module", ["sklearn.svm", "scipy.optimize._lbfgsb", "scipy.stats"])
def test_what_was_left_out_says_so(built, site_packages, module):
    interpreter = interpreters.require(built.runtime, "This test")
    with pytest.raises(commands.CommandFailed, match=r"was left out of the layer.*--trim-for MODEL --example FILE"):
        commands.run([interpreter, "-S", "-s", "-B", "-c", f"import {module}"], env={"PYTHONPATH": str(site_packages)})


def test_another_model_is_refused_with_what_to_do(built, cut, unpacked, tmp_path):
    path, interpreter = tmp_path / "svc.pkl", interpreters.require(built.runtime, "This test")
    fit = (
        "import pickle, sys; from sklearn.svm import SVC;"
        "pickle.dump(SVC().fit([[0], [1]], [0, 1]), open(sys.argv[1], 'wb'))"
    )
    commands.run([interpreter, "-S", "-s", "-B", "-c", fit, path], env={"PYTHONPATH": str(unpacked)})
    before = sorted(each.name for each in cut.path.parent.iterdir())
    with pytest.raises(
        function.LayerOfAnotherModel, match=r"(?s)sklearn\.svm.* was left out.*build-layer --trim-for .*svc\.pkl"
    ):
        function.package(cut.path.parent, path)
    assert sorted(each.name for each in cut.path.parent.iterdir()) == before


def test_for_the_other_architecture(built, wanted, tmp_path):
    other = "arm64" if host_architecture().name == "x86_64" else "x86_64"
    made = layer.build(tmp_path / "dist", order(built, wanted, other), silent)
    assert made.entry["unzipped_bytes"] <= 75 * MEGABYTES
    names = zipfile.ZipFile(made.path).namelist()
    assert any("numpy.libs/" in name for name in names)
    assert any("sklearn/tree/_tree." in name and name.endswith(".so") for name in names)
    made = function.package(tmp_path / "dist", built.example.model, declared=Declared(request=built.example.request))
    assert made.recording.plan
