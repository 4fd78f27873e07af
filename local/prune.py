"""Finds and deletes what a deployment keeps but no longer uses: versions, their layer versions and their models."""

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
OWN_KEY = "model/model"  # the end of a model's key, as modules/artifacts names it
ZIP = re.compile(r"(?:function|layer)/(?P<sha256>[0-9a-f]{64})\.zip")

COMMANDS = {"s3": "s3api"}  # the names in the AWS CLI that differ from the service's name

Clients = Mapping[str, Any]  # by service: lambda and s3
Place = tuple[str | None, str | None, str | None]  # bucket, key and version of a model; all None if not in S3


class BadKeep(UserError):
    template = "--keep is how many of the newest versions stay. Give 1 or more instead of {given!r}."


class BadName(UserError):
    template = "--name is the name of a function, not an ARN, and has no version or alias. {given!r} is no such name."


class NotConfirmed(UserError):
    template = (
        "Nothing was deleted. Use --yes to delete without a question, or --dry-run to only see what would be deleted."
    )


@dataclass(frozen=True)
class Unused:
    """One thing to delete, and the API call that deletes it."""

    kind: str
    name: str
    bytes: int
    service: str
    operation: str
    arguments: Mapping[str, str | int] = field(hash=False)

    @property
    def command(self) -> str:
        """Return the API call as a command line of the AWS CLI."""
        words = ["aws", COMMANDS.get(self.service, self.service), self.operation.replace("_", "-")]
        for name, value in self.arguments.items():
            words += [f"--{re.sub('(?<!^)(?=[A-Z])', '-', name).lower()}", str(value)]
        return shlex.join(words)


@dataclass(frozen=True)
class Pruning:
    """What stays and what is deleted. An item that uses another one is deleted before it."""

    kept: dict[str, list[str]]  # published version: the reasons why it stays
    unused: list[Unused]
    notes: list[str]  # what could not be examined, and why


def look(clients: Clients, name: str, keep: int, bucket: str | None = None) -> Pruning:
    """Find what a function no longer needs. Nothing is changed.

    Args:
        keep: how many of the newest versions stay, in addition to those that something points to.
        bucket: the bucket of the deployment, if it is known. The buckets of the versions are examined in any case.

    Raises:
        BadName, AwsFailed
    """
    if not NAME.fullmatch(name):
        raise BadName(given=name)
    notes: list[str] = []
    with aws_errors():
        api = clients["lambda"]
        listed = list(_pages(api, "list_versions_by_function", "Versions", FunctionName=name))
        versions = {version["Version"]: version for version in listed}
        published = sorted((number for number in versions if number != LATEST), key=int, reverse=True)
        reasons = [*_pointers(api, name), *((number, "one of the newest") for number in published[:keep])]
        why = {number: [reason for version, reason in reasons if version == number] for number in published}
        for number in published:
            if not why[number] and _may_be_called(api, name, number):
                why[number].append("a permission to call it")
        old = [versions[number] for number in reversed(published) if not why[number]]

        # Other functions may use the same layers and read the same models
        old_arns = {version["FunctionArn"] for version in old}
        functions = _pages(api, "list_functions", "Functions", FunctionVersion="ALL")
        users = [user for user in [*functions, *versions.values()] if user["FunctionArn"] not in old_arns]
        layers = sorted(_layers(api, LAYER.format(name=name)), key=lambda layer: layer.version)
        used = {layer["Arn"] for user in users for layer in user.get("Layers", [])}
        # The newest layer version is in Terraform's state, and the next apply may give it to the function
        used |= {layer.arn for layer in layers[-1:]}
        digests = {user["CodeSha256"] for user in users} | {layer.digest for layer in layers if layer.arn in used}

        unused = [_version(name, version) for version in old]
        unused += [layer.unused for layer in layers if layer.arn not in used]
        read = {_model(user) for user in users}
        encrypted = [user for user in users if "Error" in user.get("Environment", {})]
        hidden = sorted({user["FunctionArn"].split(":")[6] for user in encrypted})
        if hidden:  # their variables are encrypted with a key that the caller may not use, so they may read any model
            notes.append(f"All models stay, because you may not see which of them {', '.join(hidden)} reads.")
        stores = {(place, key) for place, key, _ in map(_model, versions.values()) if place and key}
        if bucket:
            stores.add((bucket, OWN_KEY))
        zips = {base64.b64decode(digest).hex() for digest in digests}
        for place, key in sorted(stores):
            prefix = _own_prefix(clients["s3"], listed[0]["FunctionArn"], place, key, notes)
            if prefix is not None:
                objects = _objects(clients["s3"], place, prefix, read, zips)
                unused += [item for item in objects if item.kind != "model" or not hidden]
    return Pruning({version: reasons for version, reasons in why.items() if reasons}, unused, notes)


