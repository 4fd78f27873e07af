locals {
  parts         = module.manifest.parts
  artifacts_dir = module.manifest.artifacts_dir

  # Of a folder; what is in S3 already is deployed from there
  is_uploaded       = !startswith(coalesce(var.artifacts_dir, "dist"), "s3://")
  layer_is_built    = var.dependencies == null
  model_is_uploaded = local.is_uploaded && var.mode == "s3" && var.model == null

  # A key names its content: new bytes are a new object, and the same bytes from another folder or machine are no change
  objects = {
    for name in local.is_uploaded ? concat(["function"], local.layer_is_built ? ["layer"] : []) : [] : name => {
      key    = "${name}/${local.parts[name].sha256}.zip"
      source = "${local.artifacts_dir}/${local.parts[name].path}"
      sha256 = local.parts[name].sha256
    }
  }

  # But the model has one key, and versions of it: those of earlier versions of the function stay, for live_version to go back to. Lambda
  # itself keeps their code, and modules/layer their layer. Where no model is uploaded, because it is in the zip or elsewhere in S3, the
  # object stays nevertheless: earlier versions of the function may read earlier versions of it.
  versioned_objects = local.is_uploaded ? {
    model = {
      key    = "model/model"
      source = local.model_is_uploaded ? "${local.artifacts_dir}/${local.parts.model.path}" : null
      sha256 = local.model_is_uploaded ? local.parts.model.sha256 : null
    }
  } : {}

  stored = local.is_uploaded ? module.artifacts[0].objects : module.manifest.objects

  # What the function has to know of its model, and where it lies: in our bucket, in the user's, or in the zip
  model = {
    sha256          = var.model == null ? local.parts.model.sha256 : try(lower(var.model.sha256), null)
    format          = var.model == null ? local.parts.model.format : var.model.format
    sklearn_version = var.model == null ? local.parts.model.sklearn_version : var.model.sklearn_version
    trusted         = var.model == null ? local.parts.model.trusted : var.model.trusted
    bytes           = var.model == null ? local.parts.model.bytes : var.model.bytes
    follow          = var.model == null ? false : var.model.follow

    # What batch asks of it, where the manifest says so
    method       = var.model == null ? local.parts.model.method : null
    methods      = var.model == null ? local.parts.model.methods : null
    answer_bytes = var.model == null ? local.parts.model.answer_bytes : {}

    object = var.mode == "s3" ? {
      bucket      = var.model == null ? local.stored["model"].bucket : var.model.bucket
      key         = var.model == null ? local.stored["model"].key : var.model.key
      version_id  = var.model == null ? local.stored["model"].version_id : var.model.version_id
      read_prefix = var.model == null ? null : var.model.read_prefix
      kms_key_arn = var.model == null ? (local.is_uploaded ? null : var.kms_key_arns.bucket) : var.model.kms_key_arn
    } : null
    file = var.mode == "bundle" ? basename(local.parts.model.path) : null
  }

  # Where the models of earlier versions may be, whatever the newest reads
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

  # Pings are of strategy ping alone, and the handler itself spreads one over more environments
  pings     = var.warm.strategy == "ping"
  pinged    = coalesce(var.warm.concurrency, 1)
  ping      = jsonencode(merge({ warmer = true }, { for name, number in { concurrency = local.pinged } : name => number if number > 1 }))
  schedules = local.pings ? coalesce(var.warm.schedules, ["rate(5 minutes)"]) : []

  has_dashboard = coalesce(var.dashboard, var.alarms != null)

  # A model that is followed is looked at by pings, the caller's own where there are none of ours
  watched_pings = local.pings ? local.pinged : (local.model.follow ? 1 : 0)
}
