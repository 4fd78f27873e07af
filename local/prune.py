"""What a deployment keeps and nobody needs any more: old published versions, their layer versions and their models."""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from build.errors import UserError
from build.saying import Say
from local.deployment import aws_errors

LATEST = "$LATEST"
LAYER = "{name}-dependencies"  # as main.tf names it

NAME = re.compile("[A-Za-z0-9_-]{1,64}")
OWN_KEY = "model/model"  # of a model, as modules/artifacts names it
ZIP = re.compile(r"(?:function|layer)/(?P<sha256>[0-9a-f]{64})\.zip")

COMMANDS = {"s3": "s3api"}  # of the AWS CLI, where its name is not the service's

Clients = Mapping[str, Any]  # by service: lambda and s3
Place = tuple[str | None, str | None, str | None]  # bucket, key and version of a model; None of each: not in S3


class BadKeep(UserError):
    template = "--keep is how many of the newest versions stay, 1 or more, and not {given!r}."


class BadName(UserError):
    template = "--name is the name of a function, without an ARN, a version or an alias, and not {given!r}."


class NotConfirmed(UserError):
    template = "Nothing was deleted. To delete without being asked, say --yes; to only see, --plan."


@dataclass(frozen=True)
class Unused:
    """One thing to delete, and the call that does it."""

    kind: str
    name: str
    bytes: int
    service: str
    operation: str
    arguments: Mapping[str, str | int] = field(hash=False)

    @property
    def command(self) -> str:
        """The call as a command line of the AWS CLI."""
        words = ["aws", COMMANDS.get(self.service, self.service), self.operation.replace("_", "-")]
        for name, value in self.arguments.items():
            words += [f"--{re.sub('(?<!^)(?=[A-Z])', '-', name).lower()}", str(value)]
        return shlex.join(words)


@dataclass(frozen=True)
class Pruning:
    """What stays, and what goes, in the order of deletion: whatever uses another goes first."""

    kept: dict[str, list[str]]  # published version -> why it stays
    unused: list[Unused]
    notes: list[str]  # what was not looked at, and why


def look(clients: Clients, name: str, keep: int, bucket: str | None = None) -> Pruning:
    """See what a function no longer needs. Nothing is changed.

    Args:
        keep: how many of the newest versions stay, beside those that something points to.
        bucket: of the deployment, where it is known. That of the versions is looked at in any case.

    Raises:
        BadName, AwsFailed
    """
    if not NAME.fullmatch(name):
        raise BadName(given=name)
    notes: list[str] = []
    with aws_errors():
        api = clients["lambda"]
        listed = list(_pages(api, "list_versions_by_function", "Versions", FunctionName=name))
        versions = {each["Version"]: each for each in listed}
        published = sorted((each for each in versions if each != LATEST), key=int, reverse=True)
        reasons = [*_pointers(api, name), *((each, "one of the newest") for each in published[:keep])]
        why = {each: [reason for version, reason in reasons if version == each] for each in published}
        for each in published:
            if not why[each] and _may_be_called(api, name, each):
                why[each].append("a permission to call it")
        old = [versions[each] for each in reversed(published) if not why[each]]

        # Other functions may have our layers and read our models, too
        gone = {each["FunctionArn"] for each in old}
        everybodys = _pages(api, "list_functions", "Functions", FunctionVersion="ALL")
        users = [each for each in [*everybodys, *versions.values()] if each["FunctionArn"] not in gone]
        layers = sorted(_layers(api, LAYER.format(name=name)), key=lambda each: each.version)
        used = {layer["Arn"] for each in users for layer in each.get("Layers", [])}
        # Terraform has the newest in its state, and may be about to give it to the function
        used |= {each.arn for each in layers[-1:]}
        digests = {each["CodeSha256"] for each in users} | {each.digest for each in layers if each.arn in used}

        unused = [_version(name, each) for each in old] + [each.unused for each in layers if each.arn not in used]
        read = {_model(each) for each in users}
        hidden = sorted({each["FunctionArn"].split(":")[6] for each in users if "Error" in each.get("Environment", {})})
        if hidden:  # encrypted with a key that the caller may not use: any model may be theirs
            notes.append(f"All models stay: which of them is read by {', '.join(hidden)} is not shown to you.")
        stores = {(place, key) for place, key, _ in map(_model, versions.values()) if place and key}
        if bucket:
            stores.add((bucket, OWN_KEY))
        zips = {base64.b64decode(each).hex() for each in digests}
        for place, key in sorted(stores):
            prefix = _own_prefix(clients["s3"], listed[0]["FunctionArn"], place, key, notes)
            if prefix is not None:
                found = _objects(clients["s3"], place, prefix, read, zips)
                unused += [each for each in found if each.kind != "model" or not hidden]
    return Pruning({version: reasons for version, reasons in why.items() if reasons}, unused, notes)


def delete(clients: Clients, unused: Iterable[Unused], say: Say) -> None:
    """Delete it, one after the other. After a failure, the next time goes on with the rest.

    Raises:
        AwsFailed
    """
    for each in unused:
        say(each.command)
        with aws_errors():
            getattr(clients[each.service], each.operation)(**each.arguments)


def ask() -> None:
    """Have the caller confirm, as Terraform does.

    Raises:
        NotConfirmed
    """
    try:
        answer = input('Only "yes" deletes these: ')
    except EOFError:
        answer = ""
    if answer.strip() != "yes":
        raise NotConfirmed


