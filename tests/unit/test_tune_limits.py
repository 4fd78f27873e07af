"""A share of a processor, for real: what was limited has to wait, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from local.tune import cgroups, limits, quota

BURN = "import time\nwhile True: pass"


@contextmanager
def burning():
    with subprocess.Popen([sys.executable, "-c", BURN]) as process:
        try:
            yield process
        finally:
            process.kill()


def has_to_wait(limit, patience=30):
    deadline = time.monotonic() + patience
    while not limit.throttled() and time.monotonic() < deadline:
        time.sleep(0.05)
    return limit.throttled() > 0


def state(process):
    with open(f"/proc/{process}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0]


def test_a_group_makes_a_process_wait_and_is_gone_after_it():
    try:
        quota.require()
    except cgroups.NoGroup as error:
        pytest.skip(str(error))
    with quota.groups(0.1) as limit, burning() as process:
        limit.add(process.pid)
        assert str(process.pid) in (limit.limited.folder / "cgroup.procs").read_text().split()
        assert has_to_wait(limit)
        limit.release()
    assert not limit.limited.folder.exists()


def test_a_group_takes_in_what_a_process_has_started():
    try:
        quota.require()
    except cgroups.NoGroup as error:
        pytest.skip(str(error))
    start = f"p = subprocess.Popen([sys.executable, '-c', {BURN!r}])"
    script = f"import subprocess, sys; {start}; print(p.pid, flush=True); p.wait()"
    with (
        quota.groups(0.1) as limit,
        subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process,
    ):
        child = int(process.stdout.readline())
        try:
            limit.add(process.pid)
            assert str(child) in (limit.limited.folder / "cgroup.procs").read_text().split()
        finally:
            os.kill(child, signal.SIGKILL)
            process.wait()


def test_signals_make_a_process_wait_and_let_it_go_in_the_end():
    with burning() as process:
        with limits.BY_SIGNALS.limited(0.1) as limit:
            limit.add(process.pid)
            assert has_to_wait(limit)
        assert state(process.pid) != "T"


def test_signals_to_a_process_that_has_ended_are_no_error():
    with limits.BY_SIGNALS.limited(0.5) as limit:
        with burning() as process:
            limit.add(process.pid)
        time.sleep(0.05)
    assert not limit._thread.is_alive()


@pytest.fixture
def v2(tmp_path, monkeypatch):
    """What a machine with cgroup v2 alone says in /proc and /sys/fs/cgroup of a process in /user.slice/shell.scope."""
    mount, proc = tmp_path / "cgroup", tmp_path / "self"
    proc.mkdir()
    (proc / "cgroup").write_text("0::/user.slice/shell.scope\n")
    (proc / "mountinfo").write_text(f"29 23 0:26 / {mount} rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n")
    for folder, controllers, limit in (
        ("", "cpu memory", None),
        ("user.slice", "cpu", "150000 100000"),
        ("user.slice/shell.scope", "", "max 100000"),
    ):
        (mount / folder).mkdir(exist_ok=True)
        (mount / folder / "cgroup.subtree_control").write_text(controllers)
        (mount / folder / "cgroup.procs").write_text("")
        if limit:
            (mount / folder / "cpu.max").write_text(limit)
    monkeypatch.setattr(cgroups, "SELF", proc)
    return mount


def test_in_v2_the_group_is_below_the_nearest_whose_children_may_have_a_quota(v2):
    made = cgroups._make("it")
    assert made.folder.parent == v2 / "user.slice"
    made.limit(0.25, quota.PERIOD)
    assert (made.folder / "cpu.max").read_text() == "5000 20000"
    made.release()
    assert (made.folder / "cpu.max").read_text() == "max"


def test_in_v2_a_limit_of_the_groups_above_is_known(v2, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)))
    assert cgroups.processors() == 1.5


def test_without_a_group_signals_are_taken_and_without_a_second_processor_nothing(v2, monkeypatch):
    for folder in ("", "user.slice"):
        (v2 / folder / "cgroup.subtree_control").write_text("memory")
    with pytest.raises(cgroups.NoGroup, match="cpu controller"):
        quota.require()
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1})
    assert limits.find().limited is limits.BY_SIGNALS.limited
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0})
    with pytest.raises(limits.NoLimit, match="as root, or with two processors"):
        limits.find()


def test_a_container_whose_own_group_is_mounted(tmp_path, monkeypatch, v2):
    (tmp_path / "self" / "cgroup").write_text("0::/\n")
    assert cgroups._make("it").folder.parent == v2


def test_an_interrupt_while_a_group_is_removed_leaves_none():
    """A second Ctrl-C, while what was in the group has not quite ended."""
    try:
        quota.require()
    except cgroups.NoGroup as error:
        pytest.skip(str(error))
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3)"]) as process:
        timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
        with pytest.raises(KeyboardInterrupt), cgroups.made("interrupted") as group:
            group.add(process.pid)
            timer.start()
        assert not group.folder.exists()
