"""The tables of inputs and outputs of each module, as terraform-docs has them, with a row for each field of an object.

They are written from ``variables*.tf`` and ``outputs.tf``. Those of the root module are in docs/inputs.md, and those of
a submodule are in its README.
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
    template = "{page} has no place for the tables. Give it two lines:\n{begin}\n{end}"


class Undescribed(UserError):
    template = (
        "The description of {variable} in {folder} and its type disagree on the fields: {fields}.\n"
        "Give each field a line of the description: - `field` - What it is."
    )


def write(root: Path = ROOT) -> list[Path]:
    """Bring the tables of all modules up to date; return the pages that were not."""
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
    """Folders of the root module and the submodules."""
    return [root, *sorted(path for path in (root / "modules").iterdir() if path.is_dir())]


def page(folder: Path, root: Path = ROOT) -> Path:
    """Where the tables of a module are."""
    return root / "docs" / "inputs.md" if folder == root else folder / "README.md"


def rendered(path: Path, folder: Path) -> str:
    """A page with the tables of a module, as they are to be.

    Raises:
        NoMarkers: it does not say where.
        Undescribed: a field of an object has no description, or the other way round.
    """
    text = path.read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise NoMarkers(page=path, begin=BEGIN, end=END)
    return f"{head}{BEGIN}\n\n{tables(folder)}\n\n{END}{tail}"


def tables(folder: Path) -> str:
    """The inputs and outputs of one module, in the order of their files. Each file has a table of its own."""
    parts = []
    for path in variable_files(folder):
        rows = list(chain.from_iterable(inputs(folder, name, body) for name, body in blocks(path, "variable")))
        if rows:
            parts.append("\n".join([*heading(path), *INPUTS, *rows]))
    outputs = [f"| `{name}` | {cell(body['description'])} |" for name, body in blocks(folder / "outputs.tf", "output")]
    title = ["## Outputs", ""] if len(parts) > 1 else []
    return "\n\n".join([*parts, "\n".join([*title, *OUTPUTS, *outputs])])


def variable_files(folder: Path) -> list[Path]:
    """``variables.tf``, and then the others by name."""
    return sorted(folder.glob("variables*.tf"), key=lambda path: (path.name != "variables.tf", path.name))


def variables(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """All variables of a module."""
    return list(chain.from_iterable(blocks(path, "variable") for path in variable_files(folder)))


def heading(path: Path) -> list[str]:
    """The comment that a file begins with, as a heading."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return [f"## {first[2:]}", ""] if first.startswith("# ") else []


def inputs(folder: Path, name: str, body: dict[str, Any]) -> Iterator[str]:
    """The rows of a variable: its own, and one for each field."""
    told, described = description(body["description"])
    kind = hcl_types.bare(body["type"])
    fields = hcl_types.fields(kind)
    differing = {field.name for field in fields} ^ set(described)
    if differing:
        raise Undescribed(variable=name, folder=folder, fields=", ".join(sorted(differing)))
    yield f"| `{name}` | {told} | `{hcl_types.short(kind)}` | {default(body)} |"
    prefix = f"{name}." if kind.startswith("object") else f"{name}[*]."
    for field in fields:
        what = f"`{_cell(field.default)}`" if field.default else ("required" if field.required else "`null`")
        yield f"| `{prefix}{field.name}` | {described[field.name]} | `{field.type}` | {what} |"


def blocks(path: Path, kind: str) -> list[tuple[str, dict[str, Any]]]:
    """The blocks of a kind in a file, with their label."""
    parsed = _parse(path.read_text(encoding="utf-8")).get(kind, [])
    return [(label.strip('"'), body) for block in parsed for label, body in block.items() if isinstance(body, dict)]


@cache
def _parse(text: str) -> dict[str, Any]:
    import hcl2  # for development: nobody who deploys needs it

    return dict(hcl2.loads(text))


def description(text: str) -> tuple[str, dict[str, str]]:
    """A description as a cell of a table, and those of the fields, which are the points of its list."""
    told, *points = re.split(r"^\s*- `", plain(text), flags=re.MULTILINE)
    fields = dict(point.split("` - ", 1) for point in points)
    return _cell(told), {name: _cell(what) for name, what in fields.items()}


def cell(text: str) -> str:
    """A string of HCL, quoted or a heredoc, as one line of a table."""
    return _cell(plain(text))


def plain(text: str) -> str:
    """What a string of HCL, quoted or a heredoc, says."""
    heredoc = re.fullmatch(r'"?<<-?(\w+)\n(.*)\n\s*\1"?', text, flags=re.DOTALL)
    return heredoc[2] if heredoc else text[1:-1].replace('\\"', '"')


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def default(variable: dict[str, Any]) -> str:
    """A default as HCL writes it; a variable without one is required."""
    return f"`{_hcl(variable['default'])}`" if "default" in variable else "required"


def _hcl(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list):
        return f"[{', '.join(map(_hcl, value))}]"
    return str(value)
