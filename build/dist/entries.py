"""The types of the manifest's entries. They follow manifest.schema.json key by key, and a test compares the two."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

JsonValue = Any  # a category or a class: a text, a number or a boolean


class ZipEntry(TypedDict):
    """A zip file for Lambda. The path is relative to the manifest's folder."""

    path: str
    sha256: str
    sha256_base64: str
    zip_bytes: int
    unzipped_bytes: int
    runtime: str
    architecture: str


class TrimmedFor(TypedDict):
    """The model that a layer was trimmed for."""

    model_sha256: str


class _Packages(ZipEntry):
    packages: dict[str, str]


class LayerEntry(_Packages, total=False):
    """The entry of the layer."""

    without: dict[str, str]
    trimmed_for: TrimmedFor


class FunctionEntries(TypedDict, total=False):
    """The function's zip files, by mode."""

    s3: ZipEntry
    bundle: ZipEntry


class _Column(TypedDict):
    name: str | int
    type: str
    dtype: str
    missing: str | None


class ColumnEntry(_Column, total=False):
    """One column of the table or the array that a model was fitted on."""

    categories: list[JsonValue]
    categories_dtype: str
    ordered: bool
    unit: str
    empty_is_text: bool
    strict: bool


class _Tensor(TypedDict):
    dtype: str
    shape: list[int]


class TensorEntry(_Tensor, total=False):
    """The array that a model takes."""

    column: ColumnEntry
    columns: list[ColumnEntry]


class TensorInputs(TypedDict):
    """The inputs of a model that takes an array."""

    tensor: TensorEntry


class OutputEntry(TypedDict):
    """The type and the shape of what one method returns."""

    type: str
    shape: list[int]


Inputs = list[ColumnEntry] | TensorInputs | Literal["frame", "texts", "objects", "unknown"]


class _Signature(TypedDict):
    inputs: Inputs
    methods: list[str]
    method: str


class SignatureEntry(_Signature, total=False):
    """What a model takes and returns."""

    classes: list[JsonValue]
    outputs: dict[str, OutputEntry]
    source: str
    frame: str


class _ModelFacts(TypedDict):
    estimator: str
    n_features_in: int | None
    feature_names_in: list[str] | None
    classes: list[JsonValue] | None


class ModelFacts(_ModelFacts, total=False):
    """The part of a model's entry that comes from its estimator."""

    trusted: list[str]
    signature: SignatureEntry


class _ModelFile(TypedDict):
    path: str
    sha256: str
    sha256_base64: str
    bytes: int
    format: str
    sklearn_version: str | None


class ModelEntry(_ModelFile, ModelFacts):
    """The entry of the model."""


class _Manifest(TypedDict):
    schema_version: int
    runtime: str
    architecture: str
    functions: FunctionEntries


class Manifest(_Manifest, total=False):
    """The whole of dist/manifest.json."""

    layer: LayerEntry
    model: ModelEntry
