"""The Open Inference Protocol, version 2, as KServe, Triton and MLServer speak it over HTTP.

https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serving import invocation
from serving.http import bodies
from serving.http.messages import Answer, Call, Refused
from serving.loading.model import Model
from serving.protocols import tensors
from serving.requests import answers, reader
from serving.requests.signature import Signature
from serving.requests.wording import BadRequest, ModelFault, kind, listed, nearest, quoted

# Some clients send the last two as well
WORDS = (
    "id",
    "parameters",
    "inputs",
    "outputs",
    "model_name",
    "model_version",
)
VERSION = 12  # how many characters of the model's SHA-256 are its version
CLASSES = "classes"  # the output that holds the classes, in the order in which predict_proba has them
LENGTH = "inference-header-content-length"  # the header that says where JSON ends and binary tensors begin
PLATFORM = "sklearn"


def infer(call: Call) -> Answer:
    """Answer a request with tensors."""
    _check_names(call)
    kind_, _ = call.request.content_type
    if not bodies.is_json(kind_):
        taken = "application/json, application/octet-stream"
        raise Refused(415, f"expected as content-type one of {taken}; got {quoted(kind_)}", {"accept": taken})
    body = bodies.data(call.request)
    length = call.request.headers.get(LENGTH)
    end = len(body)
    if length is not None:
        if not (length.isascii() and length.isdigit()) or len(length) > 9 or int(length) > end:
            raise BadRequest(f"expected as {LENGTH} a number up to {end}, the body's bytes; got {quoted(length)}")
        end = int(length)
    request = bodies.json_of(bodies.decoded(body[:end]))
    return Answer.of_json(evaluate(call.model, request, call.record, body[end:]))


def evaluate(model: Model, request: Any, record: dict[str, Any], binary: bytes = b"") -> dict[str, Any]:
    """Return the model's answer to a request.

    Args:
        binary: the bytes that follow the JSON of the request.

    Raises:
        BadRequest, ModelFault, TooLarge
    """
    inputs = request.get("inputs") if isinstance(request, dict) else None
    if not isinstance(inputs, list) or not inputs:
        raise BadRequest(
            'expected a JSON object with "inputs", a list of tensors such as {"name": "age", "shape": [1, 1], '
            f'"datatype": "FP64", "data": [41]}}; got {kind(request)}'
        )
    if unknown := [name for name in request if name not in WORDS]:
        near = nearest(unknown[0], WORDS)
        hint = f'. Is "{near}" meant?' if near else ""
        raise BadRequest(f"a request may have id, parameters, inputs and outputs; got {listed(unknown)}{hint}")
    identifier = request.get("id")
    if identifier is not None and not isinstance(identifier, str):
        raise BadRequest(f"expected as id a text; got {kind(identifier)}")
    tensors.parameters_of(request, "the request")
    names = _outputs(model.signature, request.get("outputs"))
    rest = tensors.Binary(binary)
    input_tensors = [tensors.read(tensor, number, rest) for number, tensor in enumerate(inputs)]
    if rest.left:
        raise BadRequest(f"{len(rest.left)} bytes follow the tensors that have a binary_data_size")
    table = tensors.table(input_tensors, model.signature)
    if len(table) != input_tensors[0].count:
        raise BadRequest(f"input {quoted(input_tensors[0].name)} has {input_tensors[0].count} rows of no columns")
    declared = model.signature.outputs or {}
    # The rows are read again for each method, because an estimator may change the rows that it gets
    predictions = {name: invocation.predict(model, table, name, record) for name in names if name != CLASSES}
    tensors_ = {name: tensors.output(name, rows, declared.get(name, {})) for name, rows in predictions.items()}
    if CLASSES in names:
        if not predictions:
            reader.read(model.signature, table)  # this refuses rows that the model does not take
        tensors_[CLASSES] = _classes(model.signature)
    answer = {
        "model_name": invocation.model_name(),
        "model_version": model.sha256[:VERSION],
        **({} if identifier is None else {"id": identifier}),
        "outputs": [tensors_[name] for name in names],
    }
    answers.check_size(answer, list(zip(*predictions.values(), strict=True)))
    return answer


def output_names(signature: Signature) -> tuple[str, ...]:
    """Return what a request may ask for: the estimator's methods, and the classes of a classifier."""
    return (*signature.methods, CLASSES) if _classes(signature) else signature.methods


