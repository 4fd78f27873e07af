"""One column of a table without pandas: an array that refuses everything that pandas would do differently.

A sum in pandas leaves out missing values, and a sum in numpy does not. An integer divided by zero with // is NaN in
pandas and 0 in numpy. So only operations that give the same result in both are allowed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

# Operations on single values that pandas leaves to numpy. The operators // and % and divmod are not among them
ALIKE = frozenset(
    getattr(np, name)
    for name in (
        *("add", "subtract", "multiply", "true_divide", "negative", "positive", "absolute", "fabs", "sign", "power"),
        *("sqrt", "cbrt", "square", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "reciprocal"),
        *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh", "hypot"),
        *("arcsinh", "arccosh", "arctanh", "deg2rad", "rad2deg", "floor", "ceil", "trunc", "rint"),
        *("maximum", "minimum", "fmax", "fmin", "isnan", "isfinite", "isinf", "signbit"),
        *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"),
        *("logical_and", "logical_or", "logical_xor", "logical_not", "bitwise_and", "bitwise_or", "bitwise_xor"),
        "invert",
    )
)
OF_TRUTHS = frozenset((np.bitwise_and, np.bitwise_or, np.bitwise_xor))  # they take booleans only together with booleans
NOT_OF_TRUTHS = frozenset((np.true_divide, np.power))
# Functions that convert their arguments to arrays, and return an array
MAKE_ARRAYS = frozenset(
    getattr(np, name)
    for name in (
        *("where", "column_stack", "concatenate", "hstack", "vstack", "stack", "select", "isin", "digitize", "interp"),
        *("nan_to_num", "array_equal", "shape", "size", "ndim", "may_share_memory", "shares_memory"),
    )
)
KEPT = frozenset(("shape", "ndim", "size", "dtype", "tolist", "copy", "flags", "T", "nbytes", "itemsize"))


class Vector(np.ndarray):
    """An array of shape (n_rows,) that cannot be written to."""

    @classmethod
    def of(cls, array: Any) -> Vector:
        fixed = array.view()
        fixed.flags.writeable = False
        vector: Vector = fixed.view(cls)
        return vector

    @property
    def values(self) -> Any:
        return plain(self)

    def to_numpy(self) -> Any:
        return plain(self)

    def to_list(self) -> list[Any]:
        values: list[Any] = self.tolist()
        return values

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def __contains__(self, value: object) -> bool:
        raise TypeError("a column without pandas has no labels to look among, as `in` does in pandas")

    def __getitem__(self, key: Any) -> Any:
        """Return one value. Slices are refused, since in pandas they keep their labels, which matter later."""
        array = plain(self)
        if isinstance(key, (int, np.integer)) and not isinstance(key, (bool, np.bool_)) and 0 <= key < len(array):
            return array[key]
        raise KeyError(f"a column without pandas gives single values only, and nothing for {plain(key)!r}")

    def __repr__(self) -> str:
        return repr(plain(self))

    __str__ = __repr__

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError("a column without pandas cannot be written to: pandas may make it one of another type")

    def astype(self, dtype: Any, copy: bool = True) -> Any:  # type: ignore[override]
        """Convert a column of numbers or booleans."""
        wanted = np.dtype(dtype)
        array = plain(self)
        if wanted.kind in "iu" and array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError("a missing value or infinity cannot be a whole number")
        if wanted.kind == "u" and array.dtype.kind == "f" and not (array >= 0).all():
            raise ValueError("a negative number cannot be a whole number without a sign")
        if wanted.kind not in "fiub" or array.dtype.kind not in "fiub":
            raise TypeError(f"a column without pandas of {array.dtype} cannot be made one of {dtype}")
        return array.astype(wanted).view(Vector)

    def isna(self) -> Any:
        return missing(plain(self)).view(Vector)

    def notna(self) -> Any:
        return (~missing(plain(self))).view(Vector)

    def fillna(self, value: Any) -> Any:
        """Fill in a number in a column of numbers. Other values are refused, as they may change the column's type."""
        alike = type(value) in (int, float) or getattr(value, "dtype", None) == self.dtype
        if self.dtype.kind not in "fiu" or not alike or np.ndim(value):
            raise TypeError("a column without pandas fills in only numbers of its own type")
        array = plain(self)
        return (np.where(np.isnan(array), value, array) if array.dtype.kind == "f" else array).view(Vector)

    def abs(self) -> Any:
        return np.abs(self)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or ufunc not in ALIKE or options:
            raise TypeError(f"a column without pandas has no {ufunc.__name__}{'' if method == '__call__' else method}")
        if not _are_alike(ufunc, inputs):
            raise TypeError(f"columns without pandas of these values have no {ufunc.__name__}")
        with np.errstate(all="ignore"):  # pandas does not warn either
            result = ufunc(*map(plain, inputs))
        return result.view(Vector) if isinstance(result, np.ndarray) else result

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function not in MAKE_ARRAYS:
            raise TypeError(f"a column without pandas has no {function.__name__}")
        return function(*map(as_arrays, args), **{name: as_arrays(value) for name, value in kwargs.items()})


def _are_alike(ufunc: Any, inputs: tuple[Any, ...]) -> bool:
    """Return whether pandas does the same with these. For objects it does not: None counts as missing there."""
    kinds = [np.asarray(value).dtype.kind for value in inputs]
    if len({np.shape(value) for value in inputs if np.ndim(value)}) > 1 or not all(
        map(_is_weak, inputs, reversed(inputs))
    ):
        return False
    if not set(kinds) <= set("fiub"):
        return ufunc in (np.equal, np.not_equal) and any(isinstance(value, str) for value in inputs)
    if "b" in kinds and ufunc in OF_TRUTHS:
        return set(kinds) == {"b"}
    return not ("b" in kinds and ufunc in NOT_OF_TRUTHS)


def _is_weak(value: Any, other: Any) -> bool:
    """Return whether numpy treats its own scalar like a Python number beside the other's dtype, as pandas does."""
    if np.ndim(value) or isinstance(value, str) or not isinstance(value, (np.generic, np.ndarray)):
        return True
    dtype = np.asarray(other).dtype
    return value.dtype.kind in "fiub" and bool(
        np.result_type(dtype, value.dtype) == np.result_type(dtype, value.item())
    )


def _unknown(name: str) -> property:
    def refuse(self: Any) -> Any:
        raise AttributeError(f"a column without pandas has no {name!r}", name=name, obj=None)

    return property(refuse)


for _name in dir(np.ndarray):
    if not _name.startswith("_") and _name not in KEPT and _name not in vars(Vector):
        setattr(Vector, _name, _unknown(_name))


def plain(value: Any) -> Any:
    """Return an array without the refusals of a Vector. Anything else is returned as it is."""
    return np.ndarray.view(value, np.ndarray) if isinstance(value, Vector) else value


def missing(array: Any) -> Any:
    """Return which values are missing: None and NaN."""
    if array.dtype.kind == "f":
        return np.isnan(array)
    if array.dtype.kind != "O":
        return np.zeros(len(array), dtype=bool)
    return np.array([value is None or (type(value) is float and math.isnan(value)) for value in array], dtype=bool)


def as_arrays(value: Any) -> Any:
    """Return an argument of numpy's functions, with arrays in the place of tables and columns, even inside lists."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(as_arrays, value))
    return np.asarray(value) if hasattr(type(value), "__array_function__") else value
