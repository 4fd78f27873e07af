"""What the build uses of this machine: other programs, Python interpreters, package indexes, the cache and paths."""
