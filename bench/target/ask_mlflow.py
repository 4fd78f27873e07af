"""Serves models of `bench.zoo` with MLflow's scoring server and asks them. Runs under a Python that has mlflow.

    python ask_mlflow.py FOLDER NAME...

FOLDER has what fit_zoo.py wrote. Each model is saved as MLflow's documents recommend, with the signature that MLflow
infers from the rows that it was fitted on and with an input example; then its scoring server's own application answers
HTTP on the loopback interface. Each model's folder gets mlflow.json: {form: {"together": reply, "alone": [...]}}, where
a reply is {"predictions": [...]} or {"error": "..."}; or {"error": "..."} for a model that cannot be served.
"""

import contextlib
import json
import os
import pickle
import shutil
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
import warnings

EXAMPLE = 5  # rows of the input example
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
LONGEST = 300  # characters of an error


def main(folder, *names):
    warnings.simplefilter("ignore")
    for name in names:
        own = os.path.join(folder, name)
        requests = read(os.path.join(own, "requests.json"))
        try:
            url, server = serve(own, os.path.join(own, "mlflow"))
        except Exception as error:  # whatever it is, the model is not served
            found = {"error": told(f"{type(error).__name__}: {error}")}
        else:
            found = {form: ask_all(url, asked) for form, asked in requests.items() if asked.get("by_mlflow")}
            server.should_exit = True
        with open(os.path.join(own, "mlflow.json"), "w", encoding="utf-8") as stream:
            json.dump(found, stream)


def read(path):
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def serve(own, saved):
    """Save a model in MLflow's format, load it from there, and start its server."""
    import mlflow
    import uvicorn
    from mlflow.models import infer_signature
    from mlflow.pyfunc import scoring_server

    with open(os.path.join(own, "model.pkl"), "rb") as stream:
        estimator = pickle.load(stream)
    with open(os.path.join(own, "example.pkl"), "rb") as stream:
        example = pickle.load(stream)
    shutil.rmtree(saved, ignore_errors=True)
    # its default format, skops, has to be told which of the types it may make; and the packages are here already
    options = {"serialization_format": "cloudpickle", "pip_requirements": ["scikit-learn"]}
    signature = infer_signature(example, estimator.predict(example))
    mlflow.sklearn.save_model(estimator, saved, signature=signature, input_example=example[:EXAMPLE], **options)
    application = scoring_server.init(mlflow.pyfunc.load_model(saved))
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, log_level="critical", access_log=False))
    threading.Thread(target=server.run, args=([listener],), daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    return f"http://127.0.0.1:{listener.getsockname()[1]}/invocations", server


def ask_all(url, asked):
    return {
        "together": ask(url, asked["together"], asked["content_type"]),
        "alone": [ask(url, body, asked["content_type"]) for body in asked["alone"]],
    }


def ask(url, body, content_type):
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    try:
        with OPENER.open(urllib.request.Request(url, data, {"Content-Type": content_type})) as response:
            return {"predictions": json.load(response)["predictions"]}
    except urllib.error.HTTPError as error:
        return {"error": told(error.read().decode(errors="replace"))}


def told(message):
    with contextlib.suppress(ValueError, LookupError, TypeError):
        message = json.loads(message)["message"]
    return message[:LONGEST]


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
