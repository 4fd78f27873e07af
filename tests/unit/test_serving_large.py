"""The code that runs in AWS: what reads many numbers at once reads what the one-by-one way reads, to the bit."""

import csv
import io
import json
import math
import random
from dataclasses import replace
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st
from serving.requests import answers, batches, cells, forms, frames, grid, inspection, packing, reader, without_pandas
from serving.requests.signature import Column, Signature
from serving.requests.wording import BadRequest

COLUMNS = (
    Column("a", "number", "float64"),
    Column("b", "number", "float64"),
    Column("c", "number", "float32"),
    Column("d", "integer", "int64"),
    Column("e", "integer", "uint8", strict=True),
    Column("f", "any", "float64"),
    Column("g", "any", "any", missing="None"),
    Column("h", "text", "object"),
    Column("i", "boolean", "bool", missing=None),
    Column("j", "number", "object", missing="None"),
    Column("k", "integer", "Int64", missing="NA"),
    Column("l", "text", "object", missing="None", empty_is_text=True),
    Column("m", "category", "category", categories=("x", "y")),
    Column("n", "category", "category", categories=(1, 2), categories_dtype="int64"),
)
floats = st.floats(width=64) | st.sampled_from([0.0, -0.0, math.nan, math.inf, 2.0**53, 1e300, 5e-324])
integers = st.integers(-300, 300) | st.sampled_from([2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**63, 2**64, 10**400])
anything = floats | integers | st.booleans() | st.none() | st.text(max_size=3) | st.just([]) | st.just({"x": 1})
# most columns are of one kind, or nothing would be read at once
kinds = st.sampled_from(
    [
        *(floats, st.floats(-1e6, 1e6), st.integers(-300, 300), st.integers(0, 255), st.booleans(), integers, anything),
        *(floats | st.none(), floats | st.integers(-9, 9), st.text(max_size=3), st.sampled_from(["x", "y"])),
    ]
)
number_texts = (
    st.floats(allow_nan=False).map(repr)
    | st.decimals(-1000, 1000, places=5).map(str)
    | st.integers(-(10**17), 10**17).map(str)
    | st.from_regex(r"-?[0-9]{0,9}\.?[0-9]{0,9}", fullmatch=True)
    | st.sampled_from(
        ["", "-", ".", "-.", "-0", "-0.0", "00", "1.", ".5", "1e5", "1E-3", "1.2.3", "+1", " 1", "NA", "1_0"]
    )
    | st.sampled_from(["9007199254740991", "9007199254740993", "-9007199254740992", "0.1234567890123456", "12345678.9"])
)
cell_kinds = st.sampled_from(
    [
        *(st.decimals(-9, 9, places=3).map(str), st.integers(0, 300).map(str), number_texts),
        *(st.sampled_from(["red", "green", ""]), st.text('ab,"\r\n \u00e9\x00', max_size=3) | number_texts),
    ]
)


@st.composite
def signatures(draw, columns=COLUMNS):
    """Signatures of a table or of an array; most are of one kind of column, as most tables are."""
    chosen = draw(st.lists(st.sampled_from(columns), min_size=1, max_size=6))
    if draw(st.booleans()):
        chosen = [chosen[0]] * len(chosen)
    if draw(st.booleans()):
        of_numpy = [each for each in chosen if each.dtype not in ("Int64", "category")] or [COLUMNS[0]]
        named = tuple(Column(**{**vars(each), "name": at}) for at, each in enumerate(of_numpy))
        return Signature("array", named, dtype=inspection._array_dtype(named))
    named = [Column(**{**vars(each), "name": f"{each.name}{at}"}) for at, each in enumerate(chosen)]
    found = Signature("frame", tuple(named))
    if without_pandas.why_not(found) is None and draw(st.booleans()):
        return replace(found, frame="array" if without_pandas.is_numbers(found) and draw(st.booleans()) else "light")
    return found


