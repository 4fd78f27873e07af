"""What lies in dist/ and how it is written: zip archives, the manifest that Terraform reads, and reports about both."""
