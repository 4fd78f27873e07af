"""The code that runs in AWS: a request costs what its bytes are worth, whatever is in them."""

import json
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from serving.http import bodies
from serving.http.messages import Refused
from serving.invocation import answer, respond
from serving.loading.model import Model, describe
from serving.loading.settings import Settings
from serving.requests.signature import Signature
from serving_parts import environment
from sklearn.linear_model import LinearRegression

# A process of its own, so that what it may take is bounded: 300 MB more than it has
BOUNDED = """
import json, resource, sys
from serving.invocation import respond
from serving.loading.model import Model, describe
from serving.requests.signature import Signature
from sklearn.linear_model import LinearRegression

class Any:
    def predict(self, rows):
        return [0] * len(rows)

model = describe(LinearRegression().fit([[0, 0], [1, 0]], [0, 1]), "0" * 64)
if sys.argv[1] == "unknown":
    model = Model(Any(), "0" * 64, Signature("unknown"))
respond(model, {"instances": [[1, 2]]})
pages = int(open("/proc/self/statm").read().split()[0])
most = pages * resource.getpagesize() + (300 << 20)
resource.setrlimit(resource.RLIMIT_AS, (most, most))
rows = json.loads(sys.argv[2]) + [[1, 2]] * 5_000
rows[0][0] *= 50_000
print(json.dumps(respond(model, {"instances": rows})))
"""


@pytest.mark.parametrize(
    ("container", "rows", "said"),
    [
        ("array", [["x", 1]], "row 0 of instances, column 0: expected a number; got 'xxx"),
        ("unknown", [["x", 1]], None),
        ("unknown", [[["x"], 1]], "the rows of instances have different lengths"),
    ],
)
def test_a_long_text_among_numbers_takes_no_room_in_the_other_cells(container, rows, said):
    command = [sys.executable, "-c", BOUNDED, container, json.dumps(rows)]
    env = {"PYTHONPATH": ":".join(sys.path), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, timeout=120, check=True)
    answer = json.loads(done.stdout)
    if said is None:
        assert answer == {"predictions": [0] * 5_001}
    else:
        assert (answer["statusCode"], answer["error"][: len(said)]) == (400, said)


class Seeing:
    def predict(self, rows):
        self.rows = rows
        return [0] * len(rows)


@pytest.mark.parametrize(
    ("rows", "dtype"),
    [([["a", 1]], object), ([[["a"], ["b"]]], object), ([[1, 2.5]], float), ([[[1, 2], [3, 4]]], int)],
)
def test_rows_of_a_model_that_says_nothing_keep_their_shape_and_values(rows, dtype):
    model = Model(Seeing(), "0" * 64, Signature("unknown"))
    assert respond(model, {"instances": rows}) == {"predictions": [0]}
    assert model.estimator.rows.dtype == np.dtype(dtype)
    assert model.estimator.rows.tolist() == rows


@pytest.mark.parametrize("rows", [[["a"], ["b", "c"]], [["a", ["b"]], ["c", ["d"]]]])
def test_rows_of_different_lengths_are_refused(rows):
    model = Model(Seeing(), "0" * 64, Signature("unknown"))
    assert respond(model, {"instances": rows})["error"] == "the rows of instances have different lengths"


@pytest.fixture
def plain():
    return describe(LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1]), "0" * 64)


@pytest.fixture
def named():
    rows = pd.DataFrame(np.eye(40), columns=[f"column{at}" for at in range(40)])
    return describe(LinearRegression().fit(rows, range(40)), "0" * 64)


def seconds(call):
    began = time.process_time()
    call()
    return time.process_time() - began


@pytest.mark.parametrize("cell", ["{}x", "{}e", ".{}x", "-{}.5x", " {} x"])
def test_a_cell_of_many_digits_that_is_no_number_is_refused_at_once(plain, cell):
    text = cell.format("1" * 100_000)
    answers = []
    assert seconds(lambda: answers.append(respond(plain, {"csv": f"0,1\n{text},2\n"}))) < 2
    assert answers[0]["error"].startswith("row 0 of csv, column 0: expected a number; got ")


