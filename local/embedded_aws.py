"""Provides an AWS on this machine: moto's server, which Terraform, boto3 and the function use as if it were AWS."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

import boto3
import botocore.session

from build.errors import UserError
from build.host.commands import started
from local.terraform import MODULE

REGION = "eu-central-1"
PATIENCE = 300  # seconds that the server has to start


class EmbeddedAwsFailed(UserError):
    template = "The embedded AWS (moto's server) did not start:\n{tail}"


@dataclass(frozen=True)
class EmbeddedAws:
    """A running server."""

    url: str

    def environment(self, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
        """Return environment variables with which this server is AWS, without any of the caller's own account."""
        env = {**nobodys(environ), "AWS_ENDPOINT_URL": self.url}
        local = "127.0.0.1,localhost"
        return env | {name: f"{local},{env[name]}" if env.get(name) else local for name in ("NO_PROXY", "no_proxy")}

    def client(self, service: str) -> Any:
        """Return a boto3 client of this server."""
        # The session reads none of the caller's variables, because these settings are mapped to no variables
        own = botocore.session.Session(session_vars=dict.fromkeys(("profile", "config_file"), (None, None, None, None)))
        own.set_credentials("embedded", "embedded")
        session: Any = boto3.Session(botocore_session=own)  # its types name every service
        return session.client(service, endpoint_url=self.url, region_name=REGION)


def nobodys(environ: Mapping[str, str]) -> dict[str, str]:
    """Return environment variables without the settings of any AWS account."""
    return {
        **{name: value for name, value in environ.items() if not name.startswith("AWS_")},
        "AWS_ACCESS_KEY_ID": "embedded",
        "AWS_SECRET_ACCESS_KEY": "embedded",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextmanager
def start() -> Iterator[EmbeddedAws]:
    """Start a server on a free port of the loopback interface, and stop it at the end.

    Raises:
        EmbeddedAwsFailed: the server ended, or did not listen in time.
    """
    # The server chooses the port: one that was found to be free here might be taken before the server binds it
    argv = [sys.executable, "-m", "local.moto_server", "--host", "127.0.0.1", "--port", "0"]
    env = nobodys(os.environ)  # with a caller's AWS_PROFILE, moto would look for that profile at every request
    with (
        TemporaryFile() as log,
        started(argv, cwd=MODULE, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT) as process,
    ):
        url = _url(process, log)
        if url is None:
            raise EmbeddedAwsFailed(tail=_written(log)[-2000:])
        yield EmbeddedAws(url)


def _url(process: subprocess.Popen[bytes], log: IO[bytes]) -> str | None:
    """Return the address that the server prints, or None if the server ends before that or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        line = re.search(r"Running on (http://\S+)\n", _written(log))
        if line:
            return line[1]
        time.sleep(0.1)
    return None


def _written(log: IO[bytes]) -> str:
    """Return what the server has written. Reading does not move the offset at which the server goes on writing."""
    return os.pread(log.fileno(), os.fstat(log.fileno()).st_size, 0).decode(errors="replace")
