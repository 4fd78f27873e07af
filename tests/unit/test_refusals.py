"""Why uv could not install: each cause in words of its own, from what uv itself says to a real index."""

import http.server
import threading

import pytest
import wheels

from build.builders import refusals
from build.builders.uv import UvBuilder
from build.runtimes import host_architecture, runtime

NAME = "aws_lambda_model_own"


@pytest.fixture
def index(monkeypatch):
    """Starts an index that answers everything with one status, and is the only one."""
    servers = []

    def start(status):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_error(status)

            def log_message(self, *words):
                pass

        servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{servers[-1].server_port}/simple"
        monkeypatch.setenv("UV_DEFAULT_INDEX", url)
        monkeypatch.setenv("UV_INDEX", url)
        monkeypatch.setenv("UV_HTTP_RETRIES", "0")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def resolve(tmp_path):
    def resolve(text, python="3.13"):
        (tmp_path / "own.txt").write_text(text)
        return UvBuilder(runtime(python), host_architecture()).resolve(tmp_path / "own.txt")

    return resolve


@pytest.mark.parametrize("status", [401, 403])
def test_an_index_that_asks_for_credentials(index, resolve, status):
    index(status)
    with pytest.raises(refusals.IndexRefused, match=rf"denied access \({status}.*\)[\s\S]*credentials"):
        resolve("numpy\n")


def test_a_package_that_no_index_has(index, resolve):
    index(404)
    with pytest.raises(refusals.NoSuchPackage, match=f"No index has the package {NAME.replace('_', '-')}"):
        resolve(f"{NAME}\n")


def test_an_index_that_is_broken(index, resolve):
    index(500)
    with pytest.raises(refusals.UvFailed, match="500"):
        resolve("numpy\n")


def test_a_package_for_other_pythons_only_names_them(index, resolve, tmp_path):
    index(404)
    wheels.write(tmp_path / "links", NAME, tag="cp312-cp312-manylinux2014_x86_64")
    wheels.write(tmp_path / "links", NAME, tag="cp311-cp311-manylinux2014_x86_64")
    wheels.write(tmp_path / "links", NAME, tag="cp312-cp312-manylinux2014_aarch64")
    wheels.write(tmp_path / "links", NAME, tag="cp311-cp311-manylinux2014_aarch64")
    with pytest.raises(refusals.NoWheels, match=r"build with --python 3\.12 or 3\.11\.") as caught:
        resolve(f"--find-links links\n{NAME}\n")
    assert "glibc" not in str(caught.value)


def test_a_version_that_is_nowhere_is_a_matter_of_glibc_or_sources(index, resolve, tmp_path):
    index(404)
    wheels.write(tmp_path / "links", NAME, tag="cp39-cp39-win_amd64")
    with pytest.raises(
        refusals.NoWheels, match=r"python3\.13 has glibc 2\.34, and wheels that need a newer one do not load there"
    ):
        resolve(f"--find-links links\n{NAME}\n")


def test_wheels_for_this_python_and_a_newer_glibc_are_told_of_beside_other_pythons(index, resolve, tmp_path):
    index(404)
    for arch in ("x86_64", "aarch64"):
        wheels.write(tmp_path / "links", NAME, tag=f"cp311-cp311-manylinux_2_28_{arch}")
        wheels.write(tmp_path / "links", NAME, tag=f"cp312-cp312-manylinux_2_28_{arch}")
    said = (
        r"python3\.11 has glibc 2\.26, and wheels that need a newer one do not load there"
        r"[\s\S]*build with --python 3\.12\."
    )
    with pytest.raises(refusals.NoWheels, match=said):
        resolve(f"--find-links links\n{NAME}\n", "3.11")
