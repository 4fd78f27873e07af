"""The code that runs in AWS: an expression of a table without pandas gives what pandas gives, or is refused."""

import numpy as np
import pandas as pd
import pytest
from serving.requests.frames import Frame

COLUMNS = {
    "a": np.array([1.5, np.nan, -2]),
    "f": np.array([0.1, 2, np.nan], dtype="float32"),
    "i": np.array([1, -2, 300]),
    "k": np.array([1, -2, 100], dtype="int8"),
    "u": np.array([1, 2, 200], dtype="uint8"),
    "q": np.array([1, 2, 2**63], dtype="uint64"),
    "m": np.array([True, False, True]),
    "t": np.array(["red", None, "blue"], dtype=object),
}
OF_TWO = [
    f"X[c] {operator} X[d]" for operator in ("+", "-", "*", "/", "**", "==", "!=", "<", ">=", "&", "|", "^", "//")
]
OF_ONE = [
    *("~X[c]", "-X[c]", "abs(X[c])", "X[c].isna()", "X[c].values", "list(X[c])", "X[c].tolist()", "X[c].shape"),
    *("X[c].fillna(0)", "X[c].fillna(0.1)", "X[c].fillna(1000)", "X[c].fillna(-1)", "sum(X[c])", "max(X[c])"),
    *("np.where(X[c] == 1, X[c], 0)", "np.isin(X[c], [1, 'red'])", "np.digitize(X[c], [0, 1, 2])", "np.round(X[c])"),
    *("np.nan_to_num(X[c])", "np.select([X[c] == 1], [X[c]], -1)", "np.interp(X[c], [0, 1], [5, 6])", "np.sort(X[c])"),
    *("X[c] == [1, 2, 3]", "X[c] + [1, 2, 3]", "X[c] == np.array([1.])", "X[c] * np.arange(3)", "np.clip(X[c], 0, 1)"),
    *("X[c] + True", "X[c] & True", "X[c] & 1", "X[c] == True", "X[c] == 'red'", "X[c] != 'red'", "X[c] == None"),
    *("X[c] + 'x'", "X[c] > 'b'", "X[c] * float('inf')", "X[c] ** -1", "X[c] ** 0", "2 ** X[c]", "X[c] + 2**40"),
    *("np.maximum(X[c], 0)", "np.fmax(X[c], X['a'])", "np.power(X[c], 2)", "np.logical_not(X[c])", "np.unique(X[c])"),
    *("np.abs(X[[c]])", "np.sign(X[[c]])", "X[[c]].values", "np.nan_to_num(X[[c]])", "np.dot(X[[c]], [2.])"),
    *("np.nanmean(X[[c, 'a']], axis=1)", "X[[c, 'a']].values", "X[c].astype('uint8')", "X[c].astype(float)"),
    *("X[c].astype('int8')", "X[c].astype(bool)", "X[c].astype('float32')", "X.iloc[:, 1:3]", "X.loc[:, c:]"),
]
SET = [
    *("X[c] * 2", "X[c] == 1", "[v for v in X[c]]", "tuple(X[c])", "[len(str(v)) for v in X[c]]", "X[[c]]"),
    *("np.where(X[c] == 1, 'x', 'y')", "np.where(X[c] == 1, None, 1)", "np.asarray(X[c])", "range(3)", "2**70"),
    *("[2**63, 1, -1]", "[2**64, 1, 2]", "np.float16(.1)", "np.int8(3)", "np.str_('x')", "[np.float64(1), 2, 3]"),
    *(
        "[True, True, 1.0]",
        "['a', 1, 2]",
        "[[1], [2], [3]]",
        "[1]",
        "np.array([1 + 2j] * 3)",
        "[float('nan'), 'a', 'b']",
    ),
]


def outcome(table, expression, c, d, is_set):
    try:
        found = eval(expression, {"X": table, "np": np, "c": c, "d": d})
        if is_set:
            table["new"] = found
            found = table[["new", c]]
    except Exception:
        return "refused"
    array = np.asarray(found)
    dtype = "object" if array.dtype.kind in "OUT" else str(array.dtype)
    return dtype, array.shape, [(isinstance(each, str), repr(each)) for each in array.ravel().tolist()]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("c", COLUMNS)
@pytest.mark.parametrize(("expression", "is_set"), [*((e, False) for e in OF_TWO + OF_ONE), *((e, True) for e in SET)])
def test_an_expression_gives_what_it_gives_with_pandas(expression, is_set, c):
    for d in COLUMNS if expression in OF_TWO else "a":
        ours = Frame([*COLUMNS], [each.copy() for each in COLUMNS.values()])
        own = pd.DataFrame({name: pd.Series(each, dtype=each.dtype) for name, each in COLUMNS.items()})
        got = outcome(ours, expression, c, d, is_set)
        if got != "refused":
            assert got == outcome(own, expression, c, d, is_set)
