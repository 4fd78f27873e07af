"""Terraform's own checks, and that a plan stays quiet until something really changed."""

import shutil

import pytest

from build import commands, function, interpreters, layer
from build.runtimes import host_architecture
from local import embedded_aws
from local.terraform import Terraform, copy_module


@pytest.fixture
def tested(root, tmp_path):
    """A copy of the module with its tests, initialized."""
    folder = copy_module(tmp_path / "module")
    shutil.copytree(root / "tests", folder / "tests", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    made = Terraform(folder)
    made.init()
    return made


def test_files_are_formatted(root):
    Terraform(root).run("fmt", "-check", "-recursive")


def test_it_is_valid_without_a_warning(terraform):
    printed = terraform.run("validate")
    assert "Success! The configuration is valid." in printed
    assert "Warning" not in printed


@pytest.mark.parametrize("module", ["artifacts", "function", "layer", "manifest", "warmer"])
def test_each_module_alone_is_valid_without_a_warning(root, tmp_path, module):
    alone = Terraform(tmp_path / "alone")
    shutil.copytree(root / "modules" / module, alone.folder)
    alone.init()
    printed = alone.run("validate")
    assert "Success! The configuration is valid." in printed
    assert "Warning" not in printed


def test_terraform_test_passes(tested):
    printed = tested.run("test")
    assert "0 failed" in printed


class TestDrift:
    def test_a_rebuild_elsewhere_changes_nothing_and_another_model_does(self, built, unpacked, tmp_path):
        terraform = Terraform(copy_module(tmp_path / "terraform"))
        terraform.init()
        inputs = {"name": "drift", "mode": "s3"}
        first = inputs | {"artifacts_dir": str(built.out)}
        again = inputs | {"artifacts_dir": str(tmp_path / "rebuilt")}
        with embedded_aws.start() as aws:
            terraform.env.update(aws.environment())
            terraform.apply(first)
            assert not terraform.has_changes(first)

            layer.build(
                tmp_path / "rebuilt", built.runtime, host_architecture(), builder="uv", say=lambda message: None
            )
            function.package(tmp_path / "rebuilt", built.example.model)
            assert not terraform.has_changes(again)

            function.package(tmp_path / "rebuilt", self.other_model(built, unpacked, tmp_path))
            assert terraform.has_changes(again)

            shutil.rmtree(tmp_path / "rebuilt")
            terraform.destroy(again)

    def other_model(self, built, unpacked, folder):
        """The example, pickled with another protocol: the same model in other bytes."""
        path = folder / "other.pkl"
        script = (
            "import pickle, sys\n"
            "with open(sys.argv[1], 'rb') as source, open(sys.argv[2], 'wb') as target:\n"
            "    pickle.dump(pickle.load(source), target, protocol=4)\n"
        )
        interpreter = interpreters.require(built.runtime, "This test")
        argv = [interpreter, "-S", "-s", "-B", "-c", script, built.example.model, path]
        commands.run(argv, env={"PYTHONPATH": str(unpacked)})
        return path
