"""Processes that are started, and what becomes of them."""

import signal
import subprocess
import sys

import pytest

from build.host import commands

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def interrupts():
    """SIGTERM raises, as in a command."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    yield
    signal.signal(signal.SIGTERM, before)


def test_one_that_runs_on_ends_with_the_block():
    with commands.started(SLEEP) as process:
        assert process.poll() is None
    assert process.returncode is not None


def test_one_is_stopped_when_an_interrupt_comes_while_it_starts(interrupts, monkeypatch):
    popen, made = subprocess.Popen, []

    def interrupted(*words, **options):
        made.append(popen(*words, **options))
        signal.raise_signal(signal.SIGTERM)
        return made[0]

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    with pytest.raises(KeyboardInterrupt), commands.started(SLEEP):
        pytest.fail("The interrupt was lost")
    assert made[0].returncode is not None
    assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler


def test_one_that_is_not_there_is_told():
    with pytest.raises(commands.CommandMissing, match="is not installed on this machine"):
        commands.run(["no-such-command"])
