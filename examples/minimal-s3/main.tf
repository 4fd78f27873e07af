module "model" {
  source = "../.."

  name          = "minimal-s3"
  artifacts_dir = var.artifacts_dir
}
