"""The documents refer to what there is: no dead link or anchor, no stale option, no file that has moved."""

import re

import hcl2
import pytest

import tasks
from tests import documents, pages
from tests.conftest import ROOT

PAGES = pages.of_project(ROOT)
LINKS = [link for page in PAGES for link in pages.links(page)]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
CONTEXTS = {context.name: context for context in tasks.namespace.to_contexts()}
EVERYWHERE = {"--list", "--help", "--search-root"}  # options of invoke itself

MADE = ("bench/results/drafts",)  # by a command, and not committed

# Options of other programs, which the pages tell of
FOREIGN = {
    "--expect": "invoke package",
    "--extra-index-url": "pip",
    "--find-links": "pip",
    "--generate-hashes": "uv pip compile",
    "--no-dev": "uv run",
    "--project": "uv run",
    "--strict": "mypy",
}


def options(name):
    """The options of a command of this project."""
    found = set()
    for argument in CONTEXTS[name].args.values():
        for word in argument.names:
            option = f"--{word.replace('_', '-')}" if len(word) > 1 else f"-{word}"
            found |= {option, option.replace("--", "--no-", 1)} if argument.kind is bool else {option}
    return found


ALL_OPTIONS = {option for name in CONTEXTS for option in options(name)} | EVERYWHERE


def test_a_heading_has_the_anchor_that_github_gives_it(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# What is proved?\n## `x` of [y](z.md), here\n## Twice\n## Twice\n```\n# no heading\n```\n")
    assert pages.anchors(page) == {"what-is-proved", "x-of-y-here", "twice", "twice-1"}


def test_links_are_found_with_their_line_and_not_in_code(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a [b](c.md)\n`[d](e.md)`\n![f\ng](h.svg)\n```\n[i](j.md)\n```\n")
    assert [(link.line, link.target) for link in pages.links(page)] == [(1, "c.md"), (3, "h.svg")]


@pytest.mark.parametrize("link", LINKS, ids=str)
def test_no_link_is_dead(link):
    if link.target.startswith(("https://", "mailto:")):
        return
    path, _, anchor = link.target.partition("#")
    target = (link.page.parent / path).resolve() if path else link.page
    assert target.exists(), f"{link}: there is no {target}"
    assert target.is_relative_to(ROOT), f"{link}: it is outside the repository"
    if anchor:
        assert anchor in pages.anchors(target), f"{link}: {target.name} has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_files_that_are_named_are_there(page):
    for text in pages.code(page):
        if pages.FILE.fullmatch(text) and text not in MADE:
            assert (ROOT / text).exists() or (page.parent / text).exists(), f"{page.name}: there is no {text}"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_options_that_are_named_are_there(page):
    for text in pages.code(page):
        if text.startswith("--"):
            unknown = set(pages.OPTION.findall(text)) - ALL_OPTIONS - set(FOREIGN)
            assert not unknown, f"{page.name}: no command has {unknown}"


@pytest.mark.parametrize("command", documents.of_project(ROOT), ids=str)
def test_commands_that_are_named_are_there_with_their_options(command):
    words = command.text.split()
    if words[0] != "invoke":
        return
    named = [word for word in words[1:] if word in CONTEXTS]
    if not named:
        assert words[1] in EVERYWHERE, f"{command}: there is no such command"
        return
    unknown = set(pages.OPTION.findall(command.text)) - options(named[0]) - EVERYWHERE
    assert not unknown, f"{command}: {named[0]} has no {unknown}"


def inputs(folder):
    """The inputs of a module."""
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("variables*.tf"))
    return set(re.findall(r'^variable "(\w+)"', text, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_settings_in_hcl_are_inputs_of_the_module(page):
    known = inputs(page.parent if page.is_relative_to(ROOT / "modules") else ROOT) | {"source", "version"}
    for block in pages.blocks(page, "hcl"):
        parsed = hcl2.loads(block)
        bodies = [body for each in parsed.pop("module", []) for body in each.values()]
        for body in [*bodies, parsed]:
            unknown = {name for name in body if not name.startswith("__")} - known
            assert not unknown, f"{page.name}: the module has no input {unknown}"


@pytest.mark.parametrize("folder", ["build", "cli", "lambda", "local", "bench", "tests"])
def test_pages_that_the_code_names_are_there(folder):
    for path in (ROOT / folder).rglob("*.py"):
        for name in re.findall(r"\bdocs/[\w-]+\.\w+", path.read_text(encoding="utf-8")):
            assert (ROOT / name).exists(), f"{path.name}: there is no {name}"


def test_the_readme_is_a_front_door():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 120
    assert len(documents.of(ROOT / "README.md")) >= 8


def test_each_page_of_the_docs_is_in_their_index():
    listed = {link.target.partition("#")[0] for link in pages.links(ROOT / "docs" / "README.md")}
    assert {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"} <= listed
