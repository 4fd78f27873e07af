"""A package whose wheel lacks libgomp answers with the layer alone: this machine's own is hidden meanwhile."""

import subprocess
import zipfile

import pytest

from build import interpreters, layer
from build.runtimes import host_architecture, runtime

SCRIPT = """
import lightgbm, numpy
x = numpy.arange(200.0).reshape(-1, 1)
answer = lightgbm.train({"verbose": -1}, lightgbm.Dataset(x, x[:, 0])).predict([[100.0]])[0]
print("near" if abs(answer - 100) < 5 else answer)
"""
# An empty file in its place, which is seen in here alone
HIDDEN = """
for path in $(ldconfig -p | awk '/libgomp/ { print $NF }'); do mount --bind /dev/null "$path" || exit 77; done
exec "$@"
"""


@pytest.fixture(scope="module", params=["lightgbm", "lightgbm\nscikit-learn"], ids=["alone", "beside scikit-learn"])
def opt(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lightgbm")
    (folder / "requirements.txt").write_text(f"{request.param}\n")
    order = layer.Order(
        runtime("3.13"), host_architecture(), requirements=folder / "requirements.txt", builder="uv", use_cache=False
    )
    with zipfile.ZipFile(layer.build(folder / "dist", order, lambda message: None).path) as packed:
        packed.extractall(folder / "opt")
    return folder / "opt"


def run(opt, libraries):
    target = runtime("3.13")
    interpreter = interpreters.require(target, "This test")
    argv = ["unshare", "--mount", "sh", "-c", HIDDEN, "sh", str(interpreter), "-S", "-s", "-B", "-c", SCRIPT]
    env = {"PYTHONPATH": str(opt / target.site_packages), "LD_LIBRARY_PATH": libraries, "PATH": "/usr/bin:/bin:/sbin"}
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("this user may not hide a file in a mount namespace of its own")
    return done


def test_lightgbm_answers_where_only_the_layer_has_libgomp(opt):
    done = run(opt, str(opt / "lib"))
    assert (done.stdout.strip(), done.returncode) == ("near", 0), done.stderr


def test_without_what_the_layer_supplies_it_would_not(opt):
    done = run(opt, "")
    assert done.returncode == 1
    assert "libgomp.so.1" in done.stderr
