"""The forms that the rows of a request may have, each named by its own key in a JSON object.

{"instances": [[5.1, 3.5]]}                                 rows as lists, as objects, or as the texts of a vectorizer
{"inputs": {"age": [41], "sex": [2]}}                       columns; or rows as in instances
{"dataframe_records": [{"age": 41, "sex": 2}]}              rows as objects
{"dataframe_split": {"columns": ["age"], "data": [[41]]}}   rows as lists, with the names of their columns
{"csv": "age,sex\\n41,2\\n"}                                  a CSV file with a header
{"Items": [{"age": "41", "sex": "2"}]}                      a batch of Step Functions; texts as in a CSV file
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from serving.requests import cells
from serving.requests.tables import Columns, Records, Rows, Transposed, are_even
from serving.requests.wording import BadRequest, kind, listed, nearest

OPTIONS = ("method", "params")  # the keys that may stand beside the rows
EXPECTED = (
    'expected a JSON object with exactly one of "instances", "inputs", "dataframe_records", "dataframe_split" and '
    '"csv", such as {"instances": [[5.1, 3.5]]} or {"dataframe_records": [{"age": 41}]}'
)


def table(event: Any) -> Any:
    """Return the rows of a request before they are read.

    Raises:
        BadRequest: the request has none or several of the forms, an unknown key, or rows that do not fit their form.
    """
    if not isinstance(event, dict):
        raise BadRequest(f"{EXPECTED}; got {kind(event)}")
    named = [form for form in FORMS if form in event]
    if len(named) != 1:
        raise BadRequest(f"{EXPECTED}; got {kind(event)}")
    unknown = [name for name in event if name not in named and name not in OPTIONS]
    if unknown:
        near = nearest(unknown[0], OPTIONS)
        hint = f'. Is "{near}" meant?' if near else ""
        raise BadRequest(
            f'a request with {named[0]} may also have "method" or "params": {{"method": ...}}; '
            f"got beside it {listed(unknown)}{hint}"
        )
    return FORMS[named[0]](named[0], event[named[0]])


def batch(event: Mapping[str, Any]) -> Any:
    """Return the items of a Step Functions batch before they are read: {"Items": [...], "BatchInput": ...}."""
    return _rows("Items", list(map(_typed, event["Items"])), texts=True)


def _typed(item: Any) -> Any:
    """Mark the empty texts of an item from JSON Lines. In an item from a CSV file, all values are texts."""
    if isinstance(item, dict) and "" in item.values() and not all(isinstance(value, str) for value in item.values()):
        return {name: cells.Typed(value) if value == "" else value for name, value in item.items()}
    if isinstance(item, list) and "" in item and not all(isinstance(value, str) for value in item):
        return [cells.Typed(value) if value == "" else value for value in item]
    return item


def is_batch(event: Any) -> bool:
    """Return whether an event is a batch of items from Step Functions."""
    return isinstance(event, dict) and isinstance(event.get("Items"), list)


def of_csv(text: str, header: bool = True, form: str = "csv") -> Any:
    """Return the rows of a CSV file as RFC 4180 defines it.

    Args:
        header: whether the first line names the columns.
    """
    import csv
    import io

    from serving.requests import grid

    if not isinstance(text, str):
        raise BadRequest(f"{form} is {kind(text)}; expected the text of a CSV file, whose first line names the columns")
    text = text.removeprefix("\ufeff")
    cells_ = grid.read(text) if header else None
    if cells_ is not None:
        return Columns(form, cells_, texts=True)
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
    except csv.Error as error:
        raise BadRequest(f"{form} is not a CSV file: {error}") from error
    if not header:
        return _even(form, Rows(form, lines, texts=True))
    if not lines:
        raise BadRequest(f"{form} is empty; expected a first line that names the columns")
    names, rows = lines[0], lines[1:]
    return _named(form, names, rows, texts=True, first=2)


def _rows(form: str, rows: Any, texts: bool = False) -> Any:
    """Return rows of any kind. The first row decides, and the others have to be of the same kind."""
    if not isinstance(rows, list):
        raise BadRequest(f"{form} is {kind(rows)}, not a list of rows")
    return (Records if rows and isinstance(rows[0], dict) else Rows)(form, rows, texts)


def _inputs(form: str, inputs: Any) -> Any:
    if not isinstance(inputs, dict):
        return _rows(form, inputs)
    for name, values in inputs.items():
        if not isinstance(values, list):
            raise BadRequest(f"{form} has under {name!r} {kind(values)}, not the list of a column's values")
    lengths = {len(values) for values in inputs.values()}
    if len(lengths) > 1:
        raise BadRequest(f"{form} has columns of {min(lengths)} to {max(lengths)} values; expected as many in each")
    return Columns(form, inputs)


def _records(form: str, rows: Any) -> Any:
    if not isinstance(rows, list):
        raise BadRequest(f"{form} is {kind(rows)}, not a list of objects")
    return Records(form, rows)


def _split(form: str, split: Any) -> Any:
    if not isinstance(split, dict) or not isinstance(split.get("data"), list):
        raise BadRequest(f'{form} is {kind(split)}; expected {{"columns": ["age"], "data": [[41]]}}')
    if unknown := [name for name in split if name not in ("columns", "index", "data")]:
        raise BadRequest(f"{form} may have columns, index and data; got {listed(unknown)}")
    names = split.get("columns")
    if names is None:
        return Rows(form, split["data"])
    if not isinstance(names, list) or not {type(name) for name in names} <= {str, int}:
        raise BadRequest(f"{form} has as columns {kind(names)}; expected a list of names")
    return _named(form, names, split["data"])


def _named(form: str, names: list[Any], rows: list[Any], texts: bool = False, first: int = 0) -> Columns:
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadRequest(f"{form} names the column {twice!r} more than once")
    check = partial(_check_even, form, len(names), rows, first)
    if texts:
        check()
    return Columns(form, Transposed(names, rows, check), texts)


def _check_even(form: str, width: int, rows: list[Any], first: int) -> None:
    if are_even(rows, width):
        return
    what = "line" if first else "row"
    for number, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != width:
            has = f"{len(row)} values" if isinstance(row, list) else kind(row)
            raise BadRequest(f"{what} {number + first} of {form} has {has}; there are {width} columns")


def _even(form: str, rows: Rows) -> Rows:
    if len({len(row) for row in rows.rows}) > 1:
        raise BadRequest(f"the lines of {form} have different numbers of values")
    return rows


FORMS: dict[str, Callable[[str, Any], Any]] = {
    "instances": _rows,
    "inputs": _inputs,
    "dataframe_records": _records,
    "dataframe_split": _split,
    "csv": lambda form, text: of_csv(text, form=form),
}
