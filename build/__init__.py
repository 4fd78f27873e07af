"""Makes dist/ on the developer's machine: the zip files of layer and function, and the manifest for Terraform."""
