"""A table of named columns without pandas, which scikit-learn accepts as a DataFrame.

It is used for a model only where packaging has shown that the answers are the same as with pandas. It offers what
scikit-learn's own estimators ask of a table, and what users' transformers commonly do with a column. Everything else
raises an error, so that nothing here answers otherwise than pandas would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from serving.requests.vectors import ALIKE, MAKE_ARRAYS, Vector, as_arrays

# Functions that make an array of a table, whatever it holds. Functions that call the table's own sum or mean are not
# among them, because pandas leaves out missing values there
TAKE_ARRAYS = MAKE_ARRAYS | {np.dot, np.nanmean, np.nansum, np.nanmin, np.nanmax, np.nanstd, np.nanvar}


class Frame:
    """Columns by name, each an array of shape (n_rows,)."""

    ndim = 2

    def __init__(self, names: Sequence[str], columns: Sequence[Any], block: Any = None) -> None:
        """
        Args:
            names: the name of each column.
            columns: numpy arrays of shape (n_rows,) that hold numbers, booleans or objects.
            block: the same columns as one array of shape (n_rows, n_columns), where they have the same dtype.
        """
        self._names, self._columns, self._block = list(names), list(columns), block

    @classmethod
    def of_block(cls, names: Sequence[str], block: Any) -> Frame:
        """Return a table with the columns of an array of shape (n_rows, n_columns)."""
        return cls(names, list(block.T), block)

    @property
    def columns(self) -> Any:
        return np.array(self._names, dtype=object)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self._columns[0]) if self._columns else 0, len(self._columns)

    @property
    def dtypes(self) -> list[Any]:
        return [column.dtype for column in self._columns]

    @property
    def values(self) -> Any:
        return np.asarray(self)

    def to_numpy(self) -> Any:
        return np.asarray(self)

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __eq__(self, other: object) -> Any:
        raise TypeError("a table without pandas cannot be compared")

    __ne__ = __eq__
    __hash__ = None  # type: ignore[assignment]

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Return a table, as pandas does: the function is applied to each column by itself."""
        if method != "__call__" or ufunc not in ALIKE or ufunc.nout > 1 or options:
            raise TypeError(f"a table without pandas has no {ufunc.__name__}{'' if method == '__call__' else method}")
        others = [value for value in inputs if value is not self]
        if len(others) != len(inputs) - 1 or not all(type(value) in (int, float) for value in others):
            raise TypeError(f"a table without pandas supports {ufunc.__name__} only with numbers")
        columns = [
            ufunc(*(Vector.of(column) if value is self else value for value in inputs)).values
            for column in self._columns
        ]
        return Frame(self._names, columns)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function not in TAKE_ARRAYS:
            raise TypeError(f"a table without pandas has no {function.__name__}")
        return function(*map(as_arrays, args), **{name: as_arrays(value) for name, value in kwargs.items()})

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return Vector.of(self._columns[self._place(key)])
        if not isinstance(key, (list, np.ndarray)) or not all(isinstance(name, str) for name in key):
            raise TypeError(f"a table without pandas cannot choose rows by {key!r}")
        return self._chosen([self._place(name) for name in key])

    def __setitem__(self, name: str, values: Any) -> None:
        if not isinstance(name, str):
            raise TypeError(f"a table without pandas cannot set rows by {name!r}")
        column = _column(values, len(self))
        self._block = None
        if name in self._names:
            self._columns[self._place(name)] = column
        else:
            self._names.append(name)
            self._columns.append(column)

    def copy(self) -> Frame:
        return Frame(self._names, self._columns)

    def drop(self, labels: Any = None, *, axis: Any = 0, columns: Any = None) -> Frame:
        """Return a table without these columns. Rows cannot be dropped."""
        if columns is None and axis in (1, "columns"):
            columns = labels
        if columns is None:
            raise TypeError("a table without pandas cannot drop rows")
        left_out = {self._place(name) for name in ([columns] if isinstance(columns, str) else columns)}
        return self._chosen([at for at in range(len(self._names)) if at not in left_out])

    def take(self, places: Any, axis: int = 0) -> Frame:
        if axis != 1:
            raise TypeError("a table without pandas cannot take rows")
        return self._chosen([int(at) for at in places])

    @property
    def loc(self) -> _By:
        return _By(lambda key: self[key] if isinstance(key, str) else self[list(self._labels(key))])

    @property
    def iloc(self) -> _By:
        def select(key: Any) -> Any:
            if isinstance(key, (int, np.integer)):
                return Vector.of(self._columns[key])
            return self._chosen(np.arange(len(self._names))[key].tolist())

        return _By(select)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """Make an array as pandas does: booleans beside numbers become objects, and each column is contiguous."""
        block = stacked(self._columns) if self._block is None else self._block
        return block if dtype is None else block.astype(dtype, copy=bool(copy))

    def _labels(self, key: Any) -> Any:
        if isinstance(key, slice):
            if key.step is not None:
                raise TypeError("a table without pandas chooses a range of columns only without a step")
            start = 0 if key.start is None else self._place(key.start)
            return self._names[start : None if key.stop is None else self._place(key.stop) + 1]
        chosen = list(key)
        if chosen and all(isinstance(mark, (bool, np.bool_)) for mark in chosen):
            return [name for name, taken in zip(self._names, chosen, strict=True) if taken]
        return chosen

    def _place(self, name: Any) -> int:
        try:
            return self._names.index(name)
        except ValueError:
            raise KeyError(name) from None

    def _chosen(self, places: list[int]) -> Frame:
        return Frame([self._names[at] for at in places], [self._columns[at] for at in places])

    # The dataframe interchange protocol, which scikit-learn 1.3 to 1.8 asks for the names of columns and their length
    def __dataframe__(self, nan_as_null: bool = False, allow_copy: bool = True) -> Frame:
        return self

    def column_names(self) -> list[str]:
        return self._names

    def num_rows(self) -> int:
        return len(self)

    # The protocol of narwhals, which scikit-learn uses since 1.9
    def __narwhals_dataframe__(self) -> Frame:
        return self

    def __narwhals_namespace__(self) -> Frame:
        return self

    def _with_version(self, version: Any) -> Frame:
        self._version = version
        return self

    @property
    def _implementation(self) -> Any:
        from narwhals._utils import Implementation

        return Implementation.UNKNOWN