def _classes(signature: Signature) -> dict[str, Any]:
    """Return the classes as a tensor. It is empty where there are no classes, or none that a tensor can hold."""
    try:
        return tensors.output(CLASSES, list(signature.classes), {}) if signature.classes else {}
    except ModelFault:
        return {}


def _outputs(signature: Signature, outputs: Any) -> list[str]:
    """Return the names of the outputs that a request asks for, or the model's own method where it names none."""
    if outputs is None or outputs == []:
        return [signature.method]
    names: list[str] = []
    for output in outputs if isinstance(outputs, list) else [outputs]:
        name = output.get("name") if isinstance(output, dict) else None
        if not isinstance(name, str) or name not in output_names(signature):
            raise BadRequest(
                f"there is no output {quoted(name) if name is not None else kind(output)}; this model has: "
                f"{', '.join(output_names(signature))}"
            )
        if tensors.parameters_of(output, f"output {name}").get("classification"):
            raise BadRequest("outputs cannot be classified here: ask for predict and predict_proba instead")
        names.append(name)
    return list(dict.fromkeys(names))


def server(call: Call) -> Answer:
    return Answer.of_json({"name": invocation.model_name(), "version": call.model.sha256[:VERSION], "extensions": []})


def live(call: Call) -> Answer:
    return Answer.of_json({"live": True})


def ready(call: Call) -> Answer:
    return Answer.of_json({"ready": True})


def model_ready(call: Call) -> Answer:
    _check_names(call)
    return Answer.of_json({"name": invocation.model_name(), "ready": True})


def metadata(call: Call) -> Answer:
    """Describe the tensors that the model takes and returns."""
    _check_names(call)
    signature = call.model.signature
    return Answer.of_json(
        {
            "name": invocation.model_name(),
            "versions": [call.model.sha256[:VERSION]],
            "platform": PLATFORM,
            "inputs": inputs_of(signature),
            "outputs": [_declared(signature, name) for name in output_names(signature)],
        }
    )


def inputs_of(signature: Signature) -> list[dict[str, Any]]:
    """Return the tensors that a model takes, or none if its columns are not known."""
    if signature.container == "texts":
        return [{"name": "texts", "datatype": "BYTES", "shape": [-1]}]
    if signature.container == "array" and signature.columns:
        kinds = {tensors.datatype(column) for column in signature.columns}
        if len(kinds) == 1:
            return [{"name": "instances", "datatype": kinds.pop(), "shape": [-1, len(signature.columns)]}]
    return [
        {"name": str(column.name), "datatype": tensors.datatype(column), "shape": [-1, 1]}
        for column in signature.columns or ()
    ]


def _declared(signature: Signature, method: str) -> dict[str, Any]:
    if method == CLASSES:
        return {name: value for name, value in _classes(signature).items() if name != "data"}
    output: Mapping[str, Any] = (signature.outputs or {}).get(method, {})
    kind_, shape = output.get("type", "number"), output.get("shape")
    if not output and method == "predict" and signature.classes:
        kind_ = {str: "text", bool: "boolean", int: "integer"}.get(type(signature.classes[0]), "number")
    if shape is None:
        probabilities = method.endswith("_proba") and signature.classes
        shape = [-1] if method in ("predict", "score_samples") else [-1, len(signature.classes or ())]
        shape = shape if probabilities or len(shape) == 1 else [-1, -1]
    return {"name": method, "datatype": tensors.OF_TYPE[kind_], "shape": shape}


def _check_names(call: Call) -> None:
    """Check that the path names this model and its version."""
    name, version = invocation.model_name(), call.model.sha256[:VERSION]
    requested_name = call.names.get("name")
    if requested_name != name:
        raise Refused(404, f"there is no model {quoted(requested_name)}; this one is {name}")
    if call.names.get("version", version) != version:
        raise Refused(404, f"there is no version {quoted(call.names['version'])} of {name}; this one is {version}")
