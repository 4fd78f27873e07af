locals {
  parts         = module.manifest.parts
  artifacts_dir = module.manifest.artifacts_dir

  model_is_uploaded = var.mode == "s3" && var.model == null

  # A key names its content: new bytes are a new object, and the same bytes from another folder or machine are no change
  objects = merge(
    {
      layer = {
        key    = "layer/${local.parts.layer.sha256}.zip"
        source = "${local.artifacts_dir}/${local.parts.layer.path}"
        sha256 = local.parts.layer.sha256
      }
      function = {
        key    = "function/${local.parts.function.sha256}.zip"
        source = "${local.artifacts_dir}/${local.parts.function.path}"
        sha256 = local.parts.function.sha256
      }
    },
    local.model_is_uploaded ? {
      model = {
        key    = "model/${local.parts.model.sha256}/${basename(local.parts.model.path)}"
        source = "${local.artifacts_dir}/${local.parts.model.path}"
        sha256 = local.parts.model.sha256
      }
    } : {},
  )

  uploaded_model = local.model_is_uploaded ? module.artifacts.objects["model"] : null

  # What the function has to know of its model, and where it lies: in our bucket, in the user's, or in the zip
  model = {
    sha256          = var.model == null ? local.parts.model.sha256 : var.model.sha256
    format          = var.model == null ? local.parts.model.format : var.model.format
    sklearn_version = var.model == null ? local.parts.model.sklearn_version : var.model.sklearn_version
    bytes           = var.model == null ? local.parts.model.bytes : var.model.bytes

    object = var.mode == "s3" ? {
      bucket     = var.model == null ? local.uploaded_model.bucket : var.model.bucket
      key        = var.model == null ? local.uploaded_model.key : var.model.key
      version_id = var.model == null ? local.uploaded_model.version_id : var.model.version_id
    } : null
    file = var.mode == "bundle" ? basename(local.parts.model.path) : null
  }
}