@st.composite
def requests(draw):
    """A signature and a request, which may be a wrong one."""
    signature = draw(signatures())
    names, count = [str(name) for name in signature.names], draw(st.integers(1, 9))
    values = {name: draw(st.lists(draw(kinds), min_size=count, max_size=count)) for name in names}
    order = draw(st.permutations([*names, "other"])) if draw(st.booleans()) else names
    values["other"] = [None] * count
    rows = [[values[name][at] for name in order] for at in range(count)]
    if draw(st.integers(0, 9)) == 0:
        rows[-1] = draw(st.sampled_from([rows[-1][1:], [*rows[-1], 1.5], None, "x" * len(order), {"a": 1.5}, 1.5]))
    records = [dict(zip(order, row, strict=False)) if isinstance(row, list) else row for row in rows]
    event = draw(
        st.sampled_from(
            [
                {"instances": rows},
                {"instances": records},
                {"dataframe_records": records},
                {"dataframe_split": {"columns": order, "data": rows}},
                {"inputs": {name: values[name] for name in order}},
            ]
        )
    )
    return signature, json.loads(json.dumps(event))


@st.composite
def files(draw):
    """A signature and the text of a CSV file, which may be a wrong one."""
    signature = draw(signatures())
    names, count = [str(name) for name in signature.names], draw(st.integers(1, 40))
    values = [draw(st.lists(draw(cell_kinds), min_size=count, max_size=count)) for _ in names]
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator=draw(st.sampled_from(["\n", "\r\n"])))
    try:
        writer.writerows([names, *zip(*values, strict=True)])
    except csv.Error:  # Python 3.10 writes no cell with a NUL
        reject()
    text = written.getvalue()
    return signature, text.rstrip("\r\n") if draw(st.booleans()) else text


def one_by_one():
    """Without anything that reads many values at once."""
    stack = mock.patch.multiple(batches, block=lambda *_: None, arrays=lambda *_: {})
    return (
        stack,
        mock.patch.object(packing, "of_column", lambda *_: None),
        mock.patch.object(grid, "read", lambda *_: None),
        mock.patch.object(cells, "numbers", lambda *_: None),
        mock.patch.object(
            cells,
            "read_all",
            lambda column, texts: [
                cells.read(column, row, text) if isinstance(text, str) else text for row, text in enumerate(texts)
            ],
        ),
    )


def seen(signature, make):
    """What the model would get, or the refusal."""
    try:
        table = make()
        found = reader.read(signature, table)
    except BadRequest as error:
        return str(error)
    if isinstance(found, pd.DataFrame):
        return [(name, str(found[name].dtype), exact(found[name].to_numpy())) for name in found.columns]
    if isinstance(found, frames.Frame):
        arrays = [found.values, *(found[name].to_numpy() for name in found)]
        return [*found, *((each.dtype.name, each.flags.f_contiguous, exact(each)) for each in arrays)]
    return [found.dtype.name, found.shape, found.flags.c_contiguous, found.flags.writeable, exact(found)]


def exact(array):
    if array.dtype == object or not isinstance(array, np.ndarray):
        return [(type(each), repr(each)) for each in array.ravel().tolist()]
    return array.tobytes()


def both(signature, make):
    at_once = seen(signature, make)
    patches = one_by_one()
    for each in patches:
        each.start()
    try:
        return at_once, seen(signature, make)
    finally:
        for each in patches:
            each.stop()


@settings(max_examples=600, deadline=None)
@given(requests())
@example((Signature("array", (Column(0, "number", "float64"),), dtype="float64"), {"instances": [[1.5], [2**53 + 1]]}))
@example((Signature("frame", (Column("f", "any", "float64"),)), {"instances": [[True], [False]]}))
def test_a_request_is_read_at_once_as_it_is_one_by_one(asked):
    signature, event = asked
    with mock.patch.object(packing, "FEW", 1):
        at_once, slowly = both(signature, lambda: forms.table(event))
    assert at_once == slowly


