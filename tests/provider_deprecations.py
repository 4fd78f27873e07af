"""What version 6 of the AWS provider calls deprecated: as PyPI's pulumi-aws, which is generated from it, has it.

The bindings that tests/provider_schema.py reads say nothing of it. These say it of attributes and blocks, and not of
resources as a whole: `terraform validate` does that, for the version of the provider that is installed.
"""

from __future__ import annotations

import re
from pathlib import Path

BINDINGS = "pulumi-aws==7.51.1"

CLASS = re.compile(r"^class (\w+)(?:\(.*\))?:$", re.MULTILINE)
PROPERTY = re.compile(r'@_utilities\.deprecated\("""(.*?)"""\)\s+def (\w+)\(', re.DOTALL)

# Where its files have other names than the provider's resources
FILES = {"aws_s3_object": "s3/bucket_objectv2", "aws_security_group": "ec2/security_group"}
FOLDERS = {"lambda": "lambda_"}


class Deprecations:
    """Of one resource or data source."""

    def __init__(self, site_packages: Path, name: str) -> None:
        kind, _, type_ = name.rpartition(".")
        service, _, rest = type_.removeprefix("aws_").partition("_")
        path = FILES.get(type_, f"{FOLDERS.get(service, service)}/{rest}")
        folder, _, stem = path.rpartition("/")
        self.folder = site_packages / "pulumi_aws" / folder
        if kind:
            stem = "get_object" if type_ == "aws_s3_object" else f"get_{stem}"
        self.text = (self.folder / f"{stem}.py").read_text(encoding="utf-8")
        self.class_name = camel(stem)

    def top(self) -> dict[str, str]:
        """The deprecated attributes, with what it says of them."""
        return {name: words for words, name in PROPERTY.findall(self.text)}

    def within(self, path: list[str]) -> dict[str, str]:
        """The same of a block in it: its name, after those of the blocks that it is in."""
        wanted = self.class_name + "".join(map(camel, path)) + "Args"
        _, *parts = CLASS.split((self.folder / "_inputs.py").read_text(encoding="utf-8"))
        classes = dict(zip(parts[::2], parts[1::2], strict=True))
        return {name: words for words, name in PROPERTY.findall(classes[wanted])}


def camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
