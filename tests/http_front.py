"""HTTP in front of an environment: a request becomes an event of a function URL, and its answer HTTP again."""

import base64
import json
import threading
from contextlib import contextmanager

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response


class Quiet(WSGIRequestHandler):
    def log(self, *words):
        pass


@contextmanager
def start(environment):
    """Serve an environment, one request at a time, and yield its URL."""
    free = threading.Lock()

    @Request.application
    def application(request):
        path = request.environ["RAW_URI"].partition("?")[0]
        event = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": request.query_string.decode(),
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "requestContext": {"stage": "$default", "http": {"method": request.method, "path": path}},
            "body": base64.b64encode(request.get_data()).decode(),
            "isBase64Encoded": True,
        }
        with free:
            answer = environment.read(environment.send(json.dumps(event).encode()))
        return Response(answer["body"], answer["statusCode"], answer["headers"])

    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
