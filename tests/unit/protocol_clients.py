"""What tests of the protocols ask with: rows of all types, tensors, and requests over HTTP."""

import base64
import json
import struct

import numpy as np
from serving.invocation import answer
from serving.loading.settings import Settings
from serving.requests.signature import Column
from serving_parts import environment

COLUMNS = (
    Column("number", "number", "float64"),
    Column("short", "number", "float32"),
    Column("whole", "integer", "int8"),
    Column("counted", "integer", "Int64", missing="NA"),
    Column("truth", "boolean", "object", missing="None"),
    Column("text", "text", "object", missing="None"),
    Column("size", "category", "category", categories=("s", "m")),
    Column("grade", "category", "category", categories=(1, 2)),
    Column("since", "datetime", "datetime64[ns]", missing="NaT", unit="ms"),
    Column("seen", "datetime", "datetime64[ns, UTC]", missing="NaT"),
)


ROWS = [
    [1.5, 0.25, 3, 2**60, True, "007", "s", 1, "2026-01-31T12:00:00", "2026-01-31T12:00:00+01:00"],
    [-2.0, 7.0, -4, None, None, None, "other", None, None, None],
    [None, None, 5, 7, False, "é", None, 2, "2026-02-01", "2026-01-31T12:00:00Z"],
]


DATATYPES = ["FP64", "FP32", "INT8", "INT64", "BOOL", "BYTES", "BYTES", "INT64", "BYTES", "BYTES"]


class Seeing:
    """Keeps the rows that it was asked, and gives one answer of each kind."""

    def predict(self, rows):
        self.rows = rows
        return [["no", "yes"][at % 2] for at in range(len(rows))]

    def predict_proba(self, rows):
        self.rows = rows
        return np.array([[0.25, 0.75]] * len(rows))

    def transform(self, rows):
        rows = rows.copy() if hasattr(rows, "copy") else rows
        return np.arange(len(rows) * 6).reshape(len(rows), 2, 3)


def tensor(name, datatype, values, shape=None, **more):
    return {"name": name, "shape": shape or [len(values)], "datatype": datatype, "data": values, **more}


def by_column(rows=ROWS, shape=lambda count: [count]):
    columns = zip(COLUMNS, DATATYPES, zip(*rows, strict=True), strict=True)
    return [tensor(column.name, kind, list(values), shape(len(values))) for column, kind, values in columns]


def post(model, path, body, **headers):
    """The status and the body that an HTTP request is answered with."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return http(model, "POST", path, data, {"content-type": "application/json", **headers})


def http(model, method, path, body=b"", headers=None):
    event = {
        "version": "2.0",
        "rawPath": path,
        "headers": headers or {},
        "requestContext": {"http": {"method": method}},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    reply = answer(environment(Settings("a"), model), event, None)
    assert reply["headers"]["content-type"] == "application/json"
    return reply["statusCode"], json.loads(reply["body"])


def infer(model, body, **headers):
    return post(model, "/v2/models/local/infer", body, **headers)


def as_binary(inputs):
    """The same inputs in the binary extension, and its headers."""
    chunks, listed = [], []
    dtypes = {"FP64": "<f8", "FP32": "<f4", "INT8": "i1", "INT64": "<i8", "BOOL": "?"}
    for given in inputs:
        if given["datatype"] == "BYTES":
            encoded = [value.encode() for value in given["data"]]
            chunk = b"".join(struct.pack("<I", len(value)) + value for value in encoded)
        else:
            chunk = np.array(given["data"], dtypes[given["datatype"]]).tobytes()
        chunks.append(chunk)
        kept = {name: value for name, value in given.items() if name != "data"}
        listed.append(kept | {"parameters": {"binary_data_size": len(chunk)}})
    head = json.dumps({"inputs": listed, "parameters": {"binary_data_output": True}}).encode()
    return head + b"".join(chunks), {"inference-header-content-length": str(len(head))}
