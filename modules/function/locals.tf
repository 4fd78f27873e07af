locals {
  in_s3 = var.model.file == null

  # Partition, Region, and account come from the log group's ARN, so that policies can name the function before it exists. With a data
  # source instead, each plan would change the policies if the caller's module block has depends_on.
  log_group_arn = (
    var.logging.existing_group == null ? aws_cloudwatch_log_group.this[0].arn : trimsuffix(var.logging.existing_group.arn, ":*")
  )
  arn_parts    = split(":", local.log_group_arn)
  partition    = local.arn_parts[1]
  function_arn = "arn:${local.partition}:lambda:${local.arn_parts[3]}:${local.arn_parts[4]}:function:${var.name}"
  alias_name   = "live"

  log_group_name = var.logging.existing_group == null ? aws_cloudwatch_log_group.this[0].name : local.arn_parts[6]

  role_arn = var.role.existing == null ? aws_iam_role.this[0].arn : var.role.existing.arn

  live_version   = coalesce(var.live_version, aws_lambda_function.this.version)
  canary_version = try(coalesce(var.canary.version, aws_lambda_function.this.version), null)

  # The S3 objects from which the versions in live_version and canary.version read their models. These versions may have been deployed with
  # another mode, or with another value of model.
  named_objects = {
    for version, function in data.aws_lambda_function.named : version => {
      bucket = function.environment[0].variables.MODEL_BUCKET
      key    = function.environment[0].variables.MODEL_KEY
    } if can(function.environment[0].variables.MODEL_BUCKET)
  }

  # Must be known during the plan, because it is used in count
  may_read = local.in_s3 || var.model_store != null || length(data.aws_lambda_function.named) > 0

  # The objects among named_objects that modules/artifacts uploaded for this deployment, and that this plan would delete. Such an object is
  # either in a bucket that modules/artifacts created, whose name is the prefix and the 26 digits that the provider adds, or in an existing
  # bucket, where its key begins with the name and an identifier of 8 hexadecimal digits. Before the changes in
  # CHANGELOG.md, keys had no identifier.
  own_bucket_prefixes = [
    for prefix in concat(["${substr(replace(lower(var.name), "_", "-"), 0, 36)}-"], var.bucket_prefix[*]) : replace(prefix, ".", "[.]")
  ]
  own_bucket = "^(${join("|", local.own_bucket_prefixes)})[0-9]{26}$"
  own_key    = "^${var.name}/([0-9a-f]{8}/)?model/model$"
  removed_objects = [
    for version, object in local.named_objects : "version ${version} reads s3://${object.bucket}/${object.key}"
    if(object.key == "model/model" ? can(regex(local.own_bucket, object.bucket)) : can(regex(local.own_key, object.key))) &&
    (object.bucket == try(var.model_store.bucket, null) ? object.key != try(var.model_store.key, null) : true)
  ]

  # The environment variables that lambda/handler.py reads. Variables without a value are omitted.
  model_environment = {
    MODEL_SHA256          = try(lower(var.model.sha256), null)
    MODEL_FOLLOW          = var.model.follow ? "true" : null
    MODEL_FORMAT          = var.model.format
    MODEL_SKLEARN_VERSION = var.model.sklearn_version
    MODEL_TRUSTED         = length(var.model.trusted) > 0 ? join(",", var.model.trusted) : null
    MODEL_FILE            = var.model.file
    MODEL_BUCKET          = var.model.bucket
    MODEL_KEY             = var.model.key
    MODEL_VERSION_ID      = var.model.version_id
    MODEL_ONE_THREAD      = var.one_thread ? null : "false"
    MODEL_METRICS         = var.metrics ? null : "false"
    MODEL_DOCS            = var.docs ? "true" : null
    MODEL_TIMEOUT         = tostring(var.timeout)
  }
  environment = merge(var.environment, { for name, value in local.model_environment : name => value if value != null })

  # Limits of Lambda, which cannot be increased
  limits = {
    unzipped_bytes    = 262144000
    layers            = 5
    environment       = 4096
    memory            = 10240
    ephemeral_storage = 10240
    snap_start_tmp    = 512
    snap_start_python = 12
  }

  # 13 for the runtime python3.13
  python_minor = try(tonumber(one(regex("^python3\\.([0-9]+)$", var.runtime))), 0)

  # A layer of unknown size counts as zero bytes
  layer_bytes    = [for layer in var.layers : layer.unzipped_bytes if layer.unzipped_bytes != null]
  unzipped_bytes = sum(concat([var.package.unzipped_bytes], local.layer_bytes))

  # Size of the model in MB, rounded up, or 0 if it is unknown
  model_mb = var.model.bytes == null ? 0 : ceil(var.model.bytes / 1048576)
}
