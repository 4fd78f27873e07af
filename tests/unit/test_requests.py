"""Files with a request: what is met before anything is done."""

import json
import os
import subprocess
import sys

import pytest

from build.package import request_files

EVENT = {"instances": [[1, 2.5, None, "text", True]]}


@pytest.fixture
def written(tmp_path):
    def written(data):
        path = tmp_path / "request.json"
        path.write_bytes(data)
        return path

    return written


def test_a_request_is_sent_as_it_was_written(written):
    body = json.dumps(EVENT, indent=2).encode()
    found = request_files.read_to_send(written(body))
    assert (found.body, found.event) == (body, EVENT)


@pytest.mark.parametrize("body", [b"1" * 5000, b"[" * 20000 + b"]" * 20000, '"Zürich"'.encode(), b'{"a": 1, "a": 2}'])
def test_what_is_json_is_for_the_function_to_judge(written, body):
    assert request_files.read_to_send(written(body)).body == body


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b"{} {}", "Extra data"),
        (b"age,sex\n41,2\n", "Expecting value"),
        (b'"\xff"', "'utf-8' codec can't decode"),
        (b"\xef\xbb\xbf{}", "BOM"),
        ('"text"'.encode("utf-16"), "'utf-8' codec can't decode"),
        (b'{"instances": [[NaN]]}', "JSON has no NaN. Write null for a missing value"),
        (b'{"instances": [[-Infinity]]}', "JSON has no -Infinity"),
    ],
)
def test_what_is_not_json_is_told_with_the_file_and_the_reason(written, body, why):
    with pytest.raises(request_files.BadRequestFile, match=r"request\.json is not a request \(") as told:
        request_files.read(written(body))
    assert why in str(told.value)
    assert 'Expected JSON: {"instances": [[...]]}' in str(told.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(request_files.NoRequestFile, match=r"There is no file .*gone\.json\. Give a JSON file"):
        request_files.read_to_send(tmp_path / "gone.json")


class TestLimit:
    @pytest.fixture
    def of_size(self, written):
        return lambda size: written(b'"' + b"x" * (size - 2) + b'"')

    def test_the_largest_that_lambda_takes(self, of_size):
        assert len(request_files.read_to_send(of_size(request_files.PAYLOAD_LIMIT)).body) == 6_291_556

    def test_one_byte_more(self, of_size):
        said = r"request\.json has 6,291,557 bytes, and Lambda accepts requests of at most 6,291,556 bytes \(6 MB\)"
        with pytest.raises(request_files.RequestTooLarge, match=said):
            request_files.read_to_send(of_size(request_files.PAYLOAD_LIMIT + 1))

    @pytest.mark.parametrize("where", [[], ["--local"]])
    def test_it_is_met_before_anything_is_sent(self, root, of_size, tmp_path, where):
        path = of_size(request_files.PAYLOAD_LIMIT + 1)
        argv = [sys.executable, "-m", "invoke", "--search-root", str(root), "predict", "--event", path.name, *where]
        nowhere = os.environ | {"PATH": "/nowhere"}  # so that there is no Terraform to ask
        done = subprocess.run(argv, cwd=tmp_path, env=nowhere, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert done.stderr.startswith("Error: request.json has 6,291,557 bytes")
