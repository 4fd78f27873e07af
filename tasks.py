"""The commands: they parse, call build/ or local/, and print."""

from __future__ import annotations

import functools
import shlex
import signal
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from invoke import Collection, Exit, task
from rich.console import Console
from rich.table import Table

import bench as benches
from build import docs as documentation
from build import runtimes
from build.dist import audit as auditing
from build.dist import report as reporting
from build.dist.contents import KINDS
from build.errors import UserError
from build.host import commands
from build.host.paths import given_as_text, shown
from build.layer import layer, slimming
from build.layer import verify as verification
from build.layer.trim import Profile
from build.package import example, function, given, request_files, samples, signatures
from build.package.wishes import Wishes
from build.requirements import defaults

OUT = Path("dist")
MODULE = Path(__file__).resolve().parent
PYTHON_HELP = f"minor version of the Lambda runtime (default: {runtimes.DEFAULT_PYTHON})"
LAYER_PYTHON_HELP = f"{PYTHON_HELP[:-1]}, or that of an MLflow model folder)"

console = Console(highlight=False, soft_wrap=True, markup=False)


def command(body: Callable) -> Callable:
    """Make a function a command: text becomes paths, what the caller can mend becomes one message and exit code 1.

    Our own mistakes keep their traceback.
    """
    body = given_as_text(body)

    @functools.wraps(body)
    def guarded(*args, **kwargs):
        for number in commands.INTERRUPTS:  # SIGINT, too: a shell has the jobs in its background ignore it
            signal.signal(number, signal.default_int_handler)  # ends in order, as Ctrl-C does
        try:
            return body(*args, **kwargs)
        except (UserError, OSError) as error:  # OSError: a full disk, a folder that is a file, and so on
            raise Exit(f"Error: {error}", code=1) from error
        except KeyboardInterrupt:
            raise Exit("Interrupted.", code=130) from None

    return guarded


def say(message: str) -> None:
    console.print(message, style="dim")


def megabytes(count: int) -> str:
    return f"{count / 1e6:.2f} MB"


@task(
    help={
        "python": LAYER_PYTHON_HELP,
        "architecture": "x86_64 or arm64",
        "requirements": "requirements file, pylock.toml of a layer, or MLflow model folder (default: the module's own)",
        "builder": "container: pip in a Lambda build image; uv: without one; auto: container if it can, else uv",
        "image": "build image (default: AWS's own for that runtime)",
        "profile": "a pickled estimator or an MLflow model folder: cut the layer to what its predictions use",
        "example": "with --profile: rows that the model was fitted on, as for invoke package",
        "request": "with --profile: JSON file that the model answers while it is watched",
        "code": "with --profile: folder with modules that the model needs",
        "keep": f"slimming rule to leave out, once for each: {', '.join(rule.name for rule in slimming.RULES)}",
        "without": "package that the model does not need, such as pandas: leave it out, with what only it needs",
        "cache": "take from the cache what did not change: the layer, or its packages",
        "verify": "build nothing new: see that a build from wheels gives the layer in the folder, to the bit",
        "out": "folder for the artifacts and their manifest",
    },
    iterable=["keep", "without"],
    positional=[],
)
@command
def build_layer(
    c,
    keep,
    without,
    python=None,
    architecture="x86_64",
    requirements: Path | None = None,
    builder="auto",
    image=None,
    profile: Path | None = None,
    example: Path | None = None,
    request: Path | None = None,
    code: Path | None = None,
    cache=True,
    verify=False,
    out: Path = OUT,
):
    """Build the layer with scikit-learn, pandas and what they need."""
    wanted = given.for_layer(out, python, requirements, profile)
    if wanted.folder:
        say(f"Requirements of the MLflow model in {wanted.folder.path}, for {wanted.runtime.name}")
        show_left_out(wanted.folder)
    order = layer.Order(
        wanted.runtime,
        runtimes.architecture(architecture),
        requirements=wanted.requirements,
        builder=builder,
        image=image,
        keep=keep,
        without=without,
        use_cache=cache,
        profile=wanted_profile(profile, example, request, code),
    )
    if verify:
        same = verification.verify(out, order, say)
        console.print(f"{shown(same.path)}: built anew from wheels, and the same to the bit: {same.entry['sha256']}")
        return
    show_layer(layer.build(out, order, say), order)


