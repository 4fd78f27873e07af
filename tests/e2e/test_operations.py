"""The everyday commands: deploy, predict, rollback, logs."""

import json
import time

import pytest

from local import demo, embedded_aws, operations, packaged
from local.terraform import Terraform, copy_module


def test_what_was_packaged_answers_here_without_a_deployment(built, tmp_path):
    said = []
    answer = operations.predict_locally(built.out, built.example.request, said.append)
    assert answer["predictions"] == demo.own_predictions(built.out, built.example, built.runtime, tmp_path)
    assert "layer-python" in said[0]


def test_nothing_packaged_is_told(tmp_path):
    with pytest.raises(packaged.NotPackaged, match="invoke build-layer"):
        operations.predict_locally(tmp_path, tmp_path / "request.json", print)


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


def test_a_request_reaches_the_alias(tmp_path):
    class Client:
        def invoke(self, **sent):
            self.sent = sent
            return {"Payload": type("Stream", (), {"read": lambda self: b'{"predictions": [1]}'})()}

    event = tmp_path / "request.json"
    event.write_text(json.dumps({"instances": [[1]]}))
    client, said = Client(), []
    assert operations.predict(client, "arn:churn:live", event, said.append) == {"predictions": [1]}
    assert client.sent == {"FunctionName": "arn:churn:live", "Payload": event.read_bytes()}
    assert said[0].startswith("aws lambda invoke --function-name arn:churn:live")
