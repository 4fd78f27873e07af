"""Installs the packages of a layer, and plans which of their files the layer will hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from build.builders import Builder
from build.errors import UserError
from build.host import distributions
from build.host.distributions import Distributions
from build.layer import libraries, slimming, without
from build.layer.libraries import Supplied
from build.layer.order import Order
from build.layer.without import LeftOut
from build.requirements import local_projects
from build.requirements.lockfile import Lock


class NothingInstalled(UserError):
    template = "{requirements} names no package, so there is nothing to put into a layer."


@dataclass(frozen=True)
class Tree:
    """An installed tree without the files that no layer needs."""

    site_packages: Path
    installed: Distributions
    left_out: LeftOut  # the packages that the order leaves out
    removed: dict[str, dict[str, int]]  # the bytes of the files that were removed, by path, by slimming rule
    supplied: dict[str, Supplied]  # the libraries below /opt/lib, by name


@dataclass(frozen=True)
class Requirements:
    """What to install."""

    path: Path
    lock: Lock | None  # what the requirements were resolved to, if that is known
    named: Collection[str]  # the packages that the requirements name themselves


def install(folder: Path, requirements: Requirements, order: Order, builder: Builder, lock_folder: Path) -> Tree:
    """Install the requirements into a new folder, and remove what the layer does not need.

    Args:
        folder: an empty folder. Two installations into one folder would leave two versions of a package in it.
        lock_folder: the folder in which the lock file is written, if what was installed is known exactly.

    Raises:
        UserError: one of the errors of the builder, `local_projects`, `without`, `slimming` or `libraries`.
        NothingInstalled
    """
    tree = folder / order.runtime.site_packages  # as below /opt
    tree.mkdir(parents=True)
    lock = builder.install(requirements.path, tree, requirements.lock)
    local_projects.refuse_editable(tree)
    if lock:
        lock.write(lock_folder)
    installed = distributions.read(tree)
    if not installed.installed:
        raise NothingInstalled(requirements=requirements.path)
    left_out = without.remove(tree, installed, order.without, order.target, requirements.named)
    installed = installed.without(left_out.versions)
    removed = slimming.drop(tree, order.keep)
    if order.without:
        removed = {"packages": left_out.removed, **removed}
    supplied = libraries.complete(tree, installed, order.runtime, order.architecture, builder.library)
    installed.owners.update({libraries.in_layer(name): library.owner for name, library in supplied.items()})
    return Tree(tree, installed, left_out, removed, supplied)
