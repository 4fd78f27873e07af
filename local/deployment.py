"""Deploys what was packaged with Terraform, and points the alias of the deployment to an earlier version."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from build.errors import UserError
from build.host.commands import CommandFailed
from build.saying import Say
from local.terraform import Terraform

PROVIDER = re.compile(r'^\s*provider\s+"aws"', re.MULTILINE)
MARKUP = re.compile(r"<(?:(style|script)\b.*?</\1\s*>|[^>]*>)", re.DOTALL | re.IGNORECASE)
LONGEST = 300  # the most characters of a service's message


class AwsFailed(UserError):
    template = (
        "AWS refused, or was not reached: {error}\n"
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


class FetchedModule(UserError):
    template = (
        "{folder} is a copy of the module that terraform init has fetched, and may replace with all that is in it. "
        "Deploy from your own configuration, which calls the module: terraform apply."
    )


class ModeUnknown(UserError):
    template = (
        "The deployment in {folder} was made before the module had the output mode. Name it once: "
        "invoke deploy --mode s3 (or bundle)."
    )


class NoEarlierVersion(UserError):
    template = "Version {version} answers, and no earlier version is published. Published are: {published}."


class NoSuchVersion(UserError):
    template = (
        "There is no published version {version}. Published are: {published}. Name one: invoke rollback --to VERSION."
    )


def deploy(terraform: Terraform, variables: Mapping[str, str], *, plan: bool, yes: bool, say: Say) -> int:
    """Plan or apply the module in a folder, with the caller's own settings and at the caller's terminal.

    Args:
        variables: the module's variables. Mode and name are those of the existing deployment, unless given here.

    Returns:
        Terraform's exit code.

    Raises:
        FetchedModule, NoCredentials, NoRegion: before Terraform runs.
        ModeUnknown: the deployment is older than the module's output mode.
    """
    check_folder(terraform)
    check_access(terraform)
    say(f"{terraform.binary.name} init")
    terraform.init()
    argv = _plan_or_apply(terraform, variables, plan=plan, yes=yes)
    say(shlex.join(argv))
    return subprocess.run([terraform.binary, *argv[1:]], cwd=terraform.folder, check=False).returncode


def command_lines(terraform: Terraform, variables: Mapping[str, str], *, plan: bool, yes: bool) -> list[str]:
    """Return the commands that `deploy` would run. Only the command that reads the state of a deployment is run.

    Raises:
        FetchedModule, ModeUnknown
    """
    check_folder(terraform)
    try:
        argv = _plan_or_apply(terraform, variables, plan=plan, yes=yes)
    except CommandFailed:  # the state of a folder that is not initialized cannot be read
        argv = _plan_or_apply(terraform, variables, plan=plan, yes=yes, outputs={})
    return [f"{terraform.binary.name} init", shlex.join(argv)]


def _plan_or_apply(
    terraform: Terraform,
    variables: Mapping[str, str],
    *,
    plan: bool,
    yes: bool,
    outputs: Mapping[str, Any] | None = None,
) -> list[str]:
    """Return the command line. What the caller does not specify is as in the existing deployment."""
    current = terraform.outputs() if outputs is None else outputs
    wanted = dict(variables)
    if "alias_arn" in current:
        if "mode" not in current and "mode" not in variables:
            raise ModeUnknown(folder=terraform.folder)
        wanted = {"mode": current.get("mode"), "name": current["function_name"]} | wanted
    return [
        terraform.binary.name,
        "plan" if plan else "apply",
        *(["-auto-approve"] if yes and not plan else []),
        *(f"-var={name}={value}" for name, value in wanted.items()),
    ]


def is_fetched(folder: Path) -> bool:
    """Return whether a folder is a copy of the module that ``terraform init`` has fetched for another configuration."""
    return ".terraform" in folder.parts


def check_folder(terraform: Terraform) -> None:
    """Check that the folder may keep the state of a deployment.

    Raises:
        FetchedModule
    """
    if is_fetched(terraform.folder):
        raise FetchedModule(folder=terraform.folder)


def check_access(terraform: Terraform, environ: Mapping[str, str] = os.environ) -> None:
    """Check that credentials and a region are set, unless a provider block in the folder sets them.

    Raises:
        NoCredentials, NoRegion
    """
    if not any(PROVIDER.search(path.read_text(encoding="utf-8")) for path in terraform.folder.glob("*.tf")):
        region(environ)


def check_credentials() -> None:
    """Check that there are credentials. AWS is not asked whether it accepts them.

    Raises:
        NoCredentials
        AwsFailed: the search for credentials fails, for example because the profile does not exist.
    """
    with aws_errors():
        if botocore.session.Session().get_credentials() is None:
            raise NoCredentials


def find_region(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the caller's region, or None if none is set.

    Raises:
        AwsFailed
    """
    with aws_errors():
        name = environ.get("AWS_REGION") or botocore.session.Session().get_config_variable("region")
        return str(name) if name else None


