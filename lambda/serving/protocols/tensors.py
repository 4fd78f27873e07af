"""The tensors of the Open Inference Protocol: of a request to the table that is read, of predictions to an output."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from serving.requests.signature import Column, Signature
from serving.requests.tables import Columns, Rows
from serving.requests.values import EXACT
from serving.requests.words import BadRequest, ModelFault, cut, is_missing, kind, quoted

FORM = "inputs"
SIZES = (8, 16, 32, 64)
INTEGERS = {f"{name}{bits}": f"<{code}{bits // 8}" for name, code in (("INT", "i"), ("UINT", "u")) for bits in SIZES}
FLOATS = {"FP16": "<f2", "FP32": "<f4", "FP64": "<f8"}
DTYPES = {"BOOL": "?", **INTEGERS, **FLOATS}  # as the binary extension has them
DATATYPES = (*DTYPES, "BYTES")
TYPES: dict[str, tuple[type, ...]] = {"BOOL": (bool,), "BYTES": (str,)}  # of JSON; of all others numbers
MOST = 1 << 31  # rows or columns that no request has


@dataclass(frozen=True)
class Tensor:
    """An input, with its values one after another."""

    name: str
    shape: tuple[int, ...]
    values: list[Any]

    @property
    def count(self) -> int:
        return self.shape[0]


def read(given: Any, number: int, binary: Binary) -> Tensor:
    """An input of a request.

    Args:
        number: its place among the inputs.
        binary: what follows the JSON, of which inputs may take their values.

    Raises:
        BadRequest: it is none; it is named.
    """
    if not isinstance(given, dict) or not isinstance(given.get("name"), str):
        raise BadRequest(f'input {number} is {kind(given)}; expected "name", "shape", "datatype" and "data"')
    what = f"input {quoted(given['name'])}"
    datatype = given.get("datatype")
    if datatype not in DATATYPES:
        raise BadRequest(f"{what} has the datatype {quoted(datatype)}; expected one of: {', '.join(DATATYPES)}")
    shape = _shape(given.get("shape"), what)
    parameters = parameters_of(given, what)
    if parameters.get("content_type") == "base64":
        raise BadRequest(f"{what} has the content type base64, which is not read here: send texts as they are")
    if "binary_data_size" in parameters:
        values = binary.take(parameters["binary_data_size"], datatype, math.prod(shape), what)
    else:
        values = _flat(given.get("data"), shape, what)
    if len(values) != math.prod(shape):
        raise BadRequest(f"{what} has {len(values)} values; its shape {list(shape)} wants {math.prod(shape)}")
    return Tensor(given["name"], shape, _checked(values, datatype, what))


class Binary:
    """What follows the JSON of a request, in the protocol's binary extension; each input takes its part in turn."""

    def __init__(self, data: bytes = b"") -> None:
        self.left = memoryview(data)

    def take(self, size: Any, datatype: str, count: int, what: str) -> list[Any]:
        if type(size) is not int or not 0 <= size <= len(self.left):
            raise BadRequest(
                f"{what} has {quoted(size)} as binary_data_size; {len(self.left)} bytes are left behind the JSON, "
                "which ends where the header inference-header-content-length says"
            )
        part, self.left = self.left[:size], self.left[size:]
        if datatype == "BYTES":
            return list(_texts(part, what))
        dtype = np.dtype(DTYPES[datatype])
        if size != count * dtype.itemsize:
            raise BadRequest(f"{what} has {size} bytes; {count} values of {datatype} have {count * dtype.itemsize}")
        return list(np.frombuffer(part, dtype).tolist())


def _texts(part: memoryview, what: str) -> Sequence[str]:
    """Texts, each behind its length in four bytes."""
    found, at = [], 0
    while at < len(part):
        end = at + 4 + (struct.unpack_from("<I", part, at)[0] if len(part) >= at + 4 else len(part))
        if end > len(part):
            raise BadRequest(f"{what} has a text that is cut short")
        try:
            found.append(bytes(part[at + 4 : end]).decode())
        except UnicodeDecodeError as error:
            raise BadRequest(f"text {len(found)} of {what} is not UTF-8: {cut(str(error))}") from error
        at = end
    return found


def parameters_of(given: Mapping[str, Any], what: str) -> Mapping[str, Any]:
    """What else a request, an input or an output says; most of it are hints that change nothing here."""
    found = given.get("parameters")
    if found is not None and not isinstance(found, dict):
        raise BadRequest(f"{what} has as parameters {kind(found)}; expected an object")
    return found or {}


