"""Makes dist/ on the developer's machine: the layer zip, the function zips, the manifest that Terraform reads."""
