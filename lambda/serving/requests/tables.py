"""The rows of a request before they are read: as lists, as objects or as columns, whichever the request sent.

Each class knows the number of its rows and returns the values of columns, which `serving.requests.values` then reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from operator import itemgetter
from typing import Any

from serving.requests.packing import Picked
from serving.requests.signature import Signature
from serving.requests.wording import NAMES, BadRequest, kind, listed, nearest

FEW = 12  # fewer columns than this are collected faster one by one
AT_ONCE = 400  # rows whose columns are collected together, so that the data in use stays in the processor's cache
NOT_IN_NAMES = re.compile(r"\W")  # LightGBM writes _ for each blank and for each character that JSON needs itself


@dataclass(frozen=True)
class Rows:
    """Rows that are lists, in the order of the model's columns."""

    form: str  # the request's own key for them
    rows: Sequence[Sequence[Any]]
    texts: bool = False  # whether they come from a CSV file

    def __len__(self) -> int:
        return len(self.rows)

    def check(self, signature: Signature) -> None:
        """Check that each row has a value for each column."""
        width = signature.width
        if are_even(self.rows, width):
            return
        for number, row in enumerate(self.rows):
            if not isinstance(row, (list, tuple)):
                raise BadRequest(f"row {number} of {self.form} is {kind(row)}, not a list. {expected(signature)}")
            if width is not None and len(row) != width:
                raise BadRequest(f"row {number} of {self.form} has {len(row)} values. {expected(signature)}")

    def columns(self, signature: Signature, places: Sequence[int] | None = None) -> list[Sequence[Any]]:
        """Return the values of each of the signature's columns, or of those at the given positions.

        Raises:
            BadRequest: a row is no list, or does not have as many values as there are columns.
        """
        self.check(signature)
        return of_lists(self.rows, range(len(self.rows[0])) if places is None else places)

    def picked(self, signature: Signature, places: Sequence[int]) -> Picked | None:
        """Return the values of some of the signature's columns for each row, or None if `columns` has to be used.

        A row of another length is found when all of its values are written, or by `columns`, which returns the others.
        """
        return Picked(self.rows, None if len(places) == signature.width else of_places(places))


@dataclass(frozen=True)
class Records:
    """Rows that are objects."""

    form: str
    rows: Sequence[Mapping[str, Any]]
    texts: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def names(self) -> list[str]:
        """Return the names that the rows have, in the order of their first appearance."""
        return list(dict.fromkeys(chain.from_iterable(self.rows)))

    def columns(self, signature: Signature, places: Sequence[int] | None = None) -> list[Sequence[Any]]:
        if not set(map(type, self.rows)) <= {dict}:
            number, row = next((number, row) for number, row in enumerate(self.rows) if not isinstance(row, dict))
            raise BadRequest(f"row {number} of {self.form} is {kind(row)}, not an object. {expected(signature)}")
        keys = _keys(signature, self.rows[0])
        try:
            return by_names(self.rows, at(keys, places))
        except KeyError:
            return at(self._by_row(signature), places)

    def picked(self, signature: Signature, places: Sequence[int]) -> Picked | None:
        """Do the same as `Rows.picked`. Reading the result raises KeyError if a row lacks a name of the first row."""
        if not isinstance(self.rows[0], dict):
            return None
        return Picked(self.rows, of_keys(at(_keys(signature, self.rows[0]), places)))

    def _by_row(self, signature: Signature) -> list[Sequence[Any]]:
        """Return the columns by a slower way, which finds missing names and accepts another spelling in each row."""
        values: list[list[Any]] = []
        for number, row in enumerate(self.rows):
            keys = _keys(signature, row)
            missing = [column.name for column, key in zip(signature.columns or (), keys, strict=True) if key not in row]
            if missing:
                raise BadRequest(_lacks(f"row {number} of {self.form}", missing, row, keys, signature))
            values.append([row[key] for key in keys])
        return of_lists(values, range(len(signature.columns or ())))


class Lazy(Mapping[Any, Any]):
    """Columns by name, each of which is made when it is accessed."""

    order: Sequence[str | int]  # the names
    count: int  # how many rows there are


class Transposed(Lazy):
    """The columns of rows that are lists. They are collected and checked at the first access."""

    def __init__(self, order: Sequence[str | int], rows: Sequence[Sequence[Any]], check: Callable[[], None]) -> None:
        """Take rows whose values are in the order of these names.

        Args:
            check: raises BadRequest where a row is no list with as many values.
        """
        self.order, self.rows, self.check = order, rows, check
        self.count = len(rows) if order else 0

    def __getitem__(self, name: str | int) -> Sequence[Any]:
        return self._columns[name]

    def __iter__(self) -> Iterator[str | int]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def chosen(self, names: Sequence[str | int]) -> list[Sequence[Any]]:
        """Return some of the columns."""
        return of_lists(self.rows, [self._places[name] for name in names])

    @cached_property
    def _places(self) -> dict[str | int, int]:
        self.check()
        return {name: place for place, name in enumerate(self.order)}

    @cached_property
    def _columns(self) -> dict[str | int, Sequence[Any]]:
        return dict(zip(self._places, of_lists(self.rows, range(len(self.order))), strict=True))


