"""The layer, built for real: the same bytes each time, bytecode that Lambda can use, and clear refusals."""

import dataclasses
import json
import re
import subprocess
import sys
import zipfile

import pytest

from build import builders
from build.dist import archive
from build.host import commands, interpreters
from build.layer import bytecode_budget, layer
from build.runtimes import ARCHITECTURES, UNZIPPED_LIMIT, architecture, host_architecture, runtime

CHECK = """
import importlib.util, sys, zipfile
names = set()
with zipfile.ZipFile(sys.argv[1]) as packed:
    for name in packed.namelist():
        names.add(name)
    for name in sorted(names):
        if not name.endswith(".py"):
            continue
        cached = importlib.util.cache_from_source(name)
        head = packed.read(cached)[:8]
        assert head[:4] == importlib.util.MAGIC_NUMBER, name
        assert head[4:] == b"\\1\\0\\0\\0", name
        print(name)
"""


def silent(message):
    pass


def order(python="3.13", arch=None, **options):
    target = architecture(arch) if arch else host_architecture()
    return layer.Order(runtime(python), target, **{"builder": "uv", "use_cache": False} | options)


class TestDefault:
    def test_a_second_build_in_another_folder_gives_the_same_bytes(self, built, tmp_path):
        again = layer.build(tmp_path / "elsewhere", order(built.runtime.python), silent)
        first = built.out / again.path.name
        assert archive.file_sha256(first) == archive.file_sha256(again.path)

    def test_every_module_has_unchecked_hash_bytecode_of_the_right_magic(self, built):
        path = next(built.out.glob("layer-*.zip"))
        interpreter = interpreters.require(built.runtime, "This test")
        checked = commands.run([interpreter, "-I", "-c", CHECK, path]).splitlines()
        assert len(checked) > 1000

    def test_it_imports_from_the_bytecode_that_it_brings(self, built, unpacked):
        script = (
            "import sys\n"
            "seen = []\n"
            "sys.addaudithook(lambda event, args: event == 'compile' and seen.append(str(args[1])))\n"
            "import sklearn.ensemble, pandas\n"
            "print([name for name in seen if name.startswith(sys.argv[1])])\n"
        )
        interpreter = interpreters.require(built.runtime, "This test")
        argv = [interpreter, "-S", "-s", "-B", "-c", script, unpacked]
        assert commands.run(argv, env={"PYTHONPATH": str(unpacked)}) == "[]\n"

    def test_every_library_in_it_loads(self, built, unpacked):
        script = (
            "import ctypes, pathlib, sys, numpy, scipy.linalg, sklearn.ensemble\n"
            "found = [ctypes.CDLL(str(path)) for path in sorted(pathlib.Path(sys.argv[1]).rglob('*.so*'))]\n"
            "print(len(found))"
        )
        interpreter = interpreters.require(built.runtime, "This test")
        argv = [interpreter, "-S", "-s", "-B", "-c", script, unpacked]
        assert int(commands.run(argv, env={"PYTHONPATH": str(unpacked)})) > 200

    def test_it_fits_with_room_to_spare(self, built):
        entry = json.loads((built.out / "manifest.json").read_text())["layer"]
        assert entry["unzipped_bytes"] <= 222_000_000

    def test_it_holds_no_tests_no_scripts_and_no_trace_of_this_machine(self, built):
        with zipfile.ZipFile(next(built.out.glob("layer-*.zip"))) as packed:
            names = packed.namelist()
            assert not [name for name in names if re.search(r"/bin/|INSTALLER|direct_url", name)]
            # the one folder of which code outside imports a module
            assert {name.split("/tests/")[0][-13:] for name in names if "/tests/" in name} == {"scipy/special"}
            assert {name.split("/")[0] for name in names} == {"python"}
            for name in names:
                if name.endswith((".pyc", "METADATA", "RECORD")):
                    assert str(built.out.parent).encode() not in packed.read(name), name

    def test_what_is_imported_at_run_time_though_it_looks_like_tests_is_there(self, unpacked):
        for name in ("numpy/testing", "numpy/f2py", "pandas/_testing", "scipy/_lib/_testutils.py"):
            assert (unpacked / name).exists(), name


