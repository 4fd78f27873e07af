locals {
  file = "${var.artifacts_dir}/manifest.json"

  # Artifacts in Amazon S3 are deployed from there, and are not uploaded again (stored.tf)
  in_s3 = startswith(var.artifacts_dir, "s3://")

  # fileexists raises an error if the path is a folder, or if artifacts_dir is a file
  is_there = local.in_s3 || try(fileexists(local.file), false)
  manifest = try(jsondecode(local.in_s3 ? data.aws_s3_object.manifest[0].body : file(local.file)), null)

  found = {
    layer    = try(local.manifest.layer, null)
    function = try(local.manifest.functions[var.mode], null)
    model    = try(local.manifest.model, null)
  }

  # The fields that are read from each part. The fields in "values" must be nonempty strings or numbers. The fields in "others" may be null
  # or empty.
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

  # terraform destroy evaluates the configuration again, and treats a failed precondition as a warning. These placeholders for a missing
  # part or a damaged manifest satisfy the validations, so that a deployment can be destroyed after the folder dist is gone. In any other
  # plan, the preconditions fail first.
  absent = {
    path            = ""
    sha256          = sha256("")
    sha256_base64   = ""
    zip_bytes       = 0
    unzipped_bytes  = 0
    bytes           = 1
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

  has_layer    = local.is_read && local.found.layer != null
  has_function = local.is_read && local.found.function != null
  has_model    = local.is_read && local.found.model != null

  # The parts that this deployment uses
  needed = concat(
    ["function"],
    var.needs_layer ? ["layer"] : [],
    var.mode == "s3" && var.model == null ? ["model"] : [],
  )
  missing = [
    for path in compact([for name in local.needed : local.parts[name].path]) : path
    if !local.in_s3 && !try(fileexists("${var.artifacts_dir}/${path}"), false)
  ]

  # Files whose digest is not the one in the manifest, because they were damaged or replaced
  damaged = [
    for part in [for name in local.needed : local.parts[name]] : part.path
    if !local.in_s3 && try(filesha256("${var.artifacts_dir}/${part.path}") != part.sha256, false)
  ]

  sklearn_of_model = var.model == null ? local.model.sklearn_version : var.model.sklearn_version
  sklearn_of_layer = try(local.layer.packages["scikit-learn"], null)

  # Commands and other texts in the error messages
  build_layer    = "invoke build-layer"
  package        = var.mode == "bundle" ? "invoke package --model model.pkl --bundle-model" : "invoke package --model model.pkl"
  packaged_modes = try(coalesce(join(", ", keys(local.manifest.functions))), "none")
}
