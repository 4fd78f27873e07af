"""What a layer is made of, part by part, and what a cache saves of it."""

import dataclasses
import shutil
from pathlib import Path
from threading import Thread

import numpy
import pytest

from build.builders.uv import UvBuilder
from build.host import cache, distributions, interpreters
from build.host.distributions import Distribution, Distributions
from build.layer import bytecode, elf, units
from build.runtimes import ARCHITECTURES, host_architecture, runtime

LIBRARY = next(Path(numpy.__file__).parent.glob("linalg/_umath_linalg*.so"))
HERE = dataclasses.replace(runtime(interpreters.running()), glibc=(2, 99))  # whatever this machine's numpy asks for
FILES = {
    "one/__init__.py": "import two\n",
    "one/odd.py": "{{ a template }}\n",
    "two/__init__.py": "x = 'two' * 1000\n",
    "two/data.txt": "data\n" * 100,
    "two-1.dist-info/METADATA": "Name: two\n",
}
FOUND = Distributions(
    [Distribution("one", "1"), Distribution("two", "1")],
    {name: name[:3] for name in [*FILES, "two/fast.so"]},
)


@pytest.fixture
def tree(tmp_path):
    def tree(name="tree"):
        for path, text in FILES.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text)
        shutil.copy(LIBRARY, tmp_path / name / "two" / "fast.so")
        return tmp_path / name

    return tree


@pytest.fixture
def make(tmp_path):
    def make(tree, use_kept=True, into_tree=False, architecture=None, **recipe):
        architecture = architecture or host_architecture()
        mine = units.Recipe(HERE, architecture, UvBuilder(HERE, architecture), **recipe)
        sizes = distributions.sizes(tree)
        return units.make(tree, sizes, FOUND, mine, tmp_path / "kept", use_kept=use_kept, into_tree=into_tree)

    return make


@pytest.fixture
def busy(monkeypatch):
    """The parts that were made and not taken from the cache, by their first file."""
    made = []
    whole = units._Workshop._make
    monkeypatch.setattr(
        units._Workshop, "_make", lambda self, key, files: made.append(files[0]) or whole(self, key, files)
    )
    return made


def contents(made):
    return {path: bytes(member.unpacked()) for path, member in made.members.items()}


def on_disk(tree):
    return {path: (tree / path).read_bytes() for path in distributions.sizes(tree)}


def pyc(path):
    return bytecode.pyc(path, HERE)


def test_all_files_come_out_with_bytecode_and_smaller_libraries(tree, make):
    folder = tree()
    made = make(folder)
    assert made.members.keys() == {*FILES, "two/fast.so", pyc("one/__init__.py"), pyc("two/__init__.py")}
    assert made.compiled == bytecode.Compiled(2, ("one/odd.py",))
    assert made.libraries == 1
    assert made.stripped == {"two/fast.so": LIBRARY.stat().st_size - made.members["two/fast.so"].size}
    assert made.stripped["two/fast.so"] > 0
    assert contents(made) == on_disk(folder)


def test_a_rule_that_is_turned_off_leaves_libraries_as_they_are(tree, make):
    made = make(tree(), keep=["symbols"])
    assert made.stripped == {}
    assert contents(made)["two/fast.so"] == LIBRARY.read_bytes()


class TestCache:
    def test_the_same_files_in_another_folder_are_not_made_again(self, tree, make, busy):
        first = make(tree("a"))
        assert len(busy) == 2
        assert make(tree("b")) == first
        assert len(busy) == 2

    def test_only_a_package_that_changed_is_made_again(self, tree, make, busy):
        make(tree("a"))
        changed = tree("b")
        (changed / "two" / "data.txt").write_text("other\n")
        made = make(changed)
        assert sorted(busy) == ["one/__init__.py", "two-1.dist-info/METADATA", "two-1.dist-info/METADATA"]
        assert contents(made)["two/data.txt"] == b"other\n"

    @pytest.mark.parametrize("name", [units.PACKED, units.FACTS])
    @pytest.mark.parametrize("damage", [lambda data: bytes([data[0] ^ 1]) + data[1:], lambda data: data[:9], bytes])
    def test_one_that_was_damaged_is_made_again(self, tree, make, busy, tmp_path, name, damage):
        first = make(tree("a"))
        for path in (tmp_path / "kept").glob(f"*/{name}"):
            path.write_bytes(b"" if damage is bytes else damage(path.read_bytes()))
        assert make(tree("b")) == first
        assert len(busy) == 4
        assert make(tree("c")) == first
        assert len(busy) == 4

    def test_a_file_that_became_executable_is_made_again(self, tree, make):
        make(tree("a"))
        changed = tree("b")
        (changed / "two" / "fast.so").chmod(0o755)
        (changed / "two" / "data.txt").chmod(0o755)
        made = make(changed)
        assert {path for path, member in made.members.items() if member.executable} == {"two/fast.so", "two/data.txt"}

    @pytest.mark.parametrize("how", [{"use_kept": False}, {"keep": ["symbols"]}])
    def test_it_can_be_refused_and_minds_how_they_are_made(self, tree, make, busy, how):
        make(tree("a"))
        make(tree("b"), **how)
        assert len(busy) == 4

    def test_the_tree_too_becomes_what_it_would_have_and_links_into_other_trees_are_left(self, tree, make, tmp_path):
        whole, other = tree("a"), tree("b")
        make(whole)
        before = on_disk(other)
        linked = Path(shutil.copytree(other, tmp_path / "linked", copy_function=lambda a, b: Path(b).hardlink_to(a)))
        make(linked, into_tree=True)
        assert on_disk(linked) == on_disk(whole)
        assert on_disk(other) == before

    def test_a_library_that_is_refused_is_refused_again(self, tree, make):
        other = next(each for each in ARCHITECTURES if each != host_architecture())
        for name in ("a", "b"):
            with pytest.raises(elf.WrongArchitecture, match=r"two/fast\.so, of the package two"):
                make(tree(name), architecture=other)

    def test_several_builds_may_share_it(self, tmp_path):
        """Threads keep and drop side by side: what one lists, another may have dropped when it is looked at."""
        (tmp_path / "file").write_text("x")
        failed = []

        def keep(thread):
            try:
                for number in range(60):
                    cache.keep(tmp_path / "kept", f"{thread}-{number}", {"file": tmp_path / "file"}, most=3)
            except OSError as error:
                failed.append(error)

        threads = [Thread(target=keep, args=[number]) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        assert len(list((tmp_path / "kept").iterdir())) == 3


def test_a_container_that_compiles_is_started_once(tree, make, monkeypatch):
    asked = []

    def container(self, script, arguments, folder, stdin):
        asked.append(stdin)
        return "one/odd.py\n"

    monkeypatch.setattr(interpreters, "find", lambda python: None)
    monkeypatch.setattr(UvBuilder, "python", container)
    folder = tree()
    for path in ("one/__init__.py", "two/__init__.py"):
        (folder / pyc(path)).parent.mkdir()
        (folder / pyc(path)).write_bytes(b"as the container would")
    monkeypatch.setattr(distributions, "sizes", lambda tree: dict.fromkeys([*FILES, "two/fast.so"], 1))
    made = make(folder)
    assert asked == ["one/__init__.py\none/odd.py\n\ntwo/__init__.py"]
    assert made.compiled == bytecode.Compiled(2, ("one/odd.py",))
    assert contents(made)[pyc("two/__init__.py")] == b"as the container would"