def show_layer(built, order):
    if built.cached:
        say("Unchanged: taken from the cache (--no-cache builds it anew)")
    say(f"Checked {built.libraries} shared libraries: architecture and glibc fit {order.runtime.name}")
    for rule, packages in built.contents.removed.items():
        say(f"Left out {rule}: {megabytes(sum(packages.values()))}")
    if "without" in built.entry:
        say(f"Built without {', '.join(f'{name} {version}' for name, version in built.entry['without'].items())}")
    if not built.compiled.missing:
        say(f"Bytecode that Lambda can use: {built.contents.bytecode}")
    for path in built.compiled.failed:
        say(f"Not valid Python for this runtime, so without bytecode: {path}")
    for name in ("pandas", "scikit-learn"):
        if name in built.entry["packages"]:
            say(f"{name} {built.entry['packages'][name]}")
    if built.compiled.missing:
        console.print(
            f"No bytecode: {built.compiled.missing}. Cold starts will take some seconds more.", style="yellow"
        )
    left = runtimes.UNZIPPED_LIMIT - built.entry["unzipped_bytes"]
    console.print(
        f"{shown(built.path)}: {megabytes(built.entry['zip_bytes'])} zipped, "
        f"{megabytes(built.entry['unzipped_bytes'])} unzipped; {megabytes(left)} left for the function"
    )


def show_left_out(folder):
    for what in folder.left_out:
        say(f"Left out of what MLflow noted: {what}")


def wanted_profile(model: Path | None, example: Path | None, request: Path | None, code: Path | None) -> Profile | None:
    if model is None:
        given = {"--example": example, "--request": request, "--code": code}
        for option in [name for name, value in given.items() if value]:
            raise layer.OnlyWithProfile(option=option)
        return None
    return Profile(model, Wishes(example, request=request), code=code)


@task(
    help={
        "model": "the fitted estimator, as pickle, joblib or skops wrote it, or an MLflow model folder",
        "bundle_model": "put the model into the function zip (mode = bundle) rather than beside it (mode = s3)",
        "code": "folder with modules that the model needs",
        "example": "rows that it was fitted on: Parquet, Feather, CSV, JSON, or a pickled DataFrame, array or list",
        "signature": "what it takes, in MLflow's JSON, where the model and the example do not say it",
        "expect": "JSON file of known answers to the example's rows, which the function has to give too",
        "method": "method that answers requests that name none (default: predict, or of a transformer transform)",
        "untried": "ship it even if no row is known that it takes",
        "request": "JSON file that the model is asked to answer before it is shipped",
        "out": "folder of the layer and the manifest; the zip goes there",
    }
)
@command
def package(
    c,
    model: Path = Path("model.pkl"),
    bundle_model=False,
    code: Path | None = None,
    example: Path | None = None,
    signature: Path | None = None,
    expect: Path | None = None,
    method=None,
    untried=False,
    request: Path | None = None,
    out: Path = OUT,
):
    """Prove a model's answers in the layer that it will run in, and package the function with or without the model."""
    wishes = Wishes(example, signature, expect, request, method, untried)
    made = function.package(out, model, bundle_model=bundle_model, code=code, wishes=wishes)
    facts = made.model
    if made.given.folder:
        say(f"Taken over from the MLflow model folder: {', '.join(made.given.taken_over())}")
        show_left_out(made.given.folder)
        if made.given.folder.python not in (None, made.entry["runtime"].removeprefix("python")):
            noted = (
                f"MLflow logged it under Python {made.given.folder.python}; the layer is for {made.entry['runtime']}."
            )
            console.print(noted, style="yellow")
    show_signature(facts)
    if facts.get("trusted"):
        say(f"skops does not know these types in it, and will make them: {', '.join(facts['trusted'])}")
    proved = made.checked.proof
    if proved.predictions:
        say(f"It answers {proved.tried} requests of all forms as the estimator itself: {str(proved.predictions)[:60]}")
    else:
        console.print(f"No answer was tried: {proved.why_not}. Give rows: --example FILE", style="yellow")
    show_ways(proved, facts)
    if made.recording.plan:
        used = len(made.recording.modules)
        say(f"Answers use {used:,} of the {made.recording.plain:,} modules that it imports: the others wait")
    else:
        say(f"It imports all its modules at init: {made.recording.why_not}")
    for path in made.compiled.failed:
        console.print(f"Not valid Python for this runtime: {path}", style="yellow")
    if made.compiled.missing:
        console.print(f"No bytecode: {made.compiled.missing}.", style="yellow")
    sizes = [megabytes(made.entry[key]) for key in ("zip_bytes", "unzipped_bytes")]
    console.print(f"{shown(made.path)}: {sizes[0]} zipped, {sizes[1]} unzipped")
    console.print(f"The model: {megabytes(facts['bytes'])}, SHA-256 {facts['sha256']}")


