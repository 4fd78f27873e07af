"""What the state machine of modules/batch does.

Its definition is run by moto's interpreter, against the packaged function in AWS's own runtime. That interpreter knows
no batching, no JSON lines and no options of a result's writer. So for it a batch is one row, the data set is a JSON
array, and results stay in the execution's output; and how many failures are tolerated is not tried, as it does not
count them. It is no run on AWS.
"""

import json
import shutil
import time
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from build.host import commands
from local import demo, deployed, embedded_aws, emulator
from local.terraform import Terraform, copy_module
from tests.conftest import ROOT

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    """modules/batch, initialized."""
    terraform = Terraform(tmp_path_factory.mktemp("batch") / "module")
    shutil.copytree(ROOT / "modules" / "batch", terraform.folder)
    terraform.init()
    return terraform


def definition(terraform, alias_arn, **settings):
    """The module's own, as it gives it to Step Functions."""
    inputs = {
        "function_name": "churn",
        "alias_name": "live",
        "alias_arn": alias_arn,
        "input": {"bucket": "data", "prefix": "in/"},
        "output": {"bucket": "data"},
        **settings,
    }
    (terraform.folder / "terraform.tfvars.json").write_text(json.dumps(inputs))
    env = embedded_aws.nobodys(terraform.env)
    printed = commands.run(
        [terraform.binary, "console"], stdin="jsonencode(local.definition)\n", cwd=terraform.folder, env=env
    )
    return json.loads(json.loads(printed))


@contextmanager
def front(started):
    """A server before moto's, as moto would run a function in a container: invocations go to the emulator."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path.endswith("/invocations"):
                answer = json.dumps(started["function"].invoke(json.loads(body))).encode()
            else:
                request = urllib.request.Request(
                    started["aws"].url + self.path, body or None, dict(self.headers), method=self.command
                )
                with DIRECT.open(request) as response:
                    answer = response.read()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_PUT = do_POST

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def interpretable(definition):
    """All of it, without what moto's interpreter does not know."""
    definition = json.loads(json.dumps(definition))
    files = definition["States"]["Files"]
    rows = files["ItemProcessor"]["States"]["Rows"]
    assert rows.pop("ItemBatcher")["MaxItemsPerBatch"] == 500
    rows["ItemSelector"] = {"Items.$": "States.Array($$.Map.Item.Value)"}
    assert rows["ItemReader"]["ReaderConfig"] == {"InputType": "JSONL"}
    rows["ItemReader"]["ReaderConfig"] = {"InputType": "JSON"}
    del rows["ResultWriter"], files["ResultWriter"]
    for each in (rows, files):
        each["ToleratedFailurePercentage"] = float(each["ToleratedFailurePercentage"])  # it reads no whole number there
    return definition


@pytest.fixture(scope="module")
def machine(module, built, tmp_path_factory):
    """Executes a definition that is made of the alias, on data sets by key, and returns how it ended."""
    folder = tmp_path_factory.mktemp("execution")
    terraform = Terraform(copy_module(folder / "terraform"))
    terraform.init()
    started = {}
    with (
        front(started) as port,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("MOTO_PORT", str(port))  # where moto's interpreter looks for AWS
        with embedded_aws.start() as aws:
            started["aws"] = aws
            config = json.dumps({"stepfunctions": {"execute_state_machine": True}}).encode()
            headers = {"Content-Type": "application/json"}
            DIRECT.open(urllib.request.Request(f"{aws.url}/moto-api/config", config, headers)).close()
            terraform.env = aws.environment(terraform.env)
            terraform.apply({"name": "scored", "mode": "bundle", "artifacts_dir": str(built.out)})
            outputs = terraform.outputs()
            task = deployed.fetch(aws, outputs, folder / "deployed")
            packages = emulator.runtime_packages(built.runtime.python, folder / "runtime")
            with emulator.start(task, packages, aws) as function:
                started["function"] = function

                def run(part, event, data, format_="jsonl"):
                    made = definition(module, outputs["alias_arn"], format=format_, max_concurrency=1)
                    return execute(aws, part(made), event, data)

                yield run


def execute(aws, machine, event, data):
    """One execution, on data sets that lie in a bucket for it."""
    s3, client = aws.client("s3"), aws.client("stepfunctions")
    s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": embedded_aws.REGION})
    for key, content in data.items():
        s3.put_object(Bucket="data", Key=key, Body=content)
    try:
        name, role = f"batch-{time.monotonic_ns()}", "arn:aws:iam::123456789012:role/batch"
        made = client.create_state_machine(name=name, definition=json.dumps(machine), roleArn=role)
        run = client.start_execution(stateMachineArn=made["stateMachineArn"], input=json.dumps(event))["executionArn"]
        deadline = time.monotonic() + 600
        while (ended := client.describe_execution(executionArn=run))["status"] == "RUNNING":
            assert time.monotonic() < deadline
            time.sleep(0.2)
        return ended
    finally:
        for key in data:
            s3.delete_object(Bucket="data", Key=key)
        s3.delete_bucket(Bucket="data")


@pytest.fixture(scope="module")
def rows(built):
    return json.loads(built.example.request.read_text())["dataframe_records"]


def of_one_batch(definition):
    """What is done to each batch."""
    processor = definition["States"]["Files"]["ItemProcessor"]["States"]["Rows"]["ItemProcessor"]
    return {"StartAt": processor["StartAt"], "States": processor["States"]}


class TestExecution:
    def test_all_rows_of_all_files_are_predicted(self, machine, built, rows, tmp_path):
        data = {"in/": b"", "in/a.json": json.dumps(rows[:3]), "in/b.json": json.dumps(rows[3:5]), "other": "[{}]"}
        ended = machine(interpretable, {"prefix": "in/"}, data)
        assert ended["status"] == "SUCCEEDED", ended
        folder, *files = json.loads(ended["output"])
        assert folder == {}  # what a console makes for a folder is passed over
        answered = [batch for file in files for batch in file]
        assert [row for batch in answered for row in batch["rows"]] == rows[:5]
        expected = demo.own_predictions(built.out, built.example, built.runtime, tmp_path)
        assert [number for batch in answered for number in batch["predictions"]] == expected[:5]

    def test_a_batch_of_more_rows_is_one_call(self, machine, built, rows, tmp_path):
        ended = machine(of_one_batch, {"Items": rows}, {})
        expected = demo.own_predictions(built.out, built.example, built.runtime, tmp_path)
        assert json.loads(ended["output"]) == {"rows": rows, "predictions": expected}

    def test_texts_of_a_csv_file_are_read_as_the_model_wants_them(self, machine, built, rows, tmp_path):
        texts = [{name: str(value) for name, value in row.items()} for row in rows]
        ended = machine(of_one_batch, {"Items": texts}, {}, "csv")
        expected = demo.own_predictions(built.out, built.example, built.runtime, tmp_path)
        assert json.loads(ended["output"]) == {"rows": texts, "predictions": expected}

    def test_a_batch_that_the_model_cannot_take_fails_and_says_why(self, machine):
        ended = machine(of_one_batch, {"Items": [{"nonsense": 1}]}, {})
        assert (ended["status"], ended["error"]) == ("FAILED", "Refused")
        assert "lacks" in ended["cause"]
