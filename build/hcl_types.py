"""Types of variables, as python-hcl2 writes them: ``object({name = string, size = optional(number, 1)})``."""

from __future__ import annotations

import re
from dataclasses import dataclass

COLLECTION = re.compile(r"(?:list|set|map)\((.*)\)", flags=re.DOTALL)
OBJECT = re.compile(r"object\(\{(.*)\}\)", flags=re.DOTALL)
OPTIONAL = re.compile(r"optional\((.*)\)", flags=re.DOTALL)


@dataclass(frozen=True)
class Field:
    """An attribute of an object, or of an object in it."""

    name: str  # with dots: cors.max_age
    type: str
    required: bool
    default: str  # as HCL writes it; empty where there is none


def bare(written: str) -> str:
    """A type without what python-hcl2 puts around an expression."""
    return written.removeprefix("${").removesuffix("}") if written.startswith("${") else written


def fields(kind: str, prefix: str = "") -> list[Field]:
    """The fields of an object, or of the objects in a collection; those of others are none."""
    collection = COLLECTION.fullmatch(kind)
    if collection:
        return fields(collection[1], prefix)
    body = OBJECT.fullmatch(kind)
    found = []
    for written in split(body[1]) if body else []:
        name, _, right = (part.strip() for part in written.partition("="))
        optional = OPTIONAL.fullmatch(right)
        inner, *default = split(optional[1]) if optional else [right]
        path = prefix + name.strip('"')
        found.append(Field(path, short(inner), not optional, "".join(default)))
        found += fields(inner, f"{path}.")
    return found


def short(kind: str) -> str:
    """A type without the fields of its objects."""
    collection = COLLECTION.fullmatch(kind)
    if collection:
        return f"{kind.partition('(')[0]}({short(collection[1])})"
    return "object" if OBJECT.fullmatch(kind) else kind


def split(text: str) -> list[str]:
    """The parts of a list of HCL, which commas divide: not those in brackets and strings."""
    parts, depth, quoted = [""], 0, False
    for character in text:
        if character == '"':
            quoted = not quoted
        depth += 0 if quoted else (character in "([{") - (character in ")]}")
        if character == "," and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]
