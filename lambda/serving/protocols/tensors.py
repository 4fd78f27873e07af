"""Converts tensors of the Open Inference Protocol: inputs to the table that is read, and predictions to outputs."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from serving.requests.packing import EXACT
from serving.requests.signature import Column, Signature
from serving.requests.tables import Columns, Rows
from serving.requests.values import is_exact
from serving.requests.wording import BadRequest, ModelFault, cut, is_missing, kind, quoted

FORM = "inputs"
SIZES = (8, 16, 32, 64)
INTEGERS = {f"{name}{bits}": f"<{code}{bits // 8}" for name, code in (("INT", "i"), ("UINT", "u")) for bits in SIZES}
FLOATS = {"FP16": "<f2", "FP32": "<f4", "FP64": "<f8"}
DTYPES = {"BOOL": "?", **INTEGERS, **FLOATS}  # as the binary extension writes them
DATATYPES = (*DTYPES, "BYTES")
# The types of JSON values; all other datatypes take numbers
TYPES: dict[str, tuple[type, ...]] = {
    "BOOL": (bool,),
    "BYTES": (str,),
}
MOST = 1 << 31  # more rows or columns than any request has


@dataclass(frozen=True)
class Tensor:
    """An input of a request, with its values one after another."""

    name: str
    shape: tuple[int, ...]
    values: list[Any]

    @property
    def count(self) -> int:
        return self.shape[0]


def read(tensor: Any, number: int, binary: Binary) -> Tensor:
    """Read an input of a request.

    Args:
        number: its position among the inputs.
        binary: the bytes after the JSON, from which inputs may take their values.

    Raises:
        BadRequest: it is no valid input; the message names it.
    """
    if not isinstance(tensor, dict) or not isinstance(tensor.get("name"), str):
        raise BadRequest(f'input {number} is {kind(tensor)}; expected "name", "shape", "datatype" and "data"')
    what = f"input {quoted(tensor['name'])}"
    datatype = tensor.get("datatype")
    if datatype not in DATATYPES:
        raise BadRequest(f"{what} has the datatype {quoted(datatype)}; expected one of: {', '.join(DATATYPES)}")
    shape = _shape(tensor.get("shape"), what)
    parameters = parameters_of(tensor, what)
    if parameters.get("content_type") == "base64":
        raise BadRequest(f"{what} has the content type base64, which is not read here: send texts as they are")
    if "binary_data_size" in parameters:
        values = binary.take(parameters["binary_data_size"], datatype, math.prod(shape), what)
    else:
        values = _flat(tensor.get("data"), shape, what)
    if len(values) != math.prod(shape):
        raise BadRequest(f"{what} has {len(values)} values; its shape {list(shape)} wants {math.prod(shape)}")
    return Tensor(tensor["name"], shape, _checked(values, datatype, what))


class Binary:
    """The bytes after the JSON of a request, in the protocol's binary extension. Each input in turn takes its bytes."""

    def __init__(self, data: bytes = b"") -> None:
        self.left = memoryview(data)

    def take(self, size: Any, datatype: str, count: int, what: str) -> list[Any]:
        if type(size) is not int or not 0 <= size <= len(self.left):
            raise BadRequest(
                f"{what} has {quoted(size)} as binary_data_size; {len(self.left)} bytes are left after the JSON, "
                "which ends where the header inference-header-content-length says"
            )
        chunk, self.left = self.left[:size], self.left[size:]
        if datatype == "BYTES":
            return list(_texts(chunk, what))
        dtype = np.dtype(DTYPES[datatype])
        if size != count * dtype.itemsize:
            raise BadRequest(f"{what} has {size} bytes; {count} values of {datatype} have {count * dtype.itemsize}")
        return list(np.frombuffer(chunk, dtype).tolist())


