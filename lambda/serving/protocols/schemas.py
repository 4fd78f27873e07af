"""JSON Schemas for the requests that a model takes, and an example of a request, both made from its signature.

A schema demands no more than the function does. An unknown category, for instance, is for the model to judge.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from serving.protocols import inference_v2
from serving.protocols.tensors import DATATYPES
from serving.requests.signature import Column, Signature
from serving.requests.wording import is_missing

MOST_LISTED = 100  # the most columns of an array that are listed one by one

NUMBER = {"type": ["number", "boolean", "null"]}
TEXT = {"type": ["string", "null"]}
KINDS: dict[str, dict[str, Any]] = {
    "number": NUMBER,
    "integer": NUMBER,  # a fraction or null turns it into a column of numbers
    "boolean": {"enum": [True, False, 0, 1, None]},
    "text": TEXT,
    "datetime": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": ["number", "null"]}]},
    "timedelta": {"anyOf": [{"type": "string", "examples": ["P1DT2H"]}, {"type": ["number", "null"]}]},
    "any": {},
}
PARAMETERS = {"type": ["object", "null"]}
SPLIT = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "columns": {"type": ["array", "null"], "items": {"type": ["string", "integer"]}},
        "index": {},
        "data": {"type": "array"},
    },
    "additionalProperties": False,
}
NO_ROWS = {"type": "object", "additionalProperties": {"type": "array", "maxItems": 0}}
EXAMPLES: dict[str, Any] = {
    "number": 1.5,
    "integer": 1,
    "boolean": True,
    "text": "text",
    "category": "text",
    "timedelta": "P1DT2H",
    "any": 1.5,
}


def column(spec: Column) -> dict[str, Any]:
    """Describe what a column takes."""
    schema = KINDS.get(spec.type, {})
    values = present(spec)
    if spec.type == "integer" and spec.strict:
        schema = {"type": ["integer", "boolean"]}
    if spec.type == "category":
        texts = {isinstance(value, str) for value in values}
        schema = {frozenset({True}): TEXT, frozenset({False}): NUMBER}.get(frozenset(texts), {})
    return {**schema, **({"examples": values} if values else {})}


def present(spec: Column) -> list[Any]:
    """Return the known values of a column, without missing ones and those that JSON cannot hold."""
    values = [value for value in spec.categories or () if not is_missing(value)]
    return [value for value in values if not isinstance(value, float) or math.isfinite(value)]


def components(signature: Signature) -> dict[str, Any]:
    """Return the schemas of a row as a list and as an object, to which the forms refer."""
    schemas = {"Row": _row(signature), "Record": _record(signature)}
    return {name: schema for name, schema in schemas.items() if schema is not None}


def requests(signature: Signature) -> dict[str, Any]:
    """Return the schema of a request in JSON, with each of its forms."""
    rows = {name: {"$ref": f"#/components/schemas/{name}"} for name in components(signature)}
    record = rows["Record"]
    method = {"enum": [*signature.methods, None]}
    options = {
        "method": method,
        "params": {"type": ["object", "null"], "properties": {"method": method}, "additionalProperties": False},
    }
    instances = {"type": "array", "items": {"anyOf": list(rows.values())}}
    forms: dict[str, Any] = {
        "instances": instances,
        "inputs": {"anyOf": [_columns(signature), NO_ROWS, instances]},
        "dataframe_records": {"type": "array", "items": record},
        "dataframe_split": SPLIT,
        "csv": {"type": "string", "description": "A CSV file, whose first line names the columns"},
    }
    return {
        "type": "object",
        "oneOf": [
            {
                "title": name,
                "type": "object",
                "required": [name],
                "properties": {name: form, **options},
                "additionalProperties": False,
            }
            for name, form in forms.items()
        ],
    }


def example(signature: Signature) -> dict[str, Any]:
    """Return a request that the model takes, as far as its signature tells."""
    if signature.container == "texts":
        return {"instances": ["a text"]}
    if signature.columns is None:
        return {"instances": [{"a": 1.5}] if signature.container in ("objects", "frame") else [[1.5]]}
    if signature.container == "array":
        return {"instances": [[value_of(spec) for spec in signature.columns]]}
    return {"dataframe_records": [{str(spec.name): value_of(spec) for spec in signature.columns}]}


def example_of_tensors(signature: Signature) -> dict[str, Any]:
    """Return the same request as tensors."""
    values = [value_of(spec) for spec in signature.columns or ()] or ["a text"]
    inputs = inference_v2.inputs_of(signature)
    if len(inputs) != len(values):
        return {"inputs": [{**inputs[0], "shape": [1, len(values)], "data": values}]} if inputs else {"inputs": []}
    pairs = zip(inputs, values, strict=True)
    return {"inputs": [{**tensor, "shape": [1, *tensor["shape"][1:]], "data": [value]} for tensor, value in pairs]}


def value_of(spec: Column) -> Any:
    """Return a value that a column takes."""
    values = present(spec)
    if values:
        return values[0]
    if spec.type == "datetime":
        return "2026-01-31T12:00:00" + ("+00:00" if "," in spec.dtype else "Z")
    if spec.type == "any" and spec.dtype == "object":
        return EXAMPLES["text"]
    return EXAMPLES[spec.type]


def tensors(signature: Signature) -> dict[str, Any]:
    """Return the schema of a request of the Open Inference Protocol."""
    inputs = inference_v2.inputs_of(signature)
    return {
        "type": "object",
        "required": ["inputs"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": ["string", "null"]},
            "parameters": PARAMETERS,
            "model_name": {},
            "model_version": {},
            "inputs": {
                "type": "array",
                "minItems": 1,
                "description": f"One tensor for each column, or one for all columns: {_listed(inputs)}",
                "items": {
                    "type": "object",
                    "required": ["name", "shape", "datatype"],
                    "properties": {
                        "name": {"type": "string"},
                        "shape": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 2,
                            "items": {"type": "integer", "minimum": 0},
                        },
                        "datatype": {"enum": list(DATATYPES)},
                        "data": {"type": "array"},
                        "parameters": PARAMETERS,
                    },
                },
            },
            "outputs": {
                "type": ["array", "null"],
                "items": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": {"enum": list(inference_v2.output_names(signature))},
                        "parameters": PARAMETERS,
                    },
                },
            },
        },
    }


def _listed(inputs: Sequence[dict[str, Any]]) -> str:
    columns = [f"{tensor['name']} ({tensor['datatype']})" for tensor in inputs[:MOST_LISTED]]
    return ", ".join(columns) or "the columns that the model was fitted with"


def _row(signature: Signature) -> dict[str, Any] | None:
    """Describe a row as a list, or as the text that it is."""
    if signature.container == "texts":
        return {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "maxItems": 1}]}
    if signature.columns is None:
        return None if signature.container == "frame" else {}
    width = len(signature.columns)
    sized = {"type": "array", "minItems": width, "maxItems": width}
    if width <= MOST_LISTED:
        return {**sized, "prefixItems": [column(spec) for spec in signature.columns]}
    return {**sized, "items": column(signature.columns[0])} if _alike(signature) else sized


def _record(signature: Signature) -> dict[str, Any]:
    """Describe a row as an object."""
    if signature.container == "texts":
        return {"type": "object", "minProperties": 1}
    if signature.columns is None:
        return {"type": "object"}
    return {
        "type": "object",
        "required": [str(spec.name) for spec in signature.columns],
        "properties": {str(spec.name): column(spec) for spec in signature.columns},
    }


def _columns(signature: Signature) -> dict[str, Any]:
    named = {str(spec.name): {"type": "array", "items": column(spec)} for spec in signature.columns or ()}
    return {"type": "object", "required": list(named), "properties": named, "additionalProperties": {"type": "array"}}


def _alike(signature: Signature) -> bool:
    return len({(spec.type, spec.dtype) for spec in signature.columns or ()}) == 1
