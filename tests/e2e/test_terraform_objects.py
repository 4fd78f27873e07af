"""The objects of models and zips in S3: what is lost comes back, and each version finds its model."""

import shutil

import pytest

from build.host import commands
from build.package import function
from local import embedded_aws
from local.terraform import Terraform, copy_module
from tests.repickled import other_model

CALLER = """
variable "folder" {}
variable "bucket" { default = null }

module "artifacts" {
  source            = "./artifacts"
  name              = "churn"
  bucket            = var.bucket == null ? {} : { existing = { name = var.bucket } }
  versioned_objects = {
    model = { key = "model/model", source = "${var.folder}/model.pkl", sha256 = sha256("model") }
  }
}

resource "terraform_data" "reader" {
  input = module.artifacts.objects["model"].version_id
}

output "model" { value = module.artifacts.objects["model"] }
"""


class TestObjects:
    @pytest.fixture
    def caller(self, root, tmp_path):
        """Who calls modules/artifacts, and reads what it puts out."""
        folder = tmp_path / "caller"
        shutil.copytree(root / "modules" / "artifacts", folder / "artifacts")
        (folder / "main.tf").write_text(CALLER)
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "model.pkl").write_text("model")
        made = Terraform(folder)
        made.init()
        return made

    def test_a_lost_object_is_uploaded_from_another_folder(self, caller, tmp_path):
        again = {"folder": str(tmp_path / "second")}
        with embedded_aws.start() as aws:
            caller.env = aws.environment(caller.env)
            caller.apply({"folder": str(tmp_path / "first")})
            lost = caller.outputs()["model"]
            s3 = aws.client("s3")
            s3.delete_object(Bucket=lost["bucket"], Key=lost["key"], VersionId=lost["version_id"])
            shutil.rmtree(tmp_path / "first")
            with pytest.raises(commands.CommandFailed) as raised:
                caller.apply(again)
            assert str(raised.value).count("Error: ") == 1
            assert f"opening S3 object source ({tmp_path / 'first'}" in str(raised.value)

            address = 'module.artifacts.terraform_data.source["model"]'
            caller.run(
                "apply", "-input=false", "-auto-approve", f"-replace={address}", f"-var=folder={again['folder']}"
            )
            assert not caller.has_changes(again)
            assert s3.get_object(Bucket=lost["bucket"], Key=lost["key"])["Body"].read() == b"model"

    def test_the_advice_for_a_bucket_without_versions_mends_it(self, caller, tmp_path):
        variables = {"folder": str(tmp_path / "first"), "bucket": "plain"}
        with embedded_aws.start() as aws:
            caller.env = aws.environment(caller.env)
            s3 = aws.client("s3")
            s3.create_bucket(Bucket="plain", CreateBucketConfiguration={"LocationConstraint": embedded_aws.REGION})
            for _ in range(2):  # and again: it stays refused
                with pytest.raises(commands.CommandFailed) as raised:
                    caller.apply(variables)
                advice = [line.strip() for line in str(raised.value).splitlines() if line.strip().startswith("aws ")]
                (key,) = [each["Key"] for each in s3.list_objects_v2(Bucket="plain")["Contents"]]
                assert advice == [
                    "aws s3api put-bucket-versioning --bucket plain --versioning-configuration Status=Enabled",
                    f"aws s3 cp s3://plain/{key} s3://plain/{key} --metadata-directive REPLACE",
                ]
            assert '"terraform_data.reader"' not in caller.run("show", "-json")

            # What these two ask of S3
            s3.put_bucket_versioning(Bucket="plain", VersioningConfiguration={"Status": "Enabled"})
            copied = s3.copy_object(Bucket="plain", Key=key, CopySource=f"plain/{key}", MetadataDirective="REPLACE")
            caller.apply(variables)
            assert caller.outputs()["model"]["version_id"] == copied["VersionId"]
            s3.put_object(Bucket="plain", Key=key, Body=b"theirs")
            caller.apply(variables)
            assert caller.outputs()["model"]["version_id"] == copied["VersionId"]
            assert '"terraform_data.reader"' in caller.run("show", "-json")


class TestVersions:
    def test_a_rollback_is_one_apply_and_finds_the_model_of_its_version(self, built, unpacked, tmp_path):
        terraform = Terraform(copy_module(tmp_path / "terraform"))
        terraform.init()
        next_out = shutil.copytree(built.out, tmp_path / "next", ignore=shutil.ignore_patterns(".cache"))
        other = other_model(built, unpacked, tmp_path)
        function.package(next_out, other)
        first = {"name": "versions", "artifacts_dir": str(built.out)}
        second = {"name": "versions", "artifacts_dir": str(next_out)}
        with embedded_aws.start() as aws:
            terraform.env = aws.environment(terraform.env)
            terraform.apply(first)
            before = live(aws, "versions")
            terraform.apply(second)
            assert not terraform.has_changes(second)
            after = live(aws, "versions")
            assert (before["Version"], after["Version"]) == ("1", "2")
            assert model_of(aws, before) == built.example.model.read_bytes()  # still there, for the version before
            assert model_of(aws, after) == other.read_bytes()

            tried = second | {"live_version": "1", "canary": {"weight": 0.1}}
            terraform.apply(tried)
            alias = aws.client("lambda").get_alias(FunctionName="versions", Name="live")
            assert alias["FunctionVersion"] == "1"
            assert alias["RoutingConfig"] == {"AdditionalVersionWeights": {"2": 0.1}}

            back = second | {"live_version": "1"}
            terraform.apply(back)
            assert not terraform.has_changes(back)
            assert live(aws, "versions") == before
            outputs = terraform.outputs()
            assert (outputs["function_version"], outputs["newest_version"]) == ("1", "2")

            terraform.destroy(second)
            assert aws.client("s3").list_buckets()["Buckets"] == []


def live(aws, name):
    """What the alias points to."""
    return aws.client("lambda").get_function(FunctionName=name, Qualifier="live")["Configuration"]


def model_of(aws, configuration):
    """The bytes that a version of the function reads its model from."""
    told = configuration["Environment"]["Variables"]
    place = {"Bucket": told["MODEL_BUCKET"], "Key": told["MODEL_KEY"], "VersionId": told["MODEL_VERSION_ID"]}
    return aws.client("s3").get_object(**place)["Body"].read()
