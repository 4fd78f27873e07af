"""Container engines: a client without an engine is none; the rest are asked in the words that all of them take."""

import json

import pytest

from build import builders
from build.builders.container import ContainerBuilder
from build.builders.uv import UvBuilder
from build.host import engines
from build.runtimes import architecture, host_architecture, runtime

DEAD = "#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n"


def program(folder, name, script):
    path = folder / name
    path.write_text(script)
    path.chmod(0o755)


def engine_script(log, info, known=""):
    return (
        "#!/bin/sh\n"
        f'echo "$@" >> {log}\n'
        'case "$1" in\n'
        f"  info) echo '{json.dumps(info)}' ;;\n"
        f'  image) [ "$5" = "{known}" ] && echo {host_architecture().image} ;;\n'
        "  pull) echo 'no route to the registry' >&2; exit 1 ;;\n"
        "esac\n"
    )


@pytest.fixture
def path(tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setattr(engines, "NAMES", ("finch", "nerdctl"))  # names that this machine surely has not
    return tmp_path / "bin"


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


class TestFind:
    def test_none_where_no_client_is_installed(self, path):
        assert engines.find() is None

    def test_a_client_without_an_engine_is_not_an_engine(self, path):
        program(path, "finch", DEAD)
        assert engines.find() is None

    def test_an_old_client_that_reports_the_dead_engine_in_its_answer_is_not_one(self, path, log):
        program(path, "finch", engine_script(log, {"ServerErrors": ["Cannot connect"]}))
        assert engines.find() is None

    def test_the_next_one_that_answers_is_taken(self, path, log):
        program(path, "finch", DEAD)
        program(path, "nerdctl", engine_script(log, {"SecurityOptions": ["name=rootless"]}))
        assert engines.find() == engines.Engine("nerdctl", rootless=True)

    @pytest.mark.parametrize("rootless", [True, False])
    def test_podman_says_otherwise_whether_it_is_rootless(self, path, log, rootless):
        program(path, "finch", engine_script(log, {"host": {"security": {"rootless": rootless}}}))
        assert engines.find().rootless is rootless


class TestChoose:
    target = runtime("3.13")

    def choose(self, name="auto", image=None, on=None):
        return builders.choose(name, image, self.target, on or host_architecture())

    def test_auto_without_an_engine_takes_uv_and_says_why(self, path):
        builder, why = self.choose()
        assert isinstance(builder, UvBuilder)
        assert (
            why == "uv: No container engine answers. These were tried: finch, nerdctl. "
            "It is not enough that the command is installed."
        )

    def test_auto_without_the_image_takes_uv_and_says_why(self, path, log):
        program(path, "finch", engine_script(log, {}))
        builder, why = self.choose()
        assert isinstance(builder, UvBuilder)
        assert why == "uv: finch cannot get the image public.ecr.aws/sam/build-python3.13"

    def test_auto_with_the_image_takes_the_container(self, path, log):
        program(path, "finch", engine_script(log, {}, known="mine:1"))
        builder, why = self.choose(image="mine:1")
        assert isinstance(builder, ContainerBuilder)
        assert why == "finch with mine:1: it answers and has the image"
        assert "pull" not in log.read_text()

    def test_auto_does_not_emulate_another_architecture(self, path, log):
        program(path, "finch", engine_script(log, {}, known="mine:1"))
        other = architecture("arm64" if host_architecture().name == "x86_64" else "x86_64")
        builder, _ = self.choose(image="mine:1", on=other)
        assert isinstance(builder, UvBuilder)

    def test_container_without_an_engine_fails_with_what_to_do(self, path):
        with pytest.raises(builders.NoEngine, match="--builder uv"):
            self.choose("container")

    def test_container_without_the_image_fails_with_the_engines_words(self, path, log):
        program(path, "finch", engine_script(log, {}))
        with pytest.raises(builders.NoImage, match="no route to the registry"):
            self.choose("container")

    def test_an_unknown_builder_lists_the_known_ones(self):
        with pytest.raises(builders.UnknownBuilder, match="auto, container, uv"):
            self.choose("docker")

    def test_runtimes_that_lambci_still_had_take_its_images(self):
        assert runtime("3.8").image == "lambci/lambda:build-python3.8"
        assert runtime("3.9").image == "public.ecr.aws/sam/build-python3.9"


class TestRun:
    def test_files_come_out_owned_by_the_caller(self, path, log, tmp_path, monkeypatch):
        program(path, "finch", engine_script(log, {}))
        monkeypatch.setattr(engines.os, "getuid", lambda: 1234)
        monkeypatch.setattr(engines.os, "getgid", lambda: 56)
        engines.Engine("finch", rootless=False).run("i", "linux/amd64", ["true"], work=tmp_path, env={})
        assert "--user 1234:56" in log.read_text()
        log.unlink()
        engines.Engine("finch", rootless=True).run("i", "linux/amd64", ["true"], work=tmp_path, env={})
        assert "--user" not in log.read_text()

    def test_the_work_folder_is_var_task(self, path, log, tmp_path):
        program(path, "finch", engine_script(log, {}))
        engine = engines.Engine("finch", rootless=False)
        engine.run("i", "linux/arm64", ["true"], work=tmp_path, env={"A": "b"}, read_only=[tmp_path])
        said = log.read_text()
        assert f"--mount type=bind,source={tmp_path},target=/var/task --workdir /var/task" in said
        assert f"--mount type=bind,source={tmp_path},target={tmp_path},readonly --env A=b" in said
        assert "--platform linux/arm64" in said

    def test_what_may_hold_a_password_is_not_among_the_arguments(self, path, log, tmp_path):
        program(path, "finch", f'#!/bin/sh\necho "$@" "value: $PIP_INDEX_URL" >> {log}\n')
        engine = engines.Engine("finch", rootless=False)
        engine.run("i", "linux/amd64", ["true"], work=tmp_path, env={}, private={"PIP_INDEX_URL": "https://me:pw@x"})
        assert "--env PIP_INDEX_URL " in log.read_text()
        assert "value: https://me:pw@x" in log.read_text()

    def test_an_image_for_another_platform_is_not_taken_for_it(self, path, log):
        program(path, "finch", engine_script(log, {}, known="mine:1"))
        engine = engines.Engine("finch", rootless=False)
        assert engine.has("mine:1", host_architecture().image)
        assert not engine.has("mine:1", "linux/s390x")