def test_names_that_are_not_known_are_compared_with_few(named):
    record = {f"kolumn{at}": 1 for at in range(100_000)}
    answers = []
    assert seconds(lambda: answers.append(respond(named, {"dataframe_records": [record]}))) < 5
    said = answers[0]["error"]
    assert said.startswith("row 0 of dataframe_records lacks column0 (is 'kolumn0' meant for it?), column1 (is ")
    assert "column19 (is 'kolumn19' meant for it?) and 20 more; not known here: 'kolumn0', " in said


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "utf-7", "base64"])
def test_a_charset_is_one_of_texts(charset):
    with pytest.raises(Refused, match=f"expected as charset utf-8; got '{charset}'"):
        bodies.decoded(b"a-" + b"b" * 1_000_000, charset)


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "us-ascii", "latin-1", "iso-8859-15", "windows-1252", "utf-16le"])
def test_a_charset_of_texts_is_read(charset):
    assert bodies.decoded("Oslo".encode(charset), charset) == "Oslo"


def test_a_path_of_many_parts_is_looked_at_once(plain):
    event = {"version": "2.0", "rawPath": "/a" * 100_000, "requestContext": {"http": {"method": "GET"}}}
    replies = []
    assert seconds(lambda: replies.append(answer(environment(Settings("a"), plain), event, None))) < 2
    assert replies[0]["statusCode"] == 404


@pytest.mark.parametrize(
    ("given", "is_small"),
    [
        (["a", *["x" * 10_000] * 999], False),
        ([None, *["x" * 10_000] * 999], False),
        ([[None, 1], *[["x" * 10_000, 1]] * 999], False),
        ([[1], *[[0.1234567890123456] * 500] * 999], False),
        ([[]] * 1000, True),
        ([[[0.1, 0.9]] * 3] * 1000, True),
    ],
)
def test_an_answer_is_measured_whatever_its_first_prediction_is(given, is_small):
    class Giving:
        n_features_in_ = 1

        def predict(self, rows):
            return given

    said = respond(describe(Giving(), "0" * 64), {"instances": [[1]] * 1000})
    assert said.get("statusCode", 200) == (200 if is_small else 413)


# As a process of 512 MB, of which 300 are left
COMPRESSED = """
import base64, gzip, json, resource
from types import SimpleNamespace
from serving.http import bodies, envelopes, routes
from serving.loading.model import describe
from sklearn.linear_model import LinearRegression

model = describe(LinearRegression().fit([[0, 0], [1, 0]], [0, 1]), "0" * 64)

def send(data):
    event = {"version": "2.0", "rawPath": "/invocations", "headers": {"content-encoding": "gzip"}}
    event |= {"requestContext": {"http": {"method": "POST"}}, "isBase64Encoded": True}
    event["body"] = base64.b64encode(gzip.compress(data)).decode()
    reply = routes.answer(envelopes.find(event), event, model, {})
    return [reply["statusCode"], json.loads(reply["body"]).get("error", "")]

said = [send(b'{"instances": [[1, 2]]}')]
pages = int(open("/proc/self/statm").read().split()[0])
most = pages * resource.getpagesize() + (300 << 20)
resource.setrlimit(resource.RLIMIT_AS, (most, most))
for count in (2_700_000, 11_000_000):
    said.append(send(b'{"instances": [' + b"[]," * count + b"[]]}"))
print(json.dumps(said))
"""


def test_a_body_that_is_small_while_it_is_compressed_fits_into_the_memory():
    env = {"PYTHONPATH": ":".join(sys.path), "OPENBLAS_NUM_THREADS": "1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512"}
    command = [sys.executable, "-c", COMPRESSED]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, timeout=120, check=True)
    good, small, large = json.loads(done.stdout)
    assert good == [200, ""]
    assert small == [400, "row 0 of instances has 0 values. Expected for each row: 2 values"]
    assert large == [413, "the body has more than 8,388,608 bytes when it is decompressed. Send fewer rows"]