def _texts(chunk: memoryview, what: str) -> Sequence[str]:
    """Read texts, each of which follows its length in four bytes."""
    texts: list[str] = []
    at = 0
    while at < len(chunk):
        end = at + 4 + (struct.unpack_from("<I", chunk, at)[0] if len(chunk) >= at + 4 else len(chunk))
        if end > len(chunk):
            raise BadRequest(f"{what} has a text that is cut short")
        try:
            texts.append(bytes(chunk[at + 4 : end]).decode())
        except UnicodeDecodeError as error:
            raise BadRequest(f"text {len(texts)} of {what} is not UTF-8: {cut(str(error))}") from error
        at = end
    return texts


def parameters_of(holder: Mapping[str, Any], what: str) -> Mapping[str, Any]:
    """Return the parameters of a request, an input or an output. Most of them are hints that change nothing here."""
    parameters = holder.get("parameters")
    if parameters is not None and not isinstance(parameters, dict):
        raise BadRequest(f"{what} has as parameters {kind(parameters)}; expected an object")
    return parameters or {}


def _shape(shape: Any, what: str) -> tuple[int, ...]:
    if not isinstance(shape, list) or not all(type(size) is int and 0 <= size < MOST for size in shape):
        raise BadRequest(f"{what} has no shape; expected a list of whole numbers, such as [3, 1]")
    if len(shape) not in (1, 2):
        raise BadRequest(f"{what} has the shape {cut(str(shape))}; expected [rows], [rows, 1] or [rows, columns]")
    return tuple(shape)


def _flat(data: Any, shape: tuple[int, ...], what: str) -> list[Any]:
    """Return the values of a tensor in one list. They may be nested as the tensor's shape is."""
    if not isinstance(data, list):
        raise BadRequest(f"{what} has as data {kind(data)}; expected a list of values")
    if len(shape) == 1 or not data or not isinstance(data[0], list):
        return data
    for number, row in enumerate(data):
        if not isinstance(row, list) or len(row) != shape[1]:
            has = f"{len(row)} values" if isinstance(row, list) else kind(row)
            raise BadRequest(f"row {number} of {what} has {has}; its shape {list(shape)} wants {shape[1]}")
    return list(chain.from_iterable(data))


def _checked(values: list[Any], datatype: str, what: str) -> list[Any]:
    """Return the values, if all of them are of the datatype. In every datatype, null stands for a missing value.

    Whether a column takes them is not checked here: the reader does that.
    """
    if datatype in FLOATS:
        most = float(np.finfo(FLOATS[datatype]).max)
    elif datatype in INTEGERS:
        info = np.iinfo(INTEGERS[datatype])
    takes = TYPES.get(datatype, (float, int))
    for at, value in enumerate(values):
        if value is None:
            continue
        right = type(value) in takes
        if right and datatype in FLOATS:
            right = not math.isfinite(value) or abs(value) <= most if type(value) is float else abs(value) <= most
        elif right and datatype in INTEGERS:
            right = info.min <= value <= info.max and (type(value) is int or value.is_integer())
        if not right:
            raise BadRequest(f"value {at} of {what} is no {datatype}: {quoted(value)}")
    if datatype in FLOATS:  # as a binary tensor would hold them
        return [float(value) if type(value) is int and -EXACT <= value <= EXACT else value for value in values]
    return [int(value) if type(value) is float else value for value in values] if datatype in INTEGERS else values


