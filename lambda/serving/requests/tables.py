"""The rows of a request before they are read: as rows, as objects or as columns, whatever it sent.

Each knows how many rows it has and gives the values of one column; what those are is for `values` to say.
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
from serving.requests.words import NAMES, BadRequest, kind, listed, nearest

FEW = 12  # columns that are sooner put together one by one
AT_ONCE = 400  # rows whose columns are put together at once: what they need stays in the processor's cache
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
        if are_even(self.rows, width):
            return
        for number, row in enumerate(self.rows):
            if not isinstance(row, (list, tuple)):
                raise BadRequest(f"row {number} of {self.form} is {kind(row)}, not a list. {expected(signature)}")
            if width is not None and len(row) != width:
                raise BadRequest(f"row {number} of {self.form} has {len(row)} values. {expected(signature)}")

    def columns(self, signature: Signature, places: Sequence[int] | None = None) -> list[Sequence[Any]]:
        """The values of each of the signature's columns, or of those at some places.

        Raises:
            BadRequest: a row lacks one of all columns, or is no row.
        """
        self.check(signature)
        return of_lists(self.rows, range(len(self.rows[0])) if places is None else places)

    def picked(self, signature: Signature, places: Sequence[int]) -> Picked | None:
        """Of each row the values of some of the signature's columns; None where that takes a closer look.

        A row of another length is found by who writes all of its values, or by `columns`, which is asked for the rest.
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
        """The names that the rows have, in the order in which they first come."""
        return list(dict.fromkeys(chain.from_iterable(self.rows)))

    def columns(self, signature: Signature, places: Sequence[int] | None = None) -> list[Sequence[Any]]:
        if not set(map(type, self.rows)) <= {dict}:
            number, row = next((at, each) for at, each in enumerate(self.rows) if not isinstance(each, dict))
            raise BadRequest(f"row {number} of {self.form} is {kind(row)}, not an object. {expected(signature)}")
        keys = _keys(signature, self.rows[0])
        try:
            return by_names(self.rows, at(keys, places))
        except KeyError:
            return at(self._by_row(signature), places)

    def picked(self, signature: Signature, places: Sequence[int]) -> Picked | None:
        """As of `Rows`; who reads them meets a KeyError where a row has other names than the first."""
        if not isinstance(self.rows[0], dict):
            return None
        return Picked(self.rows, of_keys(at(_keys(signature, self.rows[0]), places)))

    def _by_row(self, signature: Signature) -> list[Sequence[Any]]:
        """The slow way, which finds what is missing, and takes another spelling in each row."""
        found: list[list] = []
        for number, row in enumerate(self.rows):
            keys = _keys(signature, row)
            missing = [column.name for column, key in zip(signature.columns or (), keys, strict=True) if key not in row]
            if missing:
                raise BadRequest(_lacks(f"row {number} of {self.form}", missing, row, keys, signature))
            found.append([row[key] for key in keys])
        return of_lists(found, range(len(signature.columns or ())))


class Lazy(Mapping):
    """Columns by name, that are made when somebody asks for one."""

    order: Sequence[str | int]  # the names
    count: int  # of rows


class Transposed(Lazy):
    """The columns of rows that are lists, put together and checked when somebody asks for one."""

    def __init__(self, order: Sequence[str | int], rows: Sequence[Sequence[Any]], check: Callable[[], None]) -> None:
        """Rows whose values are in this order.

        Args:
            check: raises BadRequest where a row is no list of as many.
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
        """Some of the columns."""
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
        """Under which name each of the signature's columns is, or should be."""
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
        """As of `Rows`; None where there are columns, but no rows."""
        if not isinstance(self.values, Transposed):
            return None
        order = {name: place for place, name in enumerate(self.values.order)}
        keys = at(_keys(signature, order), places)
        if any(key not in order for key in keys):
            return None
        chosen = [order[key] for key in keys]
        if chosen == list(range(len(order))):
            return Picked(self.values.rows)
        others = len(places) < (signature.width or 0)  # will be asked for, and find a row of another length
        even = others or are_even(self.values.rows, len(order))
        return Picked(self.values.rows, of_places(chosen)) if even else None


def at(found: Sequence[Any], places: Sequence[int] | None) -> list[Any]:
    """Those at the places; all, where none are said."""
    return list(found) if places is None else [found[place] for place in places]


def are_even(rows: Sequence[Any], width: int | None) -> bool:
    """Whether all are lists of so many values."""
    return set(map(type, rows)) <= {list, tuple} and set(map(len, rows)) == {width}


def of_keys(keys: Sequence[Any]) -> Callable[[Any], Sequence[Any]]:
    """What takes of a row the values under some keys."""
    if len(keys) == 1:
        only = keys[0]
        return lambda row: (row[only],)
    return itemgetter(*keys) if keys else lambda row: ()


def of_places(places: Sequence[int]) -> Callable[[Any], Sequence[Any]]:
    """What takes of a list the values at some places; those that stand side by side are sooner taken together."""
    if places and list(places) == list(range(places[0], places[-1] + 1)):
        return itemgetter(slice(places[0], places[-1] + 1))
    return of_keys(places)


def of_lists(rows: Sequence[Sequence[Any]], places: Sequence[int]) -> list[Sequence[Any]]:
    """The columns at some places of rows that are lists, all of one length."""
    if len(places) < FEW or not rows:
        return [[row[place] for row in rows] for place in places]
    return at(list(zip(*rows, strict=True)), places)


def by_names(rows: Sequence[Mapping[Any, Any]], names: Sequence[Any]) -> list[Sequence[Any]]:
    """The columns of rows that are objects.

    Raises:
        KeyError: a row lacks one.
    """
    if len(names) < FEW:
        return [[row[name] for row in rows] for name in names]
    found: list[list[Any]] = [[] for _ in names]
    take = of_keys(names)
    for start in range(0, len(rows), AT_ONCE):
        for column, more in zip(found, zip(*map(take, rows[start : start + AT_ONCE]), strict=True), strict=True):
            column.extend(more)
    return found


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
