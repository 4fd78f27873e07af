"""Runs a deployed function under AWS's own runtime client (awslambdaric) and runtime interface emulator."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from tempfile import TemporaryDirectory

from build.errors import UserError
from build.host import importable, interpreters
from build.host.commands import started
from build.layer import bytecode
from build.runtimes import host_architecture, runtime
from local.deployed import Deployed
from local.embedded_aws import EmbeddedAws

PATIENCE = 360  # seconds for one answer, more than the timeout of a function here, which has a message of its own
OF_THE_RUNTIME = ("awslambdaric", "boto3")  # packages that AWS's runtime has beside Python
LOG_STREAM = "2026/11/25/[{version}]00000000000000000000000000000000"  # in the form that Lambda uses
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class FunctionFailed(UserError):
    template = "The function failed: {error}\n{log}"


@dataclass(frozen=True)
class Environment:
    """An execution environment that answers."""

    url: str
    log: Path
    process: int  # of the emulator, whose child is the process of the function

    def invoke(self, event: object) -> object:
        """Send an event and return the answer.

        Raises:
            FunctionFailed: the function or its init raised an error, or it took longer than its timeout.
        """
        return self.read(self.send(json.dumps(event).encode()))

    def send(self, event: bytes) -> bytes:
        """Send an event as it is, and return the bytes that the runtime client wrote.

        Raises:
            FunctionFailed: the init raised an error.
        """
        request = urllib.request.Request(self.url, event, {"Content-Type": "application/json"})
        try:
            with OPENER.open(request, timeout=PATIENCE) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as error:
            raise FunctionFailed(error=f"{error}: {error.read().decode(errors='replace')}", log=self.tail()) from error

    def read(self, written: bytes) -> object:
        """Read the answer of a function.

        Raises:
            FunctionFailed: it is an error and not an answer.
        """
        try:
            answer = json.loads(written)
        except ValueError as error:  # the emulator writes text: Task timed out after 60.00 seconds
            raise FunctionFailed(error=written.decode(errors="replace"), log=self.tail()) from error
        if isinstance(answer, dict) and "errorType" in answer:
            raise FunctionFailed(error=f"{answer['errorType']}: {answer.get('errorMessage')}", log=self.tail())
        return answer

    def function_process(self) -> int:
        """Return the ID of the function's process, which starts with the first event."""
        threads = Path(f"/proc/{self.process}/task").glob("*/children")  # any of its threads may have started it
        return next(int(child) for thread in threads for child in thread.read_text().split())

    def peak_rss(self) -> int:
        """Return the most memory that the function's process ever had, in bytes."""
        return self._status("VmHWM")

    def rss(self) -> int:
        """Return the memory that the function's process has now, in bytes."""
        return self._status("VmRSS")

    def _status(self, name: str) -> int:
        """Return a size in bytes from the kernel's status of the function's process."""
        status = Path(f"/proc/{self.function_process()}/status").read_text()
        return int(status.split(f"{name}:")[1].split()[0]) * 1024

    def tail(self) -> str:
        """Return the last lines that the function and the emulator wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


def runtime_packages(python: str, folder: Path) -> Path:
    """Install the packages of AWS's runtime for a Python, at the versions of this environment, and compile them."""
    folder.mkdir(parents=True, exist_ok=True)
    pins = folder / "runtime.txt"
    pins.write_text("".join(f"{name}=={metadata.version(name)}\n" for name in OF_THE_RUNTIME), encoding="utf-8")
    packages = importable.of_requirements(pins, runtime(python), folder)
    bytecode.compile_tree(packages, "/var/runtime", runtime(python))
    return packages


@contextmanager
def start(deployed: Deployed, packages: Path, aws: EmbeddedAws) -> Iterator[Environment]:
    """Start an execution environment for a function. Its init runs at the first event, and it ends with the block.

    Args:
        packages: the folder that `runtime_packages` returned.
        aws: the AWS that the function calls.
    """
    target = runtime(deployed.runtime)
    interpreter = interpreters.require(target, f"Running a function of {target.name}")
    port, runtime_api = _free_ports(2)
    argv = [
        *(_binary(), "--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
        *("--runtime-api-address", f"127.0.0.1:{runtime_api}"),
        *(interpreter, "-S", "-s", "-B", "-m", "awslambdaric", deployed.configuration["Handler"]),
    ]
    with TemporaryDirectory(prefix="environment-") as scratch:
        log = Path(scratch) / "log"
        env = _environment(deployed, packages, aws, scratch)
        with (
            log.open("wb") as stream,
            started(
                argv, cwd=deployed.task, env=env, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT
            ) as process,
        ):
            environment = Environment(
                f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations", log, process.pid
            )
            if not _listens(process, port):
                raise FunctionFailed(error="the emulator does not answer", log=environment.tail())
            yield environment


def _free_ports(count: int) -> list[int]:
    """Return different TCP ports of the loopback interface on which nothing listens."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        time.sleep(0.01)
    return False


def _environment(deployed: Deployed, packages: Path, aws: EmbeddedAws, scratch: str) -> dict[str, str]:
    """Return the variables that Lambda sets, and those of the function. None come from this machine."""
    configuration = deployed.configuration
    log_group = configuration.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{configuration['FunctionName']}")
    path = [
        deployed.task,
        deployed.layers / runtime(deployed.runtime).site_packages,
        deployed.layers / "python",
        packages,
    ]
    return {
        **aws.environment({}),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "TMPDIR": scratch,  # Lambda's /tmp
        "PYTHONPATH": ":".join(map(str, path)),
        "LD_LIBRARY_PATH": f"{deployed.task}:{deployed.task / 'lib'}:{deployed.layers / 'lib'}",
        "LAMBDA_TASK_ROOT": str(deployed.task),
        "LAMBDA_RUNTIME_DIR": str(packages),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{deployed.runtime}",  # the runtime client chooses the form of answers by this
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": LOG_STREAM.format(version=configuration["Version"]),
        "AWS_LAMBDA_FUNCTION_NAME": configuration["FunctionName"],
        "AWS_LAMBDA_FUNCTION_VERSION": configuration["Version"],
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration["MemorySize"]),
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(configuration["Timeout"]),
        "_HANDLER": configuration["Handler"],
        **deployed.environment,
    }


def _binary() -> Path:
    """Return the path of AWS's emulator, a program in the wheel of aws-sam-cli."""
    architecture = host_architecture()
    if architecture is None:
        raise UserError(message="AWS's runtime interface emulator is only made for x86_64 and arm64.")
    return Path(str(resources.files("samcli"))) / "local" / "rapid" / f"aws-lambda-rie-{architecture.name}"
