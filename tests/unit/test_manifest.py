"""What passes from the build to Terraform, and when a part of it is stale."""

import json

import jsonschema
import pytest

from build import manifest

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


@pytest.fixture
def full(tmp_path):
    manifest.record_layer(tmp_path, layer())
    manifest.record_function(tmp_path, "s3", zip_entry("function-s3.zip"), model())
    manifest.record_function(tmp_path, "bundle", zip_entry("function-bundle.zip"), model())
    return tmp_path


def parts(out):
    found = manifest.read(out)
    return {key for key in ("layer", "model") if key in found} | set(found["functions"])


class TestStaleParts:
    def test_both_modes_of_one_model_stand_side_by_side(self, full):
        assert parts(full) == {"layer", "model", "s3", "bundle"}

    @pytest.mark.parametrize("change", [{"python": "3.12"}, {"architecture": "arm64"}, {"xgboost": "3.0"}])
    def test_another_target_or_other_packages_drop_functions_and_model(self, full, change):
        manifest.record_layer(full, layer(**change))
        assert parts(full) == {"layer"}
        assert manifest.read(full)["runtime"] == layer(**change)["runtime"]

    def test_the_same_packages_keep_them(self, full):
        manifest.record_layer(full, layer() | {"zip_bytes": 11})
        assert parts(full) == {"layer", "model", "s3", "bundle"}

    def test_another_model_drops_the_other_modes_function(self, full):
        manifest.record_function(full, "s3", zip_entry("function-s3.zip"), model("1"))
        assert parts(full) == {"layer", "model", "s3"}

    def test_a_build_that_is_killed_before_its_end_leaves_no_entry(self, full):
        manifest.drop_layer(full)
        manifest.drop_function(full, "s3", model()["sha256"])
        assert parts(full) == {"model", "bundle"}

    def test_a_package_of_another_model_that_is_killed_leaves_no_model(self, full):
        manifest.drop_function(full, "s3", model("1")["sha256"])
        assert parts(full) == {"layer"}


class TestFile:
    def test_there_is_none_at_first(self, tmp_path):
        assert manifest.read(tmp_path) is None

    @pytest.mark.parametrize("text", ["{", "[]", '{"schema_version": 2}', '{"schema_version": 1, "runtime": "x"}'])
    def test_a_broken_one_is_refused_with_what_to_do(self, tmp_path, text):
        (tmp_path / "manifest.json").write_text(text)
        with pytest.raises(manifest.ManifestBroken, match="Delete it and build anew: invoke build-layer"):
            manifest.read(tmp_path)

    def test_an_entry_that_breaks_the_contract_is_not_written(self, full):
        before = (full / "manifest.json").read_bytes()
        with pytest.raises(jsonschema.ValidationError):
            manifest.record_layer(full, layer() | {"path": "/absolute.zip"})
        assert (full / "manifest.json").read_bytes() == before
        assert [path.name for path in full.iterdir()] == ["manifest.json"]


class TestContract:
    def test_terraforms_fixtures_follow_the_same_schema(self, root):
        folder = root / "tests" / "fixtures" / "artifacts"
        fixtures = [path for path in folder.rglob("manifest.json") if "malformed" not in path.parts]
        assert fixtures
        for path in fixtures:
            jsonschema.validate(json.loads(path.read_text()), manifest.SCHEMA)
