"""Asks a model over HTTP by the clients that others wrote. Runs under an interpreter that sees them.

    python ask_by_clients.py ORDER

ORDER is JSON: {"url", "records": the rows, "datatypes": of their columns, "method": another beside predict, "result":
a file}. The result: {who asked: {"predict": its answers, method: its answers}, ...}, and what clients say of refusals.
"""

import json
import sys
from urllib.parse import urlsplit

import pandas as pd


def main(path):
    with open(path) as stream:
        order = json.load(stream)
    rows = pd.DataFrame(order["records"])
    found = {"refused": {}}
    for ask in (by_mlflow, by_triton, by_sagemaker):
        ask(order, rows, found)
    with open(order["result"], "w") as stream:
        json.dump(found, stream)


def by_mlflow(order, rows, found):
    import requests
    from mlflow.models import convert_input_example_to_serving_input
    from mlflow.pyfunc.scoring_server.client import ScoringServerClient

    address = urlsplit(order["url"])
    client = ScoringServerClient(address.hostname, address.port)
    client.wait_server_ready(timeout=60)
    found["version"] = json.loads(client.get_version())
    params = {"method": order["method"]}
    found["mlflow"] = {
        "predict": client.invoke(rows)["predictions"],
        order["method"]: client.invoke(rows, params=params)["predictions"],
    }
    found["mlflow, an array"] = {"predict": client.invoke(rows.to_numpy())["predictions"]}
    for name, example in {"rows": rows, "columns": rows.to_dict(orient="list")}.items():
        body = convert_input_example_to_serving_input(example)
        answer = requests.post(f"{order['url']}/invocations", body, headers={"Content-Type": "application/json"})
        found[f"mlflow, an example of {name}"] = {"predict": answer.json()["predictions"]}
    body = rows.to_csv(index=False).encode()
    answer = requests.post(f"{order['url']}/invocations", body, headers={"Content-Type": "text/csv; charset=utf-8"})
    found["mlflow, CSV"] = {"predict": answer.json()["predictions"]}
    try:
        client.invoke(rows.iloc[:, 1:])
    except Exception as error:
        found["refused"]["mlflow"] = str(error)


def by_triton(order, rows, found):
    import tritonclient.http as triton

    client = triton.InferenceServerClient(urlsplit(order["url"]).netloc)
    name = client.get_server_metadata()["name"]
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(name)
    metadata = client.get_model_metadata(name)
    found["metadata"] = metadata
    version = metadata["versions"][0]

    def tensors(binary):
        for column, datatype in order["datatypes"].items():
            given = triton.InferInput(column, [len(rows), 1], datatype)
            dtype = object if datatype == "BYTES" else triton_dtype(datatype)
            yield given.set_data_from_numpy(rows[[column]].to_numpy().astype(dtype), binary_data=binary)

    def triton_dtype(datatype):
        from tritonclient.utils import triton_to_np_dtype

        return triton_to_np_dtype(datatype)

    methods = ("predict", order["method"])
    asked = [triton.InferRequestedOutput(method) for method in methods]
    for binary in (True, False):
        for compression in (None, "gzip", "deflate"):
            said = client.infer(
                name,
                list(tensors(binary)),
                version,
                outputs=asked,
                request_id="7",
                request_compression_algorithm=compression,
                response_compression_algorithm=compression,
            )
            assert said.get_response()["id"] == "7"
            answers = {method: said.as_numpy(method).tolist() for method in methods}
            found[f"triton, {'binary' if binary else 'JSON'}, {compression}"] = answers
    found["triton, no outputs named"] = {
        "predict": client.infer(name, list(tensors(True))).as_numpy("predict").tolist()
    }
    if set(order["datatypes"].values()) == {"FP64"}:
        whole = triton.InferInput("rows", list(rows.shape), "FP64").set_data_from_numpy(rows.to_numpy(dtype=float))
        found["triton, one tensor"] = {"predict": client.infer(name, [whole]).as_numpy("predict").tolist()}
    for what, ask in {
        "triton, a column": lambda: client.infer(name, list(tensors(True))[1:]),
        "triton, a model": lambda: client.infer("other", list(tensors(True))),
    }.items():
        try:
            ask()
        except triton.InferenceServerException as error:
            found["refused"][what] = str(error)


def by_sagemaker(order, rows, found):
    import requests
    from sagemaker.core.deserializers import JSONDeserializer
    from sagemaker.core.serializers import CSVSerializer, JSONSerializer

    def ask(serializer, data):
        body = serializer.serialize(data)
        answer = requests.post(
            f"{order['url']}/invocations", body, headers={"Content-Type": serializer.content_type}, stream=True
        )
        answer.raise_for_status()
        return {"predict": JSONDeserializer().deserialize(answer.raw, answer.headers["Content-Type"])["predictions"]}

    assert requests.get(f"{order['url']}/ping").status_code == 200
    found["sagemaker, JSON"] = ask(JSONSerializer(), {"instances": rows.to_numpy()})
    found["sagemaker, CSV"] = ask(CSVSerializer(content_type="text/csv; header=absent"), rows.to_numpy())
    answer = requests.post(f"{order['url']}/invocations", b"<rows/>", headers={"Content-Type": "application/xml"})
    found["refused"]["sagemaker"] = f"{answer.status_code} {answer.json()['message']}"


if __name__ == "__main__":
    main(*sys.argv[1:])
