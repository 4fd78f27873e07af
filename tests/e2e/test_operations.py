"""The everyday commands: deploy, predict, rollback, logs."""

import base64
import io
import json
import os
import time

import pytest
from botocore.exceptions import ClientError

from build.package import request_files
from local import demo, deployment, embedded_aws, emulator, operations, packaged
from local.terraform import Terraform, copy_module


def test_what_was_packaged_answers_here_without_a_deployment(built, tmp_path):
    said = []
    answer = operations.predict_locally(built.out, request_files.read(built.example.request), said.append)
    assert answer["predictions"] == demo.own_predictions(built.out, built.example, built.runtime, tmp_path)
    assert "layer-python" in said[0]


def test_nothing_packaged_is_told(tmp_path):
    with pytest.raises(packaged.NotPackaged, match="invoke build-layer"):
        operations.predict_locally(tmp_path, request_files.Request(tmp_path / "request.json", b"{}"), print)


@pytest.fixture
def module(tmp_path):
    return Terraform(copy_module(tmp_path / "module"))


def test_deploy_keeps_to_the_deployment_and_rollback_publishes_nothing(root, module, monkeypatch):
    said = []
    artifacts = str(root / "tests" / "fixtures" / "artifacts" / "complete")
    variables = {"mode": "bundle", "name": "operated", "artifacts_dir": artifacts}
    with embedded_aws.start() as aws:
        for name, value in aws.environment({}).items():
            monkeypatch.setenv(name, value)
        module.env = aws.environment(module.env)
        module.init()
        with pytest.raises(deployment.NotDeployed, match="invoke deploy"):
            deployment.outputs(module)
        assert deployment.deploy(module, variables, plan=True, yes=True, say=said.append) == 0
        assert deployment.deploy(module, variables, plan=False, yes=True, say=said.append) == 0
        assert [line.split()[1] for line in said] == ["init", "plan", "init", "apply"]
        client, alias = aws.client("lambda"), deployment.outputs(module)["alias_arn"]
        with pytest.raises(deployment.NoEarlierVersion, match=r"Version 1 answers.*Published are: 1\."):
            deployment.rollback(client, alias, None, said.append)

        # neither mode nor name is said again
        more = {"memory_size": "2048", "artifacts_dir": artifacts}
        assert deployment.deploy(module, more, plan=False, yes=True, say=said.append) == 0
        assert "-var=mode=bundle -var=name=operated" in said[-1]
        found = deployment.outputs(module)
        assert (found["mode"], found["function_version"], found["newest_version"]) == ("bundle", "2", "2")

        # a dry run says what would be run, and changes nothing
        would = deployment.command_lines(module, more, plan=False, yes=True)
        assert would == [f"{module.binary.name} init", said[-1]]
        assert deployment.rollback(client, alias, None, said.append, dry_run=True) == "1"
        assert client.get_alias(FunctionName="operated", Name="live")["FunctionVersion"] == "2"

        # as by a module that did not tell its mode yet
        outputs = module.outputs()
        monkeypatch.setattr(module, "outputs", lambda: {name: outputs[name] for name in outputs if name != "mode"})
        with pytest.raises(deployment.ModeUnknown, match="--mode s3"):
            deployment.deploy(module, more, plan=True, yes=True, say=said.append)

        # with other settings and artifacts than those of the deployment
        assert deployment.rollback(client, alias, None, said.append) == "1"
        assert said[-1].startswith("aws lambda update-alias")
        assert client.get_alias(FunctionName="operated", Name="live")["FunctionVersion"] == "1"
        published = client.list_versions_by_function(FunctionName="operated")["Versions"]
        assert [each["Version"] for each in published] == ["$LATEST", "1", "2"]
        with pytest.raises(deployment.NoSuchVersion, match=r"no published version 7.*Published are: 1, 2"):
            deployment.rollback(client, alias, "7", said.append)
        assert deployment.rollback(client, alias, "2", said.append) == "2"

        client = aws.client("logs")
        place = {"logGroupName": found["log_group_name"], "logStreamName": "one"}
        client.create_log_stream(**place)
        now = int(time.time() * 1000)
        client.put_log_events(**place, logEvents=[{"timestamp": now, "message": "a prediction\n"}])
        assert list(operations.logs(client, found["log_group_name"], 10, said.append)) == ["a prediction"]
        assert said[-1] == "aws logs tail /aws/lambda/operated --since 10m"


class TestAccess:
    @pytest.fixture(autouse=True)
    def nothing_is_set(self, monkeypatch, tmp_path):
        for name in [each for each in os.environ if each.startswith("AWS_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))

    def test_a_region_and_credentials_are_missed_before_terraform_runs(self, module, monkeypatch):
        said = []
        with pytest.raises(deployment.NoRegion, match="AWS_REGION"):
            deployment.deploy(module, {}, plan=True, yes=True, say=said.append)
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        with pytest.raises(deployment.NoCredentials, match="AWS_PROFILE"):
            deployment.deploy(module, {}, plan=True, yes=True, say=said.append)
        assert said == []
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        deployment.check_access(module)

    def test_a_provider_block_may_set_them(self, module):
        (module.folder / "provider.tf").write_text('provider "aws" {\n  region = "eu-central-1"\n}\n')
        deployment.check_access(module)


def test_a_page_of_html_becomes_a_line():
    page = ClientError({"Error": {"Code": "502", "Message": "<html>\n<h1>Bad\nGateway</h1></html>"}}, "Invoke")
    assert deployment.words_of(page).endswith("operation: Bad Gateway")


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
    return request_files.read(path)


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


def test_what_a_proxy_answers_in_the_place_of_aws_becomes_a_line(request_file):
    page = b"<html><head><style>h1 { color: red }</style></head>\n<body><h1>Bad\nGateway</h1></body></html>"
    with pytest.raises(deployment.AwsFailed, match="not reached: Bad Gateway\n") as refused:
        operations.predict(Client(Payload=page), "arn:churn:live", request_file, print)
    assert "<" not in str(refused.value) and "color" not in str(refused.value)


def test_what_aws_refuses_is_told_in_its_words(request_file):
    with embedded_aws.start() as aws:
        arn = f"arn:aws:lambda:{embedded_aws.REGION}:123456789012:function:gone:live"
        with pytest.raises(deployment.AwsFailed, match="ResourceNotFoundException"):
            operations.predict(aws.client("lambda"), arn, request_file, print)
        with pytest.raises(deployment.AwsFailed, match="ResourceNotFoundException"):
            list(operations.logs(aws.client("logs"), "/aws/lambda/gone", 10, print))
