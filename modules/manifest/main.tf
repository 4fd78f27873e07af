locals {
  file = "${var.artifacts_dir}/manifest.json"

  # What is in S3 is not uploaded once more: it is deployed from where it lies (stored.tf)
  in_s3 = startswith(var.artifacts_dir, "s3://")

  # fileexists fails on what is there and no file: a folder of that name, or a file for artifacts_dir
  is_there = local.in_s3 || try(fileexists(local.file), false)
  manifest = try(jsondecode(local.in_s3 ? data.aws_s3_object.manifest[0].body : file(local.file)), null)

  found = {
    layer    = try(local.manifest.layer, null)
    function = try(local.manifest.functions[var.mode], null)
    model    = try(local.manifest.model, null)
  }

  # What is read of a part. values are text or numbers, and not empty; the others may be null or empty, and have to be there.
  fields = {
    layer    = { values = ["path", "sha256", "sha256_base64", "unzipped_bytes", "runtime", "architecture"], others = ["packages"] }
    function = { values = ["path", "sha256", "sha256_base64", "unzipped_bytes", "runtime", "architecture"], others = [] }
    model    = { values = ["path", "sha256", "bytes", "format"], others = ["sklearn_version"] }
  }
  is_read = try(local.manifest.schema_version == 1, false) && alltrue([
    for name, part in local.found : part == null || (
      alltrue([for field in local.fields[name].values : try("${part[field]}" != "", false)]) &&
      alltrue([for field in local.fields[name].others : can(part[field])])
    )
  ])

  # terraform destroy plans the configuration once more and takes a failed precondition for a warning. These stand-ins, for a part that is
  # not there or a manifest that is damaged, pass the provider's own checks there, so that a deployment can be destroyed after its dist/ is
  # gone. No other plan gets past the preconditions with them.
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
  parts = { for name, part in local.found : name => merge(local.absent, [for whole in [part] : whole if local.is_read]...) }

  layer    = local.parts.layer
  function = local.parts.function
  model    = local.parts.model

  has_layer    = local.layer.sha256 != ""
  has_function = local.function.sha256 != ""
  has_model    = local.model.sha256 != ""

  # The parts that this deployment takes
  needed = concat(
    ["function"],
    var.needs_layer ? ["layer"] : [],
    var.mode == "s3" && var.stored_model == null ? ["model"] : [],
  )
  missing = [
    for path in compact([for name in local.needed : local.parts[name].path]) : path
    if !local.in_s3 && !try(fileexists("${var.artifacts_dir}/${path}"), false)
  ]

  # Bytes that are not the manifest's: a disk or a copy damaged them, or somebody replaced the file
  damaged = [
    for part in [for name in local.needed : local.parts[name]] : part.path
    if !local.in_s3 && try(filesha256("${var.artifacts_dir}/${part.path}") != part.sha256, false)
  ]

  sklearn_of_model = var.stored_model == null ? local.model.sklearn_version : var.stored_model.sklearn_version
  sklearn_of_layer = try(local.layer.packages["scikit-learn"], null)

  # The words of every remedy below
  build_layer    = "invoke build-layer"
  package        = var.mode == "bundle" ? "invoke package --model model.pkl --bundle-model" : "invoke package --model model.pkl"
  packaged_modes = try(coalesce(join(", ", keys(local.manifest.functions))), "none")
}
