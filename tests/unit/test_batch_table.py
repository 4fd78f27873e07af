"""How rows and predictions become one table."""

import json

import pytest

from local import batch_results, batch_table
from local.batch_table import Batch

BATCHES = [
    {"numbers": [0, 1], "rows": [{"a": "1", "b": "x,y"}, {"a": "2", "b": ""}], "predictions": ["no", "yes"]},
    {"numbers": [3, 2], "rows": [{"a": "4", "c": None}, {"a": "3", "c": [1]}], "predictions": ["no", None]},
]


@pytest.fixture
def batches(tmp_path):
    return written(tmp_path, BATCHES)


def written(folder, records):
    path, found = folder / "SUCCEEDED_0", []
    with path.open("wb") as file:
        for each in records:
            found.append(Batch(path, file.tell()))
            file.write(json.dumps(each).encode() + b"\n")
    return found


def test_a_csv_file_has_all_columns_and_the_prediction(batches, tmp_path):
    out = tmp_path / "out.csv"
    assert batch_table.write(batches, out, "prediction") == batch_table.Written(4, ["a", "b", "c", "prediction"])
    assert out.read_text() == 'a,b,c,prediction\n1,"x,y",,no\n2,,,yes\n3,,[1],\n4,,,no\n'


def test_json_lines_have_each_rows_own_columns(batches, tmp_path):
    out = tmp_path / "out.jsonl"
    batch_table.write(batches, out, "label")
    assert [json.loads(line) for line in out.read_text().splitlines()] == [
        {"a": "1", "b": "x,y", "label": "no"},
        {"a": "2", "b": "", "label": "yes"},
        {"a": "3", "c": [1], "label": None},
        {"a": "4", "c": None, "label": "no"},
    ]


def test_probabilities_have_a_column_each_in_csv_and_are_a_list_in_json_lines(tmp_path):
    rows = written(tmp_path, [{"numbers": [0], "rows": [{"a": 1}], "predictions": [[0.25, 0.75]]}])
    batch_table.write(rows, tmp_path / "out.csv", "p")
    assert (tmp_path / "out.csv").read_text() == "a,p_0,p_1\n1,0.25,0.75\n"
    batch_table.write(rows, tmp_path / "out.jsonl", "p")
    assert json.loads((tmp_path / "out.jsonl").read_text()) == {"a": 1, "p": [0.25, 0.75]}


def test_lists_of_one_and_of_different_lengths(tmp_path):
    one = {"numbers": [0], "rows": [{"a": 1}], "predictions": [[5]]}
    batch_table.write(written(tmp_path, [one]), tmp_path / "out.csv", "p")
    assert (tmp_path / "out.csv").read_text() == "a,p_0\n1,5\n"
    two = {"numbers": [1], "rows": [{"a": 2}], "predictions": [[5, 6]]}
    batch_table.write(written(tmp_path, [one, two]), tmp_path / "out.csv", "p")
    assert (tmp_path / "out.csv").read_text() == 'a,p\n1,[5]\n2,"[5, 6]"\n'


def test_a_column_of_that_name_is_not_overwritten(batches, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("mine")
    with pytest.raises(batch_table.ColumnIsThere, match="--column"):
        batch_table.write(batches, out, "b")
    assert out.read_text() == "mine" and sorted(path.name for path in tmp_path.iterdir()) == ["SUCCEEDED_0", "out.csv"]


def test_what_fails_midway_leaves_nothing(batches, tmp_path, monkeypatch):
    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(batch_table.os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        batch_table.write(batches, tmp_path / "out.csv", "prediction")
    assert [path.name for path in tmp_path.iterdir()] == ["SUCCEEDED_0"]


def test_a_name_says_what_is_written(batches, tmp_path):
    with pytest.raises(batch_table.BadOut, match=r"ends with .csv or .jsonl"):
        batch_table.write(batches, tmp_path / "out.parquet", "prediction")


def test_rows_are_counted_from_one_and_in_spans():
    assert batch_results.spans([4, 0, 1, 2]) == [(0, 2), (4, 4)]
    assert batch_results.Failed("in/a.csv", ((0, 2), (4, 4)), "x").rows == "rows 1 to 3, 5"
    assert batch_results.Failed("in/a.csv", ((499, 499),), "x").rows == "row 500"
    assert batch_results.Failed("in/a.csv", (), "x").rows == "rows that are not known"


@pytest.mark.parametrize(
    ("known", "missing"),
    [([], []), ([(0, 4)], []), ([(7, 9), (2, 4)], [(0, 1), (5, 6)]), ([(0, 9), (2, 3), (10, 10)], [])],
)
def test_gaps_are_found(known, missing):
    assert batch_results.gaps(known) == missing


@pytest.mark.parametrize("given", ["", "churn", "arn:aws:states:eu-central-1:123456789012:stateMachine:churn-batch"])
def test_what_is_no_execution_is_refused(given):
    with pytest.raises(batch_results.BadExecution, match="ARN of an execution"):
        batch_results.checked(given)


def test_an_execution_of_any_partition_is_taken():
    arn = "arn:aws-cn:states:cn-north-1:123456789012:execution:churn-batch:2c5a"
    assert batch_results.checked(arn) == arn