class _By:
    """Chooses columns with all their rows, as `DataFrame.loc` and `DataFrame.iloc` do."""

    def __init__(self, select: Callable[[Any], Any]) -> None:
        self._select = select

    def __getitem__(self, key: Any) -> Any:
        rows, columns = key if isinstance(key, tuple) and len(key) == 2 else (None, None)
        if rows != slice(None):
            raise TypeError("a table without pandas cannot choose rows")
        return self._select(columns)


def stacked(columns: Sequence[Any]) -> Any:
    """Return columns as one array of shape (n_rows, n_columns), with the dtype and the order that pandas chooses.

    The order matters, because sums over the same numbers in another order can differ in their last digit.
    """
    kinds = {column.dtype.kind for column in columns}
    numbers = kinds <= set("fiu") or kinds == {"b"}
    dtype = np.result_type(*(column.dtype for column in columns)) if numbers else np.dtype(object)
    block = np.empty((len(columns), len(columns[0])), dtype=dtype)
    for at, column in enumerate(columns):
        block[at] = column
    return block.T


def _column(values: Any, count: int) -> Any:
    """Return the array for a new column: as many values as there are rows, or one value for all rows.

    Objects have to be all numbers, all booleans or all texts: pandas turns None beside numbers or texts into NaN.
    """
    if isinstance(values, (str, int, float, bool, np.generic)) or values is None:
        values = [values] * count
    elif isinstance(values, (list, tuple)) or getattr(getattr(values, "dtype", None), "kind", "") == "O":
        kinds = set() if isinstance(values, Vector) else set(map(type, values))
        large = bool(kinds) and kinds <= {int, np.int64} and np.asarray(values).dtype != np.int64
        if large or not (kinds <= {float, int, np.float64, np.int64} or kinds in ({bool}, {str})):
            raise TypeError("a table without pandas takes only columns of numbers, of booleans or of texts")
    array = np.asarray(values)
    if array.dtype.kind == "U":
        array = np.asarray(values, dtype=object)
    if array.shape != (count,) or array.dtype.kind not in "fiubO":
        raise ValueError(f"a column of {count} rows cannot hold values of shape {array.shape} and type {array.dtype}")
    return array
