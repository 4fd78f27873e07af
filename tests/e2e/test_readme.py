"""Every command of README.md and docs/, typed as it stands: in a fresh clone, and from another folder."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local import embedded_aws
from local.terraform import CALLERS, binary, provider_mirror
from tests import documents, repository
from tests.conftest import ROOT

COMMANDS = documents.of_project(ROOT)

# What is not typed here, by the beginning of the command, and why.
IN_A_CONTAINER = "moto runs functions in containers only; test_operations and test_demo ask what was deployed"
NOT_TYPED = {
    "make demo": "test_demo runs what it runs; it builds everything, which takes too long here",
    "make test": "it runs this test; CI types it",
    "invoke test": "it runs the unit tests; CI types make test, which runs them too",
    "invoke bench": "it takes minutes, and writes results that are committed",
    "invoke build-layer --requirements FOLDER": "test_mlflow builds from such a folder",
    "invoke package --model FOLDER": "test_mlflow packages such a folder",
    "invoke serve": "it ends when it is told to; test_serve types it, asks it and ends it",
    "invoke tune": "it takes minutes; test_tune types it",
    "invoke build-layer --python 3.6": "it needs CPython 3.6 and the article's own file; test_article builds both ways",
    "invoke doctor": "its exit code is 1 if this machine lacks something, such as an engine; test_doctor types it",
    "terraform destroy": "what is deployed is what the commands after it are about; the demo destroys what it deployed",
    "invoke audit": "it asks a service on the internet; test_audit types it, and asks one on this machine",
    "invoke lock": "what it writes is what the index has on that day",
    "aws lambda invoke": IN_A_CONTAINER,
    "invoke predict --event": IN_A_CONTAINER,
    "invoke batch-results": "moto makes no state machine of the module's; test_batch_results types it",
    "aws stepfunctions start-execution": "the same, and its ARN stands for the reader's own",
    "aws lambda wait published-version-active": "it waits for a snapshot, and moto makes none",
    "invoke --search-root .terraform/modules/": "test_consumer types it, where that module is",
    "terraform providers mirror": "it downloads from the registry, to which a machine may have no route",
    "terraform providers lock": "it needs the mirror that the command before it makes",
}

# What a reader has of their own by the time that they come to these words: as copies of the example.
GIVEN = {"model.pkl": "dist/example/model.pkl", "request.json": "dist/example/request.json"}
BUCKET = "s3://models"
# What has to have happened: of two versions, the first can be gone back to.
BEFORE = {
    "invoke rollback": "terraform apply -auto-approve -var mode=s3 -var memory_size=2048 -var artifacts_dir={dist}"
}


@dataclass
class Reader:
    """Somebody who types commands in a folder, with AWS credentials."""

    folder: Path
    clone: Path
    env: dict[str, str] = field(repr=False)

    def type(self, text: str, folder: Path | None = None) -> str:
        """Run a command line; what it printed. Whatever asks whether to go on is told yes."""
        done = subprocess.run(
            ["bash", "-c", text],
            cwd=folder or self.folder,
            env=self.env,
            input="yes\n",
            capture_output=True,
            text=True,
            check=False,
        )
        said = f"{text}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert done.returncode == 0, said
        assert "Traceback" not in said and '"statusCode": 400' not in said, said
        return done.stdout

    def prepare(self, text: str) -> None:
        """Have what the command takes for granted."""
        for name, source in GIVEN.items():
            if name in text.split() and not (self.folder / name).exists():
                shutil.copy(self.folder / source, self.folder / name)
        for beginning, change in BEFORE.items():
            if text.startswith(beginning):
                self.type(change.format(dist=shlex.quote(str(self.folder / "dist"))), self.clone)


@pytest.fixture(scope="module")
def reader(built, tmp_path_factory):
    """In a fresh clone, whose name has a space, with the packages of this environment and the layer of the cache."""
    published = repository.publish(tmp_path_factory.mktemp("published") / "repository")
    clone = tmp_path_factory.mktemp("home") / "the clone"
    repository.git(published, "clone", "--quiet", str(published), str(clone))
    (clone / ".venv").symlink_to(sys.prefix)
    cached(clone, built)
    with embedded_aws.start() as aws:
        env = {name: value for name, value in repository.without_git().items() if not name.startswith(CALLERS)}
        env = aws.environment(env) | {"COLUMNS": "200", "PATH": f"{clone}/.venv/bin:{env['PATH']}"}
        mirror = provider_mirror(binary().name)
        if mirror:
            env["TF_CLI_ARGS_init"] = f"-plugin-dir={mirror}"
        if not Path(env.get("TF_CLI_CONFIG_FILE", "/")).exists():
            del env["TF_CLI_CONFIG_FILE"]
        bucket = {"LocationConstraint": embedded_aws.REGION}
        aws.client("s3").create_bucket(Bucket=BUCKET.removeprefix("s3://"), CreateBucketConfiguration=bucket)
        yield Reader(clone, clone, env)


def cached(folder, built):
    """Have the layer that the tests share in the cache of that folder."""
    (folder / "dist").mkdir(parents=True)
    (folder / "dist" / ".cache").symlink_to(built.out / ".cache")


def typed(command):
    """Whether it is typed here."""
    return not any(command.text.startswith(beginning) for beginning in NOT_TYPED)


def once(found):
    """The commands, each text once."""
    first: dict[str, documents.Command] = {}
    for each in found:
        first.setdefault(each.text, each)
    return list(first.values())


def of_each_name(found):
    """Of each of the project's own commands the first that is typed here: one code sees to the folders of all."""
    first: dict[str, documents.Command] = {}
    for each in found:
        if typed(each) and not each.is_synopsis and each.text.startswith("invoke "):
            first.setdefault(each.text.split()[1], each)
    return list(first.values())