def _shape(given: Any, what: str) -> tuple[int, ...]:
    if not isinstance(given, list) or not all(type(each) is int and 0 <= each < MOST for each in given):
        raise BadRequest(f"{what} has no shape; expected a list of whole numbers, such as [3, 1]")
    if len(given) not in (1, 2):
        raise BadRequest(f"{what} has the shape {cut(str(given))}; expected [rows], [rows, 1] or [rows, columns]")
    return tuple(given)


def _flat(data: Any, shape: tuple[int, ...], what: str) -> list[Any]:
    """The values of a tensor, which may be nested as its shape is."""
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
    """Values that are of the datatype; null stands for a missing value in each.

    What a column takes is not looked at here: that is for the reader.
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
    if datatype in FLOATS:  # the same values as a binary tensor has
        return [float(each) if type(each) is int and -EXACT <= each <= EXACT else each for each in values]
    return [int(each) if type(each) is float else each for each in values] if datatype in INTEGERS else values


def table(tensors: Sequence[Tensor], signature: Signature) -> Rows | Columns:
    """The rows of a request's tensors, unread: one tensor of all columns in their order, or one for each by its name.

    Raises:
        BadRequest: they have different numbers of rows, or one has several columns beside others.
    """
    names = [tensor.name for tensor in tensors]
    if len(set(names)) < len(names):
        raise BadRequest(f"two inputs are named {quoted(next(name for name in names if names.count(name) > 1))}")
    first = tensors[0]
    width = first.shape[1] if len(first.shape) == 2 else 1
    known = {str(name) for name in signature.names or ()}
    if len(tensors) == 1 and width == 1 and signature.container in ("texts", "objects", "unknown"):
        return Rows(FORM, first.values)
    if len(tensors) == 1 and (width != 1 or (signature.width == 1 and first.name not in known)):
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
    """In which datatype a column is asked for."""
    dtype = column.dtype.upper()
    if column.type == "integer":
        return dtype if dtype in INTEGERS else "INT64"
    if column.type in ("number", "any") and column.dtype != "object":
        return {"FLOAT32": "FP32", "FLOAT16": "FP16"}.get(dtype, "FP64")
    if column.type == "number":
        return "FP64"
    if column.type == "boolean":
        return "BOOL"
    present = [each for each in column.categories or () if not is_missing(each)]
    return _of_values(present) or "BYTES" if column.type == "category" else "BYTES"


OF_TYPE = {"boolean": "BOOL", "integer": "INT64", "number": "FP64", "text": "BYTES", "any": "BYTES"}


def output(method: str, predictions: list[Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    """An output of an answer.

    Args:
        declared: what the signature says of the method's answers: type and shape.

    Raises:
        ModelFault: the predictions are not of one datatype and of one shape.
    """
    values, shape = predictions, [len(predictions)]
    while values and isinstance(values[0], list):
        width = len(values[0])
        if not all(isinstance(each, list) and len(each) == width for each in values):
            raise ModelFault(f"the model's {method} gives rows of different lengths, {ELSEWHERE}")
        values = list(chain.from_iterable(values))
        shape.append(width)
    if not predictions:
        shape += list(declared.get("shape", [-1])[1:])
    found = _of_values(values)
    if found is None:
        raise ModelFault(f"the model's {method} gives values of several types, {ELSEWHERE}")
    if found == "BOOL" and None in values:
        raise ModelFault(f"the model's {method} gives a boolean that is missing, {ELSEWHERE}")
    if found == "INT64" and None in values:
        found = "FP64"  # as in pandas
    found = found or OF_TYPE[declared.get("type", "number")]
    if found == "FP64":
        values = [float(each) if type(each) is int else each for each in values]
    return {"name": method, "datatype": found, "shape": shape, "data": values}


ELSEWHERE = "which no tensor has; POST /invocations answers with them"


def _of_values(values: Sequence[Any]) -> str | None:
    """The datatype of values; "" where there is nothing but null, None if there is none for all."""
    kinds = set(map(type, values)) - {type(None)}
    if not kinds:
        return ""
    if kinds == {int}:
        return "INT64" if all(each is None or -(2**63) <= each < 2**63 for each in values) else "UINT64"
    if kinds <= {int, float}:
        return "FP64"
    return {bool: "BOOL", str: "BYTES"}.get(kinds.pop()) if len(kinds) == 1 else None
