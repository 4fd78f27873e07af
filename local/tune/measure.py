"""Runs the packaged function under AWS's emulator with the processor time of each memory size, and measures it.

As in Lambda, the init has all the processors that the function sees, and the quota begins when the init is over. The
times are the durations that the emulator reports, which exclude the transfer of the request to the function.
"""

from __future__ import annotations

import dataclasses
import os
import random
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from build.errors import UserError
from build.package import handler_variables
from build.runtimes import runtime
from build.saying import Say
from local import emulator, packaged
from local.deployed import Deployed
from local.embedded_aws import EmbeddedAws
from local.emulator import Environment
from local.tune import cgroups, limits, rows, sizes
from local.tune.limits import Limiter
from local.tune.results import Size, Tuned

PING = b'{"warmer": true}'  # is answered when the init is over, without a call of the model
PAUSE = (0.02, 0.06)  # seconds between two calls, one to three periods, so that no call uses the quota of the next
PATIENCE = 20.0  # seconds for the warm calls of one environment, after which no more are made
FEWEST = 3  # the least number of warm calls, however long they take


class NoNumber(UserError):
    template = "{given!r} is no number for {option}. Give a whole number from 1, such as {option} {example}."


class RequestRefused(UserError):
    template = (
        "{request} is answered with statusCode {status}: {error}\n"
        "Give a request that the model takes. invoke describe shows one."
    )


class NothingToShow(UserError):
    template = "None of these memory sizes can be measured here:\n{why}"


def number(text: str, option: str, example: int) -> int:
    """Return the number that an option is set to.

    Raises:
        NoNumber
    """
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise NoNumber(given=text, option=option, example=example)
    return int(text)


def tune(
    out: Path,
    request: Path | None,
    memory_sizes: Sequence[int],
    count: int | None,
    rounds: int,
    calls: int,
    say: Say,
    limiter: Limiter | None = None,
) -> Tuned:
    """Measure what is packaged in ``out``: in each round, one fresh environment of each memory size.

    Args:
        request: a file with the event. None sends a row that is made up from the signature.
        count: the number of rows in the request. Its own rows are repeated. None leaves the request unchanged.
        rounds: the number of fresh environments for each size.
        calls: the number of warm calls in each environment.
        limiter: limits the function's processor time. None uses the best one that this machine allows.

    Raises:
        NotPackaged, NotOfThisMachine, NoRowsToRepeat, TooManyRows, NoLimit, RequestRefused, NothingToShow,
        FunctionFailed
    """
    manifest = packaged.read(out)
    mode, model = next(iter(manifest["functions"])), manifest["model"]
    named, body = rows.request(model, request, count)
    limiter = limiter or limits.find()
    with TemporaryDirectory(prefix="tune-") as name:
        packages = emulator.runtime_packages(runtime(manifest["runtime"]).python, Path(name) / "runtime")
        # The model is on the disk, because a download from an S3 on this machine would say nothing of the real S3
        variables = handler_variables.in_file(out / model["path"])
        deployed = packaged.unpack(out, manifest, mode, Path(name) / "task", variables, max(memory_sizes))
        function = _Function(deployed, packages, limiter)
        if os.getloadavg()[0] > 0.5:
            say(f"Other programs are busy on this machine (load {os.getloadavg()[0]:.1f}): the times may be longer")
        say(f"Sending it once, to see the answer and how much memory it needs: {named}")
        peak = function.try_(body, named)
        not_shown: dict[int, str] = {}
        measured = _fitting([Size(memory_size) for memory_size in memory_sizes], peak, not_shown)
        for round_ in range(rounds):
            say(f"Round {round_ + 1} of {rounds}: {', '.join(str(size.memory_size) for size in measured)} MB")
            for size in measured:
                peak = max(peak, function.measure(size, body, calls))
        measured = _fitting(measured, peak, not_shown)
    title = f"{model['estimator'].rpartition('.')[2]}, {model['bytes'] / 1e6:.2f} MB"
    return Tuned(title, manifest["architecture"], limiter.how, count, peak, measured, dict(sorted(not_shown.items())))


