"""Prints for all commands: progress, results, sizes, and the command to type next.

On a terminal, the step that runs has a spinner and its seconds. Elsewhere, such as in CI, each step is a plain line.
"""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console, RenderableType
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from build.host.paths import shown

OUT = Path("dist")
MODULE = Path(__file__).resolve().parents[1]
LONG = 1.0  # seconds of a step that are worth showing
REFRESHES = 4  # a second: few, because some commands measure times while the spinner turns


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise  # noqa: PLE0704 - rich calls this while it handles the error, and cli.command handles it then


class Terminal:
    """The place where a command prints. Results go to stdout. Progress does too, unless the result is data."""

    def __init__(self) -> None:
        self.results = _Console(highlight=False, soft_wrap=True, markup=False)
        self.messages: Console = self.results
        self._progress: Progress | None = None
        self._step, self._said, self._since = TaskID(0), "", 0.0

    def say(self, message: str) -> None:
        """Print that a step begins, or another fact."""
        if self._progress is None:
            self.messages.print(message, style="dim")
            return
        self._end_step()
        self._said, self._since = message, time.monotonic()
        self._progress.reset(self._step, description=message.partition("\n")[0], visible=True)

    def show(self, what: RenderableType, style: str | None = None) -> None:
        """Print a result: a line, which is not broken, or a table, which fits the width with nothing cut off."""
        self._end_step()
        if isinstance(what, Table):
            for column in what.columns:
                column.overflow = "fold"
        self.results.print(what, style=style, soft_wrap=not isinstance(what, Table))

    def warn(self, message: str) -> None:
        """Print something that the caller should know before going on."""
        self._end_step()
        self.messages.print(message, style="yellow")

    def data(self, value: object) -> None:
        """Print a result as JSON."""
        self._end_step()
        self.results.print_json(data=value)

    def next(self, *lines: str) -> None:
        """Print the next command, as it has to be typed in the caller's folder."""
        self._end_step()
        words = [typed(line) for line in lines]
        self.messages.print(f"Next: {words[0]}" if len(words) == 1 else "\n  ".join(["Next:", *words]), style="bold")

    @contextmanager
    def at_work(self, name: str, *, data: bool, spinner: bool) -> Iterator[None]:
        """Print for one command, until the block ends.

        Args:
            name: the name of the command, which the spinner shows until the first step begins.
            data: whether the result is for programs. Everything else then goes to stderr.
            spinner: whether to show a spinner. Not if Terraform or a question also uses the terminal.
        """
        self.messages = _Console(stderr=True, highlight=False, soft_wrap=True, markup=False) if data else self.results
        if not (spinner and self.messages.is_terminal and not self.messages.is_dumb_terminal):
            yield
            return
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False, style="dim"), TimeElapsedColumn())
        with Progress(*columns, console=self.messages, transient=True, refresh_per_second=REFRESHES) as progress:
            self._progress, self._step, self._said = progress, progress.add_task(name, total=None), ""
            try:
                yield
            finally:
                self.stop_spinner()

    def stop_spinner(self) -> None:
        """Print plain lines from now on: before a question, and while a command only waits for others."""
        self._end_step()
        if self._progress:
            self._progress.stop()
            self._progress = None

    def _end_step(self) -> None:
        """Print the step that the spinner shows, with its seconds if they are worth showing."""
        if self._progress is None or not self._said:
            return
        seconds = time.monotonic() - self._since
        took = f" ({seconds:.1f} s)" if seconds >= LONG else ""
        self.messages.print(f"{self._said}{took}", style="dim")
        self._said = ""
        self._progress.reset(self._step, description="", visible=False)


terminal = Terminal()
say, show, warn = terminal.say, terminal.show, terminal.warn


def megabytes(count: float) -> str:
    return f"{count / 1e6:.2f} MB"


def made(path: Path) -> str:
    """Return the name of a file that a command has written, and its size."""
    size = path.stat().st_size
    return f"{shown(path)}: {megabytes(size) if size >= 1e6 else f'{size / 1e3:.1f} kB'}"


def with_out(out: Path) -> str:
    """Return the option that names a folder of artifacts, if the caller has to name it."""
    return "" if out == OUT.absolute() else f" --out {shlex.quote(shown(out))}"


def deploying(options: str) -> str:
    """Return the command that deploys. If another configuration has fetched the module, it is terraform apply."""
    return "terraform apply" if ".terraform" in MODULE.parts else f"invoke deploy{options}"


def typed(line: str) -> str:
    """Return a command line as the caller has to type it. In another folder, it says where the tasks are."""
    if not line.startswith("invoke "):
        return line
    root = _search_root(sys.argv[1:])
    core = f"--search-root {shlex.quote(root)} " if root else ""
    with_uv = f"uv run --project {shlex.quote(shown(MODULE))} " if "UV_RUN_RECURSION_DEPTH" in os.environ else ""
    return f"{with_uv}invoke {core}{line.removeprefix('invoke ')}"


def _search_root(words: list[str]) -> str | None:
    """Return the value of invoke's own option --search-root, which stands before the command."""
    for number, word in enumerate(words):
        if word.startswith("--search-root="):
            return word.partition("=")[2]
        if word in ("--search-root", "-r"):
            return words[number + 1] if number + 1 < len(words) else None
        if not word.startswith("-"):
            return None
    return None