def number(keep: str) -> int:
    """How many versions to keep, as it was typed.

    Raises:
        BadKeep
    """
    if not re.fullmatch("0*[1-9][0-9]*", str(keep)):
        raise BadKeep(given=keep)
    return int(keep)


def _pointers(api: Any, name: str) -> Iterator[tuple[str, str]]:
    """The versions that something points to, and what."""
    for alias in _pages(api, "list_aliases", "Aliases", FunctionName=name):
        yield alias["FunctionVersion"], f"alias {alias['Name']}"
        for version in alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}):
            yield version, f"alias {alias['Name']}, for a part of the calls"
    for each in _provisioned(api, name):
        yield each["FunctionArn"].split(":")[-1], "provisioned concurrency"
    # All functions': AWS does not say whether it lists those of versions and aliases under the bare name
    for each in _pages(api, "list_event_source_mappings", "EventSourceMappings"):
        if each["FunctionArn"].split(":")[6] == name:
            yield each["FunctionArn"].split(":")[-1], "an event source"


def _provisioned(api: Any, name: str) -> list[dict[str, Any]]:
    try:
        return list(
            _pages(api, "list_provisioned_concurrency_configs", "ProvisionedConcurrencyConfigs", FunctionName=name)
        )
    except ClientError as error:
        # AWS names its errors. A bare number is of an embedded AWS that does not know this call: it provisions nothing.
        if error.response["Error"]["Code"] != "404":
            raise
        return []


def _may_be_called(api: Any, name: str, version: str) -> bool:
    """Whether a version has a policy of its own, by which an API, a rule or a bucket calls that version."""
    try:
        policy = json.loads(api.get_policy(FunctionName=name, Qualifier=version)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return False
    return any(each["Resource"].endswith(f":{name}:{version}") for each in policy["Statement"])


@dataclass(frozen=True)
class Layer:
    """A version of the module's own layer."""

    name: str
    version: int
    arn: str
    digest: str  # of its zip, in base64
    bytes: int

    @property
    def unused(self) -> Unused:
        arguments: dict[str, str | int] = {"LayerName": self.name, "VersionNumber": self.version}
        which = f"{self.name}:{self.version}"
        return Unused("layer version", which, self.bytes, "lambda", "delete_layer_version", arguments)


def _layers(api: Any, name: str) -> Iterator[Layer]:
    for each in _pages(api, "list_layer_versions", "LayerVersions", LayerName=name):
        content = api.get_layer_version(LayerName=name, VersionNumber=each["Version"])["Content"]
        yield Layer(name, each["Version"], each["LayerVersionArn"], content["CodeSha256"], content["CodeSize"])


def _version(name: str, version: Mapping[str, Any]) -> Unused:
    arguments = {"FunctionName": name, "Qualifier": version["Version"]}
    return Unused("version", version["Version"], version["CodeSize"], "lambda", "delete_function", arguments)


def _own_prefix(s3: Any, function_arn: str, bucket: str, key: str, notes: list[str]) -> str | None:
    """Where the deployment's own objects begin in a bucket, if a model there is its own.

    Other deployments have theirs in buckets with their names, below their names, or in other regions and accounts.
    """
    _, _, _, region, account, _, name, *_ = function_arn.split(":")
    if key != OWN_KEY:
        own = re.fullmatch(f"({re.escape(name)}/[0-9a-f]{{8}}/){OWN_KEY}", key)
        return own[1] if own and _is_there(s3, bucket, notes) else None
    if not re.fullmatch(f"{re.escape(name.lower().replace('_', '-')[:36])}-[0-9]{{26}}", bucket):
        return None
    head = _is_there(s3, bucket, notes, ExpectedBucketOwner=account)
    return "" if head and head["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region") == region else None


def _is_there(s3: Any, bucket: str, notes: list[str], **expected: str) -> dict[str, Any] | None:
    """What S3 says of a bucket; None if it is gone or closed, which is noted."""
    try:
        return dict(s3.head_bucket(Bucket=bucket, **expected))
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in ("404", "403"):
            raise
        if code == "403":
            notes.append(f"What is in the bucket {bucket} stays: it is another account's, or you may not look at it.")
        return None


def _objects(s3: Any, bucket: str, prefix: str, read: set[Place], zips: set[str]) -> Iterator[Unused]:
    """Versions of models that nothing reads, but for the newest, which is Terraform's; and zips of what goes."""
    key = prefix + OWN_KEY
    for each in _pages(s3, "list_object_versions", "Versions", Bucket=bucket, Prefix=prefix):
        is_model = each["Key"] == key and not each["IsLatest"] and (bucket, key, each["VersionId"]) not in read
        archive = ZIP.fullmatch(each["Key"].removeprefix(prefix))
        if is_model or (archive and archive["sha256"] not in zips):
            arguments = {"Bucket": bucket, "Key": each["Key"], "VersionId": each["VersionId"]}
            which = f"s3://{bucket}/{each['Key']}, version {each['VersionId']}"
            yield Unused("model" if is_model else "zip", which, each["Size"], "s3", "delete_object", arguments)


def _model(version: Mapping[str, Any]) -> Place:
    """Where a version of a function reads its model in S3, if it does."""
    told = version.get("Environment", {}).get("Variables", {})
    return told.get("MODEL_BUCKET"), told.get("MODEL_KEY"), told.get("MODEL_VERSION_ID")


def _pages(client: Any, operation: str, items: str, **arguments: Any) -> Iterator[Any]:
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page.get(items, [])
