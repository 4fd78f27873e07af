"""Whatever is asked, the function answers in JSON and lives on, and good requests are answered as ever."""

import base64
import gzip
import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from build.package import function
from build.package.declared import Declared
from build.runtimes import runtime
from local import emulator, packaged
from local.embedded_aws import EmbeddedAws

pytestmark = pytest.mark.long

REQUESTS = 10_000  # in all, over the three tests that make them up
CALLS = 5_000  # while memory is looked at
MEMORY = 1024
NOWHERE = EmbeddedAws("http://127.0.0.1:9")
MODEL = """
import numpy, pandas, pickle
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder
rows = pandas.DataFrame({
    "town": pandas.Series(["Oslo", "Rome", None, "Bern"] * 15, dtype=object),
    "size": pandas.Categorical(["s", "m", "l", None] * 15, categories=["s", "m", "l"], ordered=True),
    "since": pandas.date_range("2024-01-30", periods=60),
    "rooms": numpy.arange(60) % 7,
    "rent": numpy.linspace(300, 2900, 60),
    "new": [True, False, False] * 20,
})
steps = make_column_transformer(
    (OneHotEncoder(handle_unknown="ignore"), ["town"]),
    (FunctionTransformer(numpy.float64), ["rent", "rooms", "new"]),
)
m = make_pipeline(steps, HistGradientBoostingClassifier(max_iter=5)).fit(rows, numpy.arange(60) % 3)
rows.to_pickle(PATH + ".rows")
asked = rows.sample(20, random_state=0)
cells = json.loads(asked.to_json(orient="records", date_format="iso"))
json.dump({"rows": cells, "predictions": m.predict(asked).tolist()}, open(PATH + ".json", "w"))
"""
FORMS = ("dataframe_records", "dataframe_split", "instances", "inputs", "csv", "Items")
DATATYPES = {"town": "BYTES", "size": "BYTES", "since": "BYTES", "rooms": "INT64", "rent": "FP64", "new": "BOOL"}
PATHS = (
    "/",
    "/invocations",
    "/ping",
    "/openapi.json",
    "/v2",
    "/v2/models/local/infer",
    "/v2/models/local",
    "/nowhere",
    "//",
    "",
)
TYPES = ("application/json", "text/csv", "text/plain", "application/xml", "multipart/form-data; boundary=x", "", ";;=")


@pytest.fixture
def model(pickled):
    """A model of columns of several types, the rows that it was fitted on, and rows with the estimator's answers."""
    path = pickled(f"import json\n{MODEL}")
    return path, Path(f"{path}.rows"), json.loads(Path(f"{path}.json").read_text())


@pytest.fixture
def asked(model, out, built, tmp_path):
    """An execution environment of the packaged model, and a good request with its answer."""
    path, example, own = model
    made = function.package(out, path, declared=Declared(example=example.rename(f"{example}.pkl")))
    task = packaged.unpack(
        out, packaged.read(out), "s3", tmp_path / "task", {"MODEL_FILE": str(out / made.model["path"])}, MEMORY
    )
    packages = emulator.runtime_packages(runtime(built.runtime.name).python, tmp_path / "runtime")
    with emulator.start(task, packages, NOWHERE) as environment:
        asked = Asked(environment, own["rows"], own["predictions"])
        asked.good()
        yield asked
        asked.good()
        assert environment.log.read_text(errors="replace").count('"ColdStart": 1') == 1, "the environment has died"


