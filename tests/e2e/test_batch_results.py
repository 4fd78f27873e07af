"""What invoke batch-results makes of an execution, in the embedded AWS.

moto's interpreter runs the module's definition, without the function, on data sets in S3. It writes manifests, but no
files of results: these are written here, of what it answered, as AWS documents them.
"""

import csv
import io
import json
import os
import subprocess
import sys

import pytest

from local import batch_results
from tests import batch_definition, step_functions
from tests.conftest import ROOT

FILES = {
    "in/": "",
    "in/a.csv": "age,name\n" + "".join(f"{number},é {number}\n" for number in range(5)),
    "in/b.csv": "age,name\n7,x\n",
}
ANSWERED = {
    "Type": "Pass",
    "Result": {"answer": {"predictions": [[0.25, 0.75]]}},
    "ResultPath": "$.result",
    "Next": "IsAnswered",
}
CHILD = "arn:aws:states:eu-central-1:123456789012:execution:churn-batch/Files:"


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    return batch_definition.initialized(tmp_path_factory.mktemp("batch") / "module")


@pytest.fixture(scope="module")
def aws():
    with step_functions.started() as aws:
        yield aws


@pytest.fixture
def clients(aws):
    with step_functions.data_sets(aws, FILES):
        yield {service: aws.client(service) for service in ("stepfunctions", "s3")}


def interpretable(definition, writers):
    """The definition with one row a batch, as moto's interpreter knows it, and with an answer for the function."""
    files = definition["States"]["Files"]
    rows = files["ItemProcessor"]["States"]["Rows"]
    del rows["ItemBatcher"], rows["ItemReader"]["ReaderConfig"]["CSVDelimiter"], rows["ResultWriter"]["WriterConfig"]
    rows["ItemSelector"] = {"Items": [rows["ItemSelector"]]}
    rows["ItemProcessor"]["States"]["Predict"] = ANSWERED
    for each in (rows, files):
        each["ToleratedFailurePercentage"] = float(each["ToleratedFailurePercentage"])
        if not writers:
            del each["ResultWriter"]
    return definition


def execution(aws, module):
    """One of the module's definition, with manifests; and what its calls answered, by data set."""
    plain = interpretable(batch_definition.rendered(module), writers=False)
    folder, *answered = json.loads(step_functions.execute(aws, plain, {"prefix": "in/"})["output"])
    assert folder == {}
    whole = interpretable(batch_definition.rendered(module), writers=True)
    ended = step_functions.execute(aws, whole, {"prefix": "in/"})
    return ended, dict(zip(["in/a.csv", "in/b.csv"], answered, strict=True))


def failed_execution(aws, module):
    """One whose map ended otherwise than well: moto's does not, so that what follows it fails."""
    definition = interpretable(batch_definition.rendered(module), writers=True)
    del definition["States"]["Files"]["End"]
    definition["States"]["Files"]["Next"] = "Failed"
    definition["States"]["Failed"] = {"Type": "Fail", "Error": "Stopped", "Cause": "many"}
    ended = step_functions.execute(aws, definition, {"prefix": "in/"})
    assert ended["status"] == "FAILED"
    return ended["executionArn"]


class Bucket:
    """Writes results as Step Functions does."""

    def __init__(self, s3):
        self.s3 = s3

    def manifest(self, folder, run, **files):
        """Write a manifest with files of results by status, each a text; return where it is."""
        listed = {"SUCCEEDED": [], "FAILED": [], "PENDING": []}
        for status, texts in files.items():
            for number, text in enumerate(texts):
                key = f"{folder}/{run}/{status}_{number}.json"
                self.s3.put_object(Bucket="data", Key=key, Body=text.encode())
                listed[status].append({"Key": key, "Size": len(text.encode())})
        key = f"{folder}/{run}/manifest.json"
        told = {"DestinationBucket": "data", "MapRunArn": f"arn:aws:states:::mapRun:m:{run}", "ResultFiles": listed}
        self.s3.put_object(Bucket="data", Key=key, Body=json.dumps(told))
        return key


def lines(*records):
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records)


def of_file(key, manifest=None, **more):
    """The record of a data set's child execution."""
    said = {
        "ExecutionArn": f"{CHILD}{key.replace('/', '-')}",
        "Input": json.dumps({"Key": key, "Size": 9}),
        "Status": "SUCCEEDED",
    }
    if manifest:
        details = {"Bucket": "data", "Key": manifest}
        said["Output"] = json.dumps({"MapRunArn": "arn", "ResultWriterDetails": details})
    return said | more


