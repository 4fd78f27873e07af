"""Each message in docs/troubleshooting.md is one that the code says, or one of AWS's or Terraform's own."""

import ast
import re

import pytest

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "troubleshooting.md"
ENTRY = re.compile(r"^### (`+)(.+?)\1\n\n(.*?)(?=^##|\Z)", re.DOTALL | re.MULTILINE)
ENTRIES = {message: body for _, message, body in ENTRY.findall(PAGE.read_text(encoding="utf-8"))}

ELSEWHERE = {
    "couldn't find resource": "the provider hashicorp/aws; tests/e2e/test_earlier_versions.py meets it",
    "opening S3 object source": "the provider hashicorp/aws; tests/e2e/test_terraform.py meets it",
    "ResourceConflictException": "Lambda's API",
    "UpdateFunctionConfiguration": "an action of Lambda's API, which the provider names",
    "Runtime.ImportModuleError": "AWS's runtime client",
}


def texts():
    """What the code may say: the strings of each Python file, and the other files whole; letters and digits alone."""
    found = []
    for folder in ("build", "cli", "lambda", "local", "bench"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            found += [letters(text) for text in strings(ast.parse(path.read_text(encoding="utf-8")))]
    found += [letters(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "modules").rglob("*.tf"))]
    return [*found, letters((ROOT / "Makefile").read_text(encoding="utf-8"))]


def strings(tree):
    """The strings of a syntax tree; an f-string or a sum of strings is one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)


def letters(text):
    """A text without blanks, quotes, punctuation, and without what differs from one message to the next."""
    return re.sub(r"[^A-Za-z0-9]|\$?\{[\w.!:,]*\}", "", text)


TEXTS = texts()


def is_said(message):
    """Whether some text has all parts of a message, in their order."""
    pattern = re.compile(".*".join(filter(None, map(letters, message.split("...")))))
    return any(pattern.search(text) for text in TEXTS)


@pytest.mark.parametrize("message", ENTRIES)
def test_the_message_is_in_the_code(message):
    assert is_said(message) or message in ELSEWHERE, "Nothing says so any more: change the entry, or remove it"


@pytest.mark.parametrize("message", ENTRIES)
def test_the_entry_says_why_and_what_to_do(message):
    why, _, remedy = ENTRIES[message].partition("**What to do:** ")
    assert why.startswith("**Why:** ")
    assert len(why.split()) > 5
    assert len(remedy.split()) > 2


def test_there_are_many_and_all_are_found():
    assert len(ENTRIES) >= 25
    assert len(ENTRIES) == PAGE.read_text(encoding="utf-8").count("\n### ")


def test_a_message_that_nobody_says_is_noticed():
    assert not is_said("the layer does not fit Lambda: ... of ... apples")
    assert not is_said("bytes unzipped ... the layer does not fit Lambda")


@pytest.mark.parametrize("message", ELSEWHERE)
def test_the_messages_of_others_are_told(message):
    assert message in ENTRIES