class Asked:
    """Asks, and sees that what comes is an answer."""

    def __init__(self, environment, rows, predictions):
        self.environment, self.rows, self.predictions = environment, rows, predictions
        self.count = 0

    def good(self):
        """A good request is answered as the estimator itself does."""
        assert self.environment.invoke({"dataframe_records": self.rows}) == {"predictions": self.predictions}

    def ask(self, event):
        """Send whatever it is. A batch may be refused by an error, since a state machine has to see one."""
        written = self.environment.send(json.dumps(event).encode())
        answer = json.loads(written, parse_constant=pytest.fail)
        if answer.get("errorType") == "Runtime.UnmarshalError":  # of AWS's runtime client, which takes no NaN
            with pytest.raises(ValueError, match="not JSON compliant"):
                json.dumps(event, allow_nan=False)
        elif "errorType" in answer:
            assert answer["errorType"] in ("BadRequest", "NoRequest"), answer
            assert isinstance(event, dict)
            assert {"Items", "Records"} & set(event)
        elif "body" in answer:
            assert 200 <= answer["statusCode"] < 500, answer
            if not answer["headers"]["content-type"].startswith("text/html"):
                json.loads(answer["body"], parse_constant=pytest.fail)
        else:
            assert set(answer) in ({"predictions"}, {"statusCode", "error"}, {"warm", "model_sha256"}) or (
                "outputs" in answer
            ), answer
            assert answer.get("statusCode", 400) < 500, answer
        self.count += 1
        if self.count % 50 == 0:
            self.good()
        return answer


def drive(strategy, count, check):
    """Ask what a strategy makes up, so often; the same each time, so that a failure can be found again."""

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def ask(event):
        asked.append(type(event))
        check(event)

    asked: list[type] = []
    ask()
    assert len(asked) >= count


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**40), 10**40)
    | st.floats()  # NaN and infinities too, which Python writes and reads though JSON has them not
    | st.text(max_size=12)
    | st.sampled_from(
        ["", "NaN", "null", "1e999", "2024-02-30", "2024-01-30T00:00:00Z", "\ud800", "-0", "0x1F", "Oslo"]
    )
)
values = st.recursive(
    scalars,
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=6), each, max_size=4),
    max_leaves=8,
)
columns = st.sampled_from(["town", "size", "since", "rooms", "rent", "new", "Town", "other", "", "\ud800"])


@st.composite
def requests(draw, rows):
    """A request in one of the forms, of good rows of which some were changed."""
    chosen = [dict(each) for each in draw(st.lists(st.sampled_from(rows), min_size=0, max_size=4))]
    for row in chosen:
        for _ in range(draw(st.integers(0, 2))):
            if draw(st.integers(0, 5)):
                row[draw(columns)] = draw(values)
            else:
                row.pop(draw(columns), None)
    form = draw(st.sampled_from(FORMS))
    request = {form: shaped(form, chosen, draw)}
    if draw(st.integers(0, 9)) == 0:
        request["method"] = draw(st.sampled_from(["predict", "predict_proba", "decision_function"]) | values)
    if draw(st.integers(0, 9)) == 0:
        request["params"] = draw(values)
    if draw(st.integers(0, 19)) == 0:
        request[draw(st.text(max_size=8))] = draw(values)
    return request


def shaped(form, rows, draw):
    if draw(st.integers(0, 15)) == 0:
        return draw(values)
    names = list(rows[0]) if rows else []
    if form == "csv":
        return "\n".join(",".join(map(str, each)) for each in [names, *[list(row.values()) for row in rows]])
    if form == "dataframe_split":
        return {"columns": names, "data": [list(row.values()) for row in rows]}
    if form == "inputs":
        return {name: [row.get(name) for row in rows] for name in names}
    if form == "instances" and draw(st.booleans()):
        return [list(row.values()) for row in rows]
    return rows


