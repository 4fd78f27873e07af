locals {
  in_s3 = var.model.object != null

  # The partition is the role's: a data source would be read again, and its policy planned as a change, where the module has a depends_on
  object_arn = local.in_s3 ? "arn:${split(":", aws_iam_role.this.arn)[1]}:s3:::${var.model.object.bucket}/${var.model.object.key}" : null

  # The contract with lambda/handler.py. What is not known is left out.
  model_environment = {
    MODEL_SHA256          = var.model.sha256
    MODEL_FORMAT          = var.model.format
    MODEL_SKLEARN_VERSION = var.model.sklearn_version
    MODEL_FILE            = var.model.file
    MODEL_BUCKET          = try(var.model.object.bucket, null)
    MODEL_KEY             = try(var.model.object.key, null)
    MODEL_VERSION_ID      = try(var.model.object.version_id, null)
  }
  environment = merge(var.environment, { for name, value in local.model_environment : name => value if value != null })

  # AWS's, fixed
  limits = {
    unzipped_bytes    = 262144000
    layers            = 5
    environment       = 4096
    memory            = 10240
    ephemeral_storage = 10240
  }

  # A layer whose size is not known counts nothing
  layer_bytes    = [for layer in var.layers : layer.unzipped_bytes if layer.unzipped_bytes != null]
  unzipped_bytes = sum(concat([var.package.unzipped_bytes], local.layer_bytes))

  # Rounded up; 0 when not known
  model_mb = var.model.bytes == null ? 0 : ceil(var.model.bytes / 1048576)
}
