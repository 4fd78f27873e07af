"""Reports what fills Lambda's limit: the layer by package and kind, the functions, and what is left for a model."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, cast

import squarify

from build.dist import contents, manifest
from build.dist.contents import KINDS, Contents
from build.dist.entries import ZipEntry
from build.errors import UserError
from build.runtimes import UNZIPPED_LIMIT

NAME = "report.html"
TEMPLATE = Path(__file__).with_name("report.template.html")
WIDTH, HEIGHT = 1000.0, 560.0  # of the treemap, in pixels at full size


class NothingToReport(UserError):
    template = "There is no layer in {out} to report on. Build it first: invoke build-layer --out {out}"


@dataclass(frozen=True)
class Report:
    """The sizes of all parts, in bytes, unzipped."""

    target: str  # "python3.13, x86_64"
    layer_bytes: int
    functions: dict[str, int]  # by mode
    model_bytes: int | None
    contents: Contents
    without: dict[str, str]  # the packages that the layer was built without, with their versions

    def left(self, mode: str | None = None) -> int:
        """Return the bytes that are left beside the layer and a function, which in mode bundle includes its model."""
        return UNZIPPED_LIMIT - self.layer_bytes - self.functions.get(mode or "", 0)

    def as_json(self) -> dict[str, Any]:
        """Return the report for other programs."""
        held = self.contents
        return {
            "target": self.target,
            "limit": UNZIPPED_LIMIT,
            "layer": self.layer_bytes,
            "functions": self.functions,
            "model": self.model_bytes,
            "left": {mode: self.left(mode) for mode in self.functions} or {"layer alone": self.left()},
            "bytecode": held.bytecode,
            "without": self.without,
            "packages": {
                name: {
                    "bytes": held.package_bytes(name),
                    "share": held.package_bytes(name) / self.layer_bytes,
                    "removed": held.removed_bytes(name),
                    "kinds": held.packages[name],
                }
                for name in held.packages
            },
            "removed": {rule: sum(packages.values()) for rule, packages in held.removed.items()},
        }


def read(out: Path) -> Report:
    """Return the report on a folder.

    Raises:
        NothingToReport: there is no layer in it.
    """
    layer, model = manifest.layer(out), manifest.model(out)
    if layer is None or not contents.path_of(out / layer["path"]).is_file():
        raise NothingToReport(out=out)
    functions = cast("dict[str, ZipEntry]", manifest.functions(out))
    return Report(
        target=f"{layer['runtime']}, {layer['architecture']}",
        layer_bytes=layer["unzipped_bytes"],
        functions={mode: entry["unzipped_bytes"] for mode, entry in functions.items()},
        model_bytes=model["bytes"] if model else None,
        contents=contents.read(contents.path_of(out / layer["path"])),
        without=layer.get("without", {}),
    )


def write_html(report: Report, out: Path) -> Path:
    """Write the report as one page, which needs no other files."""
    used = report.layer_bytes + max(report.functions.values(), default=0)
    page = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        target=html.escape(report.target),
        used=f"{used / 1e6:.1f}",
        limit=f"{UNZIPPED_LIMIT / 1e6:.1f}",
        left=f"{(UNZIPPED_LIMIT - used) / 1e6:.1f}",
        share=f"{100 * used / UNZIPPED_LIMIT:.1f}",
        bytecode=html.escape(report.contents.bytecode),
        legend="".join(f'<span class="k{n}"></span>{html.escape(kind)} ' for n, kind in enumerate(KINDS)),
        treemap="\n".join(_rectangles(report.contents)),
        width=int(WIDTH),
        height=int(HEIGHT),
        rows="\n".join(_rows(report)),
        removed="\n".join(_removed(report)),
    )
    path = out / NAME
    path.write_text(page, encoding="utf-8")
    return path


def _rectangles(held: Contents) -> list[str]:
    """Draw the treemap: each package is a box, with a box for each kind in it. Areas are proportional to bytes."""
    names = [name for name in held.packages if held.package_bytes(name)]
    sizes = squarify.normalize_sizes([held.package_bytes(name) for name in names], WIDTH, HEIGHT)
    drawn = []
    for name, box in zip(names, squarify.squarify(sizes, 0, 0, WIDTH, HEIGHT), strict=True):
        kinds = sorted(((size, kind) for kind, size in held.packages[name].items() if size), reverse=True)
        areas = squarify.normalize_sizes([size for size, _ in kinds], box["dx"], box["dy"])
        inner = squarify.squarify(areas, box["x"], box["y"], box["dx"], box["dy"])
        for (size, kind), rectangle in zip(kinds, inner, strict=True):
            title = html.escape(f"{name}, {kind}: {size / 1e6:.2f} MB")
            drawn.append(f'<rect class="k{KINDS.index(kind)}" {_at(rectangle)}><title>{title}</title></rect>')
        drawn.append(f'<rect class="box" {_at(box)}/>')
        words = f"{name} {held.package_bytes(name) / 1e6:.1f}"
        if box["dx"] > 8 * len(words) + 6 and box["dy"] > 22:
            drawn.append(f'<text x="{box["x"] + 6:.1f}" y="{box["y"] + 17:.1f}">{html.escape(words)}</text>')
    return drawn


def _at(box: dict[str, float]) -> str:
    return f'x="{box["x"]:.1f}" y="{box["y"]:.1f}" width="{box["dx"]:.1f}" height="{box["dy"]:.1f}"'


def _rows(report: Report) -> list[str]:
    rows = []
    for name, facts in report.as_json()["packages"].items():
        sizes = [facts["bytes"], *facts["kinds"].values(), facts["removed"]]
        cells = "".join(f"<td>{size / 1e6:.2f}</td>" for size in sizes)
        rows.append(f"<tr><th>{html.escape(name)}</th>{cells}<td>{facts['share']:.1%}</td></tr>")
    return rows


def _removed(report: Report) -> list[str]:
    pairs = report.as_json()["removed"].items()
    return [f"<tr><th>{html.escape(rule)}</th><td>{size / 1e6:.2f}</td></tr>" for rule, size in pairs]
