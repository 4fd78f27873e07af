"""The layer holds what the requirements ask for now, whatever was built before, and by pip's rules."""

import zipfile

import pytest
import wheels

from build.builders import refusals
from build.dist import archive
from build.layer import layer, verify
from build.requirements import lockfile, requirement_files
from build.runtimes import host_architecture, runtime

NAME = "aws_lambda_model_own"  # no index has it


def silent(message):
    pass


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Commands run in a folder of their own."""
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


def build(requirements, **options):
    order = layer.Order(runtime("3.13"), host_architecture(), requirements=requirements, builder="uv", **options)
    return layer.build(requirements.parent / "dist", order, silent)


def body(made, name=NAME):
    with zipfile.ZipFile(made.path) as packed:
        return packed.read(f"python/lib/python3.13/site-packages/{name}/__init__.py").decode()


class TestALocalWheelThatWasRebuilt:
    """Its version stays the same, and its content does not."""

    @pytest.mark.parametrize("folder", ["wheels", "with a blank"])
    @pytest.mark.parametrize("how", ["path", "url", "find-links", "PIP_FIND_LINKS", "in another folder"])
    def test_is_in_the_next_layer(self, here, how, folder, monkeypatch):
        place, asked = here / folder, here / "requirements.txt"
        first = wheels.write(place, NAME, "x = 1\n")
        if how == "path":
            asked.write_text(f"./{folder}/{first.name}\n")
        elif how == "url":
            asked.write_text(f"{NAME} @ {first.as_uri()}\n")
        elif how == "find-links":
            asked.write_text(f'--find-links "./{folder}"\n{NAME}\n')
        elif how == "in another folder":
            asked = here / "sub" / "requirements.txt"
            asked.parent.mkdir()
            (here / "other").mkdir()
            asked.write_text("-r ../other/base.txt\n")
            (here / "other" / "base.txt").write_text(f"{NAME} @ {first.as_uri()}\n")
        else:
            monkeypatch.setenv("PIP_FIND_LINKS", place.as_uri())
            asked.write_text(f"{NAME}\n")
        one = build(asked)
        assert body(one) == "x = 1\n"
        assert build(asked).cached
        wheels.write(place, NAME, "x = 2\n")
        two = build(asked)
        assert not two.cached
        assert body(two) == "x = 2\n"

    def test_a_newer_version_in_an_index_is_in_the_next_layer(self, here):
        wheels.write(here / "wheels", NAME, "x = 1\n")
        (here / "own.txt").write_text(f"--find-links wheels\n{NAME}\n")
        build(here / "own.txt")
        wheels.write(here / "wheels", NAME, "x = 2\n", version="1.1")
        assert build(here / "own.txt").entry["packages"] == {NAME.replace("_", "-"): "1.1"}


class TestWhereARelativePathStarts:
    def test_of_a_wheel_at_the_current_folder_whichever_file_says_it(self, here):
        (here / "sub").mkdir()
        wheel = wheels.write(here, NAME, "where = 'here'\n")
        wheels.write(here / "sub", NAME, "where = 'sub'\n")
        (here / "sub" / "own.txt").write_text(f"./{wheel.name}\n")
        assert body(build(here / "sub" / "own.txt")) == "where = 'here'\n"

    def test_of_links_at_the_file_that_says_it(self, here):
        for folder in (here, here / "sub"):
            wheels.write(folder / "wheels", NAME, f"where = '{folder.name}'\n")
        (here / "sub" / "own.txt").write_text(f"--find-links wheels\n{NAME}\n")
        assert body(build(here / "sub" / "own.txt")) == "where = 'sub'\n"

    def test_of_links_that_are_not_there_at_the_current_folder(self, here):
        wheels.write(here / "wheels", NAME, "where = 'here'\n")
        (here / "sub").mkdir()
        (here / "sub" / "most.txt").write_text(f"{NAME}<2\n")
        (here / "sub" / "own.txt").write_text(f"-c most.txt\n--find-links ./wheels\n{NAME}\n")
        assert body(build(here / "sub" / "own.txt")) == "where = 'here'\n"


class TestLockFile:
    def test_it_lies_beside_the_zip_and_gives_the_same_bytes(self, here):
        wheels.write(here / "wheels", NAME, "x = 1\n", needs=["aws_lambda_model_needed"])
        wheels.write(here / "wheels", "aws_lambda_model_needed", "y = 1\n")
        (here / "own.txt").write_text(f"--find-links wheels\n{NAME}\n")
        first = build(here / "own.txt")
        lock = here / "dist" / lockfile.NAME
        assert len(lockfile.read(lock).facts["packages"]) == 2
        wheels.write(here / "wheels", NAME, "x = 2\n", version="2.0")
        (here / "again").mkdir()
        (here / "again" / lockfile.NAME).write_bytes(lock.read_bytes())
        again = build(here / "again" / lockfile.NAME, use_cache=False)
        assert again.entry == first.entry
        assert build(here / "again" / lockfile.NAME).entry == first.entry

    def test_a_file_that_is_no_longer_the_one_it_names_is_refused(self, here):
        wheel = wheels.write(here, NAME, "x = 1\n")
        (here / "own.txt").write_text(f"./{wheel.name}\n")
        build(here / "own.txt")
        wheels.write(here, NAME, "x = 2\n")
        with pytest.raises(refusals.UvFailed, match=r"[Hh]ash"):
            build(here / "dist" / lockfile.NAME, use_cache=False)

    @pytest.mark.parametrize("text", ["", "{", 'lock-version = "1.0"\n', 'lock-version = "9.0"\ncreated-by = "x"\n'])
    def test_one_that_is_none_is_refused_in_words(self, here, text):
        (here / "pylock.toml").write_text(text)
        with pytest.raises(lockfile.LockBroken, match="is not a lock file from which packages can be installed"):
            build(here / "pylock.toml")
        assert not list(here.glob("dist/*.zip"))


class TestRequirementsBoundToDigests:
    def test_the_same_is_a_copy_and_another_file_is_refused(self, here):
        wheel = wheels.write(here / "wheels", NAME, "x = 1\n")
        digest = archive.file_sha256(wheel)
        (here / "own.txt").write_text(f"--find-links wheels\n{NAME}==1.0 --hash=sha256:{digest}\n")
        build(here / "own.txt")
        assert build(here / "own.txt").cached
        wheels.write(here / "wheels", NAME, "x = 2\n")
        assert build(here / "own.txt").cached  # the digest still says what is asked for
        with pytest.raises(refusals.UvFailed, match=r"[Hh]ash"):
            build(here / "own.txt", use_cache=False)

    def test_a_package_that_they_leave_out_is_refused(self, here):
        wheel = wheels.write(here / "wheels", NAME, needs=["aws_lambda_model_needed"])
        wheels.write(here / "wheels", "aws_lambda_model_needed")
        (here / "own.txt").write_text(f"--find-links wheels\n{NAME}==1.0 --hash=sha256:{archive.file_sha256(wheel)}\n")
        with pytest.raises(refusals.Unbound, match="none for aws-lambda-model-needed, which"):
            build(here / "own.txt")


class TestRequirementsThatCannotBeRead:
    def test_a_file_that_is_not_there_is_named(self, here):
        (here / "own.txt").write_text("-r missing.txt\n")
        with pytest.raises(requirement_files.UnreadableRequirements, match=r"own\.txt cannot be read: .*missing\.txt"):
            build(here / "own.txt")


class TestIndexes:
    def index(self, folder, body, version):
        """A simple index on disk with one package."""
        wheel = wheels.write(folder / "files", NAME, body, version)
        page = folder / "simple" / NAME.replace("_", "-") / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text(f'<a href="../../files/{wheel.name}">{wheel.name}</a>')
        return (folder / "simple").as_uri()

    @pytest.mark.parametrize("where", ["the file", "pip.conf", "PIP_EXTRA_INDEX_URL"])
    def test_the_best_version_of_all_indexes_is_taken_wherever_they_are_named(self, here, monkeypatch, where):
        first = self.index(here / "first", "x = 'old'\n", "1.0")
        second = self.index(here / "second", "x = 'new'\n", "2.0")
        monkeypatch.setenv("PIP_INDEX_URL", second)
        (here / "own.txt").write_text(f"{NAME}\n")
        if where == "the file":
            (here / "own.txt").write_text(f"--extra-index-url {first}\n{NAME}\n")
        elif where == "pip.conf":
            (here / "pip.conf").write_text(f"[global]\nextra_index_url = {first}\n")
            monkeypatch.setenv("PIP_CONFIG_FILE", str(here / "pip.conf"))
        else:
            monkeypatch.setenv("PIP_EXTRA_INDEX_URL", first)
        made = build(here / "own.txt")
        assert made.entry["packages"] == {NAME.replace("_", "-"): "2.0"}


class TestVerify:
    """Another build from wheels, compared with what is there."""

    def verify(self, requirements):
        order = layer.Order(runtime("3.13"), host_architecture(), requirements=requirements, builder="uv")
        return verify.verify(requirements.parent / "dist", order, silent)

    @pytest.fixture
    def asked(self, here):
        wheel = wheels.write(here / "wheels", NAME, "x = 1\n")
        (here / "own.txt").write_text(f"./wheels/{wheel.name}\n")
        build(here / "own.txt")
        return here / "own.txt"

    def test_the_same_is_the_same_and_nothing_is_left(self, here, asked):
        before = {path: path.read_bytes() for path in (here / "dist").iterdir() if path.is_file()}
        assert self.verify(asked).entry["sha256"] == archive.file_sha256(next(here.glob("dist/*.zip")))
        assert {path: path.read_bytes() for path in (here / "dist").iterdir() if path.is_file()} == before
        assert not list(here.glob("dist/.layer-*"))

    def test_what_differs_is_named(self, here, asked):
        wheels.write(here / "wheels", NAME, "x = 2\n")
        with pytest.raises(
            verify.NotTheSame, match=rf"same packages, other files[\s\S]*other bytes: .*/{NAME}/__init__"
        ):
            self.verify(asked)

    def test_a_layer_that_was_damaged_is_told(self, here, asked):
        path = next(here.glob("dist/*.zip"))
        path.write_bytes(path.read_bytes()[:50])
        with pytest.raises(verify.NotTheSame, match="not the one in the manifest"):
            self.verify(asked)

    def test_without_a_layer_it_says_what_to_run(self, here):
        (here / "own.txt").write_text("x\n")
        with pytest.raises(verify.NothingToVerify, match="Build it first: invoke build-layer"):
            self.verify(here / "own.txt")