def merged(batches):
    """What a batch of more rows has."""
    return {name: [value for each in batches for value in each[name]] for name in batches[0]}


def outer(ended):
    """The run of the execution's own map."""
    bucket, key = json.loads(ended["output"])["ResultWriterDetails"].values()
    assert bucket == "data" and key.startswith("predictions/executions/") and key.endswith("/manifest.json")
    return key.split("/")[-2]


def command(aws, *options):
    argv = [sys.executable, "-m", "invoke", "batch-results", *options]
    env = aws.environment(os.environ) | {"COLUMNS": "200"}
    return subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def complete(aws, clients, module):
    """An execution all of whose calls succeeded; those of the first data set are in two files, last rows first."""
    ended, answers = execution(aws, module)
    bucket, a, b = Bucket(clients["s3"]), answers["in/a.csv"], answers["in/b.csv"]
    assert [each["numbers"] for each in a] == [[0], [1], [2], [3], [4]]
    of_a = bucket.manifest(
        "predictions/in/a.csv", "1", SUCCEEDED=[lines(merged(a[3:]), merged(a[2:3])), lines(merged(a[:2]))]
    )
    of_b = bucket.manifest("predictions/in/b.csv", "2", SUCCEEDED=[lines(*b)])
    records = [of_file("in/b.csv", of_b), of_file("in/", Output="{}"), of_file("in/a.csv", of_a)]
    bucket.manifest("predictions/executions", outer(ended), SUCCEEDED=[json.dumps(records)])
    return ended["executionArn"]


def test_rows_of_all_files_come_in_their_order(aws, complete, tmp_path):
    out = tmp_path / "predictions.csv"
    done = command(aws, "--execution", complete, "--out", str(out))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 rows in" in done.stdout
    table = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert [row["age"] for row in table] == ["0", "1", "2", "3", "4", "7"]
    assert table[1] == {"age": "1", "name": "é 1", "prediction_0": "0.25", "prediction_1": "0.75"}


def test_json_lines_with_another_column(aws, complete, tmp_path):
    out = tmp_path / "predictions.jsonl"
    done = command(aws, "--execution", complete, "--out", str(out), "--column", "p")
    assert done.returncode == 0, done.stdout + done.stderr
    first, *_, last = map(json.loads, out.read_text(encoding="utf-8").splitlines())
    assert (first, last) == (
        {"age": "0", "name": "é 0", "p": [0.25, 0.75]},
        {"age": "7", "name": "x", "p": [0.25, 0.75]},
    )


def test_rows_of_failed_calls_are_named(aws, clients, module, tmp_path):
    ended, answers = execution(aws, module)
    bucket, a = Bucket(clients["s3"]), answers["in/a.csv"]
    items = [{"number": number, "row": {}} for number in (1, 2)]
    failed = {"Input": json.dumps({"Items": items}), "Status": "FAILED", "Error": "Refused", "Cause": "lacks age"}
    pending = {"Input": json.dumps({"Items": [{"number": 4, "row": {}}]})}
    of_a = bucket.manifest(
        "predictions/in/a.csv", "1", SUCCEEDED=[lines(a[0])], FAILED=[lines(failed)], PENDING=[json.dumps([pending])]
    )
    bucket.manifest("predictions/executions", outer(ended), SUCCEEDED=[json.dumps([of_file("in/a.csv", of_a)])])
    out = tmp_path / "predictions.jsonl"
    done = command(aws, "--execution", ended["executionArn"], "--out", str(out))
    assert done.returncode == 1
    assert done.stdout.splitlines()[-4:] == [
        f"1 row in {out}",
        "No prediction: in/a.csv, rows 2 to 3: Refused: lacks age",
        "No prediction: in/a.csv, row 4: no file of results has them",
        "No prediction: in/a.csv, row 5: not started",
    ]
    assert len(out.read_text().splitlines()) == 1


class OfChildren:
    """The API with the map runs of child executions, of which moto makes none."""

    def __init__(self, api, runs):
        self.api, self.runs = api, runs

    def __getattr__(self, name):
        return getattr(self.api, name)

    def list_map_runs(self, executionArn):
        if executionArn.startswith(CHILD):
            return {"mapRuns": [{"mapRunArn": f"arn:aws:states:::mapRun:m/Rows:{each}"} for each in self.runs]}
        return self.api.list_map_runs(executionArn=executionArn)


