"""The order to build a layer, and the layer that was built."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from build.dist.contents import Contents
from build.dist.entries import LayerEntry
from build.layer.bytecode import Compiled
from build.layer.trim import TrimFor
from build.runtimes import UNZIPPED_LIMIT, Architecture, Runtime


@dataclass(frozen=True)
class Order:
    """The options of a build."""

    runtime: Runtime
    architecture: Architecture
    requirements: Path | None = None  # None: the project's own requirements
    builder: str = "auto"
    image: str | None = None
    keep: Collection[str] = ()  # the slimming rules that are turned off
    without: Collection[str] = ()  # packages to leave out, together with those that nothing else requires
    use_cache: bool = True
    trim_for: TrimFor | None = None  # None: the layer is not trimmed
    limit: int = UNZIPPED_LIMIT  # the bytes that the layer and the function may have together

    @property
    def target(self) -> tuple[Runtime, Architecture]:
        return self.runtime, self.architecture


@dataclass(frozen=True)
class Layer:
    """A layer that was built."""

    path: Path
    entry: LayerEntry  # as in the manifest
    compiled: Compiled
    libraries: int  # the number of shared libraries that were checked
    contents: Contents
    cached: bool = False  # whether it comes from the cache
