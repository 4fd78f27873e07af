"""Merges what the user or MLflow declares about columns into a signature.

It runs under the target's interpreter, for own_answers.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from serving.requests.signature import Column, Signature

if TYPE_CHECKING:
    from build.package.exchange import DeclaredColumn


class UnknownColumn(Exception):
    """A declaration names a column that the model does not have. The message says which one."""


def override(signature: Signature, columns: list[DeclaredColumn]) -> Signature:
    """Return the signature with the declared columns.

    Raises:
        UnknownColumn
    """
    if not columns:
        return signature
    named = [column for column in columns if column.get("name") is not None]
    if signature.columns is None:
        declared = tuple(map(of_declared, named))
        if not declared:
            return signature
        return replace(signature, container="frame", columns=declared, source="the given signature")
    by_name: dict[Any, DeclaredColumn] = {column["name"]: column for column in named}
    names = {column.name for column in signature.columns}
    unknown = [name for name, column in by_name.items() if name not in names and not column.get("weak")]
    if unknown and signature.container == "frame":
        raise UnknownColumn(f"it names {unknown[0]!r}, and the model has no such column")
    merged = tuple(with_declared(column, by_name.get(column.name)) for column in signature.columns)
    return replace(signature, columns=merged)


def of_declared(declared: DeclaredColumn) -> Column:
    """Return a column about which only the declaration is known."""
    missing = None if declared.get("dtype") == "bool" else "NaN"
    return Column.from_json({"missing": missing, **{key: value for key, value in declared.items() if key != "weak"}})


def with_declared(column: Column, declared: DeclaredColumn | None) -> Column:
    """Return a column with what is declared about it."""
    if declared is None:
        return column
    if declared.get("weak") and column.type in ("category", "text", "boolean") and column.missing:
        return column
    new = {key: value for key, value in declared.items() if key not in ("name", "weak")}
    is_same_type = column.type == new.get("type")
    kept: dict[str, Any] = column.to_json() if is_same_type else {"name": column.name, "missing": "NaN"}
    if not is_same_type and new.get("type") in ("datetime", "timedelta"):
        kept["missing"] = "NaT"
    if new.get("dtype") == "bool":  # it has no missing values
        kept["missing"] = None
    return Column.from_json({**kept, **new, "name": column.name})
