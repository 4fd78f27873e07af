module "manifest" {
  source = "./modules/manifest"

  artifacts_dir = coalesce(var.artifacts_dir, "${path.root}/dist")
  mode          = var.mode
  needs_layer   = local.layer_is_built
  model         = var.model
}

module "artifacts" {
  source = "./modules/artifacts"
  count  = local.is_uploaded ? 1 : 0

  name              = var.name
  bucket            = var.bucket
  objects           = local.objects
  versioned_objects = local.versioned_objects
  kms_key_arn       = var.kms_key_arns.bucket
  tags              = var.tags
}

module "layer" {
  source = "./modules/layer"
  count  = local.layer_is_built ? 1 : 0

  name         = "${var.name}-dependencies"
  runtime      = local.parts.runtime
  architecture = local.parts.architecture
  package      = merge(local.stored["layer"], { sha256_base64 = local.parts.layer.sha256_base64 })
}

module "function" {
  source = "./modules/function"

  name         = var.name
  description  = var.description
  runtime      = local.parts.runtime
  architecture = local.parts.architecture

  package = merge(local.stored["function"], {
    sha256_base64  = local.parts.function.sha256_base64
    unzipped_bytes = local.parts.function.unzipped_bytes
  })

  layers        = local.layers
  model         = local.model
  model_store   = local.model_store
  bucket_prefix = var.bucket.prefix

  memory_size             = var.memory_size
  timeout                 = var.timeout
  ephemeral_storage_size  = var.ephemeral_storage_size
  environment             = var.environment
  reserved_concurrency    = var.reserved_concurrency
  network                 = var.network
  code_signing_config_arn = var.code_signing_config_arn

  snap_start        = var.warm.strategy == "snapstart"
  may_invoke_itself = local.pinged > 1
  live_version      = var.live_version
  canary            = var.canary

  role         = var.role
  callers      = var.callers
  kms_key_arns = var.kms_key_arns

  one_thread   = var.one_thread
  metrics      = var.metrics
  docs         = try(var.endpoint.docs, false)
  tracing      = var.tracing
  asynchronous = var.asynchronous
  logging      = var.logging
  tags         = var.tags
}

module "warmer" {
  source = "./modules/warmer"

  function_name = module.function.name
  alias_name    = module.function.alias_name
  alias_arn     = module.function.alias_arn

  warm = var.warm

  role_path                = var.role.path
  permissions_boundary_arn = var.role.permissions_boundary_arn
  tags                     = var.tags
}

module "endpoint" {
  source = "./modules/endpoint"
  count  = var.endpoint == null ? 0 : 1

  function_name = module.function.name
  alias_name    = module.function.alias_name
  alias_arn     = module.function.alias_arn

  endpoint = var.endpoint
  callers  = var.callers
  timeout  = var.timeout

  log_retention_days = var.logging.retention_days
  log_kms_key_arn    = var.kms_key_arns.logs
  tags               = var.tags
}

module "batch" {
  source = "./modules/batch"
  count  = var.batch == null ? 0 : 1

  function_name = module.function.name
  alias_name    = module.function.alias_name
  alias_arn     = module.function.alias_arn

  batch = var.batch

  methods      = local.model.methods
  answer_bytes = try(local.model.answer_bytes[coalesce(var.batch.method, local.model.method)], null)
  timeout      = var.timeout

  tracing                  = var.tracing
  role_path                = var.role.path
  permissions_boundary_arn = var.role.permissions_boundary_arn
  tags                     = var.tags
}

module "alarms" {
  source = "./modules/alarms"
  count  = var.alarms != null || local.has_dashboard ? 1 : 0

  function_name = module.function.name
  alias_name    = module.function.alias_name
  alias_arn     = module.function.alias_arn

  has_alarms = var.alarms != null
  alarms     = var.alarms
  dashboard  = local.has_dashboard

  timeout              = var.timeout
  reserved_concurrency = var.reserved_concurrency
  pinged               = local.monitored_pings
  state_machine        = var.batch == null ? null : { arn = module.batch[0].state_machine_arn }
  tags                 = var.tags
}
