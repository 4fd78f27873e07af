"""What is said of a pickle of an earlier scikit-learn is enough to serve it."""

import pytest

from build.layer import layer
from build.package import function, model, pickles
from build.runtimes import host_architecture, runtime


@pytest.mark.long
def test_the_layer_that_the_message_asks_for_serves_the_model(root, tmp_path):
    path, out = root / "tests" / "fixtures" / "pickles" / "pipeline-1.2.2.pkl", tmp_path / "dist"
    (tmp_path / "new.txt").write_text("scikit-learn==1.7.0\nnumpy<2.3\npandas\n")

    def build(name):
        order = layer.Order(runtime("3.11"), host_architecture(), tmp_path / name, builder="uv")
        layer.build(out, order, lambda message: None)

    build("new.txt")
    with pytest.raises(model.ModelRefused) as caught:
        function.package(out, path)
    said = str(caught.value)
    assert "the layer has scikit-learn 1.7.0.\nIt was fitted with scikit-learn 1.2.2; build a layer with it" in said
    assert "--python 3.11" in said
    written = pickles.writer(path)
    assert all(pin in said for pin in written.pins)
    (tmp_path / "old.txt").write_text("\n".join(written.pins))
    build("old.txt")
    made = function.package(out, path)
    assert made.model["sklearn_version"] == "1.2.2"
    assert made.checked.proof.tried > 0