def show_ways(proved, facts):
    """Print which faster ways a model is asked in, of those that packaging has tried."""
    if proved.threads:
        same, names = proved.threads["same"], ", ".join(proved.threads["estimators"])
        if same:
            say(f"With n_jobs=None it answers the same {same}, so one thread answers a single row: {names}")
        else:
            say(f"With n_jobs=None it would answer otherwise, so n_jobs stays as it is: {names}")
    if isinstance(facts["signature"]["inputs"], list):
        say(f"Rows reach it as {proved.frame}")


def show_signature(facts):
    """Print what a model is, takes and gives; of its part of the manifest."""
    said = facts["signature"]
    say(f"{facts['estimator']}, scikit-learn {facts['sklearn_version']}")
    say(f"What it takes is known from {said.get('source', 'the estimator')}:")
    table = Table("column", "takes", "held as", "null becomes", "categories", title="Input")
    for column in signatures.columns(said["inputs"]):
        table.add_row(*column)
    console.print(table)
    outputs = said.get("outputs", {})
    for name in said["methods"]:
        what = f" -> {outputs[name]['type']}, shape {outputs[name]['shape']}" if name in outputs else ""
        console.print(f"{name}{what}{' (default)' if name == said['method'] else ''}")
    if said.get("classes"):
        console.print(f"classes: {', '.join(map(str, said['classes']))}")


@task(help={"json": "print it as JSON", "out": "folder of the packaged model"})
@command
def describe(c, json=False, out: Path = OUT):
    """Show what the packaged model takes and gives, and a request that fits it."""
    facts = signatures.packaged(out)
    if json:
        console.print_json(data=facts["signature"])
        return
    show_signature(facts)
    console.print("A request that fits it:")
    console.print_json(data=samples.request(facts))


@task(help={"json": "print numbers rather than a table", "out": "folder of the layer and the manifest"})
@command
def report(c, json=False, out: Path = OUT):
    """Show what fills Lambda's limit, and write it as a page: by package and by kind, and what is left for a model."""
    found = reporting.read(out)
    facts = found.as_json()
    if json:
        console.print_json(data=facts)
        return
    used = found.layer_bytes + max(found.functions.values(), default=0)
    table = Table(title=f"{found.target}: {megabytes(used)} of {megabytes(runtimes.UNZIPPED_LIMIT)} unzipped")
    for heading in ("package", "MB", "share", "", "removed", *KINDS):
        table.add_column(heading, justify="left" if heading in ("package", "") else "right", no_wrap=" " not in heading)
    biggest = max(each["bytes"] for each in facts["packages"].values())
    for name, each in facts["packages"].items():
        bar = "█" * round(12 * each["bytes"] / biggest) or "▏"
        kinds = [f"{each['kinds'][kind] / 1e6:.1f}" for kind in KINDS]
        table.add_row(
            name, f"{each['bytes'] / 1e6:.1f}", f"{each['share']:.1%}", bar, f"{each['removed'] / 1e6:.1f}", *kinds
        )
    console.print(table)
    say("Removed: " + ", ".join(f"{rule} {megabytes(size)}" for rule, size in facts["removed"].items()))
    say(f"Bytecode: {facts['bytecode']}")
    if facts["without"]:
        say(f"Built without: {', '.join(f'{name} {version}' for name, version in facts['without'].items())}")
    for mode, left in facts["left"].items():
        console.print(f"{mode}: {megabytes(left)} left")
    console.print(shown(reporting.write_html(found, out)))