@pytest.mark.long
def test_in_a_fresh_clone_every_command_works_as_it_stands(reader):
    for command in once(COMMANDS):
        program = command.text.split()[0]
        if not typed(command) or command.is_synopsis or (program == "aws" and shutil.which("aws") is None):
            continue
        reader.prepare(command.text)
        printed = reader.type(command.text)
        if command.text.startswith("invoke predict"):
            assert '"predictions": [' in printed
    for made in ("manifest.json", "function-s3.zip", "function-bundle.zip", "cold-start.svg"):
        assert (reader.clone / "dist" / made).is_file()
    assert repository.git(reader.clone, "status", "--porcelain", "--untracked-files=no") == ""


@pytest.mark.long
def test_from_another_folder_every_invoke_command_works(reader, built, tmp_path):
    folder = tmp_path / "another folder"
    cached(folder, built)
    elsewhere = Reader(folder, reader.clone, reader.env)
    root = shlex.quote(os.path.relpath(reader.clone, folder))
    before = {path: path.stat().st_mtime_ns for path in (reader.clone / "dist").glob("*.*")}
    for command in of_each_name(COMMANDS):
        elsewhere.prepare(command.text)
        elsewhere.type(command.text.replace("invoke", f"invoke --search-root {root}", 1))
    made = {path.name for path in folder.iterdir()}
    assert made <= {"dist", *GIVEN}
    assert (folder / "dist" / "function-s3.zip").is_file()
    assert {path: path.stat().st_mtime_ns for path in (reader.clone / "dist").glob("*.*")} == before


def test_a_synopsis_names_the_options_that_there_are(reader):
    found = [command for command in COMMANDS if command.is_synopsis]
    assert found
    for command in found:
        words = command.text.split()
        help_ = reader.type(f"invoke --help {words[1]}")
        known = {
            f"--{no}{name}"
            for has, name in re.findall(r"--(\[no-\])?([\w-]+)", help_)
            for no in (["", "no-"] if has else [""])
        }
        options = set(re.findall(r"--[a-z][\w-]*", command.text))
        assert options <= known, f"{command}: there is no {options - known}"


@pytest.mark.parametrize("command", once(COMMANDS), ids=str)
def test_there_is_a_way_to_run_it(command):
    program = command.text.split()[0]
    assert program in (*documents.PROGRAMS, "."), f"{command}: this test knows no way to run {program}"


@pytest.mark.parametrize("beginning", NOT_TYPED)
def test_what_is_not_typed_is_a_command_that_there_is(beginning):
    assert any(command.text.startswith(beginning) for command in COMMANDS)
