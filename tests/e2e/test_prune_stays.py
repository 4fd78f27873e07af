"""What invoke prune must leave alone, of functions as others have them: no Terraform, and the API of an AWS here."""

import io
import json
import os
import subprocess
import sys
import zipfile

import boto3
import pytest
from botocore.stub import Stubber

from local import prune
from local.deployment import AwsFailed
from tests.conftest import ROOT

DIGITS = "20261126142537000000000001"
TRUST = {
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
}


@pytest.fixture(scope="module")
def function(aws, clients):
    """Makes a function with a version for each place of a model."""
    role = aws.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]

    def make(name, *places):
        settings = {"Runtime": "python3.13", "Role": role, "Handler": "handler.lambda_handler"}
        api = clients["lambda"]
        for number, place in enumerate(places):
            told = {"Variables": dict(zip(("MODEL_BUCKET", "MODEL_KEY", "MODEL_VERSION_ID"), place, strict=True))}
            if number == 0:
                api.create_function(
                    FunctionName=name, Code={"ZipFile": archive(name)}, Environment=told, Publish=True, **settings
                )
                continue
            api.update_function_configuration(FunctionName=name, Environment=told)
            api.update_function_code(FunctionName=name, ZipFile=archive(f"{name} {number}"), Publish=True)

    return make


def archive(content):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr(zipfile.ZipInfo("handler.py"), f"# {content}")
    return made.getvalue()


def bucket(s3, name):
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})


def model(s3, name, key, content):
    return name, key, s3.put_object(Bucket=name, Key=key, Body=content)["VersionId"]


def names(seen):
    return [(each.kind, each.name.split(", ")[0]) for each in seen.unused]


def test_the_model_store_of_another_deployment_stays(aws, clients, function):
    """Its function may be in another region, and is not listed here."""
    s3 = clients["s3"]
    bucket(s3, f"theirs-{DIGITS}")
    bucket(s3, "common")
    places = []
    for name, key in ((f"theirs-{DIGITS}", "model/model"), ("common", "theirs/0123abcd/model/model")):
        places += [model(s3, name, key, content) for content in (b"first", b"second", b"third")][1:]
        s3.put_object(Bucket=name, Key=f"{key.removesuffix('model/model')}layer/{'0' * 64}.zip", Body=b"zip")
    function("borrower", *places)
    assert {each.kind for each in prune.look(clients, "borrower", 1).unused} == {"version"}
    assert {each.kind for each in prune.look(clients, "borrower", 1, f"theirs-{DIGITS}").unused} == {"version"}

    # Where the same name made the bucket in another region, that deployment's models are not ours either
    west = boto3.client("s3", "eu-west-1", endpoint_url=aws.url, aws_access_key_id="id", aws_secret_access_key="secret")
    bucket(west, f"regional-{DIGITS}")
    places = [model(s3, f"regional-{DIGITS}", "model/model", content) for content in (b"first", b"second", b"third")]
    function("regional", *places[1:])
    assert {each.kind for each in prune.look(clients, "regional", 1).unused} == {"version"}

    # The same below its own name and in its own bucket goes
    bucket(s3, f"owner-{DIGITS}")
    places = [model(s3, f"owner-{DIGITS}", "model/model", content) for content in (b"1", b"2", b"3")]
    places += [model(s3, "common", "owner/4567cdef/model/model", content) for content in (b"1", b"2", b"3")]
    function("owner", *places)
    assert names(prune.look(clients, "owner", 1))[5:] == [
        *[("model", "s3://common/owner/4567cdef/model/model")] * 2,
        *[("model", f"s3://owner-{DIGITS}/model/model")] * 2,
    ]


def test_a_bucket_that_is_gone_is_no_obstacle(clients, function):
    function("moved", (f"moved-{DIGITS}", "model/model", "v1"), ("elsewhere", "key", "v2"))
    assert names(prune.look(clients, "moved", 1)) == [("version", "1")]


def test_versions_that_are_called_by_number_stay(aws, clients, function):
    api = clients["lambda"]
    function("called", *[("elsewhere", "key", f"v{number}") for number in range(1, 6)])
    arn = next(iter(api.list_versions_by_function(FunctionName="called")["Versions"]))["FunctionArn"].rpartition(":")[0]
    url = aws.client("sqs").create_queue(QueueName="requests")["QueueUrl"]
    queue = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    # Here it is listed under the version's own ARN alone; AWS does not say whether it does so, too
    api.create_event_source_mapping(FunctionName=f"{arn}:3", EventSourceArn=queue)
    assert api.list_event_source_mappings(FunctionName="called")["EventSourceMappings"] == []
    told = {"FunctionName": "called", "Qualifier": "2", "StatementId": "rule", "Action": "lambda:InvokeFunction"}
    api.add_permission(**told, Principal="events.amazonaws.com")
    seen = prune.look(clients, "called", 1)
    assert seen.kept == {
        "5": ["one of the newest"],
        "3": ["an event source"],
        "2": ["a permission to call it"],
    }
    assert names(seen) == [("version", "1"), ("version", "4")]


def test_models_stay_where_it_is_not_shown_who_reads_them(aws, clients, function):
    """Environment variables under a key that the caller may not use: an answer of AWS's, as its reference shows it."""
    s3 = clients["s3"]
    bucket(s3, f"hidden-{DIGITS}")
    function("hidden", *[model(s3, f"hidden-{DIGITS}", "model/model", content) for content in (b"1", b"2", b"3")])
    assert "model" in dict(names(prune.look(clients, "hidden", 1)))

    def hide(parsed, **_):
        for each in parsed["Versions"]:
            if each["Version"] == "3":
                each["Environment"] = {"Error": {"ErrorCode": "AccessDeniedException", "Message": "KMS"}}

    api = aws.client("lambda")
    api.meta.events.register("after-call.lambda.ListVersionsByFunction", hide)
    seen = prune.look({**clients, "lambda": api}, "hidden", 1)
    assert names(seen) == [("version", "1"), ("version", "2")]
    assert "hidden" in seen.notes[0]


def test_after_a_version_that_cannot_go_its_layer_and_model_stay(clients, function):
    """Lambda refuses, as when an alias has come to point to it since it was looked at."""
    s3 = clients["s3"]
    bucket(s3, f"halfway-{DIGITS}")
    function("halfway", *[model(s3, f"halfway-{DIGITS}", "model/model", content) for content in (b"1", b"2", b"3")])
    seen = prune.look(clients, "halfway", 1)
    clients["lambda"].delete_function(FunctionName="halfway", Qualifier="1")
    refusing = boto3.client("lambda", "eu-central-1", aws_access_key_id="id", aws_secret_access_key="secret")
    with Stubber(refusing) as stubbed:
        stubbed.add_client_error("delete_function", "ResourceConflictException", "alias live", 409)
        with pytest.raises(AwsFailed, match="alias live"):
            prune.delete({**clients, "lambda": refusing}, seen.unused, print)
    assert len(s3.list_object_versions(Bucket=f"halfway-{DIGITS}")["Versions"]) == 3


@pytest.mark.parametrize("given", ["called:2", "arn:aws:lambda:eu-central-1:123456789012:function:called", "a b"])
def test_a_name_is_that_of_a_function(clients, given):
    with pytest.raises(prune.BadName, match="name of a function"):
        prune.look(clients, given, 1)
    argv = [sys.executable, "-m", "invoke", "prune", "--keep", "1", "--name", given]
    environment = os.environ | {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    told = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)
