"""What is wrong with S3 or with /tmp is told in words, in time, and the next try finds nothing of it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import faulty_s3
import pytest
from serving.invocation import answer
from serving.loading import aws, deadlines
from serving.loading.errors import FetchError, ModelError
from serving.loading.fetching import begin
from serving.loading.settings import Settings
from serving_parts import Loud, digest, environment, in_a_fresh_process, loaded, written
from sklearn.linear_model import LinearRegression

WELL_BEFORE = 15  # seconds, on a busy machine; it would be a minute and more where nothing bounds it
MEGABYTE = 1 << 20
TOO_SHORT = {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128"}  # of memory: all models go by way of /tmp
FORBIDDEN = "the role may not read s3://bucket/k, or it is not there"
BUSY = "S3 could not deliver s3://bucket/k now, although it was asked several times"
BROKE = "the connection broke off, at each of several tries, while s3://bucket/k was downloaded"
WRONG = "expected the bytes 0-16777215; got in Content-Range"

FAULTS = {
    "403": (faulty_s3.says(403, "AccessDenied"), FORBIDDEN),
    "403 of a key": (faulty_s3.says(403, "ExpiredToken"), "S3 says ExpiredToken: In words"),
    "404": (faulty_s3.says(404, "NoSuchKey"), "there is no object s3://bucket/k"),
    "500": (faulty_s3.says(500, "InternalError"), BUSY),
    "503": (faulty_s3.says(503, "SlowDown"), BUSY),
    "503 without words": (faulty_s3.says(503), BUSY),
    "another region": (faulty_s3.is_in_another_region, "the bucket of s3://bucket/k is in another region"),
    "redirect": (faulty_s3.redirects, "a redirection that leads nowhere"),
    "reset": (faulty_s3.resets, BROKE),
    "reset midway": (faulty_s3.resets_midway, BROKE),
    "short": (faulty_s3.is_short, BROKE),
    "shorter than its range": (faulty_s3.is_shorter_than_its_range, "7 bytes are missing"),
    "another place": (faulty_s3.has_content_range("bytes 7-{size}/{size}"), WRONG),
    "another size": (
        faulty_s3.has_content_range("bytes 0-16777215/16777300"),
        "S3 said before that the object has 16,777,300 bytes",
    ),
}


@pytest.fixture
def s3(monkeypatch, tmp_path):
    """An S3 that the variables lead to, and a /tmp."""
    for name in [each for each in os.environ if each.startswith(("AWS_", "MODEL_"))]:
        monkeypatch.delenv(name)
    with faulty_s3.started() as started:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL": started.url,
            "AWS_MAX_ATTEMPTS": "2",
            "NO_PROXY": "127.0.0.1",
        }.items():
            monkeypatch.setenv(name, value)
        (tmp_path / "tmp").mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
        yield started


@pytest.fixture
def tmp(s3, tmp_path):
    return tmp_path / "tmp"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model's bytes: two megabytes, to break off within."""
    estimator = LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 1, 1])
    estimator.ballast_ = os.urandom(2 * MEGABYTE)
    path, _ = written(tmp_path_factory.mktemp("model"), estimator)
    return path.read_bytes()


def settings(sha256, **options):
    return Settings(sha256, bucket="bucket", key="k", **options)


def answers(settings, environ=None):
    return loaded(settings, environ).estimator.predict([[3, 4]]) == pytest.approx([7])


