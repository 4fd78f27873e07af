"""Measures the user's own function at the processor share of each memory size: how fast it is, and what it costs."""
