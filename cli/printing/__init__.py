"""Prints the results of the larger commands on a terminal, with one module for each."""
