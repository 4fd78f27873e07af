"""Commands that make and show the artifacts in dist/: the layer, the function, and what is known about them."""

from __future__ import annotations

import shlex
from pathlib import Path

from invoke.context import Context
from invoke.exceptions import Exit
from rich.table import Table

from build import runtimes
from build.dist import audit as auditing
from build.dist import manifest
from build.dist import report as reporting
from build.host.paths import shown
from build.layer import layer, slimming
from build.layer import verify as verification
from build.layer.trim import TrimFor
from build.package import example as examples
from build.package import function, model_source, sample_request, signatures
from build.package.declared import Declared
from cli.command import command
from cli.printing.layer import say_left_out, show_layer
from cli.printing.model import show_package, show_signature
from cli.printing.sizes import show_report
from cli.terminal import OUT, deploying, made, say, show, terminal, warn, with_out

PYTHON = f"minor version of the Lambda runtime (default: {runtimes.DEFAULT_PYTHON})"
LAYER_PYTHON = f"{PYTHON[:-1]}, or that of an MLflow model)"


@command(
    help={
        "python": PYTHON,
        "out": "its folder `example` gets model.pkl and request.json",
    }
)
def train_example(c: Context, python: str = runtimes.DEFAULT_PYTHON, out: Path = OUT) -> None:
    """Fit a small pipeline on data that scikit-learn ships: a model to try everything with."""
    say(f"Fitting the example under Python {python}")
    example = examples.train(out, runtimes.runtime(python))
    show(made(example.model))
    show(f"{made(example.request)}, a request that fits it")
    package = f"invoke package --model {shlex.quote(shown(example.model))}{with_out(out)}"
    if manifest.layer(out):
        terminal.next(package)
    else:
        terminal.next(f"invoke build-layer{_with_python(python)}{with_out(out)}", package)


@command(
    help={
        "python": LAYER_PYTHON,
        "architecture": "x86_64 or arm64",
        "requirements": "requirements file, pylock.toml of a layer, or MLflow model folder (default: the module's own)",
        "builder": "container: pip in a Lambda build image; uv: without one; auto: container if it can, else uv",
        "image": "build image (default: AWS's own for that runtime)",
        "trim_for": "a pickled estimator or an MLflow model folder: cut the layer to what its predictions use",
        "profile": "the former name of --trim-for, a file or folder; the next version no longer knows it",
        "example": "with --trim-for: file of rows that the model was fitted on, as for invoke package",
        "request": "with --trim-for: JSON file that the model answers while it is watched",
        "code": "with --trim-for: folder with modules that the model needs",
        "keep": f"slimming rule to leave out; may be given more than once: {', '.join(r.name for r in slimming.RULES)}",
        "without": "package that the model does not need, such as pandas: leave it out, with what only it needs",
        "cache": "take from the cache what did not change: the layer, or its packages",
        "verify": "build nothing new: check that a build from wheels gives the layer that is there, to the bit",
        "out": "folder for the artifacts and their manifest",
    },
    iterable=["keep", "without"],
)
def build_layer(
    c: Context,
    keep: list[str],
    without: list[str],
    python: str | None = None,
    architecture: str = "x86_64",
    requirements: Path | None = None,
    builder: str = "auto",
    image: str | None = None,
    trim_for: Path | None = None,
    profile: Path | None = None,
    example: Path | None = None,
    request: Path | None = None,
    code: Path | None = None,
    cache: bool = True,
    verify: bool = False,
    out: Path = OUT,
) -> None:
    """Build the layer with scikit-learn, pandas and what they need."""
    if profile:
        warn("--profile is now called --trim-for. The next version no longer knows the former name.")
        trim_for = trim_for or profile
    wanted = model_source.for_layer(out, python, requirements, trim_for)
    if wanted.folder:
        say(f"Requirements of the MLflow model in {wanted.folder.path}, for {wanted.runtime.name}")
        say_left_out(wanted.folder)
    order = layer.Order(
        wanted.runtime,
        runtimes.architecture(architecture),
        requirements=wanted.requirements,
        builder=builder,
        image=image,
        keep=keep,
        without=without,
        use_cache=cache,
        trim_for=_trimming(trim_for, example, request, code),
    )
    if verify:
        same = verification.verify(out, order, say)
        show(f"{shown(same.path)}: built anew from wheels, and the same to the bit: {same.entry['sha256']}")
        return
    show_layer(layer.build(out, order, say), order)
    model = shlex.quote(shown(trim_for)) if trim_for else "model.pkl"
    terminal.next(f"invoke package --model {model}{with_out(out)}")


