"""The rows of a request before they are read: as rows, as objects or as columns, whatever it sent.

Each knows how many rows it has and gives the values of one column; what those are is for `values` to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from serving.requests.signature import Signature
from serving.requests.words import NAMES, BadRequest, kind, listed, nearest

NOT_IN_NAMES = re.compile(r"\W")  # LightGBM puts _ in the place of each blank and of what JSON needs itself


@dataclass(frozen=True)
class Rows:
    """Rows that are lists, in the order of the model's columns."""

    form: str  # the request's own word for them
    rows: Sequence[Sequence[Any]]
    texts: bool = False  # whether they are of a CSV file

    def __len__(self) -> int:
        return len(self.rows)

    def check(self, signature: Signature) -> None:
        """See that each row has a value for each column."""
        width = signature.width
        for number, row in enumerate(self.rows):
            if not isinstance(row, (list, tuple)):
                raise BadRequest(f"row {number} of {self.form} is {kind(row)}, not a list. {expected(signature)}")
            if width is not None and len(row) != width:
                raise BadRequest(f"row {number} of {self.form} has {len(row)} values. {expected(signature)}")

    def columns(self, signature: Signature) -> list[list]:
        """The values of each of the signature's columns."""
        self.check(signature)
        return list(map(list, zip(*self.rows, strict=True)))


@dataclass(frozen=True)
class Records:
    """Rows that are objects."""

    form: str
    rows: Sequence[Mapping[str, Any]]
    texts: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def names(self) -> list[str]:
        """The names that the rows have, in the order in which they first come."""
        return list(dict.fromkeys(chain.from_iterable(self.rows)))

    def columns(self, signature: Signature) -> list[list]:
        if not set(map(type, self.rows)) <= {dict}:
            number, row = next((at, each) for at, each in enumerate(self.rows) if not isinstance(each, dict))
            raise BadRequest(f"row {number} of {self.form} is {kind(row)}, not an object. {expected(signature)}")
        keys = _keys(signature, self.rows[0])
        try:
            return [[row[key] for row in self.rows] for key in keys]
        except KeyError:
            return self._by_row(signature)

    def _by_row(self, signature: Signature) -> list[list]:
        """The slow way, which finds what is missing, and takes another spelling in each row."""
        found: list[list] = []
        for number, row in enumerate(self.rows):
            keys = _keys(signature, row)
            missing = [column.name for column, key in zip(signature.columns or (), keys, strict=True) if key not in row]
            if missing:
                raise BadRequest(_lacks(f"row {number} of {self.form}", missing, row, keys, signature))
            found.append([row[key] for key in keys])
        return list(map(list, zip(*found, strict=True)))


@dataclass(frozen=True)
class Columns:
    """Columns by name."""

    form: str
    values: Mapping[str | int, Sequence[Any]]
    texts: bool = False

    def __len__(self) -> int:
        return len(next(iter(self.values.values()), ()))

    def names(self) -> list[str | int]:
        return list(self.values)

    def columns(self, signature: Signature) -> list[list]:
        keys = _keys(signature, self.values)
        missing = [
            column.name for column, key in zip(signature.columns or (), keys, strict=True) if key not in self.values
        ]
        if missing:
            raise BadRequest(_lacks(self.form, missing, self.values, keys, signature))
        return [list(self.values[key]) for key in keys]


def expected(signature: Signature) -> str:
    """What a row of a request must be for this model, in words."""
    if signature.container == "texts":
        return 'Expected as instances a list of texts, such as {"instances": ["a text"]}'
    if signature.container == "objects":
        return 'Expected as instances what the model was fitted with, such as {"instances": [{"a": 1}]}'
    if signature.columns is None:
        return "Expected as dataframe_records objects with the columns that the model was fitted with"
    if signature.container == "frame":
        return f"Expected for each row: {listed_plain(signature)}"
    return f"Expected for each row: {signature.width} values"


def listed_plain(signature: Signature) -> str:
    names = [str(name) for name in signature.names or ()]
    return ", ".join(names) if len(names) <= 50 else f"{', '.join(names[:50])} and {len(names) - 50} more"


def _keys(signature: Signature, row: Mapping[Any, Any]) -> list[Any]:
    """Under which of the row's names each column's value is; the column's own name where there is none."""
    keys: list[Any] = []
    others: dict[str, list[Any]] | None = None
    for column in signature.columns or ():
        if column.name in row:
            keys.append(column.name)
            continue
        if others is None:
            others = {}
            names = {each.name for each in signature.columns or ()}
            for name in row:
                if name not in names:
                    others.setdefault(_plain(name), []).append(name)
        found = others.get(_plain(column.name), [])
        keys.append(found[0] if len(found) == 1 else column.name)
    return keys


def _plain(name: Any) -> str:
    """A name as LightGBM writes it; numbers as JSON does."""
    return NOT_IN_NAMES.sub("_", str(name))


def _lacks(what: str, missing: list, row: Mapping, keys: list, signature: Signature) -> str:
    unknown = [str(name) for name in row if name not in set(keys)]
    hints = []
    for name in missing[:NAMES]:
        near = nearest(name, unknown)
        hints.append(f"{name} (is {near!r} meant for it?)" if near else f"{name}")
    more = f" and {len(missing) - NAMES} more" if len(missing) > NAMES else ""
    others = f"; not known here: {listed(sorted(unknown))}" if unknown else ""
    return f"{what} lacks {', '.join(hints)}{more}{others}. null stands for a missing value. {expected(signature)}"