class TestOtherTargets:
    def test_arm64_from_this_machine(self, tmp_path):
        made = layer.build(tmp_path / "one", order(arch="arm64"), silent)
        assert made.path.name == "layer-python3.13-arm64.zip"
        assert made.entry["unzipped_bytes"] <= 245_000_000
        assert made.compiled.count > 1000
        again = layer.build(tmp_path / "two", order(arch="arm64"), silent)
        assert archive.file_sha256(again.path) == archive.file_sha256(made.path)

    @pytest.mark.parametrize("arch", ["x86_64", "arm64"])
    def test_amazon_linux_2_gets_versions_that_load_there(self, tmp_path, arch):
        made = layer.build(tmp_path, order("3.11", arch), silent)
        assert made.entry["packages"]["scikit-learn"] == "1.7.0"
        assert made.libraries > 200


class TestBytecodeOnATightBudget:
    """joblib's own tests lie in a folder `test`, which stays, and importing joblib executes none of them."""

    def build(self, out, limit=UNZIPPED_LIMIT):
        out.mkdir()
        (out / "own.txt").write_text("joblib\n")
        made = layer.build(out / "dist", order(requirements=out / "own.txt", limit=limit), silent)
        with zipfile.ZipFile(made.path) as packed:
            return made, {name for name in packed.namelist() if name.endswith(".pyc")}

    def test_all_of_it_then_what_imports_execute_then_none_then_a_refusal(self, tmp_path):
        whole, all_of_it = self.build(tmp_path / "all")
        assert whole.contents.bytecode == "all modules"
        assert len(all_of_it) == whole.compiled.count

        size = whole.entry["unzipped_bytes"]
        tight, imported = self.build(tmp_path / "imported", size + bytecode_budget.ROOM - 1)
        assert (
            tight.contents.bytecode == f"only modules that imports execute: {len(imported)} of {len(all_of_it)} modules"
        )
        assert {name.split("/")[-1] for name in imported} >= {"parallel.cpython-313.pyc", "memory.cpython-313.pyc"}
        assert imported < all_of_it
        assert not [name for name in imported if "/joblib/test/" in name]

        tighter, none = self.build(tmp_path / "none", tight.entry["unzipped_bytes"] + bytecode_budget.ROOM - 1)
        assert tighter.contents.bytecode.startswith("none: ")
        assert none == set()

        with pytest.raises(layer.LayerTooLarge):
            self.build(tmp_path / "refused", tighter.entry["unzipped_bytes"] - 1)

    def test_what_imports_execute_on_another_architecture_is_seen_on_this_machine(self, tmp_path):
        (tmp_path / "own.txt").write_text("joblib\nnumpy\n")
        other = next(each.name for each in ARCHITECTURES if each != host_architecture())
        mine = {"arch": other, "requirements": tmp_path / "own.txt"}
        whole = layer.build(tmp_path / "all", order(**mine), silent)
        limit = whole.entry["unzipped_bytes"] + bytecode_budget.ROOM - 1
        tight = layer.build(tmp_path / "imported", order(**mine, limit=limit), silent)
        assert tight.contents.bytecode.startswith("only modules that imports execute: ")


