"""The tables in the READMEs of the modules."""

import re

import pytest

from build import docs

NAMES = [path.name if path.parent.name == "modules" else "root" for path in docs.modules()]


@pytest.mark.parametrize("folder", docs.modules(), ids=NAMES)
class TestTables:
    def test_they_are_those_of_the_module(self, folder):
        readme = folder / "README.md"
        assert readme.read_text(encoding="utf-8") == docs.rendered(readme), "Run: invoke docs"

    def test_every_variable_and_output_is_described_and_typed(self, folder):
        for name, body in docs.blocks(folder / "variables.tf", "variable"):
            assert docs.cell(body["description"]), name
            assert "any" not in re.findall(r"\w+", str(body["type"])), name
        for name, body in docs.blocks(folder / "outputs.tf", "output"):
            assert docs.cell(body["description"]), name


def test_the_root_has_few_variables():
    assert len(docs.blocks(docs.ROOT / "variables.tf", "variable")) <= 32


def test_a_readme_without_a_place_for_them_is_told_of(tmp_path):
    (tmp_path / "README.md").write_text("# churn")
    with pytest.raises(docs.NoMarkers, match="does not say where the tables go"):
        docs.rendered(tmp_path / "README.md")


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        ('"One of \\"a\\" | \\"b\\"."', 'One of "a" \\| "b".'),
        ('"<<-EOT\n    Two\n    lines.\n  EOT"', "Two lines."),
    ],
)
def test_a_description_is_one_line_of_a_table(written, cell):
    assert docs.cell(written) == cell


def test_defaults_are_written_as_in_hcl(tmp_path):
    (tmp_path / "variables.tf").write_text(
        'variable "a" {}\nvariable "b" { default = null }\nvariable "c" { default = "x" }\n'
        'variable "d" { default = ["x"] }\nvariable "e" { default = {} }\nvariable "f" { default = 1 }\n'
    )
    found = [docs.default(body) for _, body in docs.blocks(tmp_path / "variables.tf", "variable")]
    assert found == ["required", "`null`", '`"x"`', '`["x"]`', "`{}`", "`1`"]