@st.composite
def tensors(draw, rows):
    """A request of the Open Inference Protocol, of good rows; parts of it may be of other kinds."""
    chosen = draw(st.lists(st.sampled_from(rows), min_size=1, max_size=4))
    inputs = []
    for name in chosen[0]:
        data = [row[name] for row in chosen]
        if draw(st.integers(0, 9)) == 0:
            data = draw(values)
        tensor = {"name": name, "shape": [len(chosen), 1], "datatype": DATATYPES[name], "data": data}
        if draw(st.integers(0, 9)) == 0:
            tensor[draw(st.sampled_from([*tensor, "parameters"]))] = draw(
                values | st.sampled_from(["FP16", "INT8", "UINT64", "BYTES", [10**12, 10**12], [-1], [0]])
            )
        inputs.append(tensor)
    asked = {"inputs": inputs}
    if draw(st.integers(0, 4)) == 0:
        asked["outputs"] = draw(st.sampled_from([[{"name": "predict_proba"}], [{"name": "predict"}] * 2]) | values)
    if draw(st.integers(0, 9)) == 0:
        asked[draw(st.sampled_from(["id", "parameters", "other"]))] = draw(values)
    return asked


@st.composite
def over_http(draw, rows):
    """A request in the body of one of the events that bring one over HTTP."""
    said = draw(requests(rows) | tensors(rows) | values)
    body = draw(st.sampled_from([json.dumps(said), json.dumps(said)[:-1], "", "[" * 20_000, "9" * 5_000, "a,b\n1,2\n"]))
    data = body.encode()
    headers = {"content-type": draw(st.sampled_from(TYPES))}
    if draw(st.integers(0, 4)) == 0:
        data = draw(st.sampled_from([gzip.compress(data), data, data[:3]]))
        headers["content-encoding"] = draw(st.sampled_from(["gzip", "deflate", "br", ""]))
    encoded = draw(st.booleans())
    event = {
        "headers": headers,
        "body": base64.b64encode(data).decode() if encoded else data.decode(errors="replace"),
        "isBase64Encoded": encoded,
    }
    method, path = draw(st.sampled_from(["POST", "GET", "PUT", "", "post"])), draw(st.sampled_from(PATHS))
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return {
            **event,
            "version": "2.0",
            "rawPath": path,
            "requestContext": {"http": {"method": method, "path": path}},
        }
    if kind == 1:
        event = {**event, "multiValueHeaders": {name: [value] for name, value in headers.items()}}
    context = {"elb": {}} if kind == 2 else {"stage": "live", "path": f"/live{path}"}
    return {**event, "httpMethod": method, "path": path, "requestContext": context}


def test_requests_of_all_forms_with_values_of_all_kinds(asked):
    drive(requests(asked.rows) | tensors(asked.rows), REQUESTS // 2, asked.ask)


def test_requests_over_http(asked):
    def ask(event):
        assert "body" in asked.ask(event)

    drive(over_http(asked.rows), REQUESTS * 3 // 10, ask)


def test_whatever_is_no_request(asked):
    words = st.sampled_from([*FORMS, "Records", "requestContext", "version", "headers", "body", "warmer", "source"])
    drive(st.dictionaries(words | st.text(max_size=8), values, max_size=5) | values, REQUESTS // 5, asked.ask)


def test_a_bad_row_among_good_ones_is_named_and_changes_no_other(asked):
    """In company: of the rows that are answered, each is as it is alone."""
    random.seed(0)
    for _ in range(50):
        places = random.sample(range(len(asked.rows)), 6)
        answer = asked.ask({"instances": [asked.rows[at] for at in places]})
        assert answer == {"predictions": [asked.predictions[at] for at in places]}
        bad = [dict(asked.rows[at]) for at in places]
        bad[3]["rent"] = "dear"
        refused = asked.ask({"instances": bad})
        assert refused["statusCode"] == 400
        assert "row 3" in refused["error"]


def test_memory_stays_what_it_is(asked):
    random.seed(1)
    sizes = []
    for number in range(CALLS):
        rows = random.sample(asked.rows, 8)
        if number % 3 == 1:
            rows[2] = {**rows[2], "rooms": f"call {number}", f"column {number}": number}
        asked.ask({"dataframe_records": rows, **({"method": f"m{number}"} if number % 7 == 0 else {})})
        if number % 500 == 499:
            sizes.append(asked.environment.rss())
    assert max(sizes[1:]) < sizes[1] * 1.05, sizes
