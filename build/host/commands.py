"""Runs other programs. All subprocesses of the build are started here."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from build.errors import UserError

TAIL = 15  # lines of a failed command's output that are shown
GRACE = 30  # seconds that a program has to end after an interrupt
INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CommandFailed(UserError):
    """A program exited with another code than 0. The message has the last lines of its output."""

    template = "{command} failed with exit code {code}:\n{tail}"

    def __init__(self, argv: Sequence[str], code: int, output: str) -> None:
        self.code, self.output = code, output
        tail = "\n".join(f"  {line}" for line in output.strip().splitlines()[-TAIL:])
        super().__init__(command=shlex.join(argv[:3]) + (" ..." if len(argv) > 3 else ""), code=code, tail=tail)


class CommandMissing(UserError):
    template = "{command} is not installed on this machine."


def run(
    argv: Sequence[str | os.PathLike[str]],
    *,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run a program to its end, and return what it wrote to stdout. Its output is only shown if it fails.

    Raises:
        CommandFailed: the program exited with another code than 0.
        CommandMissing: there is no such program.
    """
    words = [os.fspath(word) for word in argv]
    pipe = subprocess.PIPE
    try:
        with started(
            words, stdin=pipe if stdin else subprocess.DEVNULL, stdout=pipe, stderr=pipe, env=env, cwd=cwd,
            encoding="utf-8", errors="replace",
        ) as process:  # fmt: skip
            stdout, stderr = process.communicate(stdin)
    except FileNotFoundError as error:
        raise CommandMissing(command=words[0]) from error
    if process.returncode:
        raise CommandFailed(words, process.returncode, stdout + stderr)
    return str(stdout)


@contextmanager
def started(argv: Sequence[str | os.PathLike[str]], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """Start a process, and end it at the end of the block if it still runs.

    It has a session of its own. So Ctrl-C reaches this process only, which then ends the other one properly.

    Args:
        options: arguments of ``subprocess.Popen``. They decide whether its streams are texts or bytes.
    """
    process: subprocess.Popen[Any] | None = None
    try:
        with uninterrupted():  # otherwise, it might be running without being known here
            process = subprocess.Popen(argv, start_new_session=True, **options)
        yield process
    finally:
        if process:
            _stop(process)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Delay, to the end of the block, the exceptions that signals raise. They only do so in the main thread."""
    came: list[int] = []
    numbers = INTERRUPTS if threading.current_thread() is threading.main_thread() else ()
    handlers = {number: signal.getsignal(number) for number in numbers}
    handlers = {number: handler for number, handler in handlers.items() if callable(handler)}
    try:
        for number in handlers:
            signal.signal(number, lambda number, frame: came.append(number))
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def _stop(process: subprocess.Popen[Any]) -> None:
    """Ask a process and its children to end, and kill them if they do not."""
    for number, patience in ((signal.SIGINT, GRACE), (signal.SIGKILL, None)):
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)


def succeeds(argv: Sequence[str]) -> bool:
    """Return whether a program exists and exits with 0."""
    try:
        run(argv)
    except (CommandFailed, CommandMissing):
        return False
    return True


def find(name: str) -> Path | None:
    """Return the program of that name on PATH."""
    path = shutil.which(name)
    return Path(path) if path else None
