"""What `invoke doctor` finds on this machine, in an embedded AWS, and in an AWS that tells its quotas."""

import json
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from local import doctor, embedded_aws, terraform

SETTINGS = {
    "AccountLimit": {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10, "TotalCodeSize": 80530636800},
    "AccountUsage": {"TotalCodeSize": 79000000000, "FunctionCount": 3},
}


@pytest.fixture(scope="module")
def aws():
    with embedded_aws.start() as server:
        yield server


def use(environment, monkeypatch):
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        if name.startswith("AWS_") or name.lower() == "no_proxy":
            monkeypatch.setenv(name, value)


@contextmanager
def lambda_api(answer):
    """AWS Lambda's API on this machine, which answers every GET with the same JSON."""

    class Api(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_credentials_are_those_that_aws_knows(aws, monkeypatch):
    use(aws.environment(), monkeypatch)
    region, credentials, *_ = doctor.account()
    assert (region.found, region.is_there) == (embedded_aws.REGION, True)
    assert credentials.is_there and credentials.found.startswith("account 123456789012, arn:aws:")


def test_quotas_that_nearly_bind_are_pointed_out(aws, monkeypatch):
    use(aws.environment(), monkeypatch)
    with lambda_api(SETTINGS) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", url)
        *_, concurrency, storage = doctor.account()
    assert (concurrency.found, concurrency.is_there) == ("10, of them 10 not reserved", False)
    assert (storage.found, storage.is_there) == ("79.0 of 80.5 GB used", False)
    assert "invoke prune" in storage.without
    assert not concurrency.is_needed and not storage.is_needed  # they end nothing by themselves


def test_what_aws_does_not_tell_is_no_failure(aws, monkeypatch):
    use(aws.environment(), monkeypatch)
    *_, quotas = doctor.account()
    assert (quotas.name, quotas.is_there, quotas.is_needed) == ("Lambda quotas", False, False)


def test_an_aws_that_does_not_answer_is_not_waited_for(monkeypatch):
    use(embedded_aws.nobodys({}) | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, monkeypatch)
    _, credentials = doctor.account()
    assert not credentials.is_there and "Could not connect" in credentials.found


class TestThisMachine:
    def test_terraform_and_a_provider_that_can_be_installed(self):
        checks = {check.name: check for check in (doctor._terraform(), doctor.provider())}
        assert checks["Terraform or OpenTofu"].found.startswith(f"{terraform.binary().name} ")
        assert all(check.is_there and check.is_needed for check in checks.values())

    def test_without_a_container_engine_it_says_what_cannot_be_done(self, monkeypatch, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))
        engine = doctor.engine()
        assert (engine.is_there, engine.is_needed) == (False, False)
        assert engine.without == "packages that have no wheel for Lambda cannot be compiled"

    def test_the_interpreters_of_runtimes_are_named(self):
        python = doctor.python()
        assert f"{sys.version_info[0]}.{sys.version_info[1]}" in python.found

    def test_a_configured_mirror_is_taken_for_what_it_says(self, monkeypatch, tmp_path):
        configuration = tmp_path / "cli.tfrc"
        configuration.write_text('provider_installation {\n  filesystem_mirror {\n    path = "/mirror"\n  }\n}\n')
        monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(configuration))
        assert str(configuration) in doctor.provider().found


class TestCommand:
    @staticmethod
    def invoke(root, environment, tmp_path):
        argv = [sys.executable, "-m", "invoke", "--search-root", str(root), "doctor"]
        env = {**environment, "COLUMNS": "80"}
        return subprocess.run(argv, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    def test_with_everything_it_ends_with_0_and_says_what_to_type(self, root, aws, tmp_path):
        done = self.invoke(root, aws.environment(), tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Everything that is needed to build, package and deploy is there." in done.stdout
        assert f"invoke --search-root {root} train-example" in done.stdout
        assert max(map(len, done.stdout.splitlines())) <= 80 + len(str(root))  # but for the command to type
        assert "…" not in done.stdout

    def test_without_credentials_and_a_region_it_names_them_and_ends_with_1(self, root, tmp_path):
        unset = [name for name in embedded_aws.nobodys({}) if "KEY" in name or "REGION" in name]
        environment = {name: value for name, value in embedded_aws.nobodys(os.environ).items() if name not in unset}
        done = self.invoke(root, environment, tmp_path)
        assert done.returncode == 1
        assert "Missing to build, package and deploy: AWS region, AWS credentials." in done.stdout
        assert "Traceback" not in done.stderr
