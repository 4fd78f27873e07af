"""Writes batches of rows with their predictions as one table, CSV or JSON Lines, without holding them in memory."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from build.errors import UserError
from build.host.paths import shown

Row = dict[str, Any]


class BadOut(UserError):
    template = "--out names a file that ends with .csv or .jsonl, which says what is written, and not {out}."


class ColumnIsThere(UserError):
    template = "The rows have a column {column!r} already. Name the predictions otherwise: --column NAME."


@dataclass(frozen=True)
class Batch:
    """A batch of rows with their predictions: one line of a file."""

    path: Path
    offset: int

    def rows(self) -> Iterator[tuple[Row, Any]]:
        """Yield each row with its prediction."""
        with self.path.open("rb") as file:
            file.seek(self.offset)
            record = json.loads(file.readline())
        for _, row, prediction in sorted(
            zip(record["numbers"], record["rows"], record["predictions"], strict=True), key=lambda item: item[0]
        ):
            yield row, prediction


@dataclass(frozen=True)
class Written:
    rows: int
    columns: list[str]


def kind(out: Path) -> str:
    """Return the kind of a file, by the suffix of its name.

    Raises:
        BadOut
    """
    if out.suffix not in WRITERS:
        raise BadOut(out=shown(out))
    return out.suffix


def write(batches: Sequence[Batch], out: Path, column: str) -> Written:
    """Write a table. The file is written as a whole or not at all.

    Args:
        column: the name of the column with the predictions.

    Raises:
        BadOut, ColumnIsThere
    """
    writer = WRITERS[kind(out)]
    columns, width = _columns(batches)
    spread = width is not None and writer is _csv
    names = [f"{column}_{number}" for number in range(width)] if width is not None and spread else [column]
    if taken := [name for name in names if name in columns]:
        raise ColumnIsThere(column=taken[0])
    with NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=out.parent, prefix=f".{out.name}.", delete=False
    ) as stream:
        try:
            count = writer(stream, batches, columns, names, spread)
            stream.close()
            os.chmod(stream.name, 0o644)
            os.replace(stream.name, out)
        except BaseException:
            os.unlink(stream.name)
            raise
    return Written(count, [*columns, *names])


def _columns(batches: Sequence[Batch]) -> tuple[list[str], int | None]:
    """Return the columns of all rows in their order, and the length of the predictions if they are lists."""
    columns: dict[str, None] = {}
    widths: set[int | None] = set()
    for batch in batches:
        for row, prediction in batch.rows():
            columns |= dict.fromkeys(row)
            widths.add(len(prediction) if isinstance(prediction, list) else None)
    return list(columns), widths.pop() if len(widths) == 1 else None


def _csv(file: IO[str], batches: Sequence[Batch], columns: list[str], names: list[str], spread: bool) -> int:
    count = 0
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*columns, *names])
    for batch in batches:
        for row, prediction in batch.rows():
            values = prediction if spread else [prediction]
            writer.writerow([_cell(value) for value in [*(row.get(name) for name in columns), *values]])
            count += 1
    return count


def _json_lines(file: IO[str], batches: Sequence[Batch], columns: list[str], names: list[str], spread: bool) -> int:
    count = 0
    for batch in batches:
        for row, prediction in batch.rows():
            file.write(json.dumps(row | {names[0]: prediction}, ensure_ascii=False) + "\n")
            count += 1
    return count


def _cell(value: Any) -> Any:
    """Return a value for a CSV cell: lists, objects and booleans become JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict, bool)) else value


WRITERS = {".csv": _csv, ".jsonl": _json_lines}
