"""Turns a function into a command: with options, messages for failures, and exit codes."""

from __future__ import annotations

import functools
import inspect
import logging
import signal
import traceback
from collections.abc import Callable, Collection, Mapping
from typing import Any

from invoke.exceptions import Exit
from invoke.parser.argument import Argument
from invoke.tasks import Task

from build.errors import UserError
from build.host import commands
from build.host.paths import given_as_text
from cli import pipes
from cli.terminal import terminal

FAILED, FAULT, INTERRUPTED, NOBODY_READS = 1, 70, 130, 141
EXIT_CODES = {
    0: "The command did what it was asked to do.",
    FAILED: "It did not, and the message says why and what to do. Also: `audit` found vulnerabilities, `doctor` found "
    "something missing, or a test failed.",
    FAULT: "The command itself has a fault. It prints the traceback, and where to report it.",
    INTERRUPTED: "Ctrl+C or a signal ended it.",
    NOBODY_READS: "The program that read its output ended first, such as `head`.",
}
FOOTER = f"Exit codes: 0 done, {FAILED} failed with a message, {FAULT} fault of the command, {INTERRUPTED} interrupted."
ISSUES = "https://github.com/OWNER/terraform-aws-lambda-model/issues"
REPORT = (
    "This is a fault of the command, and not of what you gave it. Please report it with the lines above, the command "
    f"and the output of invoke doctor:\n{ISSUES}"
)

# The options that have a short form, which is the same in all commands.
SHORT = {
    "event": "e",
    "model": "m",
    "out": "o",
    "python": "p",
    "request": "r",
    "dry_run": "n",
    "yes": "y",
}
HELP = ("-h", "--help")


class Command(Task[Callable[..., None]]):
    """A task whose short options are those of `SHORT`."""

    def __init__(self, body: Callable[..., None], *, help: Mapping[str, str], **options: Any) -> None:
        self.explained = dict(help)
        super().__init__(body, **options)

    def get_arguments(self, ignore_unknown_help: bool | None = None) -> list[Argument]:
        self.help = dict(self.explained)  # invoke removes what it has read
        return super().get_arguments(ignore_unknown_help)

    def arg_opts(self, name: str, default: str, taken_names: set[str]) -> dict[str, Any]:
        options = super().arg_opts(name, default, taken_names)
        if name in SHORT:
            options["names"] = [*options["names"], SHORT[name]]
        return options


def command(
    *,
    help: Mapping[str, str] | None = None,
    iterable: Collection[str] = (),
    positional: Collection[str] = (),
    data: bool = False,
    spinner: bool = True,
) -> Callable[[Callable[..., None]], Command]:
    """Return a decorator that turns a function into a command.

    Args:
        help: what each option is for.
        iterable: options that can be given more than once.
        positional: options whose value may be given without their name.
        data: whether the output on stdout is for programs.
        spinner: whether a spinner shows the progress. Not for a command that shares the terminal with other programs.
    """

    def decorate(body: Callable[..., None]) -> Command:
        return Command(
            _guarded(body, data=data, spinner=spinner),
            auto_shortflags=False,
            help={**(help or {}), "debug": "show the traceback of a failure, too"},
            iterable=iterable,
            positional=positional,
        )

    return decorate


def _guarded(body: Callable[..., None], *, data: bool, spinner: bool) -> Callable[..., None]:
    """Return the function with text for paths, the option --debug, and an exit code for each way to end."""
    name = body.__name__.replace("_", "-")
    called = given_as_text(body)

    @functools.wraps(called)
    def guarded(*args: Any, debug: bool = False, **kwargs: Any) -> None:
        if any(value in HELP for value in kwargs.values() if isinstance(value, str)):
            _print_help(name)  # invoke takes -h for the value of a positional option
        for number in commands.INTERRUPTS:  # SIGINT too, because shells make background jobs ignore it
            signal.signal(number, signal.default_int_handler)  # ends the command in order, as Ctrl-C does
        try:
            with terminal.at_work(f"invoke {name}", data=data, spinner=spinner):
                called(*args, **kwargs)
        except Exit:
            raise
        except KeyboardInterrupt:
            raise Exit("Interrupted.", code=INTERRUPTED) from None
        except Exception as error:
            raise _exit(error, debug or logging.getLogger("invoke").isEnabledFor(logging.DEBUG)) from error

    parameters = [*inspect.signature(called).parameters.values()]
    parameters.append(inspect.Parameter("debug", inspect.Parameter.KEYWORD_ONLY, default=False))
    guarded.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    guarded.__doc__ = f"{inspect.getdoc(body)}\n\n{FOOTER}"
    return guarded


def _exit(error: Exception, debug: bool) -> Exit:
    """Return how to end after a failure: an error that the caller can fix is one message, without a traceback."""
    if isinstance(error, BrokenPipeError) and pipes.is_closed():
        pipes.discard()
        return Exit(code=NOBODY_READS)
    # OSError: for example a full disk, or a file in the place of a folder
    expected = isinstance(error, (UserError, OSError))
    if debug or not expected:
        traceback.print_exception(error)
    return Exit(f"Error: {error}", code=FAILED) if expected else Exit(REPORT, code=FAULT)


def _print_help(name: str) -> None:
    from invoke.main import program

    program.print_task_help(name)
    raise Exit
