"""Provides what the build uses on this machine: programs, Python interpreters, package indexes, the cache and paths."""
