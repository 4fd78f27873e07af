locals {
  file = "${var.artifacts_dir}/manifest.json"

  is_there = fileexists(local.file)
  manifest = try(jsondecode(file(local.file)), null)
  is_read  = try(local.manifest.schema_version == 1, false)

  # terraform destroy plans the configuration once more and takes a failed precondition for a warning. These stand-ins pass the provider's
  # own checks there, so that a deployment can be destroyed after its dist/ is gone. No other plan gets past the preconditions with them.
  absent = {
    path            = ""
    sha256          = ""
    sha256_base64   = ""
    zip_bytes       = 0
    unzipped_bytes  = 0
    bytes           = 0
    runtime         = "python3.13"
    architecture    = "x86_64"
    packages        = {}
    format          = "pickle"
    sklearn_version = null
  }
  layer    = merge(local.absent, try(local.manifest.layer, null))
  function = merge(local.absent, try(local.manifest.functions[var.mode], null))
  model    = merge(local.absent, try(local.manifest.model, null))

  has_layer    = local.layer.sha256 != ""
  has_function = local.function.sha256 != ""
  has_model    = local.model.sha256 != ""

  uploads = concat(
    [local.layer.path, local.function.path],
    var.mode == "s3" && var.stored_model == null ? [local.model.path] : [],
  )
  missing = [for path in compact(local.uploads) : path if !fileexists("${var.artifacts_dir}/${path}")]

  sklearn_of_model = var.stored_model == null ? local.model.sklearn_version : var.stored_model.sklearn_version
  sklearn_of_layer = try(local.layer.packages["scikit-learn"], null)

  # The words of every remedy below
  build_layer = "invoke build-layer"
  package     = var.mode == "bundle" ? "invoke package --model model.pkl --bundle-model" : "invoke package --model model.pkl"
}
