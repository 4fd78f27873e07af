"""Terraform's own checks, and that a plan stays quiet until something really changed."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from build.dist import manifest
from build.host import commands, indexes
from build.layer import layer
from build.package import function
from build.package.declared import Declared
from build.runtimes import host_architecture
from local import embedded_aws
from local.terraform import Terraform, copy_module
from tests import checkouts
from tests.conftest import ROOT
from tests.repickled import other_model

MODULES = sorted(path.name for path in (ROOT / "modules").iterdir())


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """The module with its tests, fixtures and examples."""
    return checkouts.with_tests(tmp_path_factory.mktemp("checkout") / "module")


def test_files_are_formatted(root):
    Terraform(root).run("fmt", "-check", "-recursive")


def test_it_is_valid_without_a_warning(terraform):
    printed = terraform.run("validate")
    assert "Success! The configuration is valid." in printed
    assert "Warning" not in printed


@pytest.mark.parametrize("module", MODULES)
def test_each_module_alone_is_valid_without_a_warning(root, tmp_path, module):
    alone = Terraform(tmp_path / "alone")
    shutil.copytree(root / "modules" / module, alone.folder)
    alone.init()
    printed = alone.run("validate")
    assert "Success! The configuration is valid." in printed
    assert "Warning" not in printed


def test_objects_are_uploaded_to_a_bucket_that_is_closed_and_encrypted(root, tmp_path):
    edges = graph(root / "modules" / "artifacts", tmp_path)
    settings = {name for edge in edges for name in edge if name.startswith("aws_s3_bucket_")}
    assert len(settings) == 6
    lifecycle = "aws_s3_bucket_lifecycle_configuration.this"  # the provider waits for almost a minute until S3 has it
    for name in ("aws_s3_object.this", "aws_s3_object.versioned"):
        assert settings & before(name, edges) == settings - {lifecycle}


def test_the_role_outlives_the_interfaces_of_the_function(root, tmp_path):
    """What is made before another is destroyed after it."""
    edges = graph(root / "modules" / "function", tmp_path)
    assert "aws_security_group.leaving" in before("aws_lambda_function.this", edges)
    assert {"aws_iam_role.this", "aws_iam_role_policy.further"} <= before("aws_security_group.leaving", edges)


def graph(module, tmp_path):
    """The resources of a module that need one another, as pairs."""
    alone = Terraform(tmp_path / "alone")
    shutil.copytree(module, alone.folder)
    alone.init()
    return re.findall(r'"(\S+)" -> "(\S+)"', alone.run("graph"))


def before(resource, edges):
    """All that is made before a resource."""
    direct = {after for one, after in edges if one == resource}
    return direct.union(*(before(each, edges) for each in direct))


@pytest.mark.parametrize("folder", [".", *(f"modules/{module}" for module in MODULES)])
def test_terraform_test_passes(folder, checkout):
    tested = Terraform(checkout / folder)
    tested.init()
    printed = tested.run("test")
    assert re.search(r"^Success! [1-9]\d* passed, 0 failed\.$", printed, flags=re.MULTILINE)


# Apart from this environment, whose packages it would hold back at other versions
CHECKOV = ("tool", "run", "--isolated", "--from", "checkov==3.3.30", "checkov", "--config-file", ".checkov.yaml")


def test_checkov_finds_nothing(root, tmp_path):
    folder = copy_module(tmp_path / "module")
    shutil.copytree(root / "examples", folder / "examples", ignore=shutil.ignore_patterns(".terraform*", "dist"))
    shutil.copyfile(root / ".checkov.yaml", folder / ".checkov.yaml")
    uv = Path(sys.executable).with_name("uv")
    env = indexes.uv_variables()
    printed = commands.run([uv, *CHECKOV], cwd=folder, env=env)  # a failed check would be its exit code
    (passed,) = re.findall(r"Passed checks: (\d+), Failed checks: 0, Skipped checks: 0$", printed, flags=re.MULTILINE)
    assert int(passed) > 50
    assert "Parsing errors" not in printed


# Of a user at work on something else: none of it may reach the embedded AWS
CALLERS = {"AWS_PROFILE": "production", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9", "AWS_SESSION_TOKEN": "theirs"}


class TestDrift:
    def test_a_rebuild_elsewhere_changes_nothing_and_another_model_does(self, built, unpacked, tmp_path):
        terraform = Terraform(copy_module(tmp_path / "terraform"))
        terraform.init()
        inputs = {"name": "drift", "mode": "s3"}
        first = inputs | {"artifacts_dir": str(built.out)}
        again = inputs | {"artifacts_dir": str(tmp_path / "rebuilt")}
        with embedded_aws.start() as aws:
            terraform.env = aws.environment(terraform.env | CALLERS)
            terraform.apply(first)
            assert not terraform.has_changes(first)

            layer.build(tmp_path / "rebuilt", layer.Order(built.runtime, host_architecture(), builder="uv"), print)
            function.package(
                tmp_path / "rebuilt", built.example.model, declared=Declared(request=built.example.request)
            )
            assert not terraform.has_changes(again)

            function.package(tmp_path / "rebuilt", other_model(built, unpacked, tmp_path))
            assert terraform.has_changes(again)

            shutil.rmtree(tmp_path / "rebuilt")
            terraform.destroy(again)


def test_every_input_reaches_what_it_is_for(built, tmp_path):
    """With no input at its default, asked of the embedded AWS itself."""
    terraform = Terraform(copy_module(tmp_path / "terraform"))
    terraform.init()
    inputs = {
        "name": "wired",
        "artifacts_dir": str(built.out),
        "memory_size": 2048,
        "timeout": 17,
        "ephemeral_storage_size": 1024,
        "environment": {"LOG_LEVEL": "DEBUG"},
        "warm": {"schedules": ["cron(0/5 8-17 ? * MON-FRI *)", "rate(1 hour)"], "concurrency": 3},
        "reserved_concurrency": 5,
        "tracing": True,
        "description": "Scores churn",
        "role": {
            "name": "svc-wired",
            "path": "/models/",
            "policy_statements": [
                {"sid": "Get", "actions": ["dynamodb:GetItem"], "resources": ["arn:aws:dynamodb:*:*:table/features"]}
            ],
        },
        "callers": {"principals": ["210987654321"]},
        "kms_key_arns": {"bucket": f"arn:aws:kms:{embedded_aws.REGION}:123456789012:key/1"},
        "asynchronous": {
            "maximum_retry_attempts": 1,
            "maximum_event_age_in_seconds": 600,
            "on_failure": {"destination_arn": f"arn:aws:sqs:{embedded_aws.REGION}:123456789012:failed"},
        },
        "endpoint": {"type": "http_api", "docs": True},
        "alarms": {"topic_arns": [f"arn:aws:sns:{embedded_aws.REGION}:123456789012:on-call"]},
        "logging": {"retention_days": 7},
        "tags": {f"tag{number}": "x" for number in range(11)},
    }
    with embedded_aws.start() as aws:
        terraform.env = aws.environment(terraform.env)
        terraform.apply(inputs)
        outputs = terraform.outputs()
        model = manifest.read(built.out)["model"]
        assert not terraform.has_changes(inputs)

        function = aws.client("lambda").get_function(FunctionName="wired", Qualifier="live")
        configuration = function["Configuration"]
        assert (configuration["MemorySize"], configuration["Timeout"]) == (2048, 17)
        assert configuration["EphemeralStorage"] == {"Size": 1024}
        assert configuration["Description"] == "Scores churn"
        assert configuration["Runtime"] == built.runtime.name
        assert [layer["Arn"] for layer in configuration["Layers"]] == [outputs["layer_arn"]]
        assert configuration["Environment"]["Variables"] == {
            "LOG_LEVEL": "DEBUG",
            "MODEL_SHA256": model["sha256"],
            "MODEL_FORMAT": "pickle",
            "MODEL_SKLEARN_VERSION": model["sklearn_version"],
            "MODEL_DOCS": "true",
            "MODEL_BUCKET": outputs["bucket"],
            "MODEL_KEY": "model/model",
            "MODEL_VERSION_ID": outputs["model_version"]["version_id"],
            "MODEL_TIMEOUT": "17",
        }
        assert function["Tags"] == inputs["tags"]

        here = f"{embedded_aws.REGION}:123456789012"
        assert allowed(aws, outputs["role_name"]) == [
            (["dynamodb:GetItem"], ["arn:aws:dynamodb:*:*:table/features"]),
            (["kms:Decrypt"], [inputs["kms_key_arns"]["bucket"]]),
            (["lambda:InvokeFunction"], [outputs["alias_arn"]]),
            (["logs:CreateLogStream", "logs:PutLogEvents"], [f"arn:aws:logs:{here}:log-group:/aws/lambda/wired:*"]),
            (["s3:GetObject", "s3:GetObjectVersion"], [f"arn:aws:s3:::{outputs['bucket']}/model/model"]),
            (["sqs:SendMessage"], [inputs["asynchronous"]["on_failure"]["destination_arn"]]),
            (["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]),
        ]
        trust = aws.client("iam").get_role(RoleName=outputs["role_name"])["Role"]["AssumeRolePolicyDocument"]
        assert trust["Statement"][0]["Principal"] == {"Service": "lambda.amazonaws.com"}
        assert (outputs["role_name"], outputs["role_arn"].endswith(":role/models/svc-wired")) == ("svc-wired", True)
        asynchronous = aws.client("lambda").get_function_event_invoke_config(FunctionName="wired", Qualifier="live")
        assert (asynchronous["MaximumRetryAttempts"], asynchronous["MaximumEventAgeInSeconds"]) == (1, 600)
        policy = json.loads(aws.client("lambda").get_policy(FunctionName="wired", Qualifier="live")["Policy"])
        assert "210987654321" in str([each["Principal"] for each in policy["Statement"]])

        (denied,) = json.loads(aws.client("s3").get_bucket_policy(Bucket=outputs["bucket"])["Policy"])["Statement"]
        assert (denied["Effect"], denied["Principal"], denied["Action"].lower()) == ("Deny", "*", "s3:*")
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}

        rules = [aws.client("events").describe_rule(Name=name) for name in outputs["rule_names"]]
        assert {rule["ScheduleExpression"] for rule in rules} == set(inputs["warm"]["schedules"])
        for rule in rules:
            (target,) = aws.client("events").list_targets_by_rule(Rule=rule["Name"])["Targets"]
            assert target["Arn"] == outputs["alias_arn"]
            assert json.loads(target["Input"]) == {"warmer": True, "concurrency": 3}
        (group,) = aws.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/wired")["logGroups"]
        assert group["retentionInDays"] == 7

        reserved = aws.client("lambda").get_function_concurrency(FunctionName="wired")
        assert reserved["ReservedConcurrentExecutions"] == 5
        (api,) = aws.client("apigatewayv2").get_apis()["Items"]
        (route,) = aws.client("apigatewayv2").get_routes(ApiId=api["ApiId"])["Items"]
        assert route["AuthorizationType"] == "AWS_IAM"
        alarms = aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
        watched = {alarm["AlarmName"].removeprefix("wired-") for alarm in alarms}
        assert watched == {"concurrency", "dropped-events", "duration", "errors", "throttles", "warm-up"}
        assert all(alarm["AlarmActions"] == inputs["alarms"]["topic_arns"] for alarm in alarms)
        terraform.destroy(inputs)


def allowed(aws, role):
    """What the policies of a role allow: actions and resources of each statement, in order."""
    client = aws.client("iam")
    names = client.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    assert client.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    found = [(as_list(each["Action"]), as_list(each["Resource"])) for one in documents for each in one["Statement"]]
    return sorted(found)


def as_list(value):
    return sorted(value) if isinstance(value, list) else [value]
