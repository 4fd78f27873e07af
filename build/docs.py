"""Writes the tables of each module's inputs and outputs, in the form of terraform-docs, with a row for each field.

They are made from ``variables*.tf`` and ``outputs.tf``. The tables of the root module are in docs/inputs.md, and those
of a submodule are in its README.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from build import hcl_types
from build.errors import UserError

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- inputs and outputs: invoke docs -->", "<!-- end of inputs and outputs -->"
INPUTS = ["| Input | Description | Type | Default |", "|---|---|---|---|"]
OUTPUTS = ["| Output | Description |", "|---|---|"]


class NoMarkers(UserError):
    template = "{page} does not say where the tables go. Add these two lines to it:\n{begin}\n{end}"


class Undescribed(UserError):
    template = (
        "The description of {variable} in {folder} and its type do not have the same fields: {fields}.\n"
        "Write a line for each field in the description: - `field` - What it is."
    )


def write(root: Path = ROOT) -> list[Path]:
    """Bring the tables of all modules up to date, and return the pages that have changed."""
    changed = []
    for folder in modules(root):
        path = page(folder, root)
        before = path.read_text(encoding="utf-8")
        after = rendered(path, folder)
        if after != before:
            path.write_text(after, encoding="utf-8")
            changed.append(path)
    return changed


def modules(root: Path = ROOT) -> list[Path]:
    """Return the folders of the root module and the submodules."""
    return [root, *sorted(path for path in (root / "modules").iterdir() if path.is_dir())]


def page(folder: Path, root: Path = ROOT) -> Path:
    """Return the page with the tables of a module."""
    return root / "docs" / "inputs.md" if folder == root else folder / "README.md"


def rendered(path: Path, folder: Path) -> str:
    """Return the text of a page with up-to-date tables of a module.

    Raises:
        NoMarkers: the page does not say where the tables go.
        Undescribed: a field of an object has no description, or a description has no field.
    """
    text = path.read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise NoMarkers(page=path, begin=BEGIN, end=END)
    return f"{head}{BEGIN}\n\n{tables(folder)}\n\n{END}{tail}"


def tables(folder: Path) -> str:
    """Return the tables of a module, in the order of its files. Each file has a table of its own."""
    of_files = []
    for path in variable_files(folder):
        rows = list(chain.from_iterable(inputs(folder, name, body) for name, body in blocks(path, "variable")))
        if rows:
            of_files.append("\n".join([*heading(path), *INPUTS, *rows]))
    outputs = [f"| `{name}` | {cell(body['description'])} |" for name, body in blocks(folder / "outputs.tf", "output")]
    title = ["## Outputs", ""] if len(of_files) > 1 else []
    return "\n\n".join([*of_files, "\n".join([*title, *OUTPUTS, *outputs])])


def variable_files(folder: Path) -> list[Path]:
    """Return ``variables.tf``, and then the other files with variables, sorted by name."""
    return sorted(folder.glob("variables*.tf"), key=lambda path: (path.name != "variables.tf", path.name))


def variables(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return all variables of a module."""
    return list(chain.from_iterable(blocks(path, "variable") for path in variable_files(folder)))


def heading(path: Path) -> list[str]:
    """Return the comment at the beginning of a file as a heading."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return [f"## {first[2:]}", ""] if first.startswith("# ") else []


def inputs(folder: Path, name: str, body: dict[str, Any]) -> Iterator[str]:
    """Return the rows of a variable: its own row, and a row for each field."""
    summary, described = description(body["description"])
    kind = hcl_types.bare(body["type"])
    fields = hcl_types.fields(kind)
    differing = {field.name for field in fields} ^ set(described)
    if differing:
        raise Undescribed(variable=name, folder=folder, fields=", ".join(sorted(differing)))
    yield f"| `{name}` | {summary} | `{hcl_types.short(kind)}` | {default(body)} |"
    prefix = f"{name}." if kind.startswith("object") else f"{name}[*]."
    for field in fields:
        what = f"`{_cell(field.default)}`" if field.default else ("required" if field.required else "`null`")
        yield f"| `{prefix}{field.name}` | {described[field.name]} | `{field.type}` | {what} |"


def blocks(path: Path, kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the blocks of one kind in a file, with their labels."""
    parsed = _parse(path.read_text(encoding="utf-8")).get(kind, [])
    return [(label.strip('"'), body) for block in parsed for label, body in block.items() if isinstance(body, dict)]


@cache
def _parse(text: str) -> dict[str, Any]:
    import hcl2  # a dependency of development only

    return dict(hcl2.loads(text))


def description(text: str) -> tuple[str, dict[str, str]]:
    """Return a description as a cell of a table, and the descriptions of fields, which are the points of its list."""
    summary, *points = re.split(r"^\s*- `", plain(text), flags=re.MULTILINE)
    fields = dict(point.split("` - ", 1) for point in points)
    return _cell(summary), {name: _cell(what) for name, what in fields.items()}


def cell(text: str) -> str:
    """Return a string of HCL, which may be a heredoc, as one line for a table."""
    return _cell(plain(text))


def plain(text: str) -> str:
    """Return the content of a string of HCL, which may be a heredoc."""
    heredoc = re.fullmatch(r'"?<<-?(\w+)\n(.*)\n\s*\1"?', text, flags=re.DOTALL)
    return heredoc[2] if heredoc else text[1:-1].replace('\\"', '"')


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def default(variable: dict[str, Any]) -> str:
    """Return a variable's default in HCL. A variable without a default is required."""
    return f"`{_hcl(variable['default'])}`" if "default" in variable else "required"


def _hcl(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list):
        return f"[{', '.join(map(_hcl, value))}]"
    return str(value)
