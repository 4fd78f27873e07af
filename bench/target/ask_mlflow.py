"""Serves models of `bench.zoo` with MLflow's scoring server and asks them. Runs under a Python that has mlflow.

    python ask_mlflow.py FOLDER NAME...

FOLDER has what fit_zoo.py wrote. Each model is saved as MLflow's documentation recommends: with the signature that
MLflow infers from the rows that it was fitted on, and with an input example. Then its scoring server's own application
answers HTTP requests on the loopback interface. Each model's folder gets mlflow.json:
{form: {"together": reply, "alone": [...]}}. A reply is {"predictions": [...]} or {"error": "..."}. For a model that
cannot be served, the file is {"error": "..."}.
"""

from __future__ import annotations

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
from typing import Any

EXAMPLE = 5  # the rows of the input example
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
LONGEST = 300  # characters of an error message


def main(folder: str, *names: str) -> None:
    warnings.simplefilter("ignore")
    for name in names:
        own = os.path.join(folder, name)
        requests = read(os.path.join(own, "requests.json"))
        try:
            url, server = serve(own, os.path.join(own, "mlflow"))
        except Exception as error:  # whatever the error is, the model cannot be served
            replies: dict[str, Any] = {"error": cut(f"{type(error).__name__}: {error}")}
        else:
            replies = {
                form: ask_all(url, form_requests)
                for form, form_requests in requests.items()
                if form_requests.get("by_mlflow")
            }
            server.should_exit = True
        with open(os.path.join(own, "mlflow.json"), "w", encoding="utf-8") as stream:
            json.dump(replies, stream)


def read(path: str) -> dict[str, Any]:
    with open(path, encoding="utf-8") as stream:
        content: dict[str, Any] = json.load(stream)
        return content


def serve(own: str, saved: str) -> tuple[str, Any]:
    """Save a model in MLflow's format, load it from there, and start a server. Returns the URL and the server."""
    import mlflow
    import uvicorn
    from mlflow.models import infer_signature
    from mlflow.pyfunc import scoring_server

    with open(os.path.join(own, "model.pkl"), "rb") as stream:
        estimator = pickle.load(stream)
    with open(os.path.join(own, "example.pkl"), "rb") as stream:
        example = pickle.load(stream)
    shutil.rmtree(saved, ignore_errors=True)
    # skops, MLflow's default format, needs a list of the types that it may create. The packages are installed already
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


def ask_all(url: str, form_requests: dict[str, Any]) -> dict[str, Any]:
    """Send all requests of one form."""
    return {
        "together": ask(url, form_requests["together"], form_requests["content_type"]),
        "alone": [ask(url, body, form_requests["content_type"]) for body in form_requests["alone"]],
    }


def ask(url: str, body: Any, content_type: str) -> dict[str, Any]:
    """Send one request."""
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    try:
        with OPENER.open(urllib.request.Request(url, data, {"Content-Type": content_type})) as response:
            return {"predictions": json.load(response)["predictions"]}
    except urllib.error.HTTPError as error:
        return {"error": cut(error.read().decode(errors="replace"))}


def cut(message: str) -> str:
    """Return the message of an error, which may be in JSON, in at most LONGEST characters."""
    with contextlib.suppress(ValueError, LookupError, TypeError):
        message = json.loads(message)["message"]
    return message[:LONGEST]


if __name__ == "__main__":
    del sys.path[0]
    main(*sys.argv[1:])