@dataclass(frozen=True)
class Columns:
    """Columns by name."""

    form: str
    values: Mapping[str | int, Sequence[Any]]
    texts: bool = False

    def __len__(self) -> int:
        if isinstance(self.values, Lazy):
            return self.values.count
        return len(next(iter(self.values.values()), ()))

    def names(self) -> list[str | int]:
        return list(self.values)

    def keys(self, signature: Signature) -> list[Any]:
        """Return for each of the signature's columns the name under which it is here, or should be."""
        return _keys(signature, self.values)

    def columns(self, signature: Signature, places: Sequence[int] | None = None) -> list[Sequence[Any]]:
        keys = self.keys(signature)
        missing = [
            column.name for column, key in zip(signature.columns or (), keys, strict=True) if key not in self.values
        ]
        if missing:
            raise BadRequest(_lacks(self.form, missing, self.values, keys, signature))
        chosen = at(keys, places)
        if isinstance(self.values, Transposed):
            return self.values.chosen(chosen)
        return [self.values[key] for key in chosen]

    def picked(self, signature: Signature, places: Sequence[int]) -> Picked | None:
        """Do the same as `Rows.picked`. The result is None if the request sent columns instead of rows."""
        if not isinstance(self.values, Transposed):
            return None
        order = {name: place for place, name in enumerate(self.values.order)}
        keys = at(_keys(signature, order), places)
        if any(key not in order for key in keys):
            return None
        chosen = [order[key] for key in keys]
        if chosen == list(range(len(order))):
            return Picked(self.values.rows)
        # The other columns are asked for later, which finds a row of another length
        others = len(places) < (signature.width or 0)
        even = others or are_even(self.values.rows, len(order))
        return Picked(self.values.rows, of_places(chosen)) if even else None


def at(values: Sequence[Any], places: Sequence[int] | None) -> list[Any]:
    """Return the values at these positions, or all values if positions is None."""
    return list(values) if places is None else [values[place] for place in places]


def are_even(rows: Sequence[Any], width: int | None) -> bool:
    """Return whether all rows are lists with ``width`` values."""
    return set(map(type, rows)) <= {list, tuple} and set(map(len, rows)) == {width}


def of_keys(keys: Sequence[Any]) -> Callable[[Any], Sequence[Any]]:
    """Return a function that takes the values under these keys from a row."""
    if len(keys) == 1:
        only = keys[0]
        return lambda row: (row[only],)
    return itemgetter(*keys) if keys else lambda row: ()


def of_places(places: Sequence[int]) -> Callable[[Any], Sequence[Any]]:
    """Return a function that takes the values at these positions from a list. Neighbours are taken together."""
    if places and list(places) == list(range(places[0], places[-1] + 1)):
        return itemgetter(slice(places[0], places[-1] + 1))
    return of_keys(places)


def of_lists(rows: Sequence[Sequence[Any]], places: Sequence[int]) -> list[Sequence[Any]]:
    """Return the columns at some positions of rows that are lists, all of the same length."""
    if len(places) < FEW or not rows:
        return [[row[place] for row in rows] for place in places]
    return at(list(zip(*rows, strict=True)), places)


def by_names(rows: Sequence[Mapping[Any, Any]], names: Sequence[Any]) -> list[Sequence[Any]]:
    """Return the columns of rows that are objects.

    Raises:
        KeyError: a row lacks one of the names.
    """
    if len(names) < FEW:
        return [[row[name] for row in rows] for name in names]
    columns: list[Any] = [[] for _ in names]
    take = of_keys(names)
    for start in range(0, len(rows), AT_ONCE):
        for column, more in zip(columns, zip(*map(take, rows[start : start + AT_ONCE]), strict=True), strict=True):
            column.extend(more)
    return columns


def expected(signature: Signature) -> str:
    """Return a sentence that says what a row of a request has to be for this model."""
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
    """Return the names under which a row has the columns' values, or a column's own name where the row lacks it."""
    keys: list[Any] = []
    others: dict[str, list[Any]] | None = None
    for column in signature.columns or ():
        if column.name in row:
            keys.append(column.name)
            continue
        if others is None:
            others = {}
            names = set(signature.names or ())
            for name in row:
                if name not in names:
                    others.setdefault(_plain(name), []).append(name)
        similar = others.get(_plain(column.name), [])
        keys.append(similar[0] if len(similar) == 1 else column.name)
    return keys


def _plain(name: Any) -> str:
    """Return a name as LightGBM writes it, and a number as JSON does."""
    return NOT_IN_NAMES.sub("_", str(name))


def _lacks(what: str, missing: list[Any], row: Mapping[Any, Any], keys: list[Any], signature: Signature) -> str:
    unknown = [str(name) for name in row if name not in set(keys)]
    hints = []
    for name in missing[:NAMES]:
        near = nearest(name, unknown)
        hints.append(f"{name} (is {near!r} meant for it?)" if near else f"{name}")
    more = f" and {len(missing) - NAMES} more" if len(missing) > NAMES else ""
    others = f"; not known here: {listed(sorted(unknown))}" if unknown else ""
    return f"{what} lacks {', '.join(hints)}{more}{others}. null stands for a missing value. {expected(signature)}"