def delete(clients: Clients, unused: Iterable[Unused], say: Say) -> None:
    """Delete the items one after the other. If one fails, the next run continues with the rest.

    Raises:
        AwsFailed
    """
    for item in unused:
        say(item.command)
        with aws_errors():
            getattr(clients[item.service], item.operation)(**item.arguments)


def ask() -> None:
    """Ask the caller to confirm, as Terraform does.

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
    """Return the number of versions to keep.

    Raises:
        BadKeep
    """
    if not re.fullmatch("0*[1-9][0-9]*", str(keep)):
        raise BadKeep(given=keep)
    return int(keep)


def _pointers(api: Any, name: str) -> Iterator[tuple[str, str]]:
    """Yield the versions that something points to, each with a description of what points to it."""
    for alias in _pages(api, "list_aliases", "Aliases", FunctionName=name):
        yield alias["FunctionVersion"], f"alias {alias['Name']}"
        for version in alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}):
            yield version, f"alias {alias['Name']}, for some of the calls"
    for configuration in _provisioned(api, name):
        yield configuration["FunctionArn"].split(":")[-1], "provisioned concurrency"
    # The mappings of all functions: AWS does not document whether the name also lists those of versions and aliases
    for mapping in _pages(api, "list_event_source_mappings", "EventSourceMappings"):
        if mapping["FunctionArn"].split(":")[6] == name:
            yield mapping["FunctionArn"].split(":")[-1], "an event source"


def _provisioned(api: Any, name: str) -> list[dict[str, Any]]:
    try:
        return list(
            _pages(api, "list_provisioned_concurrency_configs", "ProvisionedConcurrencyConfigs", FunctionName=name)
        )
    except ClientError as error:
        # AWS's errors have names. This one comes from an embedded AWS, which has no such call and provisions nothing
        if error.response["Error"]["Code"] != "404":
            raise
        return []


def _may_be_called(api: Any, name: str, version: str) -> bool:
    """Return whether a version has a policy of its own, which lets an API, a rule or a bucket call it."""
    try:
        policy = json.loads(api.get_policy(FunctionName=name, Qualifier=version)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return False
    return any(statement["Resource"].endswith(f":{name}:{version}") for statement in policy["Statement"])


@dataclass(frozen=True)
class Layer:
    """A version of the layer that the module publishes."""

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
    for layer in _pages(api, "list_layer_versions", "LayerVersions", LayerName=name):
        content = api.get_layer_version(LayerName=name, VersionNumber=layer["Version"])["Content"]
        yield Layer(name, layer["Version"], layer["LayerVersionArn"], content["CodeSha256"], content["CodeSize"])


def _version(name: str, version: Mapping[str, Any]) -> Unused:
    arguments = {"FunctionName": name, "Qualifier": version["Version"]}
    return Unused("version", version["Version"], version["CodeSize"], "lambda", "delete_function", arguments)


def _own_prefix(s3: Any, function_arn: str, bucket: str, key: str, notes: list[str]) -> str | None:
    """Return the prefix of the deployment's own objects in a bucket, if the model there is its own.

    Other deployments have buckets or prefixes with their names, or are in other regions and accounts.
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
    """Return what S3 says about a bucket, or None with a note if it does not exist or is not accessible."""
    try:
        return dict(s3.head_bucket(Bucket=bucket, **expected))
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code not in ("404", "403"):
            raise
        if code == "403":
            notes.append(
                f"What is in the bucket {bucket} stays: it belongs to another account, or you have no access to it."
            )
        return None


def _objects(s3: Any, bucket: str, prefix: str, read: set[Place], zips: set[str]) -> Iterator[Unused]:
    """Yield unused zip files, and versions of the model that nothing reads, except the newest: Terraform manages it."""
    key = prefix + OWN_KEY
    for stored in _pages(s3, "list_object_versions", "Versions", Bucket=bucket, Prefix=prefix):
        is_model = stored["Key"] == key and not stored["IsLatest"] and (bucket, key, stored["VersionId"]) not in read
        archive = ZIP.fullmatch(stored["Key"].removeprefix(prefix))
        if is_model or (archive and archive["sha256"] not in zips):
            arguments = {"Bucket": bucket, "Key": stored["Key"], "VersionId": stored["VersionId"]}
            which = f"s3://{bucket}/{stored['Key']}, version {stored['VersionId']}"
            yield Unused("model" if is_model else "zip", which, stored["Size"], "s3", "delete_object", arguments)


def _model(version: Mapping[str, Any]) -> Place:
    """Return the place in S3 from which a version of a function reads its model, if it does."""
    variables = version.get("Environment", {}).get("Variables", {})
    return variables.get("MODEL_BUCKET"), variables.get("MODEL_KEY"), variables.get("MODEL_VERSION_ID")


def _pages(client: Any, operation: str, items: str, **arguments: Any) -> Iterator[Any]:
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page.get(items, [])
