"""What the Terraform files here write of the provider's resources and data sources, and which attributes they read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hcl2

# Terraform's own, in every resource
META = frozenset({"count", "for_each", "depends_on", "provider", "lifecycle"})

READ = re.compile(r"\b(data\.)?(aws_\w+)\.\w+(?:\[[^\]]*\])?\.(\w+)")


@dataclass(frozen=True)
class Written:
    """A resource or data source as a file has it."""

    where: str
    name: str  # aws_..., or data.aws_...
    body: dict


def files(root: Path) -> list[Path]:
    """The Terraform files of the module, its submodules and the examples."""
    return sorted([*root.glob("*.tf"), *root.glob("modules/*/*.tf"), *root.glob("examples/*/*.tf")])


def resources(root: Path) -> Iterator[Written]:
    for path in files(root):
        parsed = hcl2.loads(path.read_text(encoding="utf-8"))
        for kind, prefix in (("resource", ""), ("data", "data.")):
            for block in parsed.get(kind, []):
                ((type_, named),) = labels(block).items()
                if type_.startswith("aws_"):
                    ((label, body),) = labels(named).items()
                    yield Written(f"{path.relative_to(root)}: {type_}.{label}", prefix + type_, body)


def references(root: Path) -> set[tuple[str, str]]:
    """The attributes that expressions read, by resource."""
    texts = [re.sub(r"^\s*(?:#|//).*$", "", path.read_text(), flags=re.MULTILINE) for path in files(root)]
    return {(data + type_, attribute) for text in texts for data, type_, attribute in READ.findall(text)}


def contents(body: dict) -> tuple[set[str], list[tuple[str, dict]]]:
    """The attributes and the blocks in a body, those of dynamic blocks with them."""
    attributes, blocks = set(), []
    for name, value in body.items():
        if name.startswith("__"):  # comments, and what the parser says of itself
            continue
        if name == "dynamic":
            for each in value:
                ((label, dynamic),) = labels(each).items()
                blocks += [(label, content) for content in dynamic["content"]]
        elif isinstance(value, list) and value and all(isinstance(each, dict) and is_block(each) for each in value):
            blocks += [(name, each) for each in value]
        else:
            attributes.add(name)
    return attributes, blocks


def is_block(body: dict) -> bool:
    return bool(body.get("__is_block__"))


def labels(block: dict) -> dict:
    return {name.strip('"'): body for name, body in block.items() if not name.startswith("__")}