class TestS3:
    @pytest.mark.parametrize("name", FAULTS)
    def test_a_fault_that_stays_is_told_and_the_next_download_is_right(self, s3, tmp, model, name):
        fault, said = FAULTS[name]
        pinned = settings(s3.put(model))
        s3.breaks(fault)
        with pytest.raises(FetchError) as raised:
            loaded(pinned, TOO_SHORT)
        assert said in str(raised.value)
        assert not list(tmp.iterdir())
        s3.breaks(None)
        assert answers(pinned, TOO_SHORT)

    @pytest.mark.parametrize(
        "fault",
        [
            faulty_s3.says(500, "InternalError"),
            faulty_s3.resets,
            faulty_s3.resets_midway,
            faulty_s3.has_content_range("bytes 7-{size}/{size}"),
        ],
        ids=lambda fault: getattr(fault, "__name__", ""),
    )
    def test_a_fault_that_passes_is_not_seen(self, s3, model, fault):
        pinned = settings(s3.put(model))
        s3.breaks(fault, times=1)
        assert answers(pinned)

    def test_what_came_before_a_connection_broke_off_is_not_asked_for_again(self, s3, model):
        pinned = settings(s3.put(model))
        s3.breaks(faulty_s3.is_short, times=1)
        assert answers(pinned)
        assert s3.asked == ["bytes=0-16777215", f"bytes={len(model) // 2}-{len(model) - 1}"]

    def test_a_server_that_knows_no_ranges_is_taken_as_it_is(self, s3, model):
        pinned = settings(s3.put(model))
        s3.breaks(faulty_s3.ignores_range)
        assert answers(pinned, TOO_SHORT)

    def test_nor_is_an_empty_object_more_there(self, s3):
        pinned = settings(s3.put(b""))
        s3.breaks(faulty_s3.ignores_range)
        with pytest.raises(FetchError, match="s3://bucket/k is empty"):
            loaded(pinned)

    @pytest.mark.parametrize("environ", [{}, TOO_SHORT])
    def test_wrong_bytes_are_refused_and_the_next_download_is_right(self, s3, tmp, model, environ):
        pinned = settings(s3.put(model))
        s3.breaks(faulty_s3.brings_other_bytes)
        with pytest.raises(ModelError, match=r"s3://bucket/k has SHA-256 \w+, expected \w+: not unpickled"):
            loaded(pinned, environ)
        assert not list(tmp.iterdir())
        s3.breaks(None)
        assert answers(pinned, environ)

    def test_one_that_is_slow_but_not_too_slow_is_waited_for(self, s3, model):
        pinned = settings(s3.put(model))
        s3.breaks(faulty_s3.is_rather_slow)
        assert answers(pinned)


class TestTime:
    """With little of it; a busy machine may spend it before the connections do."""

    @pytest.mark.parametrize(
        ("fault", "said"),
        [
            (faulty_s3.hangs, r"S3 was silent for 0\.[567]\d* s, at each of several tries|S3 did not answer"),
            (faulty_s3.hangs_midway, r"S3 was silent for 0\.[567]\d* s|[\d,]+ of 2,\d+,\d+ bytes had come"),
            (faulty_s3.is_slow, r"was stopped after the 3\.?\d* s .* 0 of 2,\d+,\d+ bytes had come. Raise timeout"),
        ],
    )
    def test_a_download_ends_before_the_function_does(self, s3, tmp, model, fault, said):
        pinned = settings(s3.put(model), timeout=4)
        s3.breaks(fault)
        began = time.monotonic()
        with pytest.raises(FetchError, match=said):
            loaded(pinned, TOO_SHORT)
        assert time.monotonic() - began < WELL_BEFORE
        assert not list(tmp.iterdir())
        s3.breaks(None)
        assert answers(settings(pinned.sha256))

    def test_a_connection_that_hangs_once_is_given_up_for_another(self, s3, model):
        pinned = settings(s3.put(model), timeout=10)
        s3.breaks(faulty_s3.hangs_midway, times=1)
        assert answers(pinned)

    def test_a_call_that_lasts_is_not_waited_for_and_one_that_does_not_is_itself(self):
        over = threading.Event()
        with pytest.raises(FetchError, match=r"no answer within 0\.05 s"):
            deadlines.within(0.05, over.wait)
        over.set()
        assert deadlines.within(60, lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            deadlines.within(60, lambda: 1 / 0)

    @pytest.mark.parametrize(
        ("timeout", "kind", "seconds"),
        [
            (60, None, 54),
            (60, "on-demand", 54),
            (3, "on-demand", 9),
            (60, "snap-start", 117),
            (900, "provisioned-concurrency", 810),
        ],
    )
    def test_an_init_has_what_lambda_gives_it(self, timeout, kind, seconds):
        environ = {"AWS_LAMBDA_INITIALIZATION_TYPE": kind} if kind else {}
        assert deadlines.of_init(timeout, environ) == pytest.approx(seconds)


SNAP_START = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}


