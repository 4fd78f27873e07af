"""Reads what a layer is made of, before it is installed: requirements files, local projects and lock files."""
