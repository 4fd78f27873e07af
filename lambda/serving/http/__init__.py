"""Requests over HTTP: the events that bring them, the paths that they ask for, and the answers that they get."""
