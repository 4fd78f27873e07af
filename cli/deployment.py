"""Commands that deploy what was packaged, invoke it, and look after a deployment. They print what they run."""

from __future__ import annotations

import shlex
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from invoke.context import Context
from invoke.exceptions import Exit

from build.host.paths import shown
from build.package import request_files
from cli.command import command
from cli.terminal import MODULE, OUT, deploying, megabytes, say, show, terminal, with_out

DRY_RUN = "print what would run, and change nothing"


def _deployed() -> dict[str, Any]:
    """Return the outputs of the deployment in this folder. Credentials are checked first, before Terraform runs."""
    from local import deployment, terraform

    deployment.check_credentials()
    return deployment.outputs(terraform.Terraform(MODULE))


@command(
    help={
        "mode": "s3 or bundle (default: as it is deployed, at first the module's)",
        "name": "name of the function (default: as it is deployed, at first the module's)",
        "plan": "let Terraform show what would change, and change nothing",
        "dry_run": DRY_RUN,
        "yes": "apply without asking",
        "out": "folder of the artifacts",
    },
    spinner=False,
)
def deploy(
    c: Context,
    mode: str | None = None,
    name: str | None = None,
    plan: bool = False,
    dry_run: bool = False,
    yes: bool = False,
    out: Path = OUT,
) -> None:
    """Deploy what was packaged, from this folder, with your AWS credentials: terraform init and apply."""
    from local import deployment, terraform

    variables = {"mode": mode, "name": name, "artifacts_dir": str(out)}
    wanted = {variable: value for variable, value in variables.items() if value}
    module = terraform.Terraform(MODULE)
    if dry_run:
        for line in deployment.command_lines(module, wanted, plan=plan, yes=yes):
            show(line)
        terminal.next("invoke deploy --plan" + (f" --mode {mode}" if mode else "") + with_out(out))
        return
    code = deployment.deploy(module, wanted, plan=plan, yes=yes, say=say)
    if code:
        raise Exit(code=code)
    if plan:
        terminal.next("invoke deploy" + (f" --mode {mode}" if mode else "") + with_out(out))
        return
    outputs = deployment.outputs(module)
    show(f"Version {outputs['function_version']} of {outputs['function_name']} answers at {outputs['alias_arn']}")
    terminal.next("invoke predict --event request.json")


@command(
    help={
        "to": "published version to go back to (default: the one before the one that answers)",
        "dry_run": DRY_RUN,
    }
)
def rollback(c: Context, to: str | None = None, dry_run: bool = False) -> None:
    """Point the alias to an earlier version, which has its own model. Nothing is built or published."""
    from local import deployment

    alias_arn = _deployed()["alias_arn"]
    version = deployment.rollback(deployment.client("lambda", alias_arn), alias_arn, to, say, dry_run=dry_run)
    if dry_run:
        show(f"Version {version} would answer. Nothing was changed.")
        terminal.next(f"invoke rollback --to {version}")
        return
    show(f'Version {version} answers. To keep it so at the next apply, set live_version = "{version}".')
    terminal.next("invoke predict --event request.json")


@command(
    help={
        "keep": "how many of the newest versions stay",
        "name": "name of the function (default: the one that invoke deploy has deployed)",
        "plan": "the former name of --dry-run",
        "dry_run": "only show what would be deleted, and change nothing",
        "yes": "delete without asking",
    },
    positional=["keep"],
)
def prune(
    c: Context,
    keep: str,
    name: str | None = None,
    plan: bool = False,
    dry_run: bool = False,
    yes: bool = False,
) -> None:
    """Delete old versions of the function that nothing points to, and their layer versions and objects."""
    from local import deployment
    from local import prune as pruning

    count = pruning.number(keep)
    outputs = {} if name else _deployed()
    name = name or outputs["function_name"]
    clients = {service: deployment.client(service, outputs.get("alias_arn")) for service in ("lambda", "s3")}
    say(f"Looking at the versions of {name}")
    inventory = pruning.look(clients, name, count, outputs.get("bucket"))
    for version, why in inventory.kept.items():
        say(f"Version {version} stays: {', '.join(why)}")
    for note in inventory.notes:
        say(note)
    if not inventory.unused:
        show("There is nothing to delete.")
        return
    show(f"Of {name} in {clients['lambda'].meta.region_name}, nothing uses:")
    for unused in inventory.unused:  # one line each, because the names of objects may be long
        show(f"  {unused.kind:<13} {unused.bytes:>13,} bytes  {unused.name}")
    size = megabytes(sum(unused.bytes for unused in inventory.unused))
    if plan or dry_run:
        show(f"{len(inventory.unused)} things of {size} would be deleted. Nothing was changed.")
        terminal.next(f"invoke prune --keep {count}" + (f" --name {shlex.quote(name)}" if not outputs else ""))
        return
    if not yes:
        terminal.stop_spinner()
        pruning.ask()
    pruning.delete(clients, inventory.unused, say)
    show(f"Deleted: {len(inventory.unused)}, of {size}")