@task(
    help={
        "ignore": "advisory that is known and accepted, by one of its names, once for each",
        "service": "who is asked: pypi, osv, or the URL of a service with OSV's interface",
        "out": "folder of the layer and the manifest",
    },
    iterable=["ignore"],
    positional=[],
)
@command
def audit(c, ignore, service="pypi", out: Path = OUT):
    """Look up which vulnerabilities are known of what the layer holds; the exit code is 1 if there are any."""
    looked = auditing.audit(out, ignore, service)
    for each in looked.ignored:
        say(f"Ignored, as asked: {each.id}, of {each.package} {each.version}")
    if looked.unknown:
        console.print(
            f"{looked.service} does not know, so nothing is said of: {', '.join(looked.unknown)}", style="yellow"
        )
    say("The runtime's own packages, such as boto3, are not in the layer, and were not looked up: AWS updates them.")
    if not looked.found:
        others = "other " if looked.ignored else ""
        console.print(
            f"{looked.service} knows no {others}vulnerability of the layer's packages ({looked.known} looked up)"
        )
        return
    table = Table("package", "version", "advisory", "fixed in", title=f"Known vulnerabilities, by {looked.service}")
    for each in looked.found:
        table.add_row(each.package, each.version, ", ".join(each.names), ", ".join(each.fixed_in) or "no version yet")
    console.print(table)
    raise Exit(code=1)


@task(help={"python": PYTHON_HELP, "out": "its folder `example` gets model.pkl and request.json"})
@command
def train_example(c, python=runtimes.DEFAULT_PYTHON, out: Path = OUT):
    """Fit a small pipeline on data that scikit-learn ships: a model to try everything with."""
    made = example.train(out, runtimes.runtime(python))
    console.print(f"{shown(made.model)}\n{shown(made.request)}: a request that fits it")


@task(
    help={
        "request": "JSON file: the first call's event (default: a row made up from the signature)",
        "runs": "fresh environments for each mode",
        "out": "folder of the packaged function; cold-start.svg goes there",
    }
)
@command
def profile_cold_start(c, request: Path | None = None, runs=5, out: Path = OUT):
    """Run your packaged function in fresh environments on this machine, and draw where the first call's time goes."""
    from local import cold_start, cold_start_chart

    found = cold_start.profile(out, request, int(runs), say)
    table = Table("", title=f"First call, medians of {runs}")
    for each in found:
        table.add_column(f"mode = {each.mode}", justify="right")
    for part, label in cold_start_chart.PARTS.items():
        table.add_row(label, *(f"{cold_start_chart.parts(each.bar)[part]:.0f} ms" for each in found))
    table.add_row("first call", *(f"{each.first_call:.0f} ms" for each in found))
    table.add_row("second call", *(f"{each.second_call:.1f} ms" for each in found))
    table.add_row("most memory", *(megabytes(each.rss) for each in found))
    table.add_row("asks for memory_size", *(f"{each.memory_size} MB" for each in found))
    console.print(table)
    say("memory_size is what memory alone asks for. Processing power grows with it: one whole vCPU at 1769 MB.")
    console.print(shown(out / cold_start.PICTURE))


@task(
    help={
        "request": "JSON file: the event of every call (default: a row made up from the signature)",
        "memory_sizes": "of the function, in MB, with commas between them",
        "rows": "repeat the request's rows to so many, and say what a million rows cost",
        "rounds": "fresh environments for each size",
        "calls": "warm calls in each environment",
        "chart": "SVG file for the picture (default: tune.svg in the folder of the artifacts)",
        "out": "folder of the packaged function",
    }
)
@command
def tune(
    c,
    request: Path | None = None,
    memory_sizes="128,256,512,1024,1769,3538",
    rows=None,
    rounds="5",
    calls="40",
    chart: Path | None = None,
    out: Path = OUT,
):
    """Run your packaged function at the processor share of each memory size: how fast it is, and what it costs."""
    from local.tune import chart as drawing
    from local.tune import measure, sizes
    from local.tune import table as tables

    count = None if rows is None else measure.number(rows, "--rows", 1000)
    times = measure.number(rounds, "--rounds", 5), measure.number(calls, "--calls", 40)
    tuned = measure.tune(out, request, sizes.parse(memory_sizes), count, *times, say)
    drawn = drawing.write(tuned, chart or out / drawing.NAME)
    console.print(tables.of(tuned))
    for line in tables.notes(tuned):
        say(line)
    for line in tables.advice(tuned):
        console.print(line)
    console.print(shown(drawn))


