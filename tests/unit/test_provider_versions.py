"""What the Terraform files say of the provider's versions."""

import re


def test_no_folder_takes_the_provider_that_cannot_publish_with_snapstart(root):
    """In 6.3.0 each apply that publishes such a version fails (hashicorp/terraform-provider-aws, issue 43395)."""
    folders = [root, *(root / "modules").iterdir(), *(root / "examples").iterdir()]
    said = {folder.name: (folder / "versions.tf").read_text() for folder in folders if folder.is_dir()}
    assert len(said) > 10
    for name, text in said.items():
        assert re.findall(r'^ *version = "(.*)"$', text, flags=re.MULTILINE) == [">= 5.80, != 6.3.0"], name