@command(
    help={
        "out": "file to write: .csv or .jsonl",
        "execution": "ARN of an execution of the batch state machine (default: the last one that has ended)",
        "column": "what the column of the predictions is called",
    },
    positional=["out"],
)
def batch_results(c: Context, out: Path, execution: str | None = None, column: str = "prediction") -> None:
    """Write the rows and predictions of a batch execution as one table, in the order of the input."""
    from local import batch_results as results
    from local import batch_table, deployment

    batch_table.kind(out)
    if execution is None:
        arn = _deployed().get("state_machine_arn")
        if arn is None:
            raise results.NoMachine(folder=shown(MODULE))
    else:
        arn = results.checked(execution)
    clients = {service: deployment.client(service, arn) for service in ("stepfunctions", "s3")}
    execution = execution or results.newest(clients, arn)
    say(f"aws stepfunctions describe-execution --execution-arn {execution}")
    written, failed = results.table(clients, execution, out, column)
    show(f"{written.rows:,} {'row' if written.rows == 1 else 'rows'} in {shown(out)}")
    for call in failed:
        show(f"No prediction: {call.key}, {call.rows}: {call.why}")
    if failed:
        raise Exit(code=1)


@command(
    help={
        "event": "JSON file with a request",
        "local": "ask what was packaged, on this machine, rather than what was deployed",
        "out": "folder of the artifacts",
    },
    positional=["event"],
    data=True,
)
def predict(c: Context, event: Path, local: bool = False, out: Path = OUT) -> None:
    """Send a request, to the deployed function or to the packaged one here. The answer goes to stdout."""
    from local import deployment, operations

    request = request_files.read_to_send(event)
    if local:
        answer = operations.predict_locally(out, request, say)
        following = [deploying(with_out(out))]
    else:
        alias_arn = _deployed()["alias_arn"]
        answer = operations.predict(deployment.client("lambda", alias_arn), alias_arn, request, say)
        following = ["invoke logs"]
    terminal.data(answer)
    terminal.next(*following)


@command(
    help={
        "port": "port of this machine alone (0: any that is free)",
        "out": "folder of the packaged function",
    }
)
def serve(c: Context, port: str = "8080", out: Path = OUT) -> None:
    """Serve the packaged function over HTTP on this machine, as an endpoint would, with a web page to try the model."""
    from local import operations

    with operations.serve(out, port, say) as url:
        terminal.stop_spinner()
        show(f"{url}/ has a form to fill in. Or send a request:")
        show(operations.curl(out, url))
        show("Ctrl+C ends it.")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
    show("Ended.")


@command(help={"minutes": "how far back"})
def logs(c: Context, minutes: int = 10) -> None:
    """Show the deployed function's last log lines."""
    from local import deployment, operations

    outputs = _deployed()
    client = deployment.client("logs", outputs["alias_arn"])
    lines = 0
    for line in operations.logs(client, outputs["log_group_name"], minutes, say):
        show(line)
        lines += 1
    if not lines:
        show(f"Nothing was logged in the last {minutes} minutes.")
        terminal.next(f"invoke logs --minutes {minutes * 6}")