class TestSnapStart:
    """Its init may run before all of AWS knows the role's policies, and fails for good."""

    @pytest.mark.parametrize("code", ["AccessDenied", ""])
    def test_a_refusal_that_passes_is_not_seen(self, s3, model, code):
        pinned = settings(s3.put(model))
        s3.breaks(faulty_s3.says(403, code), times=4)  # by either way to S3, twice
        assert answers(pinned, SNAP_START)

    def test_one_that_stays_is_told_with_how_long(self, s3, model, monkeypatch):
        monkeypatch.setattr(deadlines, "PATIENCE", 6.0)  # for a machine that is busy, too
        pinned = settings(s3.put(model))
        s3.breaks(faulty_s3.says(403, "AccessDenied"))
        with pytest.raises(FetchError, match=r"may not read .* \(S3 says AccessDenied, for 6 s\)"):
            loaded(pinned, SNAP_START)
        assert len(s3.asked) > 2

    @pytest.mark.parametrize("environ", [{}, {"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"}])
    def test_elsewhere_it_is_final(self, s3, model, environ):
        pinned = settings(s3.put(model))
        s3.breaks(faulty_s3.says(403, "AccessDenied"), times=2)
        with pytest.raises(FetchError, match=r"\(S3 says AccessDenied\)"):
            loaded(pinned, environ)
        assert len(s3.asked) == 2

    def test_what_is_not_there_is_final(self, s3, model):
        pinned = settings(s3.put(model))
        s3.breaks(faulty_s3.says(404, "NoSuchKey"))
        with pytest.raises(FetchError, match="there is no object"):
            loaded(pinned, SNAP_START)
        assert len(s3.asked) == 2

    def test_a_call_does_not_wait(self, s3, model):
        s3.put(model, sha256=digest(model))
        s3.breaks(faulty_s3.says(403, "AccessDenied"))
        with pytest.raises(FetchError):
            begin(settings(None), {**os.environ, **SNAP_START}, seconds=30)()
        assert len(s3.asked) == 2

    def test_an_init_leaves_time_for_the_download(self):
        assert deadlines.of_patience(117, SNAP_START) == 58.5
        assert deadlines.of_patience(810, SNAP_START) == 60


class TestFollowed:
    @pytest.mark.parametrize("fault", [faulty_s3.hangs, faulty_s3.says(503)])
    def test_a_ping_ends_in_time_with_the_old_model_and_the_next_takes_the_new_one(self, s3, model, fault, capsys):
        first, second = s3.put(model, sha256=digest(model)), digest(model + b".")
        followed = settings(None)
        served = environment(followed, loaded(followed))
        aws.drop_connections()
        in_time = environment(settings(None, timeout=3), served.model)
        s3.put(model + b".", sha256=second)
        s3.breaks(fault)
        began = time.monotonic()
        reply = answer(in_time, {"warmer": True}, None)
        assert time.monotonic() - began < WELL_BEFORE
        assert (reply["model_sha256"], len(reply["failures"])) == (first, 1)
        s3.breaks(None)
        assert answer(served, {"warmer": True}, None) == {"warm": True, "model_sha256": second}
        aws.drop_connections()


def tiny_tmp(script):
    """A command's prefix that gives it a /tmp of three megabytes."""
    return ["unshare", "-rm", "sh", "-ec", f'mount -t tmpfs -o size=3m none "$TMPDIR"; {script}', "sh"]


