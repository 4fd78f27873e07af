"""What a published version of the function reads stays as long as it may be called, whatever is deployed after it."""

import hashlib

import pytest

from build.host import commands
from local import embedded_aws
from local.terraform import Terraform, copy_module
from tests.artifacts import COMPLETE, rebuilt

NAME = "earlier"


@pytest.fixture
def module(aws, tmp_path):
    made = Terraform(copy_module(tmp_path / "module"))
    made.init()
    made.env = aws.environment(made.env)
    return made


def deployed(aws, version="live", name=NAME):
    """What a version was deployed with."""
    return aws.client("lambda").get_function(FunctionName=name, Qualifier=version)["Configuration"]


def place(configuration):
    """Where a version reads its model."""
    told = configuration["Environment"]["Variables"]
    return {"Bucket": told["MODEL_BUCKET"], "Key": told["MODEL_KEY"], "VersionId": told["MODEL_VERSION_ID"]}


def read(aws, configuration):
    return aws.client("s3").get_object(**place(configuration))["Body"].read()


def may_read(aws, role):
    """The objects that a role may read."""
    client = aws.client("iam")
    names = client.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    statements = [each for one in documents for each in one["Statement"] if "s3:GetObjectVersion" in each["Action"]]
    return {
        arn
        for each in statements
        for arn in ([each["Resource"]] if type(each["Resource"]) is str else each["Resource"])
    }


def bucket(aws, name):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": embedded_aws.REGION})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return s3


def test_a_pinned_version_keeps_its_model_through_another_mode_place_or_model(aws, module, tmp_path):
    first = {"name": NAME, "artifacts_dir": str(COMPLETE)}
    module.apply(first)
    before = deployed(aws)
    content = read(aws, before)
    role = module.outputs()["role_name"]

    s3 = bucket(aws, "elsewhere")
    for path in COMPLETE.iterdir():
        s3.upload_file(str(path), "elsewhere", f"dist/{path.name}", ExtraArgs={"ContentType": "application/json"})
    elsewhere = {"bucket": "elsewhere", "key": "theirs.pkl", "sha256": hashlib.sha256(b"theirs").hexdigest()}
    s3.put_object(Bucket="elsewhere", Key="theirs.pkl", Body=b"theirs")

    for later in (
        {"mode": "bundle"},
        {"model": elsewhere},
        {"artifacts_dir": rebuilt(tmp_path / "another", model=b"another")},
    ):
        pinned = first | later | {"live_version": "1"}
        module.apply(pinned)
        assert deployed(aws)["Version"] == "1"
        assert read(aws, deployed(aws)) == content
        assert f"arn:aws:s3:::{place(before)['Bucket']}/model/model" in may_read(aws, role)
        assert not module.has_changes(pinned)

    # In these its model would go: refused before anything is changed
    for later in ({"artifacts_dir": "s3://elsewhere/dist"}, {"bucket": {"existing": {"name": "elsewhere"}}}):
        with pytest.raises(commands.CommandFailed) as raised:
            module.has_changes(first | later | {"live_version": "1"})
        assert f"version 1 reads s3://{place(before)['Bucket']}/model/model" in " ".join(str(raised.value).split())

    # And where none is named, the newest answers: only then the models before go, and the right to read them
    options = [f"-var={name}={value}" for name, value in (first | {"artifacts_dir": "s3://elsewhere/dist"}).items()]
    said = module.run("apply", "-input=false", "-auto-approve", *options)
    moved = said.index("aws_lambda_alias.this: Modifications complete")
    assert moved < said.index('aws_s3_object.versioned["model"]: Destroying')
    assert moved < said.index("Destroying", said.index("aws_iam_role_policy.model[0] (deposed"))
    assert place(deployed(aws))["Bucket"] == "elsewhere"
    assert int(deployed(aws)["Version"]) > 1

    # The model of a version that is named may be read wherever it is
    newest = deployed(aws)["Version"]
    s3.copy_object(Bucket="elsewhere", Key="moved.pkl", CopySource="elsewhere/theirs.pkl")
    module.apply(
        first
        | {"artifacts_dir": "s3://elsewhere/dist", "model": elsewhere | {"key": "moved.pkl"}, "live_version": newest}
    )
    key = place(deployed(aws))["Key"]
    assert {f"arn:aws:s3:::elsewhere/{key}", "arn:aws:s3:::elsewhere/moved.pkl"} == may_read(aws, role)
    module.destroy(first)


def test_what_others_write_to_the_key_is_not_deployed(aws, module):
    inputs = {"name": "written", "artifacts_dir": str(COMPLETE)}
    module.apply(inputs)
    before = deployed(aws, name="written")
    content = read(aws, before)
    s3, where = aws.client("s3"), place(before)
    s3.put_object(Bucket=where["Bucket"], Key=where["Key"], Body=b"theirs")
    assert not module.has_changes(inputs)
    module.apply(inputs | {"memory_size": 2048})
    after = deployed(aws, name="written")
    assert (after["Version"], place(after), read(aws, after)) == ("2", where, content)

    # Gone with all its versions, it is uploaded again, and the function is told
    for each in s3.list_object_versions(Bucket=where["Bucket"], Prefix=where["Key"])["Versions"]:
        s3.delete_object(Bucket=where["Bucket"], Key=where["Key"], VersionId=each["VersionId"])
    module.apply(inputs)
    after = deployed(aws, name="written")
    assert (after["Version"], read(aws, after)) == ("3", content)
    assert place(after)["VersionId"] != where["VersionId"]
    assert not module.has_changes(inputs)
    module.destroy(inputs)


def test_one_name_in_two_regions_shares_a_bucket(aws, module, tmp_path):
    bucket(aws, "shared")
    inputs = {"name": "shared", "artifacts_dir": str(COMPLETE), "bucket": {"existing": {"name": "shared"}}}
    module.apply(inputs)
    before = deployed(aws, name="shared")

    other = Terraform(copy_module(tmp_path / "other"))
    other.init()
    other.env = aws.environment(other.env) | {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"}
    other.apply(inputs)
    assert not module.has_changes(inputs)
    other.apply(inputs | {"artifacts_dir": rebuilt(tmp_path / "another", model=b"another")})
    other.destroy(inputs)
    assert not module.has_changes(inputs)
    assert read(aws, before) == (COMPLETE / "model.pkl").read_bytes()
    assert place(before)["Key"].startswith("shared/")
    module.destroy(inputs)
