"""Downloads what was deployed, code and layers, as the Lambda API describes it."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from build.dist import archive
from build.errors import UserError
from build.runtimes import Runtime
from local.embedded_aws import EmbeddedAws

TIMEOUT = 300  # seconds for a call of a function that was never deployed, long enough for a slow machine


class NotThere(UserError):
    template = "The embedded AWS has {what} with the SHA-256 {digest}, and no object in {bucket} has this digest."


@dataclass(frozen=True)
class Deployed:
    """A function as it was deployed, unpacked on this machine."""

    task: Path  # the folder that is /var/task in Lambda
    layers: Path  # the folder that is /opt in Lambda
    configuration: dict[str, Any]  # as GetFunction returns it

    @classmethod
    def of(cls, task: Path, layers: Path, runtime: Runtime, variables: Mapping[str, str], memory_size: int) -> Deployed:
        """Return a function that was only packaged, with the configuration that a deployment would give it."""
        configuration = {
            "Runtime": runtime.name,
            "Handler": "handler.lambda_handler",
            "FunctionName": "local",
            "Version": "1",
            "MemorySize": memory_size,
            "Timeout": TIMEOUT,
            "Environment": {"Variables": dict(variables)},
        }
        return cls(task, layers, configuration)

    @property
    def runtime(self) -> str:
        return str(self.configuration["Runtime"])

    @property
    def environment(self) -> dict[str, str]:
        return dict(self.configuration.get("Environment", {}).get("Variables", {}))


def fetch(aws: EmbeddedAws, outputs: dict[str, Any], folder: Path) -> Deployed:
    """Download code and layers of the version that the alias points to, and check their digests.

    AWS returns a URL for the code. The URL that moto returns does not work, but its digest is right, and the module
    keeps the artifacts in S3 under their digest.

    Args:
        outputs: the outputs of the root module.

    Raises:
        NotThere: the deployed code is not the code that was uploaded.
    """
    client, name, bucket = aws.client("lambda"), outputs["function_name"], outputs["bucket"]
    configuration = client.get_function(FunctionName=name, Qualifier="live")["Configuration"]
    deployed = Deployed(folder / "task", folder / "opt", configuration)
    _unpack(aws, bucket, name, configuration["CodeSha256"], deployed.task)
    for layer in configuration.get("Layers", []):
        arn, _, version = layer["Arn"].rpartition(":")
        content = client.get_layer_version(LayerName=arn, VersionNumber=int(version))["Content"]
        _unpack(aws, bucket, layer["Arn"], content["CodeSha256"], deployed.layers)
    return deployed


def _unpack(aws: EmbeddedAws, bucket: str, what: str, digest_base64: str, folder: Path) -> None:
    digest = base64.b64decode(digest_base64).hex()
    client = aws.client("s3")
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", []) if digest in entry["Key"]]
    for key in keys:
        body = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        if hashlib.sha256(body).hexdigest() == digest:
            archive.unpack(io.BytesIO(body), folder)
            return
    raise NotThere(what=what, digest=digest, bucket=bucket)
