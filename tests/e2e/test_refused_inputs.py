"""Each value that is refused is refused with the message that is meant for it, through the root module.

``terraform test`` can expect that a variable is refused, but not with which message, and not for a variable of a
submodule. Here the cases are module blocks of one configuration, whose plan reports them all.
"""

import json
import re
import shutil

import pytest

from build.host import commands
from local.terraform import Terraform, copy_module
from tests.conftest import ROOT

ARTIFACTS = ROOT / "tests" / "fixtures" / "artifacts"
SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
MODEL = {"bucket": "models", "key": "model.pkl", "sha256": SHA256}
LAYER = "arn:aws:lambda:eu-central-1:123456789012:layer:sklearn"
QUEUE_URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/failed"
CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/1"
DATA = {"input": {"bucket": "data", "prefix": "in/"}, "output": {"bucket": "data"}}

# The inputs, and the beginning of the message
CASES = [
    ({"name": "-churn"}, "The name must have 1 to 64 letters"),
    ({"name": "a" * 65}, "The name must have 1 to 64 letters"),
    ({"description": "x" * 257}, "description can have up to 256 characters"),
    ({"mode": "image"}, 'mode must be "s3", where'),
    ({"artifacts_dir": "s3:///churn"}, "artifacts_dir in Amazon S3 must have a bucket"),
    (
        {"model": {**MODEL, "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}},
        "model.sha256 must be the SHA-256",
    ),
    ({"model": {"bucket": "models", "key": "model.pkl"}}, "model.sha256 must be the SHA-256 digest"),
    ({"model": {**MODEL, "format": "onnx"}}, 'model.format must be "pickle", "joblib", or "skops"'),
    (
        {"model": {**MODEL, "key": "churn/*"}},
        "model.bucket, model.key, and model.read_prefix cannot contain an asterisk",
    ),
    ({"model": {**MODEL, "key": "$${aws:username}"}}, "model.bucket, model.key, and model.read_prefix cannot contain"),
    ({"model": {**MODEL, "bucket": ""}}, "The model must be in one place"),
    ({"model": {**MODEL, "key": ""}}, "The model must be in one place"),
    ({"model": {**MODEL, "version_id": ""}}, "model.version_id cannot be empty"),
    ({"model": {**MODEL, "bytes": 0}}, "model.bytes must be the size of the model"),
    ({"model": {**MODEL, "follow": True}}, "model.follow takes each new version"),
    ({"model": {**MODEL, "read_prefix": "fraud/"}}, "model.key must begin with model.read_prefix"),
    ({"dependencies": {"layer_arns": []}}, "dependencies.layer_arns must contain at least one ARN"),
    ({"dependencies": {"layer_arns": [LAYER]}}, "dependencies.layer_arns must contain at least one ARN"),
    ({"bucket": {"existing": {"name": "models"}, "prefix": "x"}}, "bucket.prefix, bucket.force_destroy, and"),
    ({"bucket": {"prefix": "Team_Models"}}, "bucket.prefix must have 1 to 37 lowercase letters"),
    ({"bucket": {"noncurrent_versions": {"days": 0}}}, "bucket.noncurrent_versions.days must be a whole number"),
    ({"bucket": {"noncurrent_versions": {"days": 9, "keep": 101}}}, "bucket.noncurrent_versions.keep must be a whole"),
    ({"memory_size": 127}, "memory_size must be a whole number of MB from 128 to 10240"),
    ({"memory_size": 10241}, "memory_size must be a whole number of MB from 128 to 10240"),
    ({"memory_size": 128.5}, "memory_size must be a whole number of MB from 128 to 10240"),
    ({"timeout": 0}, "timeout must be a whole number of seconds from 1 to 900"),
    ({"timeout": 901}, "timeout must be a whole number of seconds from 1 to 900"),
    ({"ephemeral_storage_size": 511}, "ephemeral_storage_size must be a whole number of MB from 512"),
    ({"ephemeral_storage_size": 10241}, "ephemeral_storage_size must be a whole number of MB from 512"),
    ({"layers": [f"{LAYER}:{number}" for number in range(1, 6)]}, "Lambda supports up to five layers"),
    ({"layers": [LAYER]}, "Each of the layers must be the ARN of a layer version"),
    ({"environment": {"LOG-LEVEL": "DEBUG"}}, "The names in environment must have at least two letters"),
    ({"environment": {"MODEL_KEY": "another"}}, "environment contains a reserved name"),
    ({"environment": {"AWS_REGION": "eu-central-1"}}, "environment contains a reserved name"),
    ({"reserved_concurrency": 0.5}, "reserved_concurrency must be a whole number, 0 or greater"),
    ({"network": {"subnet_ids": ["subnet-1"], "security_group_ids": []}}, "network must contain at least one subnet"),
    ({"asynchronous": {"maximum_retry_attempts": 3}}, "asynchronous.maximum_retry_attempts must be 0, 1, or 2"),
    ({"asynchronous": {"maximum_event_age_in_seconds": 59}}, "asynchronous.maximum_event_age_in_seconds must be"),
    (
        {"asynchronous": {"on_failure": {"destination_arn": QUEUE_URL}}},
        "asynchronous.on_failure.destination_arn must be",
    ),
    (
        {"asynchronous": {"on_success": {"destination_arn": "arn:aws:s3:::b"}}},
        "asynchronous.on_success.destination_arn",
    ),
    ({"warm": {"strategy": "cron"}}, 'warm.strategy must be "ping"'),
    ({"warm": {"schedules": []}}, "warm.schedules cannot be empty"),
    ({"warm": {"schedules": [None]}}, "Each of the warm.schedules must be a rate(...) expression"),
    ({"warm": {"schedules": ["rate(5 minute)"]}}, "A rate expression in warm.schedules must have a number and a unit"),
    ({"warm": {"schedules": ["rate(1 minutes)"]}}, "A rate expression in warm.schedules must have a number and a unit"),
    ({"warm": {"schedules": ["cron(0/5 8-17 * * MON-FRI *)"]}}, "Each of the warm.schedules must be a rate(...)"),
    ({"warm": {"schedules": ["every 5 minutes"]}}, "Each of the warm.schedules must be a rate(...) expression"),
    (
        {"warm": {"strategy": "none", "timezone": "Europe/Berlin"}},
        "warm.schedules, warm.timezone, and warm.concurrency",
    ),
    ({"warm": {"timezone": "+01:00"}}, "warm.timezone must be a name from the IANA time zone database"),
    ({"warm": {"strategy": "snapstart", "provisioned": 2}}, "Lambda does not support SnapStart together with"),
    ({"warm": {"provisioned": 2}}, 'warm.provisioned requires warm.strategy = "provisioned"'),
    ({"warm": {"concurrency": 0}}, "warm.concurrency and warm.provisioned must be whole numbers"),
    ({"warm": {"concurrency": 101}}, "warm.concurrency cannot be greater than 100"),
    (
        {"warm": {"concurrency": 3}, "reserved_concurrency": 2},
        "warm.concurrency and warm.provisioned cannot be greater",
    ),
    ({"live_version": "$LATEST"}, "live_version must be the number of a published version"),
    ({"canary": {"version": "next", "weight": 0.1}}, "canary.version must be the number of a published version"),
    ({"canary": {"version": "4", "weight": 1}}, "canary.weight must be greater than 0 and less than 1"),
    ({"canary": {"weight": 0.1}}, "canary and live_version cannot be the same version"),
    ({"canary": {"version": "4", "weight": 0.1}, "warm": {"strategy": "provisioned"}}, "Lambda does not support prov"),
    ({"endpoint": {"type": "alb"}}, 'endpoint.type must be "function_url" or "http_api"'),
    ({"endpoint": {"type": "http_api", "authorization": "IAM"}}, 'endpoint.authorization must be "AWS_IAM", "JWT"'),
    ({"endpoint": {"authorization": "NONE"}}, 'A function URL requires endpoint.authorization = "AWS_IAM"'),
    ({"endpoint": {"type": "http_api", "authorization": "JWT"}}, "endpoint.jwt and endpoint.authorization = "),
    ({"endpoint": {"cors": {"allow_origins": []}}}, "endpoint.cors.allow_origins cannot be empty"),
    ({"endpoint": {"type": "http_api", "throttling": {"burst_limit": 0}}}, "endpoint.throttling.rate_limit and"),
    (
        {"endpoint": {"domain": {"name": "a.b", "certificate_arn": CERTIFICATE}}},
        "endpoint.domain requires endpoint.type",
    ),
    (
        {"endpoint": {"type": "http_api", "domain": {"name": "a.b", "certificate_arn": "x"}}},
        "endpoint.domain.certificate",
    ),
    (
        {"endpoint": {"type": "http_api", "disable_default_url": True}},
        "endpoint.disable_default_url requires endpoint.",
    ),
    (
        {
            "endpoint": {
                "type": "http_api",
                "authorization": "JWT",
                "jwt": {"issuer": "login.example.com", "audience": ["churn"]},
            }
        },
        'endpoint.jwt.issuer must be a URL that begins with "https://"',
    ),
    ({"callers": {"principals": ["*"]}}, "Each of the callers.principals must be the ID of an AWS account"),
    ({"callers": {"organization_id": "example"}}, "callers.organization_id must be the ID of an organization"),
    ({"batch": DATA, "reserved_concurrency": 5}, "batch.max_concurrency cannot be greater than reserved_concurrency"),
    (
        {"batch": {**DATA, "input": {"bucket": "data", "prefix": "*/"}}},
        "batch.input.bucket and batch.input.prefix cannot",
    ),
    ({"batch": {**DATA, "output": {"bucket": "data", "prefix": "{}/"}}}, "batch.output.bucket and batch.output.prefix"),
    (
        {"batch": {**DATA, "output": {"bucket": "data", "prefix": "in/a/"}}},
        "batch.output.prefix cannot begin with batch",
    ),
    ({"batch": {**DATA, "format": "parquet"}}, 'batch.format must be "csv" or "jsonl"'),
    ({"batch": {**DATA, "csv_delimiter": ";"}}, 'batch.csv_delimiter must be "COMMA"'),
    ({"batch": {**DATA, "rows_per_call": 0}}, "batch.rows_per_call must be a whole number, 1 or greater"),
    ({"batch": {**DATA, "execution_type": "express"}}, 'batch.execution_type must be "STANDARD" or "EXPRESS"'),
    ({"batch": {**DATA, "max_concurrency": 0}}, "batch.max_concurrency must be a whole number from 1 to 10000"),
    (
        {"batch": {**DATA, "tolerated_failure_percentage": 101}},
        "batch.tolerated_failure_percentage must be a percentage",
    ),
    ({"role": {"existing": {"arn": "arn:aws:iam::123456789012:role/a"}, "name": "b"}}, "role.name, role.permissions"),
    ({"role": {"name": "svc churn"}}, "role.name must have 1 to 64 letters"),
    ({"role": {"path": "models"}}, "role.path must begin and end with a slash"),
    ({"role": {"permissions_boundary_arn": "developers"}}, "role.permissions_boundary_arn must be the ARN of an IAM"),
    (
        {"role": {"managed_policy_arns": {"a": "b"}}},
        "Each of the role.managed_policy_arns must be the ARN of an IAM policy",
    ),
    (
        {"role": {"policy_statements": [{"actions": [], "resources": ["*"]}]}},
        "Each of the role.policy_statements must have",
    ),
    (
        {"role": {"policy_statements": [{"effect": "allow", "actions": ["s3:GetObject"], "resources": ["*"]}]}},
        "The effect of each of the role.policy_statements must be",
    ),
    ({"kms_key_arns": {"logs": "alias/logs"}}, "Each of the kms_key_arns must be the ARN of a key"),
    ({"kms_key_arns": {"former": ["alias/logs"]}}, "Each of the kms_key_arns must be the ARN of a key"),
    ({"logging": {"retention_days": 31}}, "logging.retention_days must be one of 1, 3, 5"),
    ({"logging": {"format": "json"}}, 'logging.format must be "Text" or "JSON"'),
    ({"logging": {"format": "JSON", "application_level": "info"}}, "logging.application_level must be"),
    ({"logging": {"format": "JSON", "system_level": "ERROR"}}, "logging.system_level must be"),
    ({"logging": {"system_level": "INFO"}}, "logging.application_level and logging.system_level require"),
    ({"logging": {"format": "JSON", "application_level": "WARN"}}, "With this logging.application_level, Lambda would"),
    ({"logging": {"existing_group": {"arn": "/models"}}}, "logging.existing_group.arn must be the ARN of a log group"),
    ({"metrics": False, "alarms": {}}, "The alarms need the metrics that the handler publishes"),
    (
        {"metrics": False, "dashboard": True, "alarms": None},
        "The dashboard needs the metrics that the handler publishes",
    ),
    (
        {"alarms": {"topic_arns": ["on-call@example.com"]}},
        "Each of the alarms.topic_arns must be the ARN of an SNS topic",
    ),
    (
        {"alarms": {"topic_arns": [f"arn:aws:sns:eu-central-1:123456789012:team-{number}" for number in range(6)]}},
        "alarms.topic_arns can contain up to five topics",
    ),
    ({"alarms": {"concurrency_percent": 120}}, "alarms.concurrency_percent must be a percentage from 1 to 100"),
    ({"tags": {"aws:owner": "me"}}, "You can set up to 50 tags"),
]
# What only a plan finds, in the manifest or by what Lambda allows: the artifacts, and the same
FOUND_IN_PLANS = [
    ({"artifacts_dir": "nowhere"}, "There is no file {folder}/manifest.json."),
    ({"artifacts_dir": "malformed/not-json"}, "{folder}/manifest.json is not a manifest of schema version 1."),
    ({"artifacts_dir": "no-layer"}, "{folder}/manifest.json contains no layer."),
    ({"artifacts_dir": "no-function"}, '{folder}/manifest.json contains no function for mode = "s3".'),
    ({"artifacts_dir": "no-model"}, "{folder}/manifest.json contains no model."),
    ({"artifacts_dir": "zip-not-there"}, "{folder}/manifest.json names files that are not in the folder: "),
    ({"artifacts_dir": "damaged/model"}, "The SHA-256 digest of these files is not the one in {folder}/manifest.json"),
    (
        {"artifacts_dir": "other-runtime"},
        "The layer was built for python3.13 on x86_64, and the function was built for python3.12",
    ),
    ({"artifacts_dir": "other-architecture"}, "The layer was built for python3.13 on arm64"),
    ({"artifacts_dir": "other-sklearn"}, "The model was fitted with scikit-learn 1.5.0"),
    ({"artifacts_dir": "too-big"}, "The layers and the function are too large for Lambda."),
    ({"mode": "bundle", "model": MODEL}, "model refers to a model in Amazon S3, but with mode = "),
    ({"mode": "bundle", "environment": {"LONG": "0" * 4000}}, "The environment variables, including those that this"),
    (
        {"mode": "s3", "model": {**MODEL, "bytes": 2**27 + 1}, "memory_size": 128},
        "The model has 129 MB, and the function",
    ),
    ({"mode": "s3", "model": {**MODEL, "bytes": 2**29 + 1}}, "The model has 513 MB. It does not fit into memory twice"),
    (
        {"warm": {"strategy": "snapstart"}, "mode": "s3", "ephemeral_storage_size": 513},
        "SnapStart supports up to 512 MB",
    ),
]
CASES += [
    (
        {**inputs, "artifacts_dir": str(ARTIFACTS / inputs.get("artifacts_dir", "complete"))},
        message.replace("{folder}", str(ARTIFACTS / inputs.get("artifacts_dir", ""))),
    )
    for inputs, message in FOUND_IN_PLANS
]

# A wrong value of these hides all others of the same module block
ALONE = {"mode", "artifacts_dir"}

# Settings without which the provider would ask an account: nothing answers at this address
PROVIDER = {
    "region": "eu-central-1",
    "access_key": "none",
    "secret_key": "none",
    "skip_credentials_validation": True,
    "skip_metadata_api_check": True,
    "skip_requesting_account_id": True,
    "max_retries": 0,
    "endpoints": [{"lambda": "http://127.0.0.1:9"}],
}


@pytest.fixture(scope="module")
def refusals(tmp_path_factory):
    """What Terraform says of each case, and of none. Those that it refuses before a plan are left out of the next."""
    said, unexpected, left = {number: [] for number in range(len(CASES))}, [], set(range(len(CASES)))
    while left:
        blocks = shared(sorted(left))
        told = planned(tmp_path_factory.mktemp("refused"), [merged(numbers) for numbers in blocks])
        for place, message in told:
            candidates = left if place is None else blocks[place]
            number = next((one for one in candidates if message.startswith(CASES[one][1])), None)
            if number in left:
                said[number].append(message)
            else:
                unexpected.append((place is not None and merged(blocks[place]), message))
        before, left = left, {number for number in left if not said[number]}
        if left == before:
            break
    return said, unexpected


def shared(numbers):
    """Cases that have no input in common share a module block: each block is a plan of some thirty resources."""
    blocks = []
    for number in numbers:
        names = set(CASES[number][0])
        for block in blocks:
            taken = set(merged(block))
            if not (names & taken or ALONE & (names | taken)):
                block.append(number)
                break
        else:
            blocks.append([number])
    return blocks


def merged(numbers):
    """The inputs of several cases."""
    return {name: value for number in numbers for name, value in CASES[number][0].items()}


def planned(folder, blocks):
    """The messages of a plan of module blocks, each with the number of its block."""
    copied = copy_module(folder / "module")
    shutil.move(copied / "modules", folder / "modules")
    for number, inputs in enumerate(blocks):
        name = f"block_{number}"
        (folder / name).mkdir()
        for path in copied.glob("*.tf"):
            (folder / name / path.name).write_text(path.read_text().replace('"./modules/', '"../modules/'))
        block = {"source": f"./{name}", "artifacts_dir": str(ARTIFACTS / "complete"), **inputs}
        (folder / f"{name}.tf.json").write_text(json.dumps({"module": {name: block}}))
    (folder / "main.tf.json").write_text(json.dumps({"provider": {"aws": PROVIDER}}))
    terraform = Terraform(folder)
    terraform.init()
    with pytest.raises(commands.CommandFailed) as raised:
        terraform.run("plan", "-input=false", "-json")
    for diagnostic in diagnostics(raised.value.output):
        place = re.match(r"block_(\d+)[./]", diagnostic.get("range", {}).get("filename", ""))
        if place or "precondition failed" in diagnostic["summary"]:  # these do not tell the block
            yield place and int(place[1]), " ".join(diagnostic["detail"].split())


def diagnostics(output):
    """What Terraform tells with -json, a line for each thing."""
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return [line["diagnostic"] for line in lines if line["type"] == "diagnostic"]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[str(inputs)[:60] for inputs, _ in CASES])
def test_a_value_is_refused_with_its_message(refusals, number):
    said, _ = refusals
    assert len(said[number]) == 1


def test_nothing_else_is_said_of_these_values(refusals):
    _, unexpected = refusals
    assert unexpected == []


# The root module cannot reach this one, as it checks the name itself
UNREACHED = {
    'The name must have 1 to 64 letters, digits, hyphens (-), or underscores (_). For example: "churn-model".',
}


@pytest.mark.parametrize("folder", [".", "modules/alarms", "modules/endpoint", "modules/function", "modules/warmer"])
def test_every_rule_of_a_variable_has_a_case(refusals, folder):
    told = [message for messages in refusals[0].values() for message in messages]
    written = [message for path in (ROOT / folder).glob("variables*.tf") for message in rules(path.read_text())]
    assert written
    unmet = [message for message in written if not any(each.startswith(message) for each in told)]
    assert [message for message in unmet if message not in UNREACHED] == []


def rules(text):
    """The messages of the validations in a file."""
    found = re.findall(r'error_message = (?:join\(" ", \[)?((?:\s*"(?:[^"\\\n]|\\.)*",?)+)', text)
    assert len(found) == text.count("error_message")
    return [" ".join(json.loads(each) for each in re.findall(r'"(?:[^"\\\n]|\\.)*"', one)) for one in found]
