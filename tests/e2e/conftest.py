"""The artifacts that the end-to-end tests share, built once."""

import fcntl
import os
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from build.dist import manifest
from build.host import commands, interpreters
from build.package.example import Example
from build.runtimes import Runtime, host_architecture
from local import demo, embedded_aws
from local.terraform import Terraform, copy_module

BUILDER = "uv"  # whatever engine answers here: tests compare with layers that they build so, byte for byte


def pytest_collection_modifyitems(items):
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.e2e)


@dataclass(frozen=True)
class Built:
    """What the demo's first half makes."""

    out: Path
    runtime: Runtime
    example: Example


@pytest.fixture(scope="session")
def terraform(tmp_path_factory) -> Terraform:
    """The module, initialized in a folder of its own; nothing is applied there."""
    made = Terraform(copy_module(tmp_path_factory.mktemp("module") / "terraform"))
    made.init()
    return made


@pytest.fixture(scope="session")
def target(terraform) -> Runtime:
    """The runtime that the demo takes."""
    return demo.newest_runtime(terraform.provider_version())


@pytest.fixture(scope="session")
def built(tmp_path_factory, target, worker_id) -> Built:
    """Example, layer and both packages: for all workers, and so only to be read."""
    if worker_id == "master":
        out = tmp_path_factory.mktemp("artifacts") / "dist"
        return Built(out, target, demo.build(out, target, print, BUILDER))
    shared = tmp_path_factory.getbasetemp().parent / "artifacts"
    with (shared.with_suffix(".lock")).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "done").exists():
            demo.build(shared / "dist", target, print, BUILDER)
            (shared / "done").touch()
    example = shared / "dist" / "example"
    return Built(shared / "dist", target, Example(example / "model.pkl", example / "request.json"))


@pytest.fixture(scope="session")
def unpacked(built, tmp_path_factory) -> Path:
    """The layer as Lambda has it below /opt."""
    folder = tmp_path_factory.mktemp("opt")
    with zipfile.ZipFile(built.out / f"layer-{built.runtime.name}-{host_architecture().name}.zip") as packed:
        packed.extractall(folder)
    return folder / built.runtime.site_packages


@pytest.fixture
def out(built, tmp_path):
    """A folder with the built layer and nothing packaged."""
    folder = tmp_path / "dist"
    folder.mkdir()
    entry = manifest.read(built.out)["layer"]
    shutil.copy(built.out / entry["path"], folder)
    (folder / ".cache").symlink_to(built.out / ".cache")  # each test need not unpack the layer anew
    with manifest.replacing_layer(folder, entry):
        pass
    return folder


@pytest.fixture
def pickled(built, unpacked, tmp_path):
    """Runs a script in the layer that leaves a model in `m`, and pickles it."""

    def make(script, name="model.pkl", see=(), dump="import pickle; pickle.dump(m, open(PATH, 'wb'))"):
        path = tmp_path / name
        interpreter = interpreters.require(built.runtime, "This test")
        env = {"PYTHONPATH": ":".join(map(str, [unpacked, *see]))}
        commands.run([interpreter, "-S", "-s", "-B", "-c", f"PATH = {str(path)!r}\n{script}\n{dump}"], env=env)
        return path

    return make


@pytest.fixture(scope="module")
def aws():
    """An AWS on this machine, for the tests of one file."""
    with embedded_aws.start() as started:
        yield started


@pytest.fixture(scope="module")
def clients(aws):
    """Its APIs that `invoke prune` uses, by service."""
    return {service: aws.client(service) for service in ("lambda", "s3")}


@pytest.fixture(scope="session")
def chromium():
    """A browser. Where there is none, CI fails, and elsewhere the tests that need it are skipped."""
    from bench import browser  # it imports the driver's client, which takes a while

    try:
        browser.find()
    except browser.NoBrowser as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))
    with browser.start() as started:
        yield started