@task(help={"out": "folder for the artifacts, apart from your own"})
@command
def demo(c, out: Path = OUT / "demo"):
    """Deploy the example in both modes to an embedded AWS, and watch it answer. Costs nothing, touches no account."""
    from local import demo as demonstration  # moto and the emulator are for development

    results = demonstration.run(out, say)
    table = Table("", title="Deployed, invoked, and compared with the estimator itself")
    for each in results:
        table.add_column(f"mode = {each.mode}", justify="right")
    rows: dict[str, Callable] = {
        "layer, zipped": lambda each: megabytes(each.layer["zip_bytes"]),
        "layer, unzipped": lambda each: megabytes(each.layer["unzipped_bytes"]),
        "function, zipped": lambda each: megabytes(each.function["zip_bytes"]),
        "function, unzipped": lambda each: megabytes(each.function["unzipped_bytes"]),
        "first call, with the init": lambda each: f"{each.first_call:.2f} s",
        "median of the calls after it": lambda each: f"{statistics.median(each.calls) * 1e3:.1f} ms",
        "predictions equal to the estimator's own": lambda each: f"{each.equal} of {len(each.calls)}",
    }
    for name, cell in rows.items():
        table.add_row(name, *map(cell, results))
    console.print(table)


@task(
    help={
        "name": f"one of: {', '.join(benches.BENCHES)}",
        "only": "for packages and estimators: one of them to measure, once for each (default: all)",
        "scratch": "for estimators: folder that keeps what was packaged, for a next run of the same code",
    },
    iterable=["only"],
    positional=["name"],
)
@command
def bench(c, name, only, scratch: Path | None = None):
    """Measure this project beside what else there is, in one run, and write bench/results/. Takes minutes."""
    outcome = benches.run(name, say, only, scratch)
    table = Table(*outcome.headings, title=outcome.title)
    for row in outcome.rows:
        table.add_row(*row)
    console.print(table)
    for ratio, value in outcome.ratios.items():
        console.print(f"{ratio}: {value}")
    for path in outcome.files:
        console.print(shown(path))


@task(
    help={
        "mode": "s3 or bundle (default: as it is deployed, at first the module's)",
        "name": "name of the function (default: as it is deployed, at first the module's)",
        "plan": "only show what would change",
        "yes": "apply without asking",
        "out": "folder of the artifacts",
    }
)
@command
def deploy(c, mode=None, name=None, plan=False, yes=False, out: Path = OUT):
    """Deploy what was packaged, from this folder, with your AWS credentials: terraform init and apply."""
    from local import deployment, terraform

    given_ = {"mode": mode, "name": name, "artifacts_dir": str(out)}
    variables = {each: value for each, value in given_.items() if value}
    raise Exit(code=deployment.deploy(terraform.Terraform(MODULE), variables, plan=plan, yes=yes, say=say))


@task(help={"to": "published version to go back to (default: the one before the one that answers)"})
@command
def rollback(c, to=None):
    """Have an earlier version answer, at once and with its own model. Nothing is built or published."""
    from local import deployment, terraform

    alias_arn = deployment.outputs(terraform.Terraform(MODULE))["alias_arn"]
    version = deployment.rollback(deployment.client("lambda", alias_arn), alias_arn, to, say)
    say(f'Version {version} answers. To keep it so at the next apply, set live_version = "{version}".')


@task(
    help={
        "keep": "how many of the newest versions stay",
        "name": "name of the function (default: as it is deployed from this folder)",
        "plan": "only show what would be deleted",
        "yes": "delete without asking",
    }
)
@command
def prune(c, keep, name=None, plan=False, yes=False):
    """Delete old versions of the function that nothing points to, and the layer versions and objects of theirs."""
    from local import deployment, terraform
    from local import prune as pruning

    count = pruning.number(keep)
    found = {} if name else deployment.outputs(terraform.Terraform(MODULE))
    name = name or found["function_name"]
    clients = {each: deployment.client(each, found.get("alias_arn")) for each in ("lambda", "s3")}
    seen = pruning.look(clients, name, count, found.get("bucket"))
    for version, why in seen.kept.items():
        say(f"Version {version} stays: {', '.join(why)}")
    for note in seen.notes:
        say(note)
    if not seen.unused:
        console.print("There is nothing to delete.")
        return
    region = clients["lambda"].meta.region_name
    table = Table("what", "which", "bytes", title=f"Of {name} in {region}, what nothing uses")
    for each in seen.unused:
        table.add_row(each.kind, each.name, f"{each.bytes:,}")
    console.print(table)
    if plan:
        return
    if not yes:
        pruning.ask()
    pruning.delete(clients, seen.unused, say)
    console.print(f"Deleted: {len(seen.unused)}")


