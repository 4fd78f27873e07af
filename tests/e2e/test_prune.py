"""What invoke prune deletes, of a deployment in the embedded AWS."""

import io
import os
import subprocess
import sys
import zipfile

import boto3
import pytest
from botocore.stub import Stubber

from local import embedded_aws, prune
from local.deployment import AwsFailed
from local.terraform import Terraform, copy_module
from tests.artifacts import COMPLETE, rebuilt
from tests.conftest import ROOT

NAME = "pruned"


@pytest.fixture(scope="module")
def bucket(aws, tmp_path_factory):
    """The bucket of six versions, each with its own model and the last two with another layer. 2 and 3 are called."""
    folder = tmp_path_factory.mktemp("deployment")
    module = Terraform(copy_module(folder / "module"))
    module.init()
    module.env = aws.environment(module.env)
    for number in range(1, 7):
        layer = {"layer": archive()} if number > 4 else {}
        inputs = {"name": NAME, "artifacts_dir": rebuilt(folder / str(number), model=b"model %d" % number, **layer)}
        module.apply(inputs)
    module.apply(inputs | {"live_version": "2", "canary": {"version": "3", "weight": 0.1}})
    yield module.outputs()["bucket"]
    assert not module.has_changes(inputs | {"live_version": "2", "canary": {"version": "3", "weight": 0.1}})


def archive():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr(zipfile.ZipInfo("python/other.py"), "")
    return made.getvalue()


def models(clients, bucket):
    """The bytes of all versions of the model."""
    listed = clients["s3"].list_object_versions(Bucket=bucket, Prefix="model/")["Versions"]
    where = [{"Bucket": bucket, "Key": each["Key"], "VersionId": each["VersionId"]} for each in listed]
    return {clients["s3"].get_object(**each)["Body"].read().decode() for each in where}


def published(clients):
    listed = clients["lambda"].list_versions_by_function(FunctionName=NAME)["Versions"]
    return {each["Version"] for each in listed}


def command(aws, *options, answer=""):
    argv = [sys.executable, "-m", "invoke", "prune", "--name", NAME, *options]
    env = aws.environment(os.environ) | {"COLUMNS": "200"}
    return subprocess.run(argv, cwd=ROOT, env=env, input=answer, capture_output=True, text=True, check=False)


def test_only_what_nothing_uses_goes(aws, clients, bucket):
    # left behind by an apply that was interrupted; and a zip that the function is made of
    orphan = f"function/{'0' * 64}.zip"
    clients["s3"].put_object(Bucket=bucket, Key=orphan, Body=b"zip")
    seen = prune.look(clients, NAME, 1)
    assert seen.kept == {
        "6": ["one of the newest"],
        "3": ["alias live, for some of the calls"],
        "2": ["alias live"],
    }
    names = [(each.kind, each.name.split(", ")[0]) for each in seen.unused]
    assert names == [
        ("version", "1"),
        ("version", "4"),
        ("version", "5"),
        *[("zip", f"s3://{bucket}/{orphan}")],
        *[("model", f"s3://{bucket}/model/model")] * 3,
    ]
    assert seen.unused[0].command == f"aws lambda delete-function --function-name {NAME} --qualifier 1"
    assert seen.unused[-1].command.startswith(
        f"aws s3api delete-object --bucket {bucket} --key model/model --version-id "
    )

    shown = command(aws, "--keep", "1", "--dry-run")
    assert shown.returncode == 0
    for each in seen.unused:
        assert each.name in shown.stdout
    assert seen == prune.look(clients, NAME, 1)

    refused = command(aws, "--keep", "1", answer="y\n")
    assert (refused.returncode, seen) == (1, prune.look(clients, NAME, 1))
    assert "--yes" in refused.stderr

    done = command(aws, "--keep", "1", "--yes")
    assert done.returncode == 0, done.stderr
    assert published(clients) == {"$LATEST", "2", "3", "6"}
    assert models(clients, bucket) == {"model 2", "model 3", "model 6"}
    assert prune.look(clients, NAME, 1).unused == []
    assert "nothing to delete" in command(aws, "--keep", "1", "--yes").stdout


