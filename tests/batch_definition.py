"""The definition of modules/batch, as it gives it to Step Functions."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from build.host import commands
from local import embedded_aws
from local.terraform import Terraform
from tests.conftest import ROOT

ALIAS = "arn:aws:lambda:eu-central-1:123456789012:function:churn:live"


def initialized(folder: Path) -> Terraform:
    """The submodule in a folder of its own."""
    terraform = Terraform(folder)
    shutil.copytree(ROOT / "modules" / "batch", terraform.folder, ignore=shutil.ignore_patterns(".terraform*"))
    terraform.init()
    return terraform


def rendered(terraform: Terraform, alias_arn: str = ALIAS, **settings: object) -> dict[str, Any]:
    """The definition with these inputs."""
    inputs = {
        "function_name": "churn",
        "alias_name": "live",
        "alias_arn": alias_arn,
        "batch": {"input": {"bucket": "data", "prefix": "in/"}, "output": {"bucket": "data"}, **settings},
    }
    (terraform.folder / "terraform.tfvars.json").write_text(json.dumps(inputs))
    env = embedded_aws.nobodys(terraform.env)
    printed = commands.run(
        [terraform.binary, "console"], stdin="jsonencode(local.definition)\n", cwd=terraform.folder, env=env
    )
    definition: dict[str, Any] = json.loads(json.loads(printed))
    return definition
