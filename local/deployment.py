"""The deployment that Terraform keeps in a folder: makes it, and has an earlier version of it answer."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from build.errors import UserError
from build.saying import Say
from local.terraform import Terraform

PROVIDER = re.compile(r'^\s*provider\s+"aws"', re.MULTILINE)
MARKUP = re.compile(r"<[^>]*>")
LONGEST = 300  # characters of what a service says


class AwsFailed(UserError):
    template = (
        "AWS was not asked, or refused: {error}\n"
        "Are these the account, the region and the credentials of the deployment?"
    )


class NoCredentials(UserError):
    template = (
        "There are no AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run "
        "aws sso login or aws configure."
    )


class NoRegion(UserError):
    template = "There is no AWS region. Set AWS_REGION, such as AWS_REGION=eu-central-1, or one in your AWS profile."


class NotDeployed(UserError):
    template = "{folder} has no deployment. Run: invoke deploy --mode s3 (or bundle)."


class ModeUnknown(UserError):
    template = (
        "The deployment in {folder} was made before the module told its mode. Say it once: invoke deploy --mode s3 "
        "(or bundle)."
    )


class NoEarlierVersion(UserError):
    template = "Version {version} answers, and no earlier version is published. Published are: {known}."


class NoSuchVersion(UserError):
    template = (
        "There is no published version {version}. Published are: {known}. Name one: invoke rollback --to VERSION."
    )


def deploy(terraform: Terraform, variables: Mapping[str, str], *, plan: bool, yes: bool, say: Say) -> int:
    """Plan or apply the module in a folder, with the caller's own settings and at the caller's terminal.

    Args:
        variables: of the module. Mode and name are those of the deployment that is there, if these do not say others.

    Raises:
        NoCredentials, NoRegion: before Terraform runs.
        ModeUnknown: of a deployment that is older than the module's output mode.
    """
    check_access(terraform)
    say(f"{terraform.binary.name} init")
    terraform.init()
    found = terraform.outputs()
    wanted = dict(variables)
    if "alias_arn" in found:
        if "mode" not in found and "mode" not in variables:
            raise ModeUnknown(folder=terraform.folder)
        wanted = {"mode": found.get("mode"), "name": found["function_name"]} | wanted
    argv = [
        terraform.binary.name,
        "plan" if plan else "apply",
        *(["-auto-approve"] if yes and not plan else []),
        *(f"-var={name}={value}" for name, value in wanted.items()),
    ]
    say(shlex.join(argv))
    return subprocess.run([terraform.binary, *argv[1:]], cwd=terraform.folder, check=False).returncode


def check_access(terraform: Terraform, environ: Mapping[str, str] = os.environ) -> None:
    """See that credentials and a region are set, unless a provider block in the folder sets them.

    Raises:
        NoCredentials, NoRegion
    """
    if not any(PROVIDER.search(path.read_text(encoding="utf-8")) for path in terraform.folder.glob("*.tf")):
        region(environ)


def region(environ: Mapping[str, str] = os.environ) -> str:
    """The caller's region, where there are credentials, too.

    Raises:
        NoCredentials, NoRegion
    """
    session = botocore.session.Session()
    with aws_errors():
        found = environ.get("AWS_REGION") or session.get_config_variable("region")
        if not found:
            raise NoRegion
        if session.get_credentials() is None:
            raise NoCredentials
    return found


def outputs(terraform: Terraform) -> dict[str, Any]:
    """What the last apply in the folder told.

    Raises:
        NotDeployed: there was none.
    """
    found = terraform.outputs()
    if "alias_arn" not in found:
        raise NotDeployed(folder=terraform.folder)
    return found


def client(service: str, alias_arn: str | None) -> Any:
    """A client of an AWS service, in the region of an alias, or in the caller's.

    Raises:
        NoCredentials, NoRegion: of the caller's.
    """
    import boto3

    return boto3.client(service, region_name=alias_arn.split(":")[3] if alias_arn else region())


def rollback(client: Any, alias_arn: str, to: str | None, say: Say) -> str:
    """Have an earlier version answer all calls. Nothing is built, planned or published.

    Args:
        client: of Lambda's API.
        to: the published version; None: the one before the version that answers.

    Returns:
        The version that answers now.

    Raises:
        NoEarlierVersion, NoSuchVersion, AwsFailed
    """
    function, alias = alias_arn.split(":")[-2:]
    with aws_errors():
        answers = int(client.get_alias(FunctionName=function, Name=alias)["FunctionVersion"])
        pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=function)
        versions = [each["Version"] for page in pages for each in page["Versions"]]
    published = sorted(int(each) for each in versions if each.isdecimal())
    known = ", ".join(map(str, published)) or "none"
    earlier = [each for each in published if each < answers]
    if to is not None and to not in map(str, published):
        raise NoSuchVersion(version=to, known=known)
    if to is None and not earlier:
        raise NoEarlierVersion(version=answers, known=known)
    version = to or str(earlier[-1])
    argv = ["aws", "lambda", "update-alias", "--function-name", function, "--name", alias]
    say(shlex.join([*argv, "--function-version", version, "--routing-config", "{}"]))
    with aws_errors():
        client.update_alias(
            FunctionName=function,
            Name=alias,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": {}},
        )
    return version


@contextmanager
def aws_errors() -> Iterator[None]:
    """Tells what AWS refuses, or why it was not reached, in its own words.

    Raises:
        AwsFailed
    """
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise AwsFailed(error=words_of(error)) from error


def words_of(error: Exception) -> str:
    """An error of AWS's in one line. What stands between may answer with a page of HTML, of which the text is kept."""
    text = " ".join(MARKUP.sub(" ", str(error)).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
