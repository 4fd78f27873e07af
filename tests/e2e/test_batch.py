"""What the state machine of modules/batch does.

Its definition is run by moto's interpreter, against the packaged function in AWS's own runtime. That interpreter knows
no batching, no JSON lines and no options of a result's writer. So for it a batch is one row, the data set is a JSON
array, and results stay in the execution's output; and how many failures are tolerated is not tried, as it does not
count them. It is no run on AWS.
"""

import json

import pytest

from local import demo, deployed, emulator
from local.terraform import Terraform, copy_module
from tests import batch_definition, step_functions


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    """modules/batch, initialized."""
    return batch_definition.initialized(tmp_path_factory.mktemp("batch") / "module")


def interpretable(definition):
    """All of it, without what moto's interpreter does not know."""
    definition = json.loads(json.dumps(definition))
    files = definition["States"]["Files"]
    rows = files["ItemProcessor"]["States"]["Rows"]
    assert rows.pop("ItemBatcher")["MaxItemsPerBatch"] == 500
    rows["ItemSelector"] = {"Items": [rows["ItemSelector"]]}
    assert rows["ItemReader"]["ReaderConfig"] == {"InputType": "JSONL"}
    rows["ItemReader"]["ReaderConfig"] = {"InputType": "JSON"}
    del rows["ResultWriter"], files["ResultWriter"]
    for each in (rows, files):
        each["ToleratedFailurePercentage"] = float(each["ToleratedFailurePercentage"])  # it reads no whole number there
    return definition


@pytest.fixture(scope="module")
def machine(module, built, tmp_path_factory):
    """Executes a definition that is made of the alias, on data sets by key, and returns how it ended."""
    folder = tmp_path_factory.mktemp("execution")
    terraform = Terraform(copy_module(folder / "terraform"))
    terraform.init()
    functions = []

    def invoke(event):
        return functions[0].invoke(event)

    with step_functions.started(invoke) as aws:
        terraform.env = aws.environment(terraform.env)
        terraform.apply({"name": "scored", "mode": "bundle", "artifacts_dir": str(built.out)})
        outputs = terraform.outputs()
        task = deployed.fetch(aws, outputs, folder / "deployed")
        packages = emulator.runtime_packages(built.runtime.python, folder / "runtime")
        with emulator.start(task, packages, aws) as function:
            functions.append(function)

            def run(part, event, data, **settings):
                settings = {"format": "jsonl", "max_concurrency": 1} | settings
                made = batch_definition.rendered(module, outputs["alias_arn"], **settings)
                with step_functions.data_sets(aws, data):
                    return step_functions.execute(aws, part(made), event)

            yield run


@pytest.fixture(scope="module")
def rows(built):
    return json.loads(built.example.request.read_text())["dataframe_records"]


def of_one_batch(definition):
    """What is done to each batch."""
    processor = definition["States"]["Files"]["ItemProcessor"]["States"]["Rows"]["ItemProcessor"]
    return {"StartAt": processor["StartAt"], "States": processor["States"]}


def batch(rows):
    """Rows as the map over rows gives them to a child execution."""
    return {"Items": [{"number": number, "row": row} for number, row in enumerate(rows)]}


def numbers(rows):
    return list(range(len(rows)))


class TestExecution:
    def test_all_rows_of_all_files_are_predicted(self, machine, built, rows, tmp_path):
        data = {"in/": b"", "in/a.json": json.dumps(rows[:3]), "in/b.json": json.dumps(rows[3:5]), "other": "[{}]"}
        ended = machine(interpretable, {"prefix": "in/"}, data)
        assert ended["status"] == "SUCCEEDED", ended
        folder, *files = json.loads(ended["output"])
        assert folder == {}  # what a console makes for a folder is passed over
        answered = [each for file in files for each in file]
        assert [row for each in answered for row in each["rows"]] == rows[:5]
        assert [number for each in answered for number in each["numbers"]] == [0, 1, 2, 0, 1]
        expected = demo.own_predictions(built.out, built.example, built.runtime, tmp_path)
        assert [number for each in answered for number in each["predictions"]] == expected[:5]

    def test_a_batch_of_more_rows_is_one_call(self, machine, built, rows, tmp_path):
        ended = machine(of_one_batch, batch(rows), {})
        expected = demo.own_predictions(built.out, built.example, built.runtime, tmp_path)
        assert json.loads(ended["output"]) == {"numbers": numbers(rows), "rows": rows, "predictions": expected}

    def test_the_function_is_asked_for_the_method(self, machine, rows):
        ended = machine(of_one_batch, batch(rows[:1]), {}, method="transform", execution_type="EXPRESS")
        assert ended["status"] == "FAILED" and "this model has no method" in ended["cause"], ended

    def test_an_answer_that_step_functions_does_not_take_fails_and_says_what_to_do(self, machine, rows):
        many = (rows * (20_000 // len(rows) + 1))[:20_000]
        ended = machine(of_one_batch, batch(many), {}, rows_per_call=20_000)
        assert (ended["status"], ended["error"]) == ("FAILED", "TooLarge")
        assert "more than 262144 bytes" in ended["cause"] and "rows_per_call lower than 20000" in ended["cause"]

    def test_texts_of_a_csv_file_are_read_as_the_model_wants_them(self, machine, built, rows, tmp_path):
        texts = [{name: str(value) for name, value in row.items()} for row in rows]
        ended = machine(of_one_batch, batch(texts), {}, format="csv")
        expected = demo.own_predictions(built.out, built.example, built.runtime, tmp_path)
        assert json.loads(ended["output"]) == {"numbers": numbers(texts), "rows": texts, "predictions": expected}

    def test_a_batch_that_the_model_cannot_take_fails_and_says_why(self, machine):
        ended = machine(of_one_batch, batch([{"nonsense": 1}]), {})
        assert (ended["status"], ended["error"]) == ("FAILED", "Refused")
        assert "lacks" in ended["cause"]
