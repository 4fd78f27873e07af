"""A package whose wheel lacks libgomp answers with the layer alone: this machine's own is hidden meanwhile."""

import json
import subprocess
import sys
import zipfile

import pytest

from build.dist import archive, sbom
from build.host import interpreters
from build.layer import layer
from build.runtimes import host_architecture, runtime

SCRIPT = """
import lightgbm, numpy
x = numpy.arange(200.0).reshape(-1, 1)
answer = lightgbm.train({"verbose": -1}, lightgbm.Dataset(x, x[:, 0])).predict([[100.0]])[0]
print("near" if abs(answer - 100) < 5 else answer)
"""
FIT = """
import json, pickle, lightgbm, numpy
x = numpy.arange(200.0).reshape(-1, 1)
model = lightgbm.LGBMRegressor(verbose=-1).fit(x, x[:, 0])
pickle.dump(model, open("model.pkl", "wb"))
json.dump({"instances": [[100.0], [7.5]]}, open("request.json", "w"))
json.dump({"predictions": model.predict([[100.0], [7.5]]).tolist()}, open("own.json", "w"))
"""
# An empty file in its place, which is seen in here alone
HIDDEN = """
for path in $(ldconfig -p | awk '/libgomp/ { print $NF }'); do mount --bind /dev/null "$path" || exit 77; done
exec "$@"
"""

TARGET = runtime("3.13")
LAYERS = {"alone": "lightgbm", "beside scikit-learn": "lightgbm\nscikit-learn\npandas"}


@pytest.fixture(scope="module", params=LAYERS.values(), ids=LAYERS)
def made(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lightgbm")
    (folder / "requirements.txt").write_text(f"{request.param}\n")
    order = layer.Order(
        TARGET, host_architecture(), requirements=folder / "requirements.txt", builder="uv", use_cache=False
    )
    return layer.build(folder / "dist", order, lambda message: None)


@pytest.fixture(scope="module")
def opt(made):
    folder = made.path.parents[1] / "opt"
    with zipfile.ZipFile(made.path) as packed:
        packed.extractall(folder)
    return folder


def hidden(argv, env=None, cwd=None):
    words = ["unshare", "--mount", "sh", "-c", HIDDEN, "sh", *map(str, argv)]
    done = subprocess.run(words, env=env, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("this user may not hide a file in a mount namespace of its own")
    return done


def run(opt, libraries):
    interpreter = interpreters.require(TARGET, "This test")
    env = {"PYTHONPATH": str(opt / TARGET.site_packages), "LD_LIBRARY_PATH": libraries, "PATH": "/usr/bin:/bin:/sbin"}
    return hidden([interpreter, "-S", "-s", "-B", "-c", SCRIPT], env)


def test_lightgbm_answers_where_only_the_layer_has_libgomp(opt):
    done = run(opt, str(opt / "lib"))
    assert (done.stdout.strip(), done.returncode) == ("near", 0), done.stderr


def test_without_what_the_layer_supplies_it_would_not(opt):
    done = run(opt, "")
    assert done.returncode == 1
    assert "libgomp.so.1" in done.stderr


def test_the_bill_of_materials_names_it_and_where_it_is_from(made, opt):
    bill = json.loads(sbom.path_of(made.path).read_text())
    library = next(each for each in bill["components"] if each["name"] == "libgomp.so.1")
    assert library["hashes"][0]["content"] == archive.file_sha256(opt / "lib" / "libgomp.so.1")
    (wheel,) = library["pedigree"]["ancestors"]
    assert (wheel["name"], wheel["purl"]) == ("scikit-learn", f"pkg:pypi/scikit-learn@{wheel['version']}")
    assert wheel["version"] == made.entry["packages"].get("scikit-learn", wheel["version"])


@pytest.mark.parametrize("made", [LAYERS["beside scikit-learn"]], ids=["beside scikit-learn"], indirect=True)
def test_a_model_of_it_is_packaged_and_answers(made, opt, root, tmp_path):
    interpreter, out = interpreters.require(TARGET, "This test"), made.path.parent
    env = {"PYTHONPATH": str(opt / TARGET.site_packages), "LD_LIBRARY_PATH": str(opt / "lib"), "PATH": "/usr/bin:/bin"}
    (tmp_path / "fit.py").write_text(FIT)
    done = hidden([interpreter, "-S", "-s", "-B", "fit.py"], env, tmp_path)
    assert done.returncode == 0, done.stderr
    invoke = [sys.executable, "-m", "invoke", "--search-root", root]
    packaged = hidden([*invoke, "package", "--model", "model.pkl", "--out", out], cwd=tmp_path)
    assert packaged.returncode == 0, packaged.stderr
    assert "as the estimator itself" in packaged.stdout
    answered = hidden([*invoke, "predict", "--local", "--event", "request.json", "--out", out], cwd=tmp_path)
    assert answered.returncode == 0, answered.stderr
    assert json.loads((tmp_path / "own.json").read_text()) == json.loads(answered.stdout[answered.stdout.index("{") :])
