"""The layer of the 2019 article: Python 3.6, with packages whose metadata uv cannot read."""

import pytest

from build.builders import own_pip
from build.builders.uv import OldMetadata
from build.dist import archive
from build.host import commands, interpreters
from build.layer import layer
from build.runtimes import architecture, host_architecture, runtime

REQUIREMENTS = "pandas==0.23.4\nscikit-learn==0.20.3\n"
SCRIPT = "import pandas, sklearn, sklearn.ensemble as e; e.RandomForestClassifier(2).fit([[0], [1]], [0, 1]); print("
SCRIPT += "pandas.__version__, sklearn.__version__)"


@pytest.fixture
def order(tmp_path):
    (tmp_path / "requirements.txt").write_text(REQUIREMENTS)
    return layer.Order(runtime("3.6"), architecture("x86_64"), requirements=tmp_path / "requirements.txt", builder="uv")


@pytest.mark.long
def test_pip_of_that_python_installs_what_uv_cannot_read_and_both_packages_work(order, tmp_path):
    if host_architecture() != order.architecture or not own_pip.find(order.runtime, order.architecture):
        pytest.skip("this machine has no Python 3.6 with pip, or is no x86_64")
    made = layer.build(tmp_path / "dist", order, lambda message: None)
    assert made.entry["packages"]["pandas"] == "0.23.4"
    archive.unpack(made.path, tmp_path / "opt")
    argv = [interpreters.require(order.runtime, "This test"), "-S", "-s", "-B", "-W", "ignore", "-c", SCRIPT]
    env = {"PYTHONPATH": str(tmp_path / "opt" / order.runtime.site_packages)}
    assert commands.run(argv, env=env).strip() == "0.23.4 0.20.3"


def test_without_that_python_it_says_what_can_read_them_and_not_a_word_of_glibc(order, tmp_path, monkeypatch):
    monkeypatch.setattr(interpreters, "find", lambda python: None)
    with pytest.raises(OldMetadata, match=r"The pip of a CPython 3\.6 can\. Install one on this machine") as caught:
        layer.build(tmp_path / "dist", order, lambda message: None)
    assert "glibc" not in str(caught.value)
