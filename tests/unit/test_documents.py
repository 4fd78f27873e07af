"""How the tests find the commands in the project's documents."""

import pytest

from tests import documents

TEXT = """# Title

    . .venv/bin/activate          # made before
    invoke build-layer            # a comment
    aws lambda invoke --name x \\
      --payload '{"a": "#1"}' out.json

Type `invoke report`, or `invoke
predict --local`; `dist/` is no command, and `mode = "s3"` is none.

    ┏━━━━━━━┓
    │ drawn │

```hcl
invoke = "not a command"
```

```sh
make demo
```

    invoke build-layer [--python 3.13]
                       [--out dist]

<!-- inputs and outputs: invoke docs -->
| `invoke docs` |
<!-- end of inputs and outputs -->
"""


@pytest.fixture
def found(tmp_path):
    (tmp_path / "README.md").write_text(TEXT)
    return documents.of_project(tmp_path)


def test_commands_come_in_their_order_with_their_line_and_without_comments(found):
    assert [(each.line, each.text) for each in found] == [
        (3, ". .venv/bin/activate"),
        (4, "invoke build-layer"),
        (5, """aws lambda invoke --name x --payload '{"a": "#1"}' out.json"""),
        (8, "invoke report"),
        (8, "invoke predict --local"),
        (19, "make demo"),
        (22, "invoke build-layer [--python 3.13] [--out dist]"),
    ]


def test_a_synopsis_is_told_apart(found):
    assert [each.text for each in found if each.is_synopsis] == ["invoke build-layer [--python 3.13] [--out dist]"]


def test_pages_of_docs_are_read_too(tmp_path):
    (tmp_path / "README.md").write_text("# Title\n")
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    (tmp_path / "docs" / "deep" / "page.md").write_text("Type `make demo`.\n")
    assert [str(each) for each in documents.of_project(tmp_path)] == ["page.md:1: make demo"]