@settings(max_examples=600, deadline=None)
@given(files(), st.sampled_from([1, 30, 1 << 17]))
def test_a_file_is_read_at_once_as_it_is_one_by_one(asked, block):
    signature, text = asked
    with mock.patch.multiple(grid, SMALLEST=0, BLOCK=block), mock.patch.object(packing, "FEW", 1):
        at_once, slowly = both(signature, lambda: forms.of_csv(text))
    assert at_once == slowly


ODD = (
    *(
        "-0",
        "-0.0",
        "0",
        "-",
        ".",
        "-.",
        "1.",
        ".5",
        "-.5",
        "00012",
        "1.2.3",
        "1.2345678.9",
        "1..2345678",
        "1_0",
        "1-2",
    ),
    *(
        "+1",
        "1e5",
        "1E-3",
        "e5",
        " 1",
        "1 ",
        "NA",
        "true",
        "inf",
        "9007199254740991",
        "9007199254740993",
        "-" + "9" * 17,
    ),
    *("0.1234567890123456", "123456789012345.6", "12345678.9", "1234567.89", "1234567890.", ".12345678", "x", "0x1f"),
    *("1" * 15, "1" * 16, "1" * 17, "9" * 400, "1234567:", "1/234567890", "1234567890/"),
    *("0.30000000000000004", "9007199254740993.0", "4503599627370497.5", "900719925474099.25", "9223372036854775807.5"),
    *("99999999999999999999.5", "1234567890123456789.2345", "." + "3" * 22, "." + "3" * 23, "0." + "0" * 21 + "3"),
    *(
        "0." + "0" * 20 + "17",
        "12345678.12345678.1234",
        "1.2345678901234567.8901",
        "123456789012345678901x.5",
        "0" * 24,
    ),
    *("-0.30000000000000004", "-1234567890123456.2", "1" * 24, "0" * 20 + ".123", "1:.345678901234567890"),
)


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("beside", ["2", "2.5", "1234567890.5", "0.1234567890123456789"])
@pytest.mark.parametrize(("type_", "dtype"), [("number", "float64"), ("integer", "int64"), ("any", "float64")])
def test_a_cell_that_is_odd_is_what_it_is_alone(text, beside, type_, dtype):
    signature = Signature("frame", tuple(Column(name, type_, dtype) for name in "ab"))
    with mock.patch.object(grid, "SMALLEST", 0):
        at_once, slowly = both(signature, lambda: forms.of_csv(f"a,b\n{beside},3\n{text},4\n5,{beside}"))
    assert at_once == slowly


@pytest.mark.parametrize("last", [[1.5], [1.5, 2.5, 3.5], {"a": 1.5, "b": 2.5}, None, "xy", 1.5])
@pytest.mark.parametrize("order", ["ab", "ba", "abc"])
@pytest.mark.parametrize("type_", ["number", "text"])
def test_a_row_of_another_length_is_found_whatever_is_taken_of_the_others(last, order, type_):
    columns = Column("a", "number", "float64"), Column("b", type_, "float64" if type_ == "number" else "object")
    value = {"a": 1.5, "b": 2.5 if type_ == "number" else "x", "c": None}
    rows = [[value[name] for name in order]] * 3
    wrong = [*rows, [*rows[0], 1.5] if last == [1.5, 2.5, 3.5] else last]
    split = {"dataframe_split": {"columns": list(order), "data": wrong}}
    said = rf"row 3 of dataframe_split has .*; there are {len(order)} columns"
    with pytest.raises(BadRequest, match=said):
        reader.read(Signature("frame", columns), forms.table(split))
    if order == "ab":
        with pytest.raises(BadRequest, match=r"row 3 of instances (has|is) .*Expected for each row: a, b"):
            reader.read(Signature("frame", columns), forms.table({"instances": wrong}))


