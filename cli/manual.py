"""Writes the reference of the commands in docs/commands.md from the commands themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

from invoke.collection import Collection
from invoke.parser.argument import Argument

from build.errors import UserError
from cli.command import EXIT_CODES, FOOTER
from cli.terminal import MODULE

PAGE = MODULE / "docs" / "commands.md"
BEGIN, END = "<!-- commands: invoke docs -->", "<!-- end of commands -->"
IN_ALL = ("debug",)  # options that every command has, which the page explains once


class NoMarkers(UserError):
    template = "{page} has no place for the reference. Give it two lines:\n{begin}\n{end}"


def write(page: Path = PAGE) -> list[Path]:
    """Bring the page up to date. Returns the page if it has changed."""
    before = page.read_text(encoding="utf-8")
    after = rendered(before, page)
    if after == before:
        return []
    page.write_text(after, encoding="utf-8")
    return [page]


def rendered(text: str, page: Path = PAGE) -> str:
    """Return the text of the page with an up-to-date reference.

    Raises:
        NoMarkers: the page does not say where the reference goes.
    """
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise NoMarkers(page=page, begin=BEGIN, end=END)
    return f"{head}{BEGIN}\n\n{reference()}\n\n{END}{tail}"


def reference() -> str:
    """Return each command with its options, in the order in which they are used, and the exit codes."""
    from tasks import namespace

    lines: list[str] = []
    for name in namespace.tasks:
        lines += [*_command(namespace, name), ""]
    lines += ["## Exit codes", "", "| exit code | |", "|--:|---|"]
    lines += [f"| {code} | {_cell(meaning)} |" for code, meaning in EXIT_CODES.items()]
    return "\n".join(lines)


def _command(namespace: Collection, name: str) -> Iterator[str]:
    description = (inspect.getdoc(namespace[name]) or "").removesuffix(FOOTER).strip()
    yield from (f"## {name}", "", description)
    arguments = [argument for argument in namespace[name].get_arguments() if argument.name not in IN_ALL]
    if arguments:
        yield from ("", "| option | short | | default |", "|---|---|---|---|")
    for argument in arguments:
        yield f"| {_option(argument)} | {_short(argument)} | {_cell(argument.help or '')} | {_default(argument)} |"


def _option(argument: Argument) -> str:
    """Return an option as it is typed. An option that is on by default is typed to turn it off."""
    if argument.kind is bool and argument.default is True:
        return f"`--no-{_typed(argument)}`"
    value = "" if argument.kind is bool else f" {str(argument.name).upper()}"
    return f"`--{_typed(argument)}{value}`"


def _typed(argument: Argument) -> str:
    """Return the name as it is typed, with hyphens in the place of underscores."""
    return str(argument.name).replace("_", "-")


def _short(argument: Argument) -> str:
    return ", ".join(f"`-{name}`" for name in argument.names if len(name) == 1)


def _default(argument: Argument) -> str:
    if argument.positional:
        return f"required; `--{_typed(argument)}` may be left out"
    if argument.kind is bool or argument.default in (None, [], inspect.Parameter.empty):
        return ""
    return f"`{argument.default}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
