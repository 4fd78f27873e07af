"""The everyday commands: deploy, predict, rollback, logs."""

import base64
import io
import json
import time

import pytest

from build import requests
from local import demo, embedded_aws, emulator, operations, packaged
from local.terraform import Terraform, copy_module


def test_what_was_packaged_answers_here_without_a_deployment(built, tmp_path):
    said = []
    answer = operations.predict_locally(built.out, requests.read(built.example.request), said.append)
    assert answer["predictions"] == demo.own_predictions(built.out, built.example, built.runtime, tmp_path)
    assert "layer-python" in said[0]


def test_nothing_packaged_is_told(tmp_path):
    with pytest.raises(packaged.NotPackaged, match="invoke build-layer"):
        operations.predict_locally(tmp_path, requests.Request(tmp_path / "request.json", b"{}"), print)


def test_deploy_and_rollback_say_what_they_run(root, tmp_path, monkeypatch):
    terraform = Terraform(copy_module(tmp_path / "module"))
    said = []
    artifacts = root / "tests" / "fixtures" / "artifacts" / "complete"
    variables = {"mode": "s3", "name": "operated", "artifacts_dir": str(artifacts)}
    with embedded_aws.start() as aws:
        for name, value in aws.environment({}).items():
            monkeypatch.setenv(name, value)
        terraform.env = aws.environment(terraform.env)
        terraform.init()
        with pytest.raises(operations.NotDeployed, match="invoke deploy"):
            operations.outputs(terraform)
        assert operations.deploy(terraform, variables, plan=True, yes=True, say=said.append) == 0
        assert operations.deploy(terraform, variables, plan=False, yes=True, say=said.append) == 0
        assert [line.split()[1] for line in said] == ["init", "plan", "init", "apply"]
        with pytest.raises(operations.NoEarlierVersion):
            operations.earlier_version(terraform)

        more = variables | {"memory_size": "2048"}
        assert operations.deploy(terraform, more, plan=False, yes=True, say=said.append) == 0
        back = more | {"live_version": operations.earlier_version(terraform)}
        assert operations.deploy(terraform, back, plan=False, yes=True, say=said.append) == 0
        assert said[-1].endswith("-var=live_version=1")
        found = operations.outputs(terraform)
        assert (found["function_version"], found["newest_version"]) == ("1", "2")

        client = aws.client("logs")
        place = {"logGroupName": found["log_group_name"], "logStreamName": "one"}
        client.create_log_stream(**place)
        now = int(time.time() * 1000)
        client.put_log_events(**place, logEvents=[{"timestamp": now, "message": "a prediction\n"}])
        assert list(operations.logs(client, found["log_group_name"], 10, said.append)) == ["a prediction"]
        assert said[-1] == "aws logs tail /aws/lambda/operated --since 10m"


class Client:
    """Lambda's API, as boto3 hands it out."""

    def __init__(self, **answer):
        self.answer = answer

    def invoke(self, **sent):
        self.sent = sent
        return self.answer | {"Payload": io.BytesIO(self.answer["Payload"])}


@pytest.fixture
def request_file(tmp_path):
    path = tmp_path / "request.json"
    path.write_text(json.dumps({"instances": [[1]]}))
    return requests.read(path)


def test_a_request_reaches_the_alias(request_file):
    client, said = Client(Payload=b'{"predictions": [1]}'), []
    assert operations.predict(client, "arn:churn:live", request_file, said.append) == {"predictions": [1]}
    assert (client.sent["FunctionName"], client.sent["Payload"]) == ("arn:churn:live", request_file.body)
    assert said[0].startswith("aws lambda invoke --function-name arn:churn:live")


def test_a_function_that_fails_is_told_with_its_log(request_file):
    log = base64.b64encode(b"START\nTraceback").decode()
    client = Client(FunctionError="Unhandled", Payload=b'{"errorType": "MemoryError"}', LogResult=log)
    with pytest.raises(emulator.FunctionFailed, match=r"MemoryError(.*\n)*START\nTraceback"):
        operations.predict(client, "arn:churn:live", request_file, print)


def test_what_aws_refuses_is_told_in_its_words(request_file):
    with embedded_aws.start() as aws:
        arn = f"arn:aws:lambda:{embedded_aws.REGION}:123456789012:function:gone:live"
        with pytest.raises(operations.AwsFailed, match="ResourceNotFoundException"):
            operations.predict(aws.client("lambda"), arn, request_file, print)
        with pytest.raises(operations.AwsFailed, match="ResourceNotFoundException"):
            list(operations.logs(aws.client("logs"), "/aws/lambda/gone", 10, print))
