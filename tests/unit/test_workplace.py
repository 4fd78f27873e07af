"""The folder of the artifacts: held by one command at a time, and rid of what killed ones left."""

import json
import signal
import subprocess
import sys
import threading

import pytest

from build.dist import workplace

HOLD = """
import sys, time
from pathlib import Path
from build.dist import workplace
out = Path(sys.argv[1])
with workplace.alone(out), workplace.scratch(out, ".layer-") as scratch:
    workplace.note_placed(scratch, ["model-000000000000.pkl", "model-111111111111.pkl", "model-222222222222.pkl"])
    (scratch / "half").write_text("made")
    print(scratch.name, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(root, tmp_path):
    """Another process that holds the folder and has a scratch folder there."""
    argv = [sys.executable, "-c", HOLD, str(tmp_path)]
    process = subprocess.Popen(argv, cwd=root, stdout=subprocess.PIPE, text=True)
    process.scratch = tmp_path / process.stdout.readline().strip()
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_another_process_works_in_is_not_swept(holder, tmp_path):
    workplace.sweep(tmp_path)
    assert (holder.scratch / "half").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_killed_one_left_is_gone_when_the_next_command_begins(holder, tmp_path, number):
    (tmp_path / ".manifest.json.abc").write_text("half a manife")
    (tmp_path / "own.txt").write_text("the user's own")
    holder.send_signal(number)
    holder.wait()
    assert holder.scratch.exists()
    said = []
    with workplace.alone(tmp_path, said.append):
        assert names(tmp_path) == [workplace.LOCK, "own.txt"]
    assert said == []


@pytest.mark.parametrize("whole", [True, False], ids=["a manifest", "one that cannot be read"])
def test_files_that_a_killed_one_put_there_are_gone_unless_the_manifest_names_them(holder, tmp_path, root, whole):
    known = json.loads((root / "tests/fixtures/artifacts/complete/manifest.json").read_text())
    known["model"]["path"] = "model-000000000000.pkl"
    (tmp_path / "manifest.json").write_text(json.dumps(known)[: None if whole else -9])
    models = [f"model-{digit * 12}.pkl" for digit in "013"]
    for name in models:
        (tmp_path / name).write_text("a model")
    holder.kill()
    holder.wait()
    with workplace.alone(tmp_path):
        left = [name for name in names(tmp_path) if name.startswith("model-")]
    assert left == ([models[0], models[2]] if whole else models)


def test_a_second_command_waits_and_says_so(holder, tmp_path):
    said, done = [], threading.Event()

    def second():
        with workplace.alone(tmp_path, said.append):
            done.set()

    thread = threading.Thread(target=second)
    thread.start()
    assert not done.wait(0.5)
    assert said == [f"Another command is writing to {tmp_path}: waiting until it is done."]
    holder.kill()
    assert done.wait(30)
    thread.join()


def test_scratch_is_gone_with_its_block(tmp_path):
    with pytest.raises(KeyboardInterrupt), workplace.scratch(tmp_path, ".package-") as scratch:
        (scratch / "file").write_text("")
        raise KeyboardInterrupt
    assert names(tmp_path) == []


def test_a_command_of_a_folder_that_is_not_there_makes_none(tmp_path):
    @workplace.one_at_a_time
    def command(out, answer):
        return answer

    assert command(tmp_path / "nowhere", 7) == 7
    assert names(tmp_path) == []
    assert command(tmp_path, answer=8) == 8