def table(tensors: Sequence[Tensor], signature: Signature) -> Rows | Columns:
    """Return the rows of a request's tensors before they are read.

    A request has either one tensor with all columns in their order, or one tensor for each column under its name.

    Raises:
        BadRequest: the tensors have different numbers of rows, or one of several has more than one column.
    """
    names = [tensor.name for tensor in tensors]
    if len(set(names)) < len(names):
        raise BadRequest(f"two inputs are named {quoted(next(name for name in names if names.count(name) > 1))}")
    first = tensors[0]
    width = first.shape[1] if len(first.shape) == 2 else 1
    columns = {str(name) for name in signature.names or ()}
    if len(tensors) == 1 and width == 1 and signature.container in ("texts", "objects", "unknown"):
        nested = signature.container == "unknown" and len(first.shape) == 2
        return Rows(FORM, [[value] for value in first.values] if nested else first.values)
    if len(tensors) == 1 and (width != 1 or (signature.width == 1 and first.name not in columns)):
        return Rows(FORM, [first.values[at : at + width] for at in range(0, len(first.values), width or 1)])
    for tensor in tensors:
        if len(tensor.shape) == 2 and tensor.shape[1] != 1:
            raise BadRequest(
                f"input {quoted(tensor.name)} has the shape {list(tensor.shape)}; expected one input of shape "
                "[rows, columns], or one for each column, of shape [rows] or [rows, 1]"
            )
        if tensor.count != first.count:
            raise BadRequest(
                f"input {quoted(tensor.name)} has {tensor.count} rows, and {quoted(first.name)} has {first.count}"
            )
    return Columns(FORM, {tensor.name: tensor.values for tensor in tensors})


def datatype(column: Column) -> str:
    """Return the datatype that the function declares for a column."""
    dtype = column.dtype.upper()
    if column.type == "integer":
        return dtype if dtype in INTEGERS else "INT64"
    if column.type in ("number", "any") and column.dtype != "object":
        return {"FLOAT32": "FP32", "FLOAT16": "FP16"}.get(dtype, "FP64")
    if column.type == "number":
        return "FP64"
    if column.type == "boolean":
        return "BOOL"
    present = [category for category in column.categories or () if not is_missing(category)]
    return _of_values(present) or "BYTES" if column.type == "category" else "BYTES"


OF_TYPE = {"boolean": "BOOL", "integer": "INT64", "number": "FP64", "text": "BYTES", "any": "BYTES"}


def output(method: str, predictions: list[Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    """Return the output of an answer for one method.

    Args:
        declared: the type and shape that the signature gives for the method's answers.

    Raises:
        ModelFault: the predictions do not all have the same datatype and shape.
    """
    values, shape = predictions, [len(predictions)]
    while values and isinstance(values[0], list):
        width = len(values[0])
        if not all(isinstance(row, list) and len(row) == width for row in values):
            raise ModelFault(f"the model's {method} gives rows of different lengths, {ELSEWHERE}")
        values = list(chain.from_iterable(values))
        shape.append(width)
    if not predictions:
        shape += list(declared.get("shape", [-1])[1:])
    datatype_ = _of_values(values)
    if datatype_ is None:
        raise ModelFault(f"the model's {method} gives values of several types, {ELSEWHERE}")
    if datatype_ == "BOOL" and None in values:
        raise ModelFault(f"the model's {method} gives a boolean that is missing, {ELSEWHERE}")
    if datatype_ in ("INT64", "UINT64") and None in values:
        datatype_ = "FP64"  # as it would be in pandas
    datatype_ = datatype_ or OF_TYPE[declared.get("type", "number")]
    if datatype_ == "FP64":
        if not all(type(value) is not int or is_exact(value) for value in values):
            raise ModelFault(f"the model's {method} gives integers of more digits than FP64 has, {ELSEWHERE}")
        values = [float(value) if type(value) is int else value for value in values]
    return {"name": method, "datatype": datatype_, "shape": shape, "data": values}


ELSEWHERE = "which no tensor can hold; POST /invocations answers with them"


def _of_values(values: Sequence[Any]) -> str | None:
    """Return the datatype of values: "" where all are null, and None where no datatype holds them all."""
    kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return ""
    if kinds == {int}:
        whole = [value for value in values if value is not None]
        if min(whole) >= -(2**63) and max(whole) < 2**63:
            return "INT64"
        return "UINT64" if min(whole) >= 0 and max(whole) < 2**64 else None
    if kinds <= {int, float}:
        return "FP64"
    return {bool: "BOOL", str: "BYTES"}.get(kinds.pop()) if len(kinds) == 1 else None
