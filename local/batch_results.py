"""Joins the rows and predictions of an execution of modules/batch into one table, in the order of the input.

This module knows the files that Step Functions writes: for each data set, a manifest that names the files of results by
status (SUCCEEDED, FAILED, PENDING); and for the execution itself, a manifest whose files list the data sets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from build.errors import UserError
from local.batch_table import Batch, Written, write
from local.deployment import aws_errors

UNFINISHED = ("RUNNING", "PENDING_REDRIVE")
STATUSES = ("SUCCEEDED", "FAILED", "PENDING")

ARN = re.compile("arn:[a-z-]+:states:[a-z0-9-]+:[0-9]{12}:execution:[^:/]+:[^:]+")

Clients = Mapping[str, Any]  # by service: stepfunctions and s3
Place = tuple[str, str]  # bucket and key
Span = tuple[int, int]  # the first and the last of consecutive rows, counted from 0


class BadExecution(UserError):
    template = (
        "--execution is the ARN of an execution of the batch state machine, such as "
        "arn:aws:states:eu-central-1:123456789012:execution:churn-batch:NAME, and not {given!r}."
    )


class NoMachine(UserError):
    template = (
        "The deployment in {folder} has no batch state machine: its variable batch is not set. To see an execution of "
        "another deployment, name it: --execution ARN."
    )


class NoExecution(UserError):
    template = "{machine} has had no execution that is over. Name one: invoke batch-results --execution ARN."


class Unfinished(UserError):
    template = "{execution} has not ended yet: its status is {status}. Wait until it has."


class NotOfBatch(UserError):
    template = "{execution} is no execution of the module's batch state machine."


class NoResults(UserError):
    template = "{execution} has left no results that can be joined: {why}."


@dataclass(frozen=True)
class Failed:
    """Rows of a data set that have no prediction, and the reason."""

    key: str
    spans: tuple[Span, ...]  # empty if it is not known which rows they are
    why: str

    @property
    def rows(self) -> str:
        """Return the rows as people count them: the first row after a CSV file's header is 1."""
        if not self.spans:
            return "rows that are not known"
        written = [str(first + 1) if first == last else f"{first + 1} to {last + 1}" for first, last in self.spans]
        is_one = len(self.spans) == 1 and self.spans[0][0] == self.spans[0][1]
        return f"{'row' if is_one else 'rows'} {', '.join(written)}"


@dataclass
class Found:
    """The contents of the files of results: where the batches of predicted rows are, and which rows have failed."""

    batches: list[Batch] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)


def checked(execution: str) -> str:
    """Return the ARN of an execution as it was typed, if it is valid.

    Raises:
        BadExecution
    """
    if not ARN.fullmatch(execution):
        raise BadExecution(given=execution)
    return execution


def newest(clients: Clients, machine: str) -> str:
    """Return the ARN of the last execution of a state machine that has ended.

    Raises:
        NoExecution, AwsFailed
    """
    with aws_errors():
        pages = clients["stepfunctions"].get_paginator("list_executions").paginate(stateMachineArn=machine)
        for page in pages:
            for execution in page["executions"]:  # the newest first
                if execution["status"] not in UNFINISHED:
                    return str(execution["executionArn"])
    raise NoExecution(machine=machine)


def table(clients: Clients, execution: str, out: Path, column: str) -> tuple[Written, list[Failed]]:
    """Join rows and predictions of an execution, and write them to a file, CSV or JSON Lines by its name.

    Args:
        column: the name of the column with the predictions.

    Returns:
        What was written, and the rows that have no prediction.

    Raises:
        Unfinished, NotOfBatch, NoResults, BadOut, ColumnIsThere, AwsFailed
    """
    with TemporaryDirectory(prefix="batch-results-") as folder:
        with aws_errors():
            results = _read(clients, execution, Path(folder))
        return write(results.batches, out, column), results.failed


def spans(numbers: Iterable[int]) -> list[Span]:
    """Return numbers as spans: the first and the last of each run of consecutive numbers."""
    runs: list[Span] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def gaps(covered: Iterable[Span]) -> list[Span]:
    """Return the spans of numbers before and between covered spans."""
    missing: list[Span] = []
    following = 0
    for first, last in sorted(covered):
        if first > following:
            missing.append((following, first - 1))
        following = max(following, last + 1)
    return missing


