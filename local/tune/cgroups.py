"""Makes control groups (cgroups), if this machine allows it.

The new groups are below the group that this process is in (cgroup v1), or below the nearest ancestor whose children may
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

PATIENCE = 5  # seconds that the kernel has to notice that the processes of a group have ended
SELF = Path("/proc/self")


class NoGroup(UserError):
    """No control group with a quota can be made. The message says why."""


@dataclass(frozen=True)
class Group:
    """A control group that this process has made."""

    folder: Path
    is_v2: bool

    def prefer(self) -> None:
        """Give its processes precedence over other programs, with the highest weight."""
        name, weight = ("cpu.weight", "10000") if self.is_v2 else ("cpu.shares", "262144")
        (self.folder / name).write_text(weight)

    def limit(self, share: float, period: int) -> None:
        """Set the processor time that its processes get. A share of 1.0 is one whole processor.

        Args:
            period: in microseconds. A quota that is used up is renewed in the next period.
        """
        microseconds = max(1000, round(share * period))  # the least that the kernel accepts
        if self.is_v2:
            (self.folder / "cpu.max").write_text(f"{microseconds} {period}")
        else:
            (self.folder / "cpu.cfs_period_us").write_text(str(period))
            (self.folder / "cpu.cfs_quota_us").write_text(str(microseconds))

    def release(self) -> None:
        """Remove the limit."""
        (self.folder / ("cpu.max" if self.is_v2 else "cpu.cfs_quota_us")).write_text("max" if self.is_v2 else "-1")

    def add(self, process: int) -> None:
        """Move a process into the group, with its threads and the processes that it has started."""
        members = [process]
        for member in members:
            with suppress(ProcessLookupError):  # a child may have ended
                (self.folder / "cgroup.procs").write_text(str(member))
            members += children(member)

    def throttled(self) -> int:
        """Return the number of periods in which its processes had to wait, because their quota was used up."""
        statistics = dict(line.split() for line in (self.folder / "cpu.stat").read_text().splitlines())
        return int(statistics["nr_throttled"])


@contextmanager
def made(name: str) -> Iterator[Group]:
    """Make a group that exists until the block ends. Its processes must have ended by then.

    Raises:
        NoGroup: this machine does not allow it.
    """
    group = None
    try:
        with uninterrupted():  # otherwise the group might exist without being removed
            group = _make(f"lambda-model-tune-{os.getpid()}-{name}")
        yield group
    finally:
        if group:
            with uninterrupted():  # otherwise a second Ctrl-C would leave it
                _remove(group.folder)


def processors() -> float:
    """Return the number of processors that this process may use, which may be a fraction."""
    count = float(len(os.sched_getaffinity(0)))
    return min([count, *(quota for folder in _above() if (quota := _limit(folder)) is not None)])


def children(process: int) -> list[int]:
    """Return the IDs of the processes that a process has started and that still run."""
    processes: list[int] = []
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):  # the thread has ended
            processes += map(int, thread.read_text().split())
    return processes


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
        except OSError:  # busy, because a process that has ended may still be in it for a moment
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _own() -> tuple[Path | None, bool]:
    """Return the folder of the group that this process is in for the cpu controller, and whether it is cgroup v2."""
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
    """Return the mount points of cgroup file systems, and which folder each of them shows. "cpu" is v1, "" is v2."""
    mounts = {}
    for line in (SELF / "mountinfo").read_text().splitlines():
        words, _, kind = line.partition(" - ")
        root, folder = words.split()[3:5]
        if kind.startswith("cgroup2 "):
            mounts[""] = (Path(folder), root)
        elif kind.startswith("cgroup ") and "cpu" in kind.split()[-1].split(","):
            mounts["cpu"] = (Path(folder), root)
    return mounts


def _below(mount: Path, root: str, path: str) -> Path:
    """Return the folder of a group. In a container that only sees its own group, this is the mount point."""
    try:
        folder = mount / Path(path).relative_to(root)
    except ValueError:
        return mount
    return folder if folder.is_dir() else mount


def _above() -> list[Path]:
    """Return the folder of the group that this process is in, and those above it, up to the mount point."""
    own, _ = _own()
    mounted = {folder for folder, _ in _mounts().values()}
    folders: list[Path] = []
    while own is not None:
        folders.append(own)
        own = None if own in mounted or own == own.parent else own.parent
    return folders


def _limit(folder: Path) -> float | None:
    """Return the number of processors that a group may use, or None if it has no limit."""
    if words := _words(folder / "cpu.max"):
        return None if words[0] == "max" else int(words[0]) / int(words[1])
    quota, period = _words(folder / "cpu.cfs_quota_us"), _words(folder / "cpu.cfs_period_us")
    return int(quota[0]) / int(period[0]) if quota and period and int(quota[0]) > 0 else None


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:
        return []
