"""The seams to Terraform and to the embedded AWS."""

from datetime import date
from types import SimpleNamespace

import pytest

from build.host import interpreters
from build.runtimes import runtime
from local import demo, terraform
from local.demo import newest_runtime
from local.embedded_aws import EmbeddedAws


class TestMirror:
    def test_it_is_found_below_the_usual_roots(self, tmp_path, monkeypatch):
        mirror = tmp_path / "some" / "plugins"
        (mirror / "registry.terraform.io" / "hashicorp" / "aws").mkdir(parents=True)
        monkeypatch.setattr(terraform, "ROOTS", (str(tmp_path / "nowhere"), str(tmp_path)))
        assert terraform.provider_mirror() == mirror
        assert terraform.provider_mirror("tofu") is None  # which looks elsewhere for the same provider

    def test_a_mirror_without_the_provider_is_none(self, tmp_path, monkeypatch):
        (tmp_path / "registry.terraform.io" / "hashicorp" / "random").mkdir(parents=True)
        monkeypatch.setattr(terraform, "ROOTS", (str(tmp_path),))
        assert terraform.provider_mirror() is None


class TestConfiguration:
    def test_a_file_that_is_not_there_is_not_named_to_terraform(self, tmp_path):
        env = {"TF_CLI_CONFIG_FILE": str(tmp_path / "gone")}
        assert "TF_CLI_CONFIG_FILE" not in terraform.Terraform(tmp_path, env).env

    def test_one_that_is_there_is(self, tmp_path):
        (tmp_path / "rc").write_text("")
        env = {"TF_CLI_CONFIG_FILE": str(tmp_path / "rc")}
        assert terraform.Terraform(tmp_path, env).env["TF_CLI_CONFIG_FILE"] == str(tmp_path / "rc")

    def test_a_terraform_that_is_too_old_is_refused(self, tmp_path, monkeypatch):
        old = tmp_path / "terraform"
        old.write_text('#!/bin/sh\necho \'{"terraform_version": "1.8.5"}\'\n')
        old.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        terraform.binary.cache_clear()
        with pytest.raises(terraform.TerraformTooOld, match=r"is version 1\.8\.5, and 1\.9 or later is needed"):
            terraform.binary()
        terraform.binary.cache_clear()

    def test_a_machine_without_terraform_is_told_where_to_get_it(self, tmp_path, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        terraform.binary.cache_clear()
        with pytest.raises(terraform.TerraformMissing, match=r"developer\.hashicorp\.com/terraform/install"):
            terraform.binary()
        terraform.binary.cache_clear()


def test_nothing_of_the_callers_own_account_reaches_the_embedded_aws():
    own = {"AWS_PROFILE": "production", "AWS_ENDPOINT_URL_S3": "https://real", "AWS_SESSION_TOKEN": "t", "PATH": "/bin"}
    env = EmbeddedAws("http://127.0.0.1:1").environment(own)
    assert not {"AWS_PROFILE", "AWS_ENDPOINT_URL_S3", "AWS_SESSION_TOKEN"} & set(env)
    assert env["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert env["AWS_CONFIG_FILE"] == env["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"
    assert env["PATH"] == "/bin"


def test_terraform_is_not_given_what_the_caller_set_for_other_work(tmp_path):
    own = {
        "TF_VAR_warm": "{}",
        "TF_CLI_ARGS_plan": "-destroy",
        "TF_WORKSPACE": "x",
        "TF_DATA_DIR": "/x",
        "TF_LOG": "INFO",
    }
    env = terraform.Terraform(tmp_path, own).env
    assert not {"TF_VAR_warm", "TF_CLI_ARGS_plan", "TF_WORKSPACE", "TF_DATA_DIR"} & set(env)
    assert env["TF_LOG"] == "INFO"


@pytest.mark.parametrize(
    ("version", "numbers"), [("1.9.0", (1, 9, 0)), ("1.10.0-rc1", (1, 10, 0)), ("1.9.0+ent", (1, 9, 0))]
)
def test_versions_of_all_kinds(version, numbers):
    assert terraform._numbers(version) == numbers


class TestRuntime:
    def here(self, *pythons):
        return lambda python: "somewhere" if python in pythons else None

    def test_the_newest_that_machine_and_provider_have(self, monkeypatch):
        monkeypatch.setattr(demo, "date", SimpleNamespace(today=lambda: date(2026, 7, 1)))  # both are supported
        monkeypatch.setattr(interpreters, "find", self.here("3.12", "3.14"))
        assert newest_runtime((6, 20, 0)) == runtime("3.14")
        assert newest_runtime((5, 100, 0)) == runtime("3.12")

    def test_else_the_running_ones(self, monkeypatch):
        monkeypatch.setattr(interpreters, "find", self.here())
        assert newest_runtime((6, 20, 0)) == runtime(interpreters.running())


class TestInterpreters:
    def test_the_running_one_is_found(self):
        assert interpreters.find(interpreters.running())

    def test_none_is_named_with_what_to_do(self, monkeypatch):
        monkeypatch.setattr(interpreters, "find", lambda python: None)
        with pytest.raises(interpreters.InterpreterMissing, match=r"Checking needs a CPython 3\.13 "):
            interpreters.require(runtime("3.13"), "Checking")
