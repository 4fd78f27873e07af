module "manifest" {
  source = "./modules/manifest"

  artifacts_dir = coalesce(var.artifacts_dir, "${path.root}/dist")
  mode          = var.mode
  stored_model  = var.model
}

module "artifacts" {
  source = "./modules/artifacts"

  name    = var.name
  objects = local.objects
  tags    = var.tags
}

module "layer" {
  source = "./modules/layer"

  name         = "${var.name}-dependencies"
  runtime      = local.parts.runtime
  architecture = local.parts.architecture
  package      = merge(module.artifacts.objects["layer"], { sha256_base64 = local.parts.layer.sha256_base64 })
}

module "function" {
  source = "./modules/function"

  name         = var.name
  runtime      = local.parts.runtime
  architecture = local.parts.architecture

  package = merge(module.artifacts.objects["function"], {
    sha256_base64  = local.parts.function.sha256_base64
    unzipped_bytes = local.parts.function.unzipped_bytes
  })

  layers = concat(
    [{ arn = module.layer.arn, unzipped_bytes = local.parts.layer.unzipped_bytes }],
    [for arn in var.layers : { arn = arn, unzipped_bytes = null }],
  )

  model = local.model

  memory_size            = var.memory_size
  timeout                = var.timeout
  ephemeral_storage_size = var.ephemeral_storage_size
  environment            = var.environment
  log_retention_days     = var.log_retention_days
  tags                   = var.tags
}

module "warmer" {
  source = "./modules/warmer"

  function_name = module.function.name
  alias_name    = module.function.alias_name
  alias_arn     = module.function.alias_arn

  # Off is no schedule: nothing else in the module has to know
  schedules = var.warm.enabled ? var.warm.schedules : []
  input     = var.warm.input
  tags      = var.tags
}
