"""What the tests of the code that runs in AWS share: models, and S3 as it can be reached from any process."""

import hashlib
import json
import os
import pickle
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer
from serving.environment import Environment
from serving.loading.fetching import begin
from serving.loading.model import Model, load
from serving.loading.settings import Settings
from serving.loading.timings import Timings


class Loud:
    """A pickle of it tells when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("it was unpickled",))


def written(folder, model, name="model.pkl"):
    """A pickled model and its digest."""
    path = folder / name
    path.write_bytes(pickle.dumps(model))
    return path, digest(path.read_bytes())


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def loaded(settings: Settings, environ=None) -> Model:
    return load(settings, begin(settings, {**os.environ, **(environ or {})}), Timings())


def environment(settings: Settings, model: Model) -> Environment:
    return Environment(settings, model, Timings(init=900.0, wait=10.0, unpickle=20.5))


FRESH = """
import hashlib, json, os, sys, threading
from serving.loading import fetching
from serving.loading.settings import Settings

forks, environ = [], dict(os.environ)
os.register_at_fork(after_in_parent=lambda: forks.append(1))
exec(sys.argv[2])
try:
    fetched = fetching.begin(Settings(**json.loads(sys.argv[1])), environ)()
    said = {"sha256": fetched.sha256, "is": hashlib.sha256(fetched.data).hexdigest()}
except fetching.FetchError as error:
    said = {"error": str(error)}
except BaseException:
    os._exit(7)  # also a fork that goes on as if it were the one that serves
print(json.dumps({**said, "forks": len(forks), "imported": "serving.loading.transfer" in sys.modules}))
"""


def in_a_fresh_process(settings, before="", prefix=()):
    """What a process that has imported nothing but the handler's own says of a download.

    Args:
        before: what it does first.
        prefix: of the command.
    """
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": tempfile.gettempdir()}
    asked = {name: value for name, value in vars(settings).items() if value is not None}
    command = [*prefix, sys.executable, "-W", "error", "-c", FRESH, json.dumps(asked), before]
    done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True, timeout=300)
    return json.loads(done.stdout)


@dataclass(frozen=True)
class Bucket:
    """A versioned bucket, and the /tmp of who reads it."""

    s3: object
    tmp: Path
    name: str = "bucket"

    def put(self, data: bytes, key="k", **options) -> str:
        """The version of a new object."""
        return self.s3.put_object(Bucket=self.name, Key=key, Body=data, **options)["VersionId"]

    def settings(self, sha256: str, key="k", **options) -> Settings:
        return Settings(sha256, bucket=self.name, key=key, **options)


@pytest.fixture(scope="session")
def s3_url():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture(params=["signed here", "by botocore"])
def bucket(s3_url, monkeypatch, tmp_path, request):
    """An empty bucket in an S3 that the variables lead to, in either of the two ways."""
    for name in [each for each in os.environ if each.startswith(("AWS_", "MODEL_"))]:
        monkeypatch.delenv(name)
    variables = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
        **({"AWS_REGION": "eu-central-1"} if request.param == "signed here" else {}),
        "AWS_ENDPOINT_URL": s3_url,
        "NO_PROXY": "127.0.0.1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    yield Bucket(s3, tmp_path / "tmp")
    found = s3.list_object_versions(Bucket="bucket")
    for each in found.get("Versions", []) + found.get("DeleteMarkers", []):
        s3.delete_object(Bucket="bucket", Key=each["Key"], VersionId=each["VersionId"])
    s3.delete_bucket(Bucket="bucket")
