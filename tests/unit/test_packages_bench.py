"""What the bench of packages has found: nothing that slimming loses."""

import json

from bench import RESULTS


def test_every_package_that_was_tried_is_whole_or_says_why_it_was_not_built():
    found = json.loads((RESULTS / "packages.json").read_text())
    assert found
    assert [each for each in found if not each["verdict"].startswith(("whole", "not built: "))] == []
    assert all(each["modules"] > 0 for each in found if each["verdict"].startswith("whole"))
