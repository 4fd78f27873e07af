"""Reads the inputs of a layer before they are installed: requirements files, local projects and lock files."""