def region(environ: Mapping[str, str] = os.environ) -> str:
    """Return the caller's region. Credentials are checked, too.

    Raises:
        NoCredentials, NoRegion
    """
    name = find_region(environ)
    if name is None:
        raise NoRegion
    check_credentials()
    return name


def outputs(terraform: Terraform) -> dict[str, Any]:
    """Return the outputs of the last apply in the folder.

    Raises:
        NotDeployed: nothing was applied there.
    """
    values = terraform.outputs()
    if "alias_arn" not in values:
        raise NotDeployed(folder=terraform.folder)
    return values


def client(service: str, alias_arn: str | None) -> Any:
    """Return a client of an AWS service, in the region of an alias, or else in the caller's.

    Raises:
        NoCredentials, NoRegion: of `region`.
    """
    import boto3

    sdk: Any = boto3  # its types name every service
    return sdk.client(service, region_name=alias_arn.split(":")[3] if alias_arn else region())


def impatient_client(service: str, region: str, seconds: float) -> Any:
    """Return a client of an AWS service that makes one attempt, and waits for no longer than ``seconds``."""
    import boto3

    sdk: Any = boto3
    config = Config(connect_timeout=seconds, read_timeout=seconds, retries={"total_max_attempts": 1})
    return sdk.client(service, region_name=region, config=config)


def rollback(client: Any, alias_arn: str, to: str | None, say: Say, *, dry_run: bool = False) -> str:
    """Point the alias to an earlier version, which then answers all calls. Nothing is built, planned or published.

    Args:
        client: a client of Lambda's API.
        to: the published version. None means the one before the version that answers now.
        dry_run: only print what would be run.

    Returns:
        The version that answers now, or would.

    Raises:
        NoEarlierVersion, NoSuchVersion, AwsFailed
    """
    function, alias = alias_arn.split(":")[-2:]
    with aws_errors():
        answers = int(client.get_alias(FunctionName=function, Name=alias)["FunctionVersion"])
        pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=function)
        names = [version["Version"] for page in pages for version in page["Versions"]]
    published = sorted(int(name) for name in names if name.isdecimal())
    listed = ", ".join(map(str, published)) or "none"
    earlier = [version for version in published if version < answers]
    if to is not None and to not in map(str, published):
        raise NoSuchVersion(version=to, published=listed)
    if to is None and not earlier:
        raise NoEarlierVersion(version=answers, published=listed)
    version = to or str(earlier[-1])
    argv = ["aws", "lambda", "update-alias", "--function-name", function, "--name", alias]
    say(shlex.join([*argv, "--function-version", version, "--routing-config", "{}"]))
    if dry_run:
        return version
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
    """Turn refusals by AWS and failures to reach AWS into one error with AWS's own message.

    Raises:
        AwsFailed
    """
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise AwsFailed(error=words_of(error)) from error


def words_of(error: Exception | str) -> str:
    """Return an error of AWS in one line. A proxy may answer with a page of HTML, of which only the text is kept."""
    text = " ".join(MARKUP.sub(" ", str(error)).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