def _fitting(sizes_: Sequence[Size], peak: int, not_shown: dict[int, str]) -> list[Size]:
    """Return the sizes that can be measured on this machine. For the others, ``not_shown`` gets the reason.

    Raises:
        NothingToShow: no size can be measured.
    """
    processors, fitting = cgroups.processors(), []
    for candidate in sizes_:
        size, wanted = candidate.memory_size, sizes.share(candidate.memory_size)
        if peak > size * 2**20:
            not_shown[size] = f"does not fit: the function had {peak / 2**20:.0f} MB at its peak"
        elif candidate.late:
            not_shown[size] = (
                "is not shown: this machine was too busy to stop it in time. End other programs, or run this as root"
            )
        elif wanted > processors:
            not_shown[size] = f"is not shown: it has {wanted:.2f} processors, and this machine {processors:g}"
        else:
            fitting.append(candidate)
    if not fitting:
        lines = [f"  {size} MB {why}" for size, why in not_shown.items()]
        if not any(candidate.late for candidate in sizes_):
            lines.append("Give others, such as --memory-sizes 512,1024,1769.")
        raise NothingToShow(why="\n".join(lines))
    return fitting


@dataclass(frozen=True)
class _Function:
    """The packaged function, unpacked."""

    deployed: Deployed
    packages: Path
    limiter: Limiter

    @contextmanager
    def environment(self, memory_size: int) -> Iterator[Environment]:
        """Start a fresh environment, which sees as many processors as in Lambda, if the machine has them."""
        configuration = {**self.deployed.configuration, "MemorySize": memory_size}
        deployed = dataclasses.replace(self.deployed, configuration=configuration)
        nowhere = EmbeddedAws("http://127.0.0.1:9")  # the model is on the disk, so the function does not call AWS
        with emulator.start(deployed, self.packages, nowhere) as environment:
            processors = sorted(os.sched_getaffinity(0))[: sizes.visible(memory_size)]
            for thread in Path(f"/proc/{environment.process}/task").iterdir():
                with suppress(ProcessLookupError):  # it has ended
                    os.sched_setaffinity(int(thread.name), processors)
            yield environment

    def try_(self, body: bytes, named: str) -> int:
        """Send a request without a quota, and return the bytes of memory at the peak.

        Raises:
            RequestRefused
        """
        with self.environment(self.deployed.configuration["MemorySize"]) as environment:
            answer = environment.read(environment.send(body))
            status = answer.get("statusCode", 200) if isinstance(answer, dict) else 200
            if isinstance(answer, dict) and status >= 400:
                error = answer.get("error") or answer.get("body")
                raise RequestRefused(request=named, status=status, error=str(error)[:1000])
            return environment.peak_rss()

    def measure(self, size: Size, body: bytes, calls: int) -> int:
        """Measure a fresh environment, and return the bytes of memory at the peak."""
        pauses = random.Random(size.memory_size + len(size.warm))
        with (
            self.limiter.limited(sizes.share(size.memory_size)) as limit,
            self.environment(size.memory_size) as environment,
        ):
            limit.prepare(environment.process)
            environment.read(environment.send(PING))
            limit.add(environment.function_process())
            sent, until = 0, time.monotonic() + PATIENCE
            while sent <= calls and (sent <= FEWEST or time.monotonic() < until):
                environment.read(environment.send(body))
                sent += 1
                time.sleep(pauses.uniform(*PAUSE))
            limit.release()
            environment.send(PING)  # when its report has been written, the reports of all earlier calls have, too
            init, (_, first, *warm) = told(environment.log.read_text(errors="replace"))  # the first was a ping
            size.inits.append(init)
            size.firsts.append(first)
            size.warm += warm[: sent - 1]
            size.throttled += limit.throttled()
            size.late += not limit.in_time()
            return environment.peak_rss()


def told(log: str) -> tuple[float, list[float]]:
    """Return the durations of the init and of each call from the emulator's reports, in milliseconds."""
    init = re.search(r"INIT REPORT\(durationMs: ([\d.]+)", log)
    durations = re.findall(r"^REPORT RequestId:.*?\sDuration: ([\d.]+) ms\tBilled", log, re.MULTILINE)
    return float(init[1]) if init else 0.0, [float(duration) for duration in durations]
