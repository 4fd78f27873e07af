"""Counts the modules below a folder whose bytecode an interpreter would use. Runs under the target's interpreter.

    python check_bytecode.py FOLDER    prints JSON: {"modules": ..., "valid": ..., "stale": ...}

Bytecode is valid if it stays so on a read-only disk (PEP 552): it has an unchecked hash, the hash of the source, or the
time and the size that the unpacked source has.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys


def main(folder: str) -> None:
    counts = {"modules": 0, "valid": 0, "stale": 0}
    for root, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".py"):
                source = os.path.join(root, name)
                cached = importlib.util.cache_from_source(source)
                counts["modules"] += 1
                if os.path.exists(cached):
                    counts["valid" if is_valid(source, cached) else "stale"] += 1
    print(json.dumps(counts))


def is_valid(source: str, cached: str) -> bool:
    """Return whether the interpreter would use this bytecode for this source."""
    with open(cached, "rb") as stream:
        head = stream.read(16)
    if head[:4] != importlib.util.MAGIC_NUMBER:
        return False
    flags = int.from_bytes(head[4:8], "little")
    if flags == 1:
        return True
    if flags == 3:
        with open(source, "rb") as stream:
            return head[8:] == importlib.util.source_hash(stream.read())
    stat = os.stat(source)
    time, size = int(stat.st_mtime) & 0xFFFFFFFF, stat.st_size & 0xFFFFFFFF
    return head[8:] == time.to_bytes(4, "little") + size.to_bytes(4, "little")


if __name__ == "__main__":
    main(*sys.argv[1:])
