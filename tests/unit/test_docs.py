"""The tables of inputs and outputs of the modules."""

import re

import pytest

from build import docs, hcl_types

NAMES = [path.name if path.parent.name == "modules" else "root" for path in docs.modules()]

# These take another shape on their way: the model may be the manifest's, and the manifest asks for its version alone
OTHER = {("function", "model"), ("manifest", "model")}


@pytest.mark.parametrize("folder", docs.modules(), ids=NAMES)
class TestTables:
    def test_they_are_those_of_the_module(self, folder):
        page = docs.page(folder)
        assert page.read_text(encoding="utf-8") == docs.rendered(page, folder), "Run: invoke docs"

    def test_every_variable_and_output_is_described_and_typed(self, folder):
        for name, body in docs.variables(folder):
            assert docs.cell(body["description"]), name
            assert "any" not in re.findall(r"\w+", str(body["type"])), name
        for name, body in docs.blocks(folder / "outputs.tf", "output"):
            assert docs.cell(body["description"]), name

    def test_descriptions_are_sentences(self, folder):
        """Terse notes once stood here, such as "null: neither."."""
        described = [(name, body) for name, body in docs.variables(folder)]
        described += docs.blocks(folder / "outputs.tf", "output")
        for name, body in described:
            told, fields = docs.description(body["description"])
            for text in (told, *fields.values()):
                assert re.match(r"[A-Z`]", text), (name, text)
                assert text.endswith("."), (name, text)
                assert not re.search(r"\bnull: ", text), (name, text)


def test_the_root_has_few_variables():
    assert 20 < len(docs.variables(docs.ROOT)) <= 32


@pytest.mark.parametrize("folder", docs.modules()[1:], ids=NAMES[1:])
def test_an_object_is_the_same_in_the_root_and_below_it(folder):
    """It goes whole from one to the other, and a field that only one of them has would get lost."""
    root = dict(docs.variables(docs.ROOT))
    for name, body in docs.variables(folder):
        if name in root and hcl_types.fields(hcl_types.bare(root[name]["type"])) and (folder.name, name) not in OTHER:
            assert body["type"] == root[name]["type"], f"{name} of modules/{folder.name}"


def test_a_page_without_a_place_for_them_is_told_of(tmp_path):
    (tmp_path / "README.md").write_text("# churn")
    with pytest.raises(docs.NoMarkers, match="does not say where the tables go"):
        docs.rendered(tmp_path / "README.md", tmp_path)


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


NESTED = """
variable "warm" {
  description = <<-EOT
    How it is
    kept warm.

    - `strategy` - Valid values are
      `a | b`.
    - `pages` - Pages.
    - `pages.origins` - Their origins.
  EOT
  type = object({
    strategy = optional(string, "a, b)")
    pages = optional(object({
      origins = list(string)
    }), {})
  })
  default = {}
}

variable "rules" {
  description = <<-EOT
    Rules.

    - `name` - A name.
  EOT
  type        = list(object({ name = optional(string) }))
}
"""


class TestFields:
    def module(self, tmp_path, text):
        (tmp_path / "variables.tf").write_text(text)
        (tmp_path / "outputs.tf").write_text('output "url" {\n  description = "URL."\n  value = 1\n}\n')
        return tmp_path

    def test_each_has_a_row_with_its_type_and_default(self, tmp_path):
        assert docs.tables(self.module(tmp_path, NESTED)).splitlines()[2:9] == [
            "| `warm` | How it is kept warm. | `object` | `{}` |",
            '| `warm.strategy` | Valid values are `a \\| b`. | `string` | `"a, b)"` |',
            "| `warm.pages` | Pages. | `object` | `{}` |",
            "| `warm.pages.origins` | Their origins. | `list(string)` | required |",
            "| `rules` | Rules. | `list(object)` | required |",
            "| `rules[*].name` | A name. | `string` | `null` |",
            "",
        ]

    @pytest.mark.parametrize("gone", ["    - `name` - A name.\n", "    - `pages` - Pages.\n"])
    def test_one_without_a_description_is_told_of(self, tmp_path, gone):
        with pytest.raises(docs.Undescribed, match=re.search(r"`(\w+)`", gone)[1]):
            docs.tables(self.module(tmp_path, NESTED.replace(gone, "")))

    def test_a_description_of_none_is_told_of(self, tmp_path):
        with pytest.raises(docs.Undescribed, match="colour"):
            docs.tables(self.module(tmp_path, NESTED.replace("- `name`", "- `colour` - A colour.\n    - `name`")))


def test_files_have_tables_of_their_own_under_their_first_comment(tmp_path):
    described = '{\n  description = "It."\n  type = string\n  value = 1\n}\n'
    (tmp_path / "variables.tf").write_text(f'# What is deployed\n\nvariable "a" {described}')
    (tmp_path / "variables.access.tf").write_text(f'# Who calls\n\nvariable "b" {described}')
    (tmp_path / "outputs.tf").write_text(f'output "url" {described}')
    found = docs.tables(tmp_path)
    assert re.findall(r"^## (.*)$", found, flags=re.MULTILINE) == ["What is deployed", "Who calls", "Outputs"]
    assert [name for name, _ in docs.variables(tmp_path)] == ["a", "b"]


# Inputs that became fields of others: CHANGELOG.md says of which
RENAMED = (
    r"\b(existing_bucket|existing_role|log_retention_days)\b|`(policy_statements|permissions_boundary_arn|on_failure)\b"
)


def test_no_page_names_an_input_that_is_no_longer_there():
    pages = [docs.ROOT / "README.md", *docs.ROOT.glob("docs/*.md"), *docs.ROOT.glob("examples/*/README.md")]
    assert len(pages) > 10
    found = [
        (page.name, match[0]) for page in pages for match in re.finditer(RENAMED, page.read_text(encoding="utf-8"))
    ]
    assert found == []