@task(
    help={
        "out": "file to write: .csv or .jsonl",
        "execution": "ARN of an execution of the batch state machine (default: the last one that has ended)",
        "column": "what the column of the predictions is called",
    }
)
@command
def batch_results(c, out: Path, execution=None, column="prediction"):
    """Write the rows and predictions of a batch execution as one table, in the order of the input."""
    from local import batch_results as results
    from local import batch_table, deployment, terraform

    batch_table.kind(out)
    if execution is None:
        machine = deployment.outputs(terraform.Terraform(MODULE)).get("state_machine_arn")
        if machine is None:
            raise results.NoMachine(folder=shown(MODULE))
    arn = machine if execution is None else results.checked(execution)
    clients = {service: deployment.client(service, arn) for service in ("stepfunctions", "s3")}
    execution = execution or results.newest(clients, arn)
    say(f"aws stepfunctions describe-execution --execution-arn {execution}")
    written, failed = results.table(clients, execution, out, column)
    console.print(f"{written.rows:,} {'row' if written.rows == 1 else 'rows'} in {shown(out)}")
    for each in failed:
        console.print(f"No prediction: {each.key}, {each.rows}: {each.why}")
    if failed:
        raise Exit(code=1)


@task(
    help={
        "event": "JSON file with a request",
        "local": "ask what was packaged, on this machine, rather than what was deployed",
        "out": "folder of the artifacts",
    }
)
@command
def predict(c, event: Path, local=False, out: Path = OUT):
    """Send a request, to the deployed function or to the packaged one here."""
    from local import deployment, operations, terraform

    request = request_files.read_to_send(event)
    if local:
        answer = operations.predict_locally(out, request, say)
    else:
        alias_arn = deployment.outputs(terraform.Terraform(MODULE))["alias_arn"]
        answer = operations.predict(deployment.client("lambda", alias_arn), alias_arn, request, say)
    console.print_json(data=answer)


@task(
    help={
        "port": "port of this machine alone (0: any that is free)",
        "out": "folder of the packaged function",
    }
)
@command
def serve(c, port="8080", out: Path = OUT):
    """Serve what was packaged over HTTP, on this machine, as an endpoint would: a page for people, and requests."""
    from local import operations

    with operations.serve(out, port, say) as url:
        console.print(f"{url}/ has a form to fill in. Or send a request:")
        console.print(operations.curl(out, url))
        console.print("Ctrl+C ends it.")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    console.print("Ended.")


@task(help={"minutes": "how far back"})
@command
def logs(c, minutes=10):
    """Show the deployed function's last log lines."""
    from local import deployment, operations, terraform

    found = deployment.outputs(terraform.Terraform(MODULE))
    client = deployment.client("logs", found["alias_arn"])
    for line in operations.logs(client, found["log_group_name"], minutes, say):
        console.print(line)


@task(help={"fast": "only what needs no network, Terraform or layer", "options": "more words for pytest"})
@command
def test(c, fast=False, options=""):
    """Run all checks: ruff, terraform fmt, validate and test, the unit tests and the real parts end to end."""
    from local import terraform

    terraform.binary()
    # Three at once, whatever the machine: most of what they do is to wait, for Terraform and for servers
    # In the order of their names, so that the end-to-end tests, which take longest, begin first
    all_ = ["--numprocesses=3", "--dist=loadfile", "--no-loadscope-reorder", "--durations=30"]
    which = ["tests/unit"] if fast else all_
    words = [sys.executable, "-m", "pytest", *which, *shlex.split(options)]
    raise Exit(code=subprocess.run(words, cwd=MODULE, check=False).returncode)


@task
@command
def lock(c):
    """Pin lambda/requirements.in, with hashes, for every runtime and both architectures."""
    console.print(shown(defaults.lock()))


@task
@command
def docs(c):
    """Write the tables of inputs and outputs in docs/inputs.md and in each submodule's README from its .tf files."""
    changed = documentation.write()
    for readme in changed:
        console.print(shown(readme))
    if not changed:
        console.print("All are up to date")


@task
@command
def provider_mirror(c):
    """Print this machine's local mirror of the AWS provider: terraform init -plugin-dir="$(invoke provider-mirror)"."""
    from local import terraform

    found = terraform.provider_mirror(terraform.binary().name)
    if found is None:
        raise terraform.NoProvider(tail="", roots=", ".join(terraform.ROOTS))
    print(found)


namespace = Collection(
    build_layer,
    package,
    describe,
    report,
    audit,
    profile_cold_start,
    tune,
    train_example,
    demo,
    deploy,
    predict,
    serve,
    rollback,
    prune,
    batch_results,
    logs,
    test,
    lock,
    docs,
    bench,
    provider_mirror,
)
