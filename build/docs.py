"""Writes the tables of inputs and outputs in each module's README, from its variables.tf and outputs.tf."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, cast

from build.errors import UserError

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- inputs and outputs: invoke docs -->", "<!-- end of inputs and outputs -->"


class NoMarkers(UserError):
    template = "{readme} does not say where the tables go. Add these two lines to it:\n{begin}\n{end}"


def write(root: Path = ROOT) -> list[Path]:
    """Bring the tables of all modules up to date, and return the READMEs that have changed."""
    changed = []
    for folder in modules(root):
        readme = folder / "README.md"
        before = readme.read_text(encoding="utf-8")
        after = rendered(readme)
        if after != before:
            readme.write_text(after, encoding="utf-8")
            changed.append(readme)
    return changed


def modules(root: Path = ROOT) -> list[Path]:
    """Return the folders of the root module and the submodules."""
    return [root, *sorted(path for path in (root / "modules").iterdir() if path.is_dir())]


def rendered(readme: Path) -> str:
    """Return the text of a README with up-to-date tables.

    Raises:
        NoMarkers: the README does not say where the tables go.
    """
    text = readme.read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise NoMarkers(readme=readme, begin=BEGIN, end=END)
    return f"{head}{BEGIN}\n\n{tables(readme.parent)}\n\n{END}{tail}"


def tables(folder: Path) -> str:
    """Return the tables of a module, in the order of its files."""
    inputs = [
        f"| `{name}` | {cell(body['description'])} | {default(body)} |"
        for name, body in blocks(folder / "variables.tf", "variable")
    ]
    outputs = [f"| `{name}` | {cell(body['description'])} |" for name, body in blocks(folder / "outputs.tf", "output")]
    return "\n".join(["| input | | default |", "|---|---|---|", *inputs, "", "| output | |", "|---|---|", *outputs])


def blocks(path: Path, kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the blocks of one kind in a file, with their labels."""
    parsed = _parse(path.read_text(encoding="utf-8")).get(kind, [])
    return [(label.strip('"'), body) for block in parsed for label, body in block.items() if isinstance(body, dict)]


@cache
def _parse(text: str) -> dict[str, Any]:
    import hcl2  # a dependency of development only

    return cast("dict[str, Any]", hcl2.loads(text))


def cell(text: str) -> str:
    """Return a string of HCL, which may be a heredoc, as one line for a table."""
    heredoc = re.fullmatch(r'"?<<-?(\w+)\n(.*)\n\s*\1"?', text, flags=re.DOTALL)
    plain = heredoc[2] if heredoc else text[1:-1].replace('\\"', '"')
    return " ".join(plain.split()).replace("|", "\\|")


def default(variable: dict[str, Any]) -> str:
    """Return a variable's default in HCL. A variable without a default is required."""
    return f"`{_hcl(variable['default'])}`" if "default" in variable else "required"


def _hcl(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, list):
        return f"[{', '.join(map(_hcl, value))}]"
    return str(value)
