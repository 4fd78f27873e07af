module "manifest" {
  source = "./modules/manifest"

  artifacts_dir = coalesce(var.artifacts_dir, "${path.root}/dist")
  mode          = var.mode
  needs_layer   = local.layer_is_built
  stored_model  = var.model
}

module "artifacts" {
  source = "./modules/artifacts"
  count  = local.is_uploaded ? 1 : 0

  name              = var.name
  existing_bucket   = var.existing_bucket
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
  runtime      = local.parts.runtime
  architecture = local.parts.architecture

  package = merge(local.stored["function"], {
    sha256_base64  = local.parts.function.sha256_base64
    unzipped_bytes = local.parts.function.unzipped_bytes
  })

  layers      = local.layers
  model       = local.model
  model_store = local.model_store

  memory_size             = var.memory_size
  timeout                 = var.timeout
  ephemeral_storage_size  = var.ephemeral_storage_size
  environment             = var.environment
  reserved_concurrency    = var.reserved_concurrency
  network                 = var.network
  code_signing_config_arn = var.code_signing_config_arn

  snap_start        = var.warm.strategy == "snapstart"
  may_invoke_itself = local.pings && local.pinged > 1
  live_version      = var.live_version
  canary            = var.canary

  existing_role            = var.existing_role
  permissions_boundary_arn = var.permissions_boundary_arn
  policy_statements        = var.policy_statements
  kms_key_arns = {
    environment = var.kms_key_arns.environment
    logs        = var.kms_key_arns.logs
    former      = var.kms_key_arns.former
  }

  one_thread         = var.one_thread
  metrics            = var.metrics
  docs               = var.endpoint == null ? false : var.endpoint.docs
  tracing            = var.tracing
  on_failure         = var.on_failure
  log_retention_days = var.log_retention_days
  tags               = var.tags
}

module "warmer" {
  source = "./modules/warmer"

  function_name = module.function.name
  alias_name    = module.function.alias_name
  alias_arn     = module.function.alias_arn

  # Off is no schedule: nothing else in the module has to know
  schedules   = local.schedules
  timezone    = var.warm.timezone
  input       = local.ping
  provisioned = var.warm.strategy == "provisioned" ? coalesce(var.warm.provisioned, 1) : null

  permissions_boundary_arn = var.permissions_boundary_arn
  tags                     = var.tags
}

module "endpoint" {
  source = "./modules/endpoint"
  count  = var.endpoint == null ? 0 : 1

  function_name = module.function.name
  alias_name    = module.function.alias_name
  alias_arn     = module.function.alias_arn

  type          = var.endpoint.type
  authorization = var.endpoint.authorization
  jwt           = var.endpoint.jwt
  throttling    = var.endpoint.throttling
  cors          = var.endpoint.cors
  timeout       = var.timeout

  detailed_metrics   = var.endpoint.detailed_metrics
  log_retention_days = var.log_retention_days
  log_kms_key_arn    = var.kms_key_arns.logs
  tags               = var.tags
}

module "batch" {
  source = "./modules/batch"
  count  = var.batch == null ? 0 : 1

  function_name = module.function.name
  alias_name    = module.function.alias_name
  alias_arn     = module.function.alias_arn

  input                        = var.batch.input
  output                       = var.batch.output
  format                       = var.batch.format
  csv_delimiter                = var.batch.csv_delimiter
  rows_per_call                = var.batch.rows_per_call
  method                       = var.batch.method
  execution_type               = var.batch.execution_type
  max_concurrency              = var.batch.max_concurrency
  tolerated_failure_percentage = var.batch.tolerated_failure_percentage

  methods      = local.model.methods
  answer_bytes = try(local.model.answer_bytes[coalesce(var.batch.method, local.model.method)], null)
  timeout      = var.timeout

  tracing                  = var.tracing
  permissions_boundary_arn = var.permissions_boundary_arn
  tags                     = var.tags
}

module "alarms" {
  source = "./modules/alarms"
  count  = var.alarms == null && !local.has_dashboard ? 0 : 1

  function_name = module.function.name
  alias_name    = module.function.alias_name
  alias_arn     = module.function.alias_arn

  alarms    = var.alarms != null
  dashboard = local.has_dashboard

  # Of a dashboard alone there are none, and the defaults are not used
  topic_arns           = try(var.alarms.topic_arns, null)
  errors               = try(var.alarms.errors, null)
  throttles            = try(var.alarms.throttles, null)
  duration_p99         = try(var.alarms.duration_p99, null)
  concurrency_percent  = try(var.alarms.concurrency_percent, null)
  account_concurrency  = try(var.alarms.account_concurrency, null)
  warm_up_failures     = try(var.alarms.warm_up_failures, null)
  async_events_dropped = try(var.alarms.async_events_dropped, null)
  failed_executions    = try(var.alarms.failed_executions, null)

  timeout              = var.timeout
  reserved_concurrency = var.reserved_concurrency
  pinged               = local.watched_pings
  state_machine        = var.batch == null ? null : { arn = module.batch[0].state_machine_arn }
  tags                 = var.tags
}
