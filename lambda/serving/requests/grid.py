"""Reads a CSV file without quotes as a grid: where each cell ends, and the plain numbers of many cells at once.

After its sign, a plain number has at most 24 characters: digits, and at most one point. Its digits make a whole number
that 64 bits can hold, and `serving.requests.decimals` divides that by a power of ten, with the same result as `float`.
Eight characters at a time are handled as one 64-bit number. Every cell that is no plain number is read by itself.

The file is processed in blocks of lines, so that the data in use stays in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from serving.requests.decimals import MOST_DECIMALS, divided
from serving.requests.packing import EXACT
from serving.requests.signature import Column
from serving.requests.tables import Lazy

SMALLEST = 10_000  # characters; a smaller file is read faster by the csv module
BLOCK = 1 << 17  # characters that are processed together
LONGEST = 131_072  # characters; the csv module reads no longer cell
WORD = 8  # characters that are handled as one number
PAD = 3 * WORD  # bytes before the first cell, so that there are as many bytes before the end of every cell
NO_CHARACTERS = str.maketrans("", "", "0123456789.+-eE")
COMMA, NEWLINE, MINUS, POINT, ZERO = b",\n-.0"


def _eight(byte: int) -> Any:
    """Return a word of eight times the same byte."""
    return np.uint64(byte * 0x0101_0101_0101_0101)


def _kept(count: int) -> int:
    """Return a mask for the last ``count`` of eight characters. The last character is in the highest byte."""
    return ~((1 << 8 * (8 - min(max(count, 0), 8))) - 1) & ((1 << 64) - 1)


ZEROS, TOPS, TOO_LARGE = _eight(ZERO), _eight(0x80), _eight(0x80 - 10)  # the sum of this and a digit is less than 0x80
POINTS = _eight(POINT ^ ZERO)
BYTE = np.uint64(8)
PLACES = np.uint64(0x0706_0504_0302_0100)  # each byte holds its own number
# Masks for a cell's own characters among the last eight, the eight before, and the eight before those, by cell length
KEPT = [
    np.array([_kept(count - before) for count in range(PAD + 1)], dtype=np.uint64) for before in range(0, PAD, WORD)
]
WORTHS = [np.uint64(10 ** (WORD * place)) for place in range(len(KEPT))]
MOST_OF_FIRST = np.uint64(2**63 // 10 ** (2 * WORD))  # 64 bits hold all 24 digits if the first eight are below this


class Block(NamedTuple):
    """Some consecutive lines of a file."""

    data: bytes
    row: int  # the number of the first line
    ends: Any  # where each cell ends, an array of shape (n_lines, n_columns)

    def starts_of(self, place: int) -> Any:
        """Return where each cell of a column begins."""
        if place:
            return self.ends[:, place - 1] + 1
        return np.concatenate(([0], self.ends[:-1, -1] + 1))

    def starts(self) -> Any:
        """Return where each cell begins."""
        starts = np.empty_like(self.ends)
        starts[:, 1:] = self.ends[:, :-1] + 1
        starts[1:, 0] = self.ends[:-1, -1] + 1
        starts[0, 0] = 0
        return starts


class Grid(Lazy):
    """The cells of a CSV file by the names of its columns. They become texts when they are accessed."""

    def __init__(self, order: Sequence[str], blocks: Sequence[Block]) -> None:
        self.order, self._blocks = order, blocks
        self.count = blocks[-1].row + len(blocks[-1].ends)
        self._places = {name: place for place, name in enumerate(order)}
        self._columns: dict[str, list[str]] = {}

    def __getitem__(self, name: Any) -> list[str]:
        if name not in self._columns:
            self._columns[name] = texts = []
            for block in self._blocks:
                texts += self._texts(block, self._places[name])
        return self._columns[name]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: Any) -> bool:
        return name in self._places

    def numbers(self, names: Sequence[str], columns: Sequence[Column]) -> tuple[Any, set[int]]:
        """Read columns as numbers.

        Returns:
            An array of shape (n_names, n_rows), and the positions of the columns that have to be read cell by cell.
        """
        places = [self._places[name] for name in names]
        whole = np.array([column.type == "integer" for column in columns])
        array = np.empty((len(places), self.count))
        failed: set[int] = set()
        for block in self._blocks:
            numbers, odd = self._numbers(block, places, whole)
            for at in np.flatnonzero(odd.any(axis=0)).tolist():
                rows = np.flatnonzero(odd[:, at])
                texts = None if whole[at] else self._texts(block, places[at])
                others = None if texts is None else of_texts([texts[row] for row in rows.tolist()])
                if others is None:
                    failed.add(at)
                else:
                    numbers[rows, at] = others
            array[:, block.row : block.row + len(numbers)] = numbers.T
        return array, failed

    def _texts(self, block: Block, place: int) -> list[str]:
        """Return the cells of a column. They are joined together with the character that ends each, and split there."""
        starts = block.starts_of(place)
        sizes = block.ends[:, place] - starts + 1
        offsets = np.cumsum(sizes)
        places = np.arange(offsets[-1]) + np.repeat(starts - offsets + sizes, sizes)
        mark = "\n" if place == len(self.order) - 1 else ","
        joined = np.frombuffer(block.data, np.uint8)[places].tobytes().decode("ascii")
        return list(joined.split(mark)[:-1])

    def _numbers(self, block: Block, places: list[int], whole: Any) -> tuple[Any, Any]:
        """Return the cells at these positions of each line as numbers, and which of them are no plain numbers."""
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
        numbers, unsure = divided(digits, decimals)
        odd[unsure] = True
        odd |= numbers >= EXACT
        empty = length == 0
        if negative is not None:
            odd |= negative & (empty | (digits == 0))  # -0 is an integer, and so another value than -0.0
            np.negative(numbers, out=numbers, where=negative)
        if empty.any():
            numbers[empty] = np.nan
        if whole.any():
            odd |= ((points | empty).reshape(shape) & whole).ravel()
        return numbers.reshape(shape), odd.reshape(shape)


def _digits(data: Any, ends: Any, length: Any) -> Any:
    """Return for each cell its digits as an integer, how many are decimals, if it has a point, and if it is odd."""
    words = np.ndarray((len(data) - WORD + 1,), "<u8", data, strides=(1,))  # a word begins at each byte
    longest, shortest = int(length.max()), int(length.min())
    odd = length > PAD
    length = np.minimum(length, PAD) if longest > PAD else length
    eights: list[Any] = []  # beginning with the last eight characters
    decimals: Any = np.zeros(len(ends), np.int64)
    points: Any = np.zeros(len(ends), bool)
    has_points = False
    for place, kept in enumerate(KEPT[: max(1, -(-longest // WORD))]):
        word = words[ends + (PAD - WORD * (place + 1))] ^ ZEROS
        if shortest < WORD * (place + 1):
            word &= kept[length]
        eight, marks = word, _marks(word)
        if has_points:
            # If a cell's point came later, its characters here move on by one place. A second point stays, and makes it
            # odd
            eights[-1] |= points * (word >> np.uint64(56))
            eight = np.where(points, word << BYTE, word)
        if marks.any():
            here, moved, places, several = _without_point(word, marks)
            odd |= several
            eight = np.where(points, eight, moved) if has_points else moved
            decimals = decimals + places + WORD * place * here
            points, has_points = points | here, True
        eights.append(eight)
    if shortest < 2:
        odd |= (length == 1) & points
    digits: Any = np.uint64(0)
    for eight, worth in zip(eights, WORTHS, strict=False):
        odd |= _are_odd(eight)
        number = _number(eight)
        digits = digits + number * worth
    if len(eights) == len(KEPT):
        odd |= (number >= MOST_OF_FIRST) | (decimals > MOST_DECIMALS)
    digits = digits.view(np.int64)
    odd |= (digits >= EXACT) & ~points
    if odd.any():
        digits, decimals = np.where(odd, 0, digits), np.where(odd, 0, decimals)
    return digits, decimals, points, odd


def _marks(word: Any) -> Any:
    """Return 1 in the byte of each point."""
    return ((TOPS - (word ^ POINTS)) & TOPS) >> np.uint64(7)


def _without_point(word: Any, marks: Any) -> Any:
    """Return whether there is a point, the digits without it, the number of decimals, and whether there are two."""
    points = marks != 0
    until = (marks << BYTE) - points  # the bits of the point and of all characters before it
    moved = word ^ ((word ^ (word << BYTE)) & until)
    return points, moved, ((marks * PLACES) >> np.uint64(56)).view(np.int64), (marks & (marks - np.uint64(1))) != 0


def _are_odd(word: Any) -> Any:
    """Return whether one of the eight characters is no digit."""
    return ((word + TOO_LARGE) & TOPS) != 0


def _number(word: Any) -> Any:
    """Return the number that eight digits stand for. Neighbours are combined, three times."""
    word = (word * np.uint64(2561)) >> np.uint64(8)
    word = ((word & np.uint64(0x00FF_00FF_00FF_00FF)) * np.uint64(6_553_601)) >> np.uint64(16)
    return ((word & np.uint64(0x0000_FFFF_0000_FFFF)) * np.uint64(42_949_672_960_001)) >> np.uint64(32)


def of_texts(texts: Sequence[Any]) -> Any:
    """Read cells as an array of numbers. Returns None if one of them may be another value than `float` reads.

    For texts of only the characters of numbers, `float` accepts the same texts as `cells.NUMBER`. A text without a
    point is an integer of any length, and a 64-bit float is another value from 2**53 on, and for -0.
    """
    try:
        if "".join(texts).translate(NO_CHARACTERS):
            return None
        numbers = np.array(list(map(float, texts)))
    except (TypeError, ValueError):
        return None
    return None if ((np.abs(numbers) >= EXACT) | ((numbers == 0) & np.signbit(numbers))).any() else numbers


def read(text: str) -> Grid | None:
    """Return the cells of a CSV file whose first line has the names, or None if the csv module has to read it.

    It has to for quotes, empty lines, lines with more or fewer cells than names, and characters outside ASCII. A small
    file is left to it too, because that is faster.
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
        lines += b"" if lines.endswith(b"\n") else b"\n"  # the last line need not have one
        ends = _ends(lines, len(names))
        if ends is None:
            return None
        blocks.append(Block(lines, row, ends))
        begin = end
    return Grid(names, blocks)


def _ends(lines: bytes, width: int) -> Any:
    """Return where each cell of some lines ends, or None if a line does not have ``width`` cells."""
    data = np.frombuffer(lines, np.uint8)
    flat = np.flatnonzero((data == COMMA) | (data == NEWLINE)).astype(np.int32)
    if len(flat) % width:
        return None
    ends = flat.reshape(-1, width)
    marks = data[ends]
    if not (marks[:, :-1] == COMMA).all() or not (marks[:, -1] == NEWLINE).all():
        return None
    gaps = np.diff(flat, prepend=-1)
    longest = max(int(gaps.max()) - 1, 0)
    # An empty line counts as no line. In a file of one column it cannot be distinguished from an empty cell
    return None if longest > LONGEST or (width == 1 and (gaps == 1).any()) else ends
