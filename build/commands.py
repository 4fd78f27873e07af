"""The seam to other programs: every subprocess of the build starts here."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from build.errors import UserError

TAIL = 15  # lines of a failed command's output that are worth showing
GRACE = 30  # seconds that a program gets to end by itself


class CommandFailed(UserError):
    """A program exited with another code than 0; its last lines come along."""

    template = "{command} failed with exit code {code}:\n{tail}"

    def __init__(self, argv: Sequence[str], code: int, output: str) -> None:
        self.code, self.output = code, output
        tail = "\n".join(f"  {line}" for line in output.strip().splitlines()[-TAIL:])
        super().__init__(command=shlex.join(argv[:3]) + (" ..." if len(argv) > 3 else ""), code=code, tail=tail)


class CommandMissing(UserError):
    template = "{command} is not on this machine."


def run(
    argv: Sequence[str | os.PathLike[str]],
    *,
    stdin: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run a program to its end and return what it wrote to stdout.

    Its output stays hidden while all is well.

    Raises:
        CommandFailed: it exited with another code than 0.
        CommandMissing: there is no such program.
    """
    words = [os.fspath(word) for word in argv]
    pipe = subprocess.PIPE
    try:
        # A session of its own: Ctrl-C reaches this process, which then ends the program in order.
        process = subprocess.Popen(
            words, stdin=pipe if stdin else subprocess.DEVNULL, stdout=pipe, stderr=pipe, env=env, cwd=cwd,
            encoding="utf-8", errors="replace", start_new_session=True,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise CommandMissing(command=words[0]) from error
    try:
        stdout, stderr = process.communicate(stdin)
    except BaseException:
        stop(process)
        raise
    if process.returncode:
        raise CommandFailed(words, process.returncode, stdout + stderr)
    return stdout


def stop(process: subprocess.Popen) -> None:
    """End a process that was started with a session of its own, and its children: asked first, then made to."""
    for number, patience in ((signal.SIGINT, GRACE), (signal.SIGKILL, None)):
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)


def succeeds(argv: Sequence[str]) -> bool:
    """Whether a program is there and exits with 0."""
    try:
        run(argv)
    except (CommandFailed, CommandMissing):
        return False
    return True


def find(name: str) -> Path | None:
    """The program of that name on PATH."""
    path = shutil.which(name)
    return Path(path) if path else None