def test_what_a_failed_execution_has_done_is_there(aws, clients, module, tmp_path):
    ended = failed_execution(aws, module)
    # moto counts the runs of the inner map among the execution's own
    listed = clients["s3"].list_objects_v2(Bucket="data", Prefix="predictions/executions/")["Contents"]
    run = listed[0]["Key"].split("/")[2]
    bucket = Bucket(clients["s3"])
    good = {"numbers": [0], "rows": [{"age": "0"}], "predictions": [1]}
    bad = {"Input": json.dumps({"Items": [{"number": 1, "row": {}}]}), "Status": "FAILED", "Error": "Lambda.Unknown"}
    bucket.manifest("predictions/in/a.csv", "77", SUCCEEDED=[lines(good)], FAILED=[lines(bad)])
    why = {"Status": "FAILED", "Error": "States.ExceedToleratedFailureThreshold", "Cause": "too many"}
    record = of_file("in/a.csv", **why)
    bucket.manifest("predictions/executions", run, FAILED=[json.dumps([record])])
    clients = clients | {"stepfunctions": OfChildren(clients["stepfunctions"], ["77"])}
    out = tmp_path / "predictions.csv"
    written, failed = batch_results.table(clients, ended, out, "prediction")
    assert written.rows == 1 and out.read_text() == "age,prediction\n0,1\n"
    assert [(each.key, each.spans, each.why) for each in failed] == [
        ("in/a.csv", (), "States.ExceedToleratedFailureThreshold: too many"),
        ("in/a.csv", ((1, 1),), "Lambda.Unknown"),
    ]


def test_an_execution_that_left_nothing_is_one_line(aws, clients, module, tmp_path):
    ended = failed_execution(aws, module)
    for each in clients["s3"].list_objects_v2(Bucket="data", Prefix="predictions/")["Contents"]:
        clients["s3"].delete_object(Bucket="data", Key=each["Key"])
    done = command(aws, "--execution", ended, "--out", str(tmp_path / "p.csv"))
    assert done.returncode == 1 and "has left no results that can be joined: Stopped: many" in done.stderr
    assert "Traceback" not in done.stderr and list(tmp_path.iterdir()) == []


def test_results_without_numbers_are_refused(aws, clients, module, tmp_path):
    ended, _ = execution(aws, module)
    bucket = Bucket(clients["s3"])
    of_a = bucket.manifest("predictions/in/a.csv", "1", SUCCEEDED=[lines({"rows": [{"a": 1}], "predictions": [1]})])
    bucket.manifest("predictions/executions", outer(ended), SUCCEEDED=[json.dumps([of_file("in/a.csv", of_a)])])
    with pytest.raises(batch_results.NoResults, match="earlier version"):
        batch_results.table(clients, ended["executionArn"], tmp_path / "p.csv", "prediction")
    assert list(tmp_path.iterdir()) == []


def test_an_execution_of_something_else_is_refused(aws, clients, tmp_path):
    other = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    ended = step_functions.execute(aws, other, {})
    done = command(aws, "--execution", ended["executionArn"], "--out", str(tmp_path / "p.csv"))
    assert done.returncode == 1 and "is no execution of the module's batch state machine" in done.stderr


def test_an_execution_that_is_not_there_is_one_line(aws, clients, tmp_path):
    arn = "arn:aws:states:eu-central-1:123456789012:execution:churn-batch:none"
    done = command(aws, "--execution", arn, "--out", str(tmp_path / "p.csv"))
    assert done.returncode == 1 and "does not exist" in done.stderr.lower() and "Traceback" not in done.stderr


def test_the_newest_execution_that_has_ended(aws, clients):
    api = clients["stepfunctions"]
    quick = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    machine = api.create_state_machine(name="newest", definition=json.dumps(quick), roleArn=step_functions.ROLE)
    machine = machine["stateMachineArn"]
    with pytest.raises(batch_results.NoExecution):
        batch_results.newest(clients, machine)
    waits = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 600, "End": True}}}
    ended = api.start_execution(stateMachineArn=machine, name="ended")["executionArn"]
    while api.describe_execution(executionArn=ended)["status"] == "RUNNING":
        pass
    api.update_state_machine(stateMachineArn=machine, definition=json.dumps(waits))
    running = api.start_execution(stateMachineArn=machine, name="running")["executionArn"]
    try:
        assert batch_results.newest(clients, machine) == ended
        with pytest.raises(batch_results.Unfinished, match="RUNNING"):
            batch_results.table(clients, running, ROOT / "never.csv", "prediction")
    finally:
        api.stop_execution(executionArn=running)
