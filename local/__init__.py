"""What runs on the developer's machine in the place of AWS, and what looks after a deployment.

Terraform deploys to an embedded AWS, and the function that it deployed there runs under AWS's own runtime client and
emulator.
"""
