locals {
  parts         = module.manifest.parts
  artifacts_dir = module.manifest.artifacts_dir

  # Artifacts that are already in Amazon S3 are deployed from there, and are not uploaded again
  is_uploaded       = !module.manifest.in_s3
  layer_is_built    = var.dependencies == null
  model_is_uploaded = local.is_uploaded && var.mode == "s3" && var.model == null

  # The key contains the digest: new content becomes a new object, and the same content from another folder or computer is not a change
  objects = {
    for name in local.is_uploaded ? concat(["function"], local.layer_is_built ? ["layer"] : []) : [] : name => {
      key    = "${name}/${local.parts[name].sha256}.zip"
      source = "${local.artifacts_dir}/${local.parts[name].path}"
      sha256 = local.parts[name].sha256
    }
  }

  # The model always has the same key, and each model is a version of that object. The models of earlier versions of the function remain, so
  # that live_version can go back to them. Lambda keeps the code of these versions, and modules/layer keeps their layer versions. The object
  # also remains if no model is uploaded now, because the model is in the deployment package or elsewhere in Amazon S3.
  versioned_objects = local.is_uploaded ? {
    model = {
      key    = "model/model"
      source = local.model_is_uploaded ? "${local.artifacts_dir}/${local.parts.model.path}" : null
      sha256 = local.model_is_uploaded ? local.parts.model.sha256 : null
    }
  } : {}

  stored = local.is_uploaded ? module.artifacts[0].objects : module.manifest.objects

  # The model in artifacts_dir, which is in the deployment package or in Amazon S3. If var.model is set, it replaces that model.
  model = merge(concat(
    [merge(local.parts.model, { follow = false })],
    [for path in [local.parts.model.path] : { file = basename(path) } if var.mode == "bundle"],
    [
      for name, object in local.stored : merge(object, { kms_key_arn = local.is_uploaded ? null : var.kms_key_arns.bucket })
      if name == "model" && var.mode == "s3" && var.model == null
    ],
    # The manifest does not describe the answers of this model
    [for model in var.model[*] : merge(model, { method = null, methods = null, answer_bytes = {} })],
  )...)

  # The S3 object that contains the models of earlier versions of the function
  model_store = local.is_uploaded ? {
    bucket      = local.stored["model"].bucket
    key         = local.stored["model"].key
    kms_key_arn = var.kms_key_arns.bucket
  } : null

  layers = concat(
    local.layer_is_built
    ? [{ arn = module.layer[0].arn, unzipped_bytes = local.parts.layer.unzipped_bytes }]
    : [
      for number, arn in var.dependencies.layer_arns :
      { arn = arn, unzipped_bytes = number == 0 ? var.dependencies.unzipped_bytes : null }
    ],
    [for arn in var.layers : { arn = arn, unzipped_bytes = null }],
  )

  has_dashboard = coalesce(var.dashboard, var.alarms != null)

  # Number of execution environments that each ping of this module keeps warm
  pinged = var.warm.strategy == "ping" ? coalesce(var.warm.concurrency, 1) : 0

  # With model.follow, the handler looks for new versions of the model when it receives a ping. If this module sends no pings, the caller
  # must send them, so that the alarm on failed warm-ups applies.
  monitored_pings = local.pinged == 0 && local.model.follow ? 1 : local.pinged
}