def _trimming(model: Path | None, example: Path | None, request: Path | None, code: Path | None) -> TrimFor | None:
    if model is None:
        options = {"--example": example, "--request": request, "--code": code}
        for option in [name for name, value in options.items() if value]:
            raise layer.OnlyWithTrimFor(option=option)
        return None
    return TrimFor(model, Declared(example, request=request), code=code)


def _with_python(python: str) -> str:
    return "" if python == runtimes.DEFAULT_PYTHON else f" --python {python}"


@command(
    help={
        "model": "the fitted estimator, as pickle, joblib or skops wrote it, or an MLflow model folder",
        "bundle_model": "put the model into the function zip (mode = bundle) rather than beside it (mode = s3)",
        "code": "folder with modules that the model needs",
        "example": "file of rows that it was fitted on: Parquet, Feather, CSV, JSON, or a pickled DataFrame, array or "
        "list",
        "signature": "file that says what it takes, in MLflow's JSON, where the model and the example do not",
        "expect": "JSON file of known answers to the example's rows, which the function has to give too",
        "method": "method that answers requests that name none (default: predict, or of a transformer transform)",
        "untried": "ship it even if no row is known that it takes",
        "request": "JSON file that the model is asked to answer before it is shipped",
        "out": "folder of the layer and the manifest; the zip goes there",
    }
)
def package(
    c: Context,
    model: Path = Path("model.pkl"),
    bundle_model: bool = False,
    code: Path | None = None,
    example: Path | None = None,
    signature: Path | None = None,
    expect: Path | None = None,
    method: str | None = None,
    untried: bool = False,
    request: Path | None = None,
    out: Path = OUT,
) -> None:
    """Prove a model's answers in the layer that it will run in, and package the function with or without the model."""
    declared = Declared(example, signature, expect, request, method, untried)
    show_package(function.package(out, model, bundle_model=bundle_model, code=code, declared=declared, say=say))
    mode = "bundle" if bundle_model else "s3"
    event = shlex.quote(shown(request)) if request else "request.json"
    terminal.next(f"invoke predict --local --event {event}{with_out(out)}", deploying(f" --mode {mode}{with_out(out)}"))


@command(help={"json": "print it as JSON", "out": "folder of the packaged model"})
def describe(c: Context, json: bool = False, out: Path = OUT) -> None:
    """Show what the packaged model takes and returns, and a request that fits it."""
    model = signatures.packaged(out)
    if json:
        terminal.data(model["signature"])
        return
    show_signature(model)
    show("A request that fits it:")
    terminal.data(sample_request.make(model))
    terminal.next(f"invoke predict --local --event request.json{with_out(out)}")


@command(help={"json": "print numbers rather than a table", "out": "folder of the layer and the manifest"})
def report(c: Context, json: bool = False, out: Path = OUT) -> None:
    """Show what fills Lambda's size limit, by package and by kind, and what is left for a model. Also write a page."""
    sizes = reporting.read(out)
    if json:
        terminal.data(sizes.as_json())
        return
    show_report(sizes)
    show(made(reporting.write_html(sizes, out)))
    terminal.next(f"invoke audit{with_out(out)}")


@command(
    help={
        "ignore": "advisory that is known and accepted, by one of its names; may be given more than once",
        "service": "who is asked: pypi, osv, or the URL of a service with OSV's interface",
        "out": "folder of the layer and the manifest",
    },
    iterable=["ignore"],
)
def audit(c: Context, ignore: list[str], service: str = "pypi", out: Path = OUT) -> None:
    """Look up the known vulnerabilities of the layer's packages; the exit code is 1 if there are any."""
    say("Looking up the packages of the layer")
    answer = auditing.audit(out, ignore, service)
    for advisory in answer.ignored:
        say(f"Ignored, as asked: {advisory.id}, of {advisory.package} {advisory.version}")
    if answer.unknown:
        warn(f"{answer.service} does not know, so nothing is said of: {', '.join(answer.unknown)}")
    say("The runtime's own packages, such as boto3, are not in the layer, and were not looked up: AWS updates them.")
    if not answer.found:
        others = "other " if answer.ignored else ""
        show(f"{answer.service} knows no {others}vulnerability of the layer's packages ({answer.known} looked up)")
        return
    table = Table("package", "version", "advisory", "fixed in", title=f"Known vulnerabilities, by {answer.service}")
    for advisory in answer.found:
        fixed = ", ".join(advisory.fixed_in) or "no version yet"
        table.add_row(advisory.package, advisory.version, ", ".join(advisory.names), fixed)
    show(table)
    terminal.next(f"invoke build-layer --requirements FILE{with_out(out)}  # with the versions that fix it")
    raise Exit(code=1)
