"""The module as another repository has it: fetched with git at a tag, its artifacts built with the tooling in it."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from build.dist import manifest
from build.runtimes import host_architecture
from local import deployed, embedded_aws, emulator
from local.terraform import Terraform
from tests.conftest import ROOT
from tests.repository import git, publish

URL = "git::https://github.com/OWNER/terraform-aws-lambda-model.git?ref=v1.0.0"
REQUIREMENT = 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'


@pytest.fixture(scope="module", autouse=True)
def of_no_hook():
    """A git hook that runs the tests names its repository and index in variables, for git and for Terraform's git."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """This checkout as a git repository with a tag: all that is not ignored, committed or not."""
    folder = publish(tmp_path_factory.mktemp("published") / "terraform-aws-lambda-model")
    git(folder, "tag", "v1.0.0")
    return folder


@pytest.fixture(scope="module")
def consumer(tmp_path_factory, repository):
    """The example, elsewhere, with the module from that repository."""
    folder = tmp_path_factory.mktemp("elsewhere") / "consumer"
    shutil.copytree(ROOT / "examples" / "consumer", folder)
    written = (folder / "main.tf").read_text()
    assert URL in written
    (folder / "main.tf").write_text(written.replace(URL, f"git::file://{repository}?ref=v1.0.0"))
    terraform = Terraform(folder)
    terraform.init()
    return terraform


def test_two_models_built_deployed_called_and_destroyed(consumer, built, tmp_path):
    brought = consumer.folder / ".terraform" / "modules" / "model"
    target = ["--python", built.runtime.python, "--architecture", host_architecture().name, "--builder", "uv"]
    invoke(consumer.folder, brought, "build-layer", *target, "--out", "dist/churn")
    shutil.copytree(consumer.folder / "dist" / "churn", consumer.folder / "dist" / "fraud")
    for name in ("churn", "fraud"):
        model = ["--model", str(built.example.model), "--request", str(built.example.request)]
        invoke(consumer.folder, brought, "package", *model, "--out", f"dist/{name}")
    expected = json.loads(built.example.request.read_text())
    with embedded_aws.start() as aws:
        consumer.env = aws.environment(consumer.env)
        consumer.apply({})
        assert not consumer.has_changes({})
        alias_arns = consumer.outputs()["alias_arns"]
        assert sorted(alias_arns) == ["churn", "fraud"]

        packages = emulator.runtime_packages(built.runtime.python, tmp_path / "runtime")
        bucket = bucket_of(aws, "fraud")
        task = deployed.fetch(aws, {"function_name": "fraud", "bucket": bucket}, tmp_path / "fraud")
        with emulator.start(task, packages, aws) as environment:
            answer = environment.invoke(expected)
        assert len(answer["predictions"]) == len(expected["dataframe_records"])
        consumer.destroy({})
        assert aws.client("s3").list_buckets()["Buckets"] == []


def test_artifacts_in_s3_need_no_local_file(repository, built, tmp_path):
    folder = tmp_path / "deployer"
    folder.mkdir()
    (folder / "main.tf").write_text(
        f'{REQUIREMENT}module "churn" {{\n  source = "git::file://{repository}?ref=v1.0.0"\n  name = "churn"\n'
        '  artifacts_dir = "s3://artifacts/churn/2026-11"\n}\n'
    )
    terraform = Terraform(folder)
    terraform.init()
    with embedded_aws.start() as aws:
        terraform.env = aws.environment(terraform.env)
        s3 = aws.client("s3")
        s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": embedded_aws.REGION})
        s3.put_bucket_versioning(Bucket="artifacts", VersioningConfiguration={"Status": "Enabled"})
        for path in built.out.iterdir():
            if path.is_file():
                kind = {"ContentType": "application/json"} if path.suffix == ".json" else {}  # as `aws s3 cp` sets it
                s3.upload_file(str(path), "artifacts", f"churn/2026-11/{path.name}", ExtraArgs=kind)
        terraform.apply({})
        assert not terraform.has_changes({})
        told = aws.client("lambda").get_function(FunctionName="churn", Qualifier="live")["Configuration"]
        model = told["Environment"]["Variables"]
        assert (model["MODEL_BUCKET"], model["MODEL_KEY"]) == (
            "artifacts",
            f"churn/2026-11/{manifest.read(built.out)['model']['path']}",
        )
        assert s3.get_object(Bucket="artifacts", Key=model["MODEL_KEY"], VersionId=model["MODEL_VERSION_ID"])
        assert [each["Name"] for each in s3.list_buckets()["Buckets"]] == ["artifacts"]  # and none of ours
        terraform.destroy({})
        assert s3.head_object(Bucket="artifacts", Key="churn/2026-11/manifest.json")


HERE = f"arn:aws:lambda:{embedded_aws.REGION}:123456789012"
ALIAS = 'function_name = "churn"\n  alias_name = "live"\n  alias_arn = "' + HERE + ':function:churn:live"'

# Each submodule with the least that it takes; function and layer, whose zip must be somewhere, are applied by the root
ALONE = {
    "alarms": ALIAS,
    "artifacts": 'name = "alone"',
    "endpoint": ALIAS,
    "manifest": f'artifacts_dir = "{ROOT}/tests/fixtures/artifacts/complete"\n  mode = "s3"',
    "warmer": f'{ALIAS}\n  warm = {{ timezone = "Europe/Berlin" }}',
}


@pytest.fixture(scope="module")
def aws_with_a_function():
    """An embedded AWS with a function churn and its alias live, which URLs and permissions are of."""
    with embedded_aws.start() as aws:
        client = aws.client("lambda")
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = aws.client("iam").create_role(RoleName="churn", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        code = {"ZipFile": (ROOT / "tests/fixtures/artifacts/complete/function-s3.zip").read_bytes()}
        client.create_function(
            FunctionName="churn",
            Runtime="python3.13",
            Role=role,
            Handler="handler.lambda_handler",
            Code=code,
            Publish=True,
        )
        client.create_alias(FunctionName="churn", Name="live", FunctionVersion="1")
        yield aws


def test_each_submodule_alone_applies(repository, aws_with_a_function, tmp_path):
    calls = [
        f'module "{name}" {{\n  source = "git::file://{repository}//modules/{name}?ref=v1.0.0"\n  {inputs}\n}}\n'
        for name, inputs in ALONE.items()
    ]
    (tmp_path / "main.tf").write_text(REQUIREMENT + "".join(calls))
    terraform = Terraform(tmp_path)
    terraform.init()
    terraform.env = aws_with_a_function.environment(terraform.env)
    terraform.apply({})
    assert not terraform.has_changes({})
    terraform.destroy({})


def bucket_of(aws, name):
    return next(
        each["Name"] for each in aws.client("s3").list_buckets()["Buckets"] if each["Name"].startswith(f"{name}-")
    )


def invoke(folder, search_root, *words):
    """The tooling that the module brings, in the consumer's folder; its packages are this environment's."""
    argv = [sys.executable, "-m", "invoke", "--search-root", str(search_root), *words]
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
