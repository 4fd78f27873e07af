"""Reads and writes what is in dist/: zip archives, the manifest that Terraform reads, and reports about both."""
