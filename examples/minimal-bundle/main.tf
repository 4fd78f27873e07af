module "model" {
  source = "../.."

  name          = "minimal-bundle"
  mode          = "bundle"
  artifacts_dir = var.artifacts_dir
}
