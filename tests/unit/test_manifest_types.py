"""The types of the manifest's entries have the keys that the schema has, and the same ones are required."""

import pytest

from build.dist import entries, manifest

DEFS = manifest.SCHEMA["$defs"]
ROOT = manifest.SCHEMA["properties"]
SIGNATURE = DEFS["signature"]["properties"]
TENSOR = SIGNATURE["inputs"]["oneOf"][1]

TYPES = {
    entries.Manifest: manifest.SCHEMA,
    entries.LayerEntry: ROOT["layer"],
    entries.TrimmedFor: ROOT["layer"]["properties"]["trimmed_for"],
    entries.FunctionEntries: ROOT["functions"],
    entries.ZipEntry: DEFS["function"],
    entries.ModelEntry: ROOT["model"],
    entries.SignatureEntry: DEFS["signature"],
    entries.TensorInputs: TENSOR,
    entries.TensorEntry: TENSOR["properties"]["tensor"],
    entries.OutputEntry: SIGNATURE["outputs"]["additionalProperties"],
    entries.ColumnEntry: DEFS["column"],
}


@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type_.__name__)
def test_a_type_has_the_schemas_keys(type_):
    schema = TYPES[type_]
    assert schema["additionalProperties"] is False
    assert type_.__required_keys__ | type_.__optional_keys__ == schema["properties"].keys()
    assert type_.__required_keys__ == set(schema.get("required", ()))


def test_every_object_of_the_schema_with_keys_has_a_type():
    def objects(schema):
        if isinstance(schema, dict):
            if "properties" in schema and schema.get("additionalProperties") is False:
                yield schema
            for value in schema.values():
                yield from objects(value)
        elif isinstance(schema, list):
            for value in schema:
                yield from objects(value)

    assert [each for each in objects(manifest.SCHEMA) if each not in TYPES.values()] == []