def _read(clients: Clients, execution: str, folder: Path) -> Found:
    api = clients["stepfunctions"]
    description = api.describe_execution(executionArn=execution)
    if description["status"] in UNFINISHED:
        raise Unfinished(execution=execution, status=description["status"])
    writers = _writers(api, execution)
    where = _written(description.get("output")) or _of_map_run(clients, execution, *writers["Files"])
    if where is None:
        raise NoResults(execution=execution, why=_why(description))
    results = Found()
    files: list[tuple[str, Any, str]] = []
    for status, path in _files(clients["s3"], where, folder / "executions"):
        files += [(status, record, json.loads(record["Input"])["Key"]) for record in _records(path)]
    # In the order in which S3 lists the objects, which is the order of the input
    for number, (status, record, key) in enumerate(sorted(files, key=lambda file: file[2].encode())):
        bucket, prefix = writers["Rows"]
        child = record.get("ExecutionArn")
        where = _written(record.get("Output"))
        if where is None and status != "SUCCEEDED":
            where = _of_map_run(clients, child, bucket, prefix + key) if child else None
            results.failed.append(Failed(key, (), _why(record)))
        if where is not None:
            _read_rows(clients["s3"], where, key, folder / str(number), results)
    return results


def _read_rows(s3: Any, where: Place, key: str, folder: Path, results: Found) -> None:
    """Add the results of one data set."""
    batches: dict[int, Batch] = {}  # by their first row, so that no batch is added twice
    failed: list[Failed] = []
    covered: list[Span] = []
    for status, path in _files(s3, where, folder):
        if status == "SUCCEEDED":
            for offset, record in _lines(path):
                if "numbers" not in record:
                    raise NoResults(execution=key, why="its rows have no numbers, as it is of an earlier version")
                batches.setdefault(min(record["numbers"]), Batch(path, offset))
                covered += spans(record["numbers"])
        else:
            for record in _records(path):
                items = json.loads(record["Input"])["Items"] if "Input" in record else []
                failed.append(Failed(key, tuple(spans(item["number"] for item in items)), _why(record)))
                covered += failed[-1].spans
    failed += [Failed(key, (gap,), "no file of results has them") for gap in gaps(covered)]
    results.batches += [batches[first] for first in sorted(batches)]
    results.failed += sorted(failed, key=lambda failure: failure.spans)


def _writers(api: Any, execution: str) -> dict[str, Place]:
    """Return where the state machine writes: the bucket and the prefix of each of its two maps.

    Raises:
        NotOfBatch
    """
    definition = json.loads(api.describe_state_machine_for_execution(executionArn=execution)["definition"])
    try:
        files = definition["States"]["Files"]
        rows = files["ItemProcessor"]["States"]["Rows"]["ResultWriter"]["Parameters"]
        outer = files["ResultWriter"]["Parameters"]
        prefix = rows["Prefix.$"].removeprefix("States.Format('").split("{}")[0]
        return {"Files": (outer["Bucket"], outer["Prefix"]), "Rows": (rows["Bucket"], prefix)}
    except (KeyError, TypeError):
        raise NotOfBatch(execution=execution) from None


def _written(output: str | None) -> Place | None:
    """Return the place of the manifest of a map that succeeded."""
    result = json.loads(output) if output else {}
    details = result.get("ResultWriterDetails") if isinstance(result, dict) else None
    return (details["Bucket"], details["Key"]) if details else None


def _of_map_run(clients: Clients, execution: str, bucket: str, prefix: str) -> Place | None:
    """Return the place of the manifest of a map that did not succeed, which no output names."""
    for run in clients["stepfunctions"].list_map_runs(executionArn=execution)["mapRuns"]:
        own = f"{prefix.rstrip('/')}/{run['mapRunArn'].split(':')[-1]}/"
        pages = clients["s3"].get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=own)
        listed = [entry for page in pages for entry in page.get("Contents", [])]
        manifests = [entry for entry in listed if entry["Key"].endswith("/manifest.json")]
        if manifests:
            return bucket, max(manifests, key=lambda entry: entry["LastModified"])["Key"]
    return None


def _files(s3: Any, manifest: Place, folder: Path) -> Iterator[tuple[str, Path]]:
    """Download the files that a manifest names into a folder. Yield each with the status of its results."""
    bucket, key = manifest
    contents = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    folder.mkdir()
    for status in STATUSES:
        for number, file in enumerate(contents["ResultFiles"].get(status, [])):
            path = folder / f"{status}_{number}"
            s3.download_file(bucket, file["Key"], str(path))
            yield status, path


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield the records of a file of JSON Lines, each with its offset in bytes."""
    with path.open("rb") as file:
        offset = 0
        for line in file:
            if line.strip():
                yield offset, json.loads(line)
            offset += len(line)


def _records(path: Path) -> list[Any]:
    """Return the records of a file, which is either a JSON array or JSON Lines."""
    text = path.read_text(encoding="utf-8")
    return list(json.loads(text)) if text.lstrip().startswith("[") else [record for _, record in _lines(path)]


def _why(record: Mapping[str, Any]) -> str:
    """Return the error of an execution, or else its status."""
    parts = [record.get(name) or record.get(name.lower()) for name in ("Error", "Cause")]
    status = record.get("Status") or record.get("status") or "not started"
    return ": ".join(str(part) for part in parts if part) or str(status)