class TestRefusals:
    def build(self, tmp_path, text, python="3.13"):
        requirements = tmp_path / "requirements.txt"
        requirements.write_text(text)
        return layer.build(tmp_path / "dist", order(python, requirements=requirements), silent)

    def left(self, tmp_path):
        return sorted(path.name for path in (tmp_path / "dist").iterdir() if path.name not in (".cache", ".lock"))

    def test_over_the_limit_shows_the_biggest_packages_and_leaves_nothing(self, tmp_path):
        with pytest.raises(layer.LayerTooLarge) as caught:
            self.build(tmp_path, "pandas\nscikit-learn\npyarrow\n")
        table = str(caught.value).split("The ten biggest packages:\n")[1].splitlines()
        assert {"pyarrow", "scipy"} <= {line.split()[0] for line in table[:3]}
        assert self.left(tmp_path) == []

    def test_requirements_without_a_package_are_refused(self, tmp_path):
        with pytest.raises(layer.NothingInstalled, match="names no package"):
            self.build(tmp_path, "# nothing\n")
        assert self.left(tmp_path) == []

    def test_a_refusal_keeps_the_layer_that_was_there(self, tmp_path):
        made = self.build(tmp_path, "threadpoolctl\n")
        before = {path: path.read_bytes() for path in (tmp_path / "dist").glob("*.*") if path.is_file()}
        with pytest.raises(builders.uv.NoWheels):
            self.build(tmp_path, "threadpoolctl==0.0.0\n")
        assert {path: path.read_bytes() for path in (tmp_path / "dist").glob("*.*") if path.is_file()} == before
        assert made.path in before

    def test_a_version_without_wheels_for_the_runtimes_glibc_says_so(self, tmp_path):
        with pytest.raises(
            builders.uv.NoWheels, match=r"python3\.11 has glibc 2\.26, and wheels that need a newer one do not load"
        ):
            self.build(tmp_path, "numpy==2.3.5\n", "3.11")
        assert self.left(tmp_path) == []

    def test_a_wrong_hash_is_refused(self, tmp_path):
        with pytest.raises(builders.uv.UvFailed, match=r"[Hh]ash"):
            self.build(tmp_path, f"threadpoolctl==3.8.0 --hash=sha256:{'0' * 64}\n")

    def test_the_command_says_it_in_one_message_and_exits_with_1(self, tmp_path, root):
        argv = [sys.executable, "-m", "invoke", "--search-root", str(root), "build-layer"]
        done = subprocess.run(
            [*argv, "--requirements", "nowhere.txt"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        expected = "Error: There is no requirements file nowhere.txt. Give one that exists: --requirements FILE\n"
        assert done.stderr == expected
        assert list(tmp_path.iterdir()) == []


class TestCache:
    def test_an_unchanged_build_is_taken_from_it_and_any_change_is_not(self, tmp_path):
        (tmp_path / "own.txt").write_text("-r base.txt\n")
        (tmp_path / "base.txt").write_text("threadpoolctl==3.6.0\n")

        def build(**options):
            mine = order(requirements=tmp_path / "own.txt", use_cache=True, **options)
            return layer.build(tmp_path / "dist", mine, silent)

        first = build()
        again = build()
        assert (first.cached, again.cached) == (False, True)
        assert vars(first) | {"cached": True} == vars(again)
        assert not build(keep=["stubs"]).cached
        assert not build(python="3.12").cached
        (tmp_path / "base.txt").write_text("threadpoolctl==3.5.0\n")
        assert not build().cached

    def test_a_layer_of_packages_that_did_not_change_is_the_same_to_the_byte(self, tmp_path):
        (tmp_path / "own.txt").write_text("joblib==1.5.0\n")
        mine = order(requirements=tmp_path / "own.txt", use_cache=True)
        layer.build(tmp_path / "dist", mine, silent)
        (tmp_path / "own.txt").write_text("joblib==1.5.0\nthreadpoolctl==3.6.0\n")
        mixed = layer.build(tmp_path / "dist", mine, silent)
        anew = layer.build(tmp_path / "other", dataclasses.replace(mine, use_cache=False), silent)
        assert vars(mixed) | {"path": anew.path} == vars(anew)
        assert mixed.path.read_bytes() == anew.path.read_bytes()

    def test_it_can_be_refused(self, tmp_path):
        (tmp_path / "own.txt").write_text("threadpoolctl==3.6.0\n")
        mine = {"requirements": tmp_path / "own.txt"}
        assert not layer.build(tmp_path / "dist", order(**mine, use_cache=True), silent).cached
        assert not layer.build(tmp_path / "dist", order(**mine, use_cache=False), silent).cached


def test_the_manifest_tells_of_the_layer(built):
    entry = json.loads((built.out / "manifest.json").read_text())["layer"]
    path = built.out / entry["path"]
    with zipfile.ZipFile(path) as packed:
        assert entry["unzipped_bytes"] == sum(info.file_size for info in packed.infolist())
    assert entry["zip_bytes"] == path.stat().st_size
    assert entry["sha256"] == archive.file_sha256(path)
