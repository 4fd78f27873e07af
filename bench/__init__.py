"""Comparisons with other ways of doing the same, each a ratio measured in one run."""
