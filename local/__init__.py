"""Runs on the developer's machine what AWS would run: Terraform against an embedded AWS, and what it deployed there
under AWS's own runtime client and emulator."""
