"""Builds that are killed, damaged and run side by side: dist/ is right, or the next command says what to run and heals.

BUILDS=200 runs as many of them; a few by default.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import wheels

from build.dist import archive, manifest
from build.host import importable
from build.layer import layer
from build.requirements import lockfile
from build.runtimes import host_architecture, runtime

BUILDS = int(os.environ.get("BUILDS", "24"))
NAME = "aws_lambda_model_own"
KINDS = 3  # of requirements, each with a body of its own
SCRATCH = (".layer-", ".package-", ".trim-", ".making-", ".manifest")


def silent(message):
    pass


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for kind in range(KINDS):
        path = wheels.write(tmp_path / f"wheels-{kind}", NAME, f"kind = {kind}\n" + f"# {kind}\n" * 20_000)
        (tmp_path / f"own-{kind}.txt").write_text(f"./{path.parent.name}/{path.name}\n")
    return tmp_path


@pytest.fixture
def command(root, here):
    def started(kind, *options):
        argv = [sys.executable, "-m", "invoke", "--search-root", str(root), "build-layer", "--builder", "uv"]
        argv += ["--requirements", f"own-{kind}.txt", *options]
        return subprocess.Popen(argv, cwd=here, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    return started


def right(here, kind):
    """The digest of the layer of those requirements, built where nothing ever went wrong."""
    order = layer.Order(runtime("3.13"), host_architecture(), requirements=here / f"own-{kind}.txt", builder="uv")
    return layer.build(here / f"right-{kind}", order, silent).entry["sha256"]


def consistent(out):
    """The digest of the layer in a folder, which is that of its file; None where the manifest has no layer."""
    entry = (manifest.read(out) or {}).get("layer") if out.exists() else None
    if entry is None:
        return None
    assert archive.file_sha256(out / entry["path"]) == entry["sha256"]
    return entry["sha256"]


def damage(path, chance):
    """Do to a file what failing disks and full ones do."""
    data = bytearray(path.read_bytes())
    how = chance.choice(["flip", "truncate", "empty"]) if data else "empty"
    if how == "flip":
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data if how == "flip" else data[: len(data) // 2] if how == "truncate" else b"")
    return how


def finish(process):
    said, _ = process.communicate(timeout=300)
    assert "Traceback" not in said, said
    return process.returncode, said


@pytest.mark.long
def test_whatever_happens_to_builds_the_folder_is_right_or_the_next_command_says_what_to_run(here, command):
    out, chance, happened = here / "dist", random.Random(2019), Counter()
    damaged = Counter()
    digests = [right(here, kind) for kind in range(KINDS)]
    assert len(set(digests)) == KINDS
    begun = time.monotonic()
    assert finish(command(0))[0] == 0
    takes = time.monotonic() - begun
    while sum(happened.values()) < BUILDS:
        kind, event = chance.randrange(KINDS), chance.choice(["SIGKILL", "SIGINT", "cache", "dist", "side by side"])
        happened[event] += 1
        if event in ("SIGKILL", "SIGINT"):
            process = command(kind, *chance.choice([[], ["--no-cache"]]))
            if event == "SIGINT":
                process.stdout.readline()  # while Python still starts, its traceback is not ours to prevent
            time.sleep(chance.uniform(0, takes))
            process.send_signal(getattr(signal, event))
            finish(process)
            assert consistent(out) in (None, *digests)
        elif event == "side by side":
            kinds = chance.sample(range(KINDS), 2)
            both = [command(each) for each in kinds]
            with ThreadPoolExecutor(2) as pool:
                ended = list(pool.map(finish, both))
            assert [code for code, _ in ended] == [0, 0], ended
            assert consistent(out) in [digests[each] for each in kinds]
        else:
            folder = out / ".cache" if event == "cache" else out
            inside = folder.rglob("*") if event == "cache" else folder.glob("*")
            path = chance.choice(sorted(each for each in inside if each.is_file() and each.name != ".lock"))
            damaged[f"{damage(path, chance)} in {event}"] += 1
        code, said = finish(command(kind))
        if code and event == "dist":  # a manifest that cannot be read may be a newer version's: it says what to do
            assert "Delete it and build again: invoke build-layer" in said
            (out / "manifest.json").unlink()
            code, said = finish(command(kind))
        assert code == 0, said
        assert consistent(out) == digests[kind], (event, said)
        lock = lockfile.read(out / lockfile.NAME)
        assert f"wheels-{kind}" in lock.facts["packages"][0]["archive"]["path"]
        assert not [path for path in out.rglob(".*") if path.name.startswith(SCRATCH)]
    print(json.dumps(happened | damaged))


class TestTheLayersZip:
    @pytest.mark.parametrize("how", ["flip", "truncate", "empty"])
    def test_that_was_damaged_is_told_with_what_to_run_and_that_heals_it(self, here, command, how):
        assert finish(command(0))[0] == 0
        entry = manifest.read(here / "dist")["layer"]
        path = here / "dist" / entry["path"]
        data = path.read_bytes()
        path.write_bytes({"flip": bytes([data[0] ^ 1]) + data[1:], "truncate": data[:99], "empty": b""}[how])
        with pytest.raises(importable.LayerChanged, match="Build it again: invoke build-layer"):
            importable.of_layer(here / "dist", entry, runtime("3.13"))
        assert finish(command(0))[0] == 0
        assert path.read_bytes() == data


@pytest.mark.parametrize("how", ["flip", "truncate", "empty", "lost"])
def test_a_tree_that_models_are_checked_in_is_unpacked_anew_if_it_was_damaged(here, command, how):
    assert finish(command(0))[0] == 0
    entry = manifest.read(here / "dist")["layer"]
    path = importable.of_layer(here / "dist", entry, runtime("3.13")) / NAME / "__init__.py"
    data = path.read_bytes()
    path.write_bytes({"flip": bytes([data[0] ^ 1]) + data[1:], "truncate": data[:99]}.get(how, b""))
    if how == "lost":
        path.unlink()
    importable.of_layer(here / "dist", entry, runtime("3.13"))
    assert path.read_bytes() == data


def test_a_command_that_waits_says_so(here, command):
    from build.dist import workplace

    (here / "dist").mkdir()
    with workplace.alone(here / "dist"):
        process = command(0)
        lines = iter(process.stdout.readline, "")
        assert next(line for line in lines if "waiting" in line).startswith("Another command is writing to dist:")
        assert not (here / "dist" / "manifest.json").exists()
    assert process.wait(60) == 0
    process.stdout.close()


def test_the_command_verifies_and_exits_with_1_where_the_bytes_differ(here, command):
    assert finish(command(0))[0] == 0
    code, said = finish(command(0, "--verify"))
    assert (code, "built anew from wheels, and the same to the bit" in said) == (0, True), said
    code, said = finish(command(1, "--verify"))
    assert code == 1
    assert f"other bytes: python/lib/python3.13/site-packages/{NAME}/__init__.py" in said