def test_a_layer_version_goes_with_its_last_version(clients, bucket):
    api = clients["lambda"]
    api.update_alias(
        FunctionName=NAME, Name="live", FunctionVersion="6", RoutingConfig={"AdditionalVersionWeights": {}}
    )
    layer = [each for each in prune.look(clients, NAME, 1).unused if each.kind == "layer version"]
    assert [each.name for each in layer] == [f"{NAME}-dependencies:1"]

    # unless another function has it
    arn = api.list_layer_versions(LayerName=f"{NAME}-dependencies")["LayerVersions"][-1]["LayerVersionArn"]
    told = api.get_function_configuration(FunctionName=NAME)
    api.create_function(
        FunctionName="other",
        Role=told["Role"],
        Runtime=told["Runtime"],
        Handler=told["Handler"],
        Layers=[arn],
        Code={"ZipFile": archive()},
    )
    assert not [each for each in prune.look(clients, NAME, 1).unused if each.kind == "layer version"]
    api.delete_function(FunctionName="other")
    said = []
    prune.delete(clients, layer, said.append)
    assert said == [f"aws lambda delete-layer-version --layer-name {NAME}-dependencies --version-number 1"]
    api.update_alias(
        FunctionName=NAME, Name="live", FunctionVersion="2", RoutingConfig={"AdditionalVersionWeights": {"3": 0.1}}
    )


def test_models_of_the_callers_own_stay(clients, bucket):
    api, s3 = clients["lambda"], clients["s3"]
    s3.create_bucket(Bucket="theirs", CreateBucketConfiguration={"LocationConstraint": embedded_aws.REGION})
    s3.put_bucket_versioning(Bucket="theirs", VersioningConfiguration={"Status": "Enabled"})
    for content in (b"old", b"new"):
        s3.put_object(Bucket="theirs", Key="model/model", Body=content)
    told = api.get_function_configuration(FunctionName=NAME)
    code = {"ZipFile": (COMPLETE / "function-s3.zip").read_bytes()}
    variables = {"MODEL_BUCKET": "theirs", "MODEL_KEY": "model/model"}
    api.create_function(
        FunctionName="reader",
        Role=told["Role"],
        Runtime=told["Runtime"],
        Handler=told["Handler"],
        Code=code,
        Environment={"Variables": variables},
        Publish=True,
    )
    assert prune.look(clients, "reader", 1).unused == []


def test_provisioned_versions_stay():
    """The embedded AWS provisions nothing: an answer of AWS's, as its reference shows it."""
    client = boto3.client("lambda", region_name="eu-central-1", aws_access_key_id="id", aws_secret_access_key="secret")
    with Stubber(client) as stubbed:
        arn = "arn:aws:lambda:eu-central-1:123456789012:function:churn:4"
        answer = {"ProvisionedConcurrencyConfigs": [{"FunctionArn": arn, "Status": "READY"}]}
        stubbed.add_response("list_aliases", {"Aliases": []}, {"FunctionName": "churn"})
        stubbed.add_response("list_provisioned_concurrency_configs", answer, {"FunctionName": "churn"})
        stubbed.add_response("list_event_source_mappings", {"EventSourceMappings": []}, {})
        assert list(prune._pointers(client, "churn")) == [("4", "provisioned concurrency")]


@pytest.mark.parametrize("given", ["0", "-1", "all", "1.5"])
def test_how_many_to_keep(given):
    with pytest.raises(prune.BadKeep, match="1 or more"):
        prune.number(given)


def test_a_function_that_is_not_there(aws, clients):
    with pytest.raises(AwsFailed, match="ResourceNotFoundException"):
        prune.look(clients, "nobody", 1)
    told = command(aws, "--keep", "3", "--name", "nobody")
    assert (told.returncode, "Traceback" in told.stderr) == (1, False)


def test_no_region_and_no_credentials_are_one_line(aws, tmp_path):
    argv = [sys.executable, "-m", "invoke", "prune", "--name", NAME, "--keep", "3"]
    bare = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    bare |= {
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    for env, word in ((bare, "AWS_REGION"), (bare | {"AWS_REGION": "eu-central-1"}, "AWS_PROFILE")):
        told = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert told.returncode == 1
        assert told.stderr.count("\n") == 1 and word in told.stderr
