"""The bill of materials of a layer names what no package has in its place, with where it is from."""

import json

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from build.dist import sbom
from build.host.distributions import Distribution
from build.layer.libraries import Origin, Supplied

WHEEL = Origin("wheel", "scikit-learn", "1.9.1", "scikit_learn.libs/libgomp-1a2b3c4d.so.1.0.0")
IMAGE = Origin("image", "own/build:1", "sha256:11", "/usr/lib64/libgomp.so.1.0.0")


@pytest.mark.parametrize(
    ("origin", "copied"),
    [
        (
            WHEEL,
            {
                "name": "scikit-learn",
                "version": "1.9.1",
                "type": "library",
                "purl": "pkg:pypi/scikit-learn@1.9.1",
            },
        ),
        (IMAGE, {"name": "own/build:1", "version": "sha256:11", "type": "container"}),
    ],
    ids=["a wheel", "the build image"],
)
def test_a_library_that_was_supplied_is_named_with_its_origin(origin, copied):
    supplied = {"libgomp.so.1": Supplied("lightgbm", origin, "ab" * 32)}
    text = sbom.text("layer", "0" * 64, [Distribution("lightgbm", "4.6.0")], supplied)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    library, package = json.loads(text)["components"]
    assert package["name"] == "lightgbm"
    assert library["name"] == "libgomp.so.1"
    assert library["evidence"]["occurrences"] == [{"location": "/opt/lib/libgomp.so.1"}]
    assert library["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]
    assert library["pedigree"]["ancestors"] == [copied]
    assert origin.path in library["pedigree"]["notes"]


def test_the_packages_of_a_bill_are_those_of_the_index(tmp_path):
    text = sbom.text("layer", "0" * 64, [Distribution("lightgbm", "4.6.0")], {"x.so": Supplied("x", WHEEL, "ab" * 32)})
    (tmp_path / "layer.cdx.json").write_text(text)
    assert sbom.packages(tmp_path / "layer.zip", "0" * 64) == {"lightgbm": "4.6.0"}
