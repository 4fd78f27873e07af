"""Control groups (cgroups) of our own, and where this machine lets them be made.

They are made below the group that this process is in (cgroup v1), or below the nearest one above it whose children may
have a share of the processors (v2). No other group is changed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from build.errors import UserError
from build.host.commands import uninterrupted

PATIENCE = 5  # seconds until the kernel must have seen that the group's processes ended
SELF = Path("/proc/self")


class NoGroup(UserError):
    """No control group with a quota can be made, and why."""


@dataclass(frozen=True)
class Group:
    """A control group of our own."""

    folder: Path
    is_v2: bool

    def prefer(self) -> None:
        """Give its processes what they need before other programs: the weight is the highest that there is."""
        name, weight = ("cpu.weight", "10000") if self.is_v2 else ("cpu.shares", "262144")
        (self.folder / name).write_text(weight)

    def limit(self, share: float, period: int) -> None:
        """Set how much of the processors' time its processes get: 1.0 is one whole processor.

        Args:
            period: in microseconds; what is used up in it comes again in the next.
        """
        microseconds = max(1000, round(share * period))  # the kernel takes no less than a millisecond
        if self.is_v2:
            (self.folder / "cpu.max").write_text(f"{microseconds} {period}")
        else:
            (self.folder / "cpu.cfs_period_us").write_text(str(period))
            (self.folder / "cpu.cfs_quota_us").write_text(str(microseconds))

    def release(self) -> None:
        """Set no limit any more."""
        (self.folder / ("cpu.max" if self.is_v2 else "cpu.cfs_quota_us")).write_text("max" if self.is_v2 else "-1")

    def add(self, process: int) -> None:
        """Put a process in, with all its threads, and those that it started."""
        members = [process]
        for each in members:
            with suppress(ProcessLookupError):  # one that it started may have ended
                (self.folder / "cgroup.procs").write_text(str(each))
            members += children(each)

    def throttled(self) -> int:
        """In how many periods its processes had to wait, as they had used up their quota."""
        found = dict(line.split() for line in (self.folder / "cpu.stat").read_text().splitlines())
        return int(found["nr_throttled"])


@contextmanager
def made(name: str) -> Iterator[Group]:
    """A new group until the block ends; its processes must have ended by then.

    Raises:
        NoGroup: this machine lets none be made.
    """
    group = None
    try:
        with uninterrupted():  # else it might be there already, and not be known here
            group = _make(f"lambda-model-tune-{os.getpid()}-{name}")
        yield group
    finally:
        if group:
            with uninterrupted():  # a second Ctrl-C would leave it
                _remove(group.folder)


def processors() -> float:
    """How many processors' time this process may have itself."""
    count = float(len(os.sched_getaffinity(0)))
    return min([count, *(quota for folder in _above() if (quota := _limit(folder)) is not None)])


def children(process: int) -> list[int]:
    """The processes that a process has started, and that have not ended."""
    found: list[int] = []
    for each in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):  # the thread has ended
            found += map(int, each.read_text().split())
    return found


def _make(name: str) -> Group:
    why = "it has no cgroup file system with the cpu controller"
    own, is_v2 = _own()
    for parent in [] if own is None else _above() if is_v2 else [own]:
        if is_v2 and "cpu" not in _words(parent / "cgroup.subtree_control"):
            continue
        if not os.access(parent / "cgroup.procs", os.W_OK):
            why = f"this user may not write to {parent}"
            continue
        try:
            (parent / name).mkdir()
        except OSError as error:
            why = f"{parent}: {error.strerror}"
            continue
        return Group(parent / name, is_v2)
    raise NoGroup(message=why)


def _remove(folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return folder.rmdir()
        except OSError:  # busy: a process that has ended may be in it for a moment
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _own() -> tuple[Path | None, bool]:
    """The folder of the group that this process is in, as the cpu controller has it; and whether that is v2."""
    mounts, groups = _mounts(), {}
    for line in (SELF / "cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        groups[controllers] = path
    for controllers, path in groups.items():
        if "cpu" in controllers.split(",") and "cpu" in mounts:
            return _below(*mounts["cpu"], path), False
    if "" in groups and "" in mounts:
        return _below(*mounts[""], groups[""]), True
    return None, True


def _mounts() -> dict[str, tuple[Path, str]]:
    """Where cgroup file systems are mounted, and which of their folders is: "cpu" of v1, and "" of v2."""
    found = {}
    for line in (SELF / "mountinfo").read_text().splitlines():
        words, _, kind = line.partition(" - ")
        root, folder = words.split()[3:5]
        if kind.startswith("cgroup2 "):
            found[""] = (Path(folder), root)
        elif kind.startswith("cgroup ") and "cpu" in kind.split()[-1].split(","):
            found["cpu"] = (Path(folder), root)
    return found


def _below(mount: Path, root: str, path: str) -> Path:
    """The folder of a group; in a container whose own group is mounted, the mount itself."""
    try:
        folder = mount / Path(path).relative_to(root)
    except ValueError:
        return mount
    return folder if folder.is_dir() else mount


def _above() -> list[Path]:
    """The folder of the group that this process is in, and those above it, up to what is mounted."""
    own, _ = _own()
    mounted = {folder for folder, _ in _mounts().values()}
    found: list[Path] = []
    while own is not None:
        found.append(own)
        own = None if own in mounted or own == own.parent else own.parent
    return found


def _limit(folder: Path) -> float | None:
    """The processors' time that a group may have; None if it is not limited."""
    if words := _words(folder / "cpu.max"):
        return None if words[0] == "max" else int(words[0]) / int(words[1])
    quota, period = _words(folder / "cpu.cfs_quota_us"), _words(folder / "cpu.cfs_period_us")
    return int(quota[0]) / int(period[0]) if quota and period and int(quota[0]) > 0 else None


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:
        return []
