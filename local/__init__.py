"""Runs the function on the developer's machine in the place of AWS, and looks after a deployment.

Terraform deploys to an embedded AWS, and the function that was deployed there runs under AWS's own runtime client and
emulator.
"""
