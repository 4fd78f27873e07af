"""Takes a picture of the page that `invoke serve` shows, in a headless Chromium: docs/serve.png."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import Outcome, this_architecture
from build.dist import manifest
from build.host import importable
from build.layer import layer
from build.package import function
from build.package.declared import Declared
from build.runtimes import DEFAULT_PYTHON, Runtime, runtime
from build.saying import Say
from local import operations

ROOT = Path(__file__).parents[1]
FIT = ROOT / "bench" / "target" / "fit_churn.py"
PICTURE = ROOT / "docs" / "serve.png"
SIZE = (1180, 800)  # the size of the window, in CSS pixels
PORT = 8080  # as in the documents
PATIENCE = 60  # seconds to wait for an answer

# Fills a row into the form and sends it, as a person would
FILL_IN = """
const [row, done] = arguments;
model.columns.forEach((column, at) => {
  const field = byId(`field-${at}`), value = row[column.name];
  if (field.type === "checkbox") field.checked = value;
  else if (field.tagName === "SELECT") field.value = column.categories.indexOf(JSON.stringify(value));
  else field.value = value ?? "";
});
showCode();
submit(new Event("submit")).then(done);
"""


def run(folder: Path, say: Say) -> Outcome:
    """Package the model, serve it, ask it, and take the picture."""
    from bench import browser

    browser.find()  # fails now if there is no browser, and not after all the work
    target = runtime(DEFAULT_PYTHON)
    with TemporaryDirectory(prefix="page-") as name:
        out = Path(name) / "dist"
        say("Building a layer, and packaging a model")
        layer.build(out, layer.Order(target, this_architecture(), builder="uv"), lambda message: None)
        packages = importable.of_layer(out, manifest.built_layer(out), target)
        own = fit(Path(name), target, packages)
        function.package(out, own / "model.pkl", declared=Declared(example=own / "example.pkl"))
        rows = json.loads((own / "own.json").read_text(encoding="utf-8"))
        photograph(out, [one["row"] for one in rows], say)
    kilobytes = f"{PICTURE.stat().st_size / 1e3:.0f} kB"
    return Outcome("The page", ["picture", "size"], [[PICTURE.name, kilobytes]], {}, [PICTURE])


def photograph(out: Path, rows: list[dict[str, Any]], say: Say) -> None:
    """Serve what is packaged, let the page ask for these rows, and take a picture of the whole page."""
    from bench import browser

    with operations.serve(out, PORT, say) as url, browser.start(*SIZE) as page:
        page.set_script_timeout(PATIENCE)
        browser.show(page, f"{url}/")
        for row in rows:
            page.execute_async_script(FILL_IN, row)
        width, _ = SIZE
        browser.view(page, width, page.execute_script("return document.documentElement.scrollHeight"))
        PICTURE.write_bytes(page.get_screenshot_as_png())


def fit(folder: Path, target: Runtime, packages: Path) -> Path:
    """Fit the model with a layer's packages, and return the folder with its files."""
    importable.run(target, str(FIT), [folder], [packages], {})
    return folder
