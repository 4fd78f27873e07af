"""Version 6 of the provider, which is not installed here, knows all that the modules and examples write and read."""

import pytest

from build.builders import uv
from tests import provider_deprecations, provider_schema, written_resources
from tests.conftest import ROOT
from tests.provider_deprecations import Deprecations
from tests.written_resources import META, contents

pytestmark = pytest.mark.long

# (resource, block and attribute) -> why something deprecated is used all the same
NOTES: dict[tuple[str, ...], str] = {}

WRITTEN = list(written_resources.resources(ROOT))
NAMES = sorted({each.name for each in WRITTEN})


@pytest.fixture(scope="module")
def bindings(tmp_path_factory):
    """Both packages without what they require: nothing of them is executed."""
    folder = tmp_path_factory.mktemp("bindings")
    path = folder / "requirements.txt"
    path.write_text(f"{provider_schema.BINDINGS}\n{provider_deprecations.BINDINGS}\n")
    uv.install(path, folder / "site-packages", ["--no-deps", "--only-binary", ":all:"])
    return folder / "site-packages"


@pytest.fixture(scope="module")
def schema(bindings):
    return provider_schema.read(bindings, NAMES)


def test_all_kinds_of_resources_are_read():
    assert len(WRITTEN) > 40
    assert {"aws_lambda_function", "aws_sfn_state_machine", "aws_scheduler_schedule", "data.aws_s3_object"} <= set(
        NAMES
    )


@pytest.mark.parametrize("name", NAMES)
def test_it_has_the_resource_with_all_that_is_written(schema, name):
    for each in WRITTEN:
        if each.name == name:
            assert unknown(each.body, schema[name], META) == [], each.where


def unknown(body, block, own=frozenset(), path=()):
    """What is written and is not in the schema."""
    attributes, blocks = contents(body)
    found = [(*path, attribute) for attribute in sorted(attributes - block.attributes - own)]
    for name, inner in blocks:
        if name in own:
            continue
        if name in block.blocks:
            found += unknown(inner, block.blocks[name], path=(*path, name))
        else:
            found.append((*path, name))
    return found


def test_what_it_does_not_have_is_found(schema):
    function = schema["aws_lambda_function"]
    body = {"function_name": '"a"', "gone": "1", "vpc_config": [{"subnet_ids": [], "lost": "1", "__is_block__": True}]}
    assert unknown(body, function) == [("gone",), ("vpc_config", "lost")]
    assert unknown({"dynamic": [{'"left"': {"for_each": "1", "content": [{}]}}]}, function) == [("left",)]


def test_it_has_all_attributes_that_are_read(schema):
    read = written_resources.references(ROOT)
    assert ("aws_lambda_alias", "arn") in read
    assert [pair for pair in sorted(read) if pair[1] not in schema[pair[0]].readable] == []
    assert "lost" not in schema["aws_lambda_alias"].readable


@pytest.mark.parametrize("name", NAMES)
def test_nothing_deprecated_is_used_without_a_note(bindings, name):
    known = Deprecations(bindings, name)
    read = {(attribute,) for each, attribute in written_resources.references(ROOT) if each == name}
    used = read.union(*(paths(each.body) for each in WRITTEN if each.name == name))
    for path in used:
        said = known.within(list(path[:-1])) if len(path) > 1 else known.top()
        words = said.get(path[-1], said.get(f"{path[-1]}s"))  # there, lists have the plural
        assert words is None or (name, *path) in NOTES, f"{name} {path}: {words}"


def paths(body, before=()):
    """All attributes and blocks in a body, each after the blocks that it is in."""
    attributes, blocks = contents(body)
    own = set() if before else META | {"timeouts"}
    found = {(*before, attribute) for attribute in attributes - own}
    for name, inner in blocks:
        if name not in own:
            found |= {(*before, name)} | paths(inner, (*before, name))
    return found


def test_what_is_deprecated_is_known(bindings):
    assert {"acl", "lifecycle_rules", "versioning"} <= Deprecations(bindings, "aws_s3_bucket").top().keys()
    assert Deprecations(bindings, "aws_s3_bucket_lifecycle_configuration").within(["rule"]).keys() == {"prefix"}
    assert "source_code_hash" in Deprecations(bindings, "data.aws_lambda_function").top()
