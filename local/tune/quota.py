"""Limits the processor time of a process, as Lambda does by memory size: by the quota of a control group (cgroup).

The group is a new one, of this process, and is removed when it has done its work. No other group is changed. It is made
below the group that this process is in (v1), or below the nearest one above it whose children may have a quota (v2).
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from build.errors import UserError

PERIOD = 20_000  # microseconds: Lambda's own, by what has been measured there (arXiv 2506.01283)
PATIENCE = 5  # seconds until the kernel must have seen that the group's processes ended
SELF = Path("/proc/self")


class NoQuota(UserError):
    """No control group with a quota can be made, and why."""


@dataclass(frozen=True)
class Group:
    """A control group of our own."""

    folder: Path
    is_v2: bool

    def limit(self, share: float) -> None:
        """Set how much of the processors' time its processes get: 1.0 is one whole processor."""
        microseconds = max(1000, round(share * PERIOD))  # the kernel takes no less than a millisecond
        if self.is_v2:
            (self.folder / "cpu.max").write_text(f"{microseconds} {PERIOD}")
        else:
            (self.folder / "cpu.cfs_period_us").write_text(str(PERIOD))
            (self.folder / "cpu.cfs_quota_us").write_text(str(microseconds))

    def in_time(self) -> bool:
        """Whether its processes were made to wait in time: the kernel does that itself."""
        return True

    def release(self) -> None:
        """Set no limit any more, so that its processes can end."""
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
def group(share: float) -> Iterator[Group]:
    """A group with a quota, until the block ends; its processes must have ended by then.

    Raises:
        NoQuota: this machine lets none be made.
    """
    made = _make()
    try:
        made.limit(share)
        yield made
    finally:
        _remove(made.folder)


def require() -> None:
    """See that a group with a quota can be made here.

    Raises:
        NoQuota
    """
    with group(1.0):
        pass


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


def _make() -> Group:
    """A new group, without a quota as yet."""
    why = "it has no cgroup file system with the cpu controller"
    own, is_v2 = _own()
    name = f"lambda-model-tune-{os.getpid()}"
    for parent in [] if own is None else _above() if is_v2 else [own]:
        if is_v2 and "cpu" not in _words(parent / "cgroup.subtree_control"):
            continue
        if not os.access(parent / "cgroup.procs", os.W_OK):
            why = f"{parent} belongs to another user"
            continue
        try:
            (parent / name).mkdir()
        except OSError as error:
            why = f"{parent}: {error.strerror}"
            continue
        return Group(parent / name, is_v2)
    raise NoQuota(message=why)


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
