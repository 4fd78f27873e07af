"""Reads a CSV file without quotes as a grid: where each cell ends, and the plain numbers of many cells at once.

A plain number has, behind its sign, at most 24 characters: digits, and one point at most. Its digits are a whole number
that 64 bits hold, and `serving.requests.decimals` divides that by a power of ten, to what `float` gives. Eight
characters at a time are looked at as one number of 64 bits. What is no plain number is read by itself.

All is done in blocks of lines, so that what they need stays in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from serving.requests.decimals import MOST_DECIMALS, divided
from serving.requests.packing import EXACT
from serving.requests.signature import Column
from serving.requests.tables import Lazy

SMALLEST = 10_000  # characters of a file that is sooner read so
BLOCK = 1 << 17  # characters that are looked at together
LONGEST = 131_072  # characters of a cell that the csv module reads
WORD = 8  # characters that are looked at at once
PAD = 3 * WORD  # bytes before the first cell, so that there are as many before the end of each
NO_CHARACTERS = str.maketrans("", "", "0123456789.+-eE")
COMMA, NEWLINE, MINUS, POINT, ZERO = b",\n-.0"


def _eight(byte: int) -> np.uint64:
    return np.uint64(byte * 0x0101_0101_0101_0101)


def _kept(count: int) -> int:
    """The bits of the last so many of eight characters; the last is in the highest."""
    return ~((1 << 8 * (8 - min(max(count, 0), 8))) - 1) & ((1 << 64) - 1)


ZEROS, TOPS, TOO_LARGE = _eight(ZERO), _eight(0x80), _eight(0x80 - 10)  # that and a digit are less than 0x80
POINTS = _eight(POINT ^ ZERO)
BYTE = np.uint64(8)
PLACES = np.uint64(0x0706_0504_0302_0100)  # each byte says which it is
# which bits of the last eight characters, of those before, and of those before these are a cell's own, by its length
KEPT = [
    np.array([_kept(count - before) for count in range(PAD + 1)], dtype=np.uint64) for before in range(0, PAD, WORD)
]
WORTHS = [np.uint64(10 ** (WORD * place)) for place in range(len(KEPT))]
MOST_OF_FIRST = np.uint64(2**63 // 10 ** (2 * WORD))  # what the first eight of 24 digits may be: then 64 bits hold all


class Block(NamedTuple):
    """Lines of a file."""

    data: bytes
    row: int  # the first of them
    ends: Any  # of each cell, of shape (n_lines, n_columns)

    def starts_of(self, place: int) -> Any:
        """Where each cell of a column begins."""
        if place:
            return self.ends[:, place - 1] + 1
        return np.concatenate(([0], self.ends[:-1, -1] + 1))

    def starts(self) -> Any:
        """Where each cell begins."""
        found = np.empty_like(self.ends)
        found[:, 1:] = self.ends[:, :-1] + 1
        found[1:, 0] = self.ends[:-1, -1] + 1
        found[0, 0] = 0
        return found


class Grid(Lazy):
    """The cells of a CSV file by the names of its columns, as texts that are made when somebody asks for them."""

    def __init__(self, order: Sequence[str], blocks: Sequence[Block]) -> None:
        self.order, self._blocks = order, blocks
        self.count = blocks[-1].row + len(blocks[-1].ends)
        self._places = {name: place for place, name in enumerate(order)}
        self._made: dict[str, list[str]] = {}

    def __getitem__(self, name: Any) -> list[str]:
        if name not in self._made:
            self._made[name] = found = []
            for block in self._blocks:
                found += self._texts(block, self._places[name])
        return self._made[name]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: Any) -> bool:
        return name in self._places

    def numbers(self, names: Sequence[str], columns: Sequence[Column]) -> tuple[Any, set[int]]:
        """Columns as an array of shape (n_names, n_rows), and those of them in which a cell has to be looked at."""
        places = [self._places[name] for name in names]
        whole = np.array([column.type == "integer" for column in columns])
        found = np.empty((len(places), self.count))
        failed: set[int] = set()
        for block in self._blocks:
            part, odd = self._numbers(block, places, whole)
            for at in np.flatnonzero(odd.any(axis=0)).tolist():
                rows = np.flatnonzero(odd[:, at])
                texts = None if whole[at] else self._texts(block, places[at])
                others = None if texts is None else of_texts([texts[row] for row in rows.tolist()])
                if others is None:
                    failed.add(at)
                else:
                    part[rows, at] = others
            found[:, block.row : block.row + len(part)] = part.T
        return found, failed

    def _texts(self, block: Block, place: int) -> list[str]:
        """The cells of a column: with what ends each, they are gathered one behind the other, and split there."""
        starts = block.starts_of(place)
        sizes = block.ends[:, place] - starts + 1
        offsets = np.cumsum(sizes)
        places = np.arange(offsets[-1]) + np.repeat(starts - offsets + sizes, sizes)
        mark = "\n" if place == len(self.order) - 1 else ","
        return np.frombuffer(block.data, np.uint8)[places].tobytes().decode("ascii").split(mark)[:-1]

    def _numbers(self, block: Block, places: list[int], whole: Any) -> tuple[Any, Any]:
        """The cells at these places of each line as numbers, and which of them are none that is plain."""
        data = np.frombuffer(b" " * PAD + block.data, np.uint8)
        starts, ends = block.starts(), block.ends
        if places != list(range(len(self._places))):
            starts, ends = starts[:, places], ends[:, places]
        shape, starts, ends = ends.shape, starts.ravel(), ends.ravel()
        length = ends - starts
        negative = data[starts + PAD] == MINUS if MINUS in block.data else None
        if negative is not None:
            length -= negative
        digits, decimals, points, odd = _digits(data, ends, length)
        found, unsure = divided(digits, decimals)
        odd[unsure] = True
        odd |= found >= EXACT
        empty = length == 0
        if negative is not None:
            odd |= negative & (empty | (digits == 0))  # -0 is not -0.0
            np.negative(found, out=found, where=negative)
        if empty.any():
            found[empty] = np.nan
        if whole.any():
            odd |= ((points | empty).reshape(shape) & whole).ravel()
        return found.reshape(shape), odd.reshape(shape)


def _digits(data: Any, ends: Any, length: Any) -> Any:
    """Of each cell its digits as a whole number, its decimals, whether it has a point, and whether it is odd."""
    words = np.ndarray((len(data) - WORD + 1,), "<u8", data, strides=(1,))  # one begins at each byte
    longest = int(length.max())
    odd = length > PAD
    length = np.minimum(length, PAD) if longest > PAD else length
    eights: list[Any] = []  # the last comes first
    decimals, points = 0, np.zeros(len(ends), bool)
    for place, kept in enumerate(KEPT[: max(1, -(-longest // WORD))]):
        given = (words[ends + (PAD - WORD * (place + 1))] ^ ZEROS) & kept[length]
        eight, places, here, several = _without_point(given)
        odd |= several
        if place:
            # where the point comes later, these move on to its place, too; a second point stays, and is no digit
            eights[-1] |= points * (given >> np.uint64(56))
            eight = np.where(points, given << BYTE, eight)
        decimals = decimals + places + WORD * place * here
        points = points | here
        eights.append(eight)
    odd |= (length == 1) & points
    digits = np.uint64(0)
    for eight, worth in zip(eights, WORTHS, strict=False):
        odd |= _are_odd(eight)
        digits = digits + _number(eight) * worth
    if len(eights) == len(KEPT):
        odd |= _number(eights[-1]) >= MOST_OF_FIRST
    digits = digits.view(np.int64)
    odd |= (decimals > MOST_DECIMALS) | (digits < 0) | ((digits >= EXACT) & ~points)
    return np.where(odd, 0, digits), np.minimum(decimals, MOST_DECIMALS), points, odd


def _without_point(word: Any) -> Any:
    """Digits with those before the point moved to its place; the decimals; whether there is a point; and two."""
    marks = ((TOPS - (word ^ POINTS)) & TOPS) >> np.uint64(7)  # 1 in the byte of the point
    points = marks != 0
    until = (marks << BYTE) - points  # the bits of the point, and of all before it
    moved = word ^ ((word ^ (word << BYTE)) & until)
    return moved, ((marks * PLACES) >> np.uint64(56)).view(np.int64), points, (marks & (marks - np.uint64(1))) != 0


def _are_odd(word: Any) -> Any:
    """Whether one of the eight is no digit."""
    return ((word + TOO_LARGE) & TOPS) != 0


def _number(word: Any) -> Any:
    """What eight digits say: neighbours are put together, three times."""
    word = (word * np.uint64(2561)) >> np.uint64(8)
    word = ((word & np.uint64(0x00FF_00FF_00FF_00FF)) * np.uint64(6_553_601)) >> np.uint64(16)
    return ((word & np.uint64(0x0000_FFFF_0000_FFFF)) * np.uint64(42_949_672_960_001)) >> np.uint64(32)


def of_texts(texts: Sequence[Any]) -> Any:
    """Cells as an array of numbers; None where one may be another than `float` says.

    Of nothing but the characters of numbers `float` takes the same texts as `cells.NUMBER` does. A text without a point
    is an integer of any length: of those from 2**53 on, and of -0, a number of 64 bits is not what they are.
    """
    try:
        if "".join(texts).translate(NO_CHARACTERS):
            return None
        found = np.array(list(map(float, texts)))
    except (TypeError, ValueError):
        return None
    return None if ((np.abs(found) >= EXACT) | ((found == 0) & np.signbit(found))).any() else found


def read(text: str) -> Grid | None:
    """The cells of a CSV file whose first line has the names; None where the csv module has to read it.

    It has to where there are quotes, empty lines, lines with more or fewer cells than names, or other characters than
    ASCII has; and it is sooner done for a small file.
    """
    if len(text) < SMALLEST or not text.isascii() or '"' in text or "\0" in text:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    begin = text.find("\n") + 1
    names = text[: begin - 1].split(",")
    if "\r" in text or begin < 2 or begin == len(text) or len(set(names)) < len(names):
        return None
    blocks: list[Block] = []
    while begin < len(text):
        end = text.find("\n", begin + BLOCK) + 1 or len(text)
        row = blocks[-1].row + len(blocks[-1].ends) if blocks else 0
        lines = text[begin:end].encode("ascii")
        lines += b"" if lines.endswith(b"\n") else b"\n"  # which the last need not have
        ends = _ends(lines, len(names))
        if ends is None:
            return None
        blocks.append(Block(lines, row, ends))
        begin = end
    return Grid(names, blocks)


def _ends(lines: bytes, width: int) -> Any:
    """Where each cell of some lines ends; None where a line has not as many."""
    data = np.frombuffer(lines, np.uint8)
    ends = np.flatnonzero((data == COMMA) | (data == NEWLINE)).astype(np.int32)
    if len(ends) % width:
        return None
    ends = ends.reshape(-1, width)
    marks = data[ends]
    if not (marks[:, :-1] == COMMA).all() or not (marks[:, -1] == NEWLINE).all():
        return None
    longest = max(int(np.diff(ends.ravel(), prepend=-1).max()) - 1, 0)
    # a line of nothing is none, and of one column it looks like an empty cell
    return None if longest > LONGEST or (width == 1 and (np.diff(ends.ravel(), prepend=-1) == 1).any()) else ends