MOUNT = ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"]
can_mount = pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run(MOUNT, capture_output=True, check=False).returncode != 0,
    reason="nothing can be mounted here",
)
FULL = 'head -c 2000000 /dev/zero >"$TMPDIR/own"'


class TestTmp:
    @pytest.fixture
    def pinned(self, s3, model):
        return settings(s3.put(model))

    @can_mount
    @pytest.mark.parametrize(
        ("before", "said"),
        [
            (f"environ.update({TOO_SHORT})", "/tmp has 1,1"),
            ("del os.memfd_create", "there is no room for its 2,"),  # a C library that is too old for it
        ],
    )
    def test_one_that_is_full_is_told_and_one_that_is_not_any_more_is_right(self, pinned, before, said):
        refused = in_a_fresh_process(pinned, before, tiny_tmp(f'{FULL}; exec "$@"'))
        assert said in refused["error"]
        assert "Raise memory_size or ephemeral_storage_size" in refused["error"]
        both = tiny_tmp(f'{FULL}; "$@" >&2; ls "$TMPDIR" >&2; rm "$TMPDIR/own"; exec "$@"')
        assert in_a_fresh_process(pinned, before, both)["is"] == pinned.sha256

    def test_what_an_ended_download_left_is_removed(self, s3, tmp, pinned):
        """As Lambda ends an init that takes too long: all processes at once."""
        s3.breaks(faulty_s3.hangs_midway)
        script = "import json, os, sys\nfrom serving.loading import fetching\n"
        script += "from serving.loading.settings import Settings\n"
        script += f"fetching.begin({pinned!r}, {{**os.environ, **{TOO_SHORT}}})()"
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": tempfile.gettempdir()}
        with subprocess.Popen([sys.executable, "-c", script], env=env, start_new_session=True) as process:
            until = time.monotonic() + 60
            while not any(each.stat().st_size for each in tmp.iterdir()) and time.monotonic() < until:
                time.sleep(0.02)
            os.killpg(process.pid, signal.SIGKILL)
        (left,) = tmp.iterdir()
        assert left.name.endswith(".partial")
        s3.breaks(None)
        assert answers(pinned, TOO_SHORT)
        assert [each.name for each in tmp.iterdir()] == [f"model-{pinned.sha256}"]

    @can_mount
    def test_it_has_room_for_the_next_download(self, pinned):
        left = f'head -c 2000000 /dev/zero >"$TMPDIR/model-{pinned.sha256}.7.partial"; exec "$@"'
        said = in_a_fresh_process(pinned, f"environ.update({TOO_SHORT})", tiny_tmp(left))
        assert said.get("is") == pinned.sha256, said

    @pytest.mark.parametrize("left", ["others", "some", "none", "a folder", "a link to nowhere"])
    def test_what_is_not_the_model_any_more_is_fetched_anew(self, tmp, pinned, model, left, capsys, tmp_path):
        kept = tmp / f"model-{pinned.sha256}"
        if left == "a folder":
            kept.mkdir()
        elif left == "a link to nowhere":
            kept.symlink_to(tmp / "nowhere")
        else:
            loud, _ = written(tmp_path, Loud())
            kept.write_bytes({"others": loud.read_bytes(), "some": model[:MEGABYTE], "none": b""}[left])
        assert answers(pinned, TOO_SHORT)
        assert "s3://bucket/k is downloaded again" in capsys.readouterr().out
        assert list(tmp.iterdir()) == [kept]
        assert left == "a folder" or kept.read_bytes() == model
        assert answers(pinned, TOO_SHORT)

    def test_the_right_bytes_are_not_fetched_again(self, s3, pinned):
        assert answers(pinned, TOO_SHORT)
        s3.breaks(faulty_s3.says(500))
        assert answers(pinned, TOO_SHORT)
        assert not s3.asked
