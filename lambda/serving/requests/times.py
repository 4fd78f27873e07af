"""Reads times and durations: texts in ISO 8601, or numbers in the unit that the signature declares."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from serving.requests.signature import TYPES, Column
from serving.requests.wording import WrongValue, is_missing

CLOCK = r"\d\d(?::\d\d(?::\d\d(?:[.,]\d+)?)?)?"
ISO = re.compile(rf"\d{{4}}-\d\d-\d\d(?:[T ]{CLOCK}\s?(?:Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII | re.IGNORECASE)

# A duration as a text has one of these characters; a bare number would mean nanoseconds to pandas
UNIT = re.compile("[A-Za-zµμ:]")


def times(column: Column, values: list[Any]) -> Any:
    import pandas as pd

    zoned = "," in column.dtype

    def time(row: int, value: Any) -> Any:
        if is_missing(value):
            return pd.NaT
        if type(value) in (int, float):
            return pd.Timestamp(value, unit=column.unit or "ms", tz="UTC" if zoned else None)
        if isinstance(value, str) and ISO.fullmatch(value):
            return _in_zone(pd.Timestamp(value), row, value, zoned)
        raise ValueError

    def column_of(read: list[Any]) -> Any:
        index = pd.DatetimeIndex(read, tz="UTC") if zoned else pd.DatetimeIndex(read)
        return index.astype(column.dtype).array

    return _each(values, time, column_of, f"{TYPES['datetime']}, or {_units(column)}")


def _in_zone(time: Any, row: int, text: str, zoned: bool) -> Any:
    """Return a time as its column has it: with an offset from UTC only if the column has a time zone."""
    if zoned and time.tzinfo is None:
        raise WrongValue(row, text, "a time with its offset from UTC, such as 2026-11-25T14:00:00+01:00")
    if zoned or time.tzinfo is None:
        return time.tz_convert("UTC") if zoned else time
    if time.utcoffset().total_seconds():
        raise WrongValue(row, text, "a time without an offset from UTC, as the model was fitted with")
    return time.tz_localize(None)


def durations(column: Column, values: list[Any]) -> Any:
    import pandas as pd

    def duration(row: int, value: Any) -> Any:
        if is_missing(value):
            return pd.NaT
        if type(value) in (int, float):
            return pd.Timedelta(value, unit=column.unit or "ms")
        if not isinstance(value, str) or not UNIT.search(value):
            raise ValueError
        return pd.Timedelta(value)

    def column_of(read: list[Any]) -> Any:
        return pd.TimedeltaIndex(read).astype(column.dtype).array

    return _each(values, duration, column_of, f"{TYPES['timedelta']} such as P1DT2H, or {_units(column)}")


def _each(
    values: list[Any], read_one: Callable[[int, Any], Any], column_of: Callable[[list[Any]], Any], expected: str
) -> Any:
    """Make a column of values that are read one by one. If it cannot hold one of them, the error names that value."""
    read = []
    for row, value in enumerate(values):
        try:
            read.append(read_one(row, value))
        except (ValueError, OverflowError, TypeError) as error:
            raise WrongValue(row, value, expected) from error
    try:
        return column_of(read)
    except (ValueError, OverflowError):  # one of them is out of bounds
        for row, value in enumerate(read):
            try:
                column_of([value])
            except (ValueError, OverflowError) as error:
                raise WrongValue(row, values[row], f"{expected}, within the bounds of the column") from error
        raise


def _units(column: Column) -> str:
    return f"a number of {column.unit or 'ms'}{' since 1970' if column.type == 'datetime' else ''}"
