"""What passes from the build to Terraform, and when a part of it is stale."""

import json
import signal

import jsonschema
import pytest

from build.dist import manifest
from build.host import commands

DIGEST = {"sha256": "0" * 64, "sha256_base64": "A" * 43 + "="}


def zip_entry(name, python="3.13", architecture="x86_64"):
    return {
        "path": name,
        **DIGEST,
        "zip_bytes": 10,
        "unzipped_bytes": 20,
        "runtime": f"python{python}",
        "architecture": architecture,
    }


def layer(python="3.13", architecture="x86_64", **packages):
    return zip_entry("layer.zip", python, architecture) | {"packages": {"scikit-learn": "1.9.1", **packages}}


def model(first="0"):
    return {
        "path": "model.pkl",
        "sha256": first + "0" * 63,
        "sha256_base64": "A" * 43 + "=",
        "bytes": 5,
        "format": "pickle",
        "estimator": "sklearn.pipeline.Pipeline",
        "sklearn_version": "1.9.1",
        "n_features_in": 2,
        "feature_names_in": None,
        "classes": ["no", "yes"],
    }


def place_layer(out, entry):
    with manifest.replacing_layer(out, entry):
        pass


def place_function(out, mode, model_entry):
    with manifest.replacing_function(out, mode, zip_entry(f"function-{mode}.zip"), model_entry):
        pass


@pytest.fixture
def full(tmp_path):
    place_layer(tmp_path, layer())
    place_function(tmp_path, "s3", model())
    place_function(tmp_path, "bundle", model())
    return tmp_path


def parts(out):
    found = manifest.read(out)
    return {key for key in ("layer", "model") if key in found} | set(found["functions"])


class TestStaleParts:
    def test_both_modes_of_one_model_stand_side_by_side(self, full):
        assert parts(full) == {"layer", "model", "s3", "bundle"}

    @pytest.mark.parametrize("change", [{"python": "3.12"}, {"architecture": "arm64"}, {"xgboost": "3.0"}])
    def test_another_target_or_other_packages_drop_functions_and_model(self, full, change):
        place_layer(full, layer(**change))
        assert parts(full) == {"layer"}
        assert manifest.read(full)["runtime"] == layer(**change)["runtime"]

    def test_the_same_packages_keep_them(self, full):
        place_layer(full, layer() | {"zip_bytes": 11})
        assert parts(full) == {"layer", "model", "s3", "bundle"}

    def test_another_model_drops_the_other_modes_function(self, full):
        place_function(full, "s3", model("1"))
        assert parts(full) == {"layer", "model", "s3"}

    def test_a_build_that_is_killed_while_files_are_replaced_leaves_no_layer_entry(self, full):
        with pytest.raises(KeyboardInterrupt), manifest.replacing_layer(full, layer()):
            raise KeyboardInterrupt
        assert parts(full) == {"model", "s3", "bundle"}

    @pytest.mark.parametrize("number", commands.INTERRUPTS)
    def test_an_interrupt_waits_until_files_and_entry_are_both_there(self, full, number):
        before = signal.signal(number, signal.default_int_handler)
        placed = []
        try:
            with pytest.raises(KeyboardInterrupt), manifest.replacing_layer(full, layer() | {"zip_bytes": 11}):
                signal.raise_signal(number)
                placed.append("the files")
        finally:
            signal.signal(number, before)
        assert placed == ["the files"]
        assert manifest.read(full)["layer"]["zip_bytes"] == 11

    def test_the_layer_after_such_a_kill_trusts_no_function(self, full):
        with pytest.raises(KeyboardInterrupt), manifest.replacing_layer(full, layer()):
            raise KeyboardInterrupt
        place_layer(full, layer())
        assert parts(full) == {"layer"}

    def test_a_package_that_is_killed_leaves_the_other_mode_of_the_same_model(self, full):
        with pytest.raises(KeyboardInterrupt), manifest.replacing_function(full, "s3", zip_entry("x.zip"), model()):
            raise KeyboardInterrupt
        assert parts(full) == {"layer", "model", "bundle"}

    def test_a_package_of_another_model_that_is_killed_leaves_no_model(self, full):
        with pytest.raises(KeyboardInterrupt), manifest.replacing_function(full, "s3", zip_entry("x.zip"), model("1")):
            raise KeyboardInterrupt
        assert parts(full) == {"layer"}


class TestFile:
    def test_there_is_none_at_first(self, tmp_path):
        assert manifest.read(tmp_path) is None

    @pytest.mark.parametrize("text", ["{", "[]", '{"schema_version": 2}', '{"schema_version": 1, "runtime": "x"}'])
    def test_a_broken_one_is_refused_with_what_to_do(self, tmp_path, text):
        (tmp_path / "manifest.json").write_text(text)
        with pytest.raises(manifest.ManifestBroken, match="Delete it and build again: invoke build-layer"):
            manifest.read(tmp_path)

    def test_one_of_an_earlier_commit_is_read_by_its_former_key(self, full):
        path = full / "manifest.json"
        text = json.loads(path.read_text())
        text["layer"]["profile"] = {"model_sha256": "1" * 64}
        path.write_text(json.dumps(text))
        assert manifest.layer(full)["trimmed_for"] == {"model_sha256": "1" * 64}
        assert "profile" not in manifest.layer(full)

    def test_an_entry_that_breaks_the_contract_is_not_written(self, full):
        with pytest.raises(jsonschema.ValidationError):
            place_layer(full, layer() | {"path": "/absolute.zip"})
        assert "layer" not in manifest.read(full)
        assert [path.name for path in full.iterdir()] == ["manifest.json"]


class TestContract:
    def test_terraforms_fixtures_follow_the_same_schema(self, root):
        folder = root / "tests" / "fixtures" / "artifacts"
        fixtures = [path for path in folder.rglob("manifest.json") if "malformed" not in path.parts]
        assert fixtures
        for path in fixtures:
            jsonschema.validate(json.loads(path.read_text()), manifest.SCHEMA)