def test_a_text_has_no_place_in_an_array_of_numbers():
    signature = Signature("array", (Column(0, "any", "float64"),), dtype="float64")
    with pytest.raises(BadRequest, match="row 1 of instances, column 0: expected a number; got 'x'"):
        reader.read(signature, forms.table({"instances": [[1.5], ["x"]]}))


@pytest.mark.parametrize("form", ["instances", "records", "split", "inputs", "csv"])
def test_numbers_alone_are_never_looked_at_one_by_one(form, monkeypatch):
    names = list("abc")
    rows = [[at / 7, float(at), at] for at in range(5_000)]
    event = {
        "instances": {"instances": rows},
        "records": {"dataframe_records": [dict(zip(names, row, strict=True)) for row in rows]},
        "split": {"dataframe_split": {"columns": names, "data": rows}},
        "inputs": {"inputs": dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))},
        "csv": {"csv": "a,b,c\n" + "".join(f"{a:.9f},{b},{c}\n" for a, b, c in rows)},
    }[form]
    monkeypatch.setattr(reader, "_arrays", lambda *_: pytest.fail("it was"))
    signature = Signature("frame", tuple(Column(name, "number", "float64") for name in names))
    read = reader.read(signature, forms.table(event))
    own = pd.DataFrame(rows, columns=names).astype(float)
    pd.testing.assert_frame_equal(read, own.round(9) if form == "csv" else own)


def test_numbers_as_python_writes_them_are_never_looked_at_one_by_one(monkeypatch):
    draw = random.Random(1)
    numbers = [draw.choice([1, -1]) * draw.uniform(1, 10) * 10 ** draw.randint(-3, 9) for _ in range(20_000)]
    monkeypatch.setattr(grid, "of_texts", lambda _: pytest.fail("they were"))
    read = reader.read(
        Signature("frame", (Column("a", "number", "float64"),)),
        forms.table({"csv": "a\n" + "".join(f"{number!r}\n" for number in numbers)}),
    )
    assert read["a"].tolist() == numbers


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_whole_numbers_beside_others_are_read_at_once(dtype, monkeypatch):
    columns = Column("a", "number", "float64"), Column("b", "integer", dtype), Column("c", "text", "object")
    rows = [{"a": at / 7, "b": at % 100, "c": "x"} for at in range(1_000)]
    table = forms.table({"dataframe_records": rows})
    assert sorted(batches.arrays(Signature("frame", columns), table)) == [0, 1]
    frame = reader.read(Signature("frame", columns), table)
    assert frame["b"].dtype == dtype
    assert frame.to_dict("records") == rows


def test_a_cell_longer_than_the_csv_module_takes_is_refused_as_ever():
    text = f"a,b\n1,2\n3,{'4' * 140_000}\n"
    with pytest.raises(BadRequest, match="csv is not a CSV file: field larger than field limit"):
        forms.of_csv(text)


@pytest.mark.parametrize("text", ["a,b\n1,2\n3\n", "a,b\n1,2,3\n4,5,6\n", "a,b\n1\n2,3,4\n"])
def test_a_line_of_another_length_is_named_in_a_large_file(text):
    with mock.patch.object(grid, "SMALLEST", 0), pytest.raises(BadRequest, match=r"line \d of csv has \d values"):
        forms.of_csv(text)


@pytest.mark.parametrize(
    ("predictions", "said"),
    [
        (np.array([1.5, -0.0, 2.0]), [1.5, -0.0, 2.0]),
        (np.array([[1.5, np.nan], [np.inf, 2.0]]), [[1.5, None], [None, 2.0]]),
        (np.array([0.1, 0.5], dtype=np.float32), [float(np.float32(0.1)), 0.5]),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array(["a", "\ud800"], dtype=object), ["a", "?"]),
        (np.array(["a", None, 1.5], dtype=object), ["a", None, 1.5]),
    ],
)
def test_answers_are_the_same_whether_or_not_they_are_made_at_once(predictions, said):
    found = answers.to_json(predictions, len(predictions), "predict")
    assert repr(found) == repr(said)
