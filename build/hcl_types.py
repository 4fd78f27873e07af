"""Reads types of variables, as python-hcl2 writes them: ``object({name = string, size = optional(number, 1)})``."""

from __future__ import annotations

import re
from dataclasses import dataclass

COLLECTION = re.compile(r"(?:list|set|map)\((.*)\)", flags=re.DOTALL)
OBJECT = re.compile(r"object\(\{(.*)\}\)", flags=re.DOTALL)
OPTIONAL = re.compile(r"optional\((.*)\)", flags=re.DOTALL)


@dataclass(frozen=True)
class Field:
    """An attribute of an object, or of an object inside it."""

    name: str  # with dots: cors.max_age
    type: str
    required: bool
    default: str  # in HCL; it is empty if there is no default


def bare(written: str) -> str:
    """Return a type without what python-hcl2 puts around an expression."""
    return written.removeprefix("${").removesuffix("}") if written.startswith("${") else written


def fields(kind: str, prefix: str = "") -> list[Field]:
    """Return the fields of an object, or of the objects in a collection. Other types have no fields."""
    collection = COLLECTION.fullmatch(kind)
    if collection:
        return fields(collection[1], prefix)
    body = OBJECT.fullmatch(kind)
    all_fields = []
    for written in split(body[1]) if body else []:
        name, _, right = (word.strip() for word in written.partition("="))
        optional = OPTIONAL.fullmatch(right)
        inner, *default = split(optional[1]) if optional else [right]
        path = prefix + name.strip('"')
        all_fields.append(Field(path, short(inner), not optional, "".join(default)))
        all_fields += fields(inner, f"{path}.")
    return all_fields


def short(kind: str) -> str:
    """Return a type without the fields of its objects."""
    collection = COLLECTION.fullmatch(kind)
    if collection:
        return f"{kind.partition('(')[0]}({short(collection[1])})"
    return "object" if OBJECT.fullmatch(kind) else kind


def split(text: str) -> list[str]:
    """Split a list of HCL at its commas, except at those inside brackets and strings."""
    items, depth, quoted = [""], 0, False
    for character in text:
        if character == '"':
            quoted = not quoted
        depth += 0 if quoted else (character in "([{") - (character in ")]}")
        if character == "," and depth == 0 and not quoted:
            items.append("")
        else:
            items[-1] += character
    return [item.strip() for item in items if item.strip()]
