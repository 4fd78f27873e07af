output "artifacts_dir" {
  description = "Folder that the parts' paths are relative to."
  value       = var.artifacts_dir
}

output "objects" {
  description = "Where layer, function and model lie, by name: bucket, key and version_id. Empty where they are yet to be uploaded."
  value = {
    for name, object in data.aws_s3_object.part : name => {
      bucket     = object.bucket
      key        = object.key
      version_id = contains(["", "null"], coalesce(object.version_id, "null")) ? null : object.version_id
    }
  }
}

# One output holds all the parts, and all the preconditions: when one fails, nothing that needs a part is planned, and these words are the
# only error.
output "parts" {
  description = "What to deploy: runtime and architecture, and the manifest's layer, function (of the mode) and model."
  value = {
    runtime      = local.function.runtime
    architecture = local.function.architecture
    layer        = { for name in ["path", "sha256", "sha256_base64", "unzipped_bytes"] : name => local.layer[name] }
    function     = { for name in ["path", "sha256", "sha256_base64", "unzipped_bytes"] : name => local.function[name] }
    model = merge(
      { for name in ["path", "sha256", "bytes", "format", "sklearn_version"] : name => local.model[name] },
      { trusted = try([for name in local.manifest.model.trusted : tostring(name)], []) },
      {
        method       = try(tostring(local.manifest.model.signature.method), null)
        methods      = try([for name in local.manifest.model.signature.methods : tostring(name)], null)
        answer_bytes = local.answer_bytes
      },
    )
  }

  precondition {
    condition = var.mode == "s3" || var.stored_model == null
    error_message = join("\n", [
      "model names a model in S3, and mode is \"bundle\", where the model is in the function zip.",
      "Set mode = \"s3\", or leave model out.",
    ])
  }

  precondition {
    condition = local.is_there
    error_message = join("\n", [
      "There is no ${local.file}.",
      "Run: ${local.build_layer}, then ${local.package}. Or set artifacts_dir to the folder that they wrote.",
    ])
  }

  precondition {
    condition = !local.is_there || local.is_read
    error_message = join("\n", [
      "${local.file} is not a manifest of schema_version 1: another version of the tools wrote it, or it is damaged.",
      "Run: ${local.build_layer}, then ${local.package}.",
    ])
  }

  precondition {
    condition = !local.is_read || local.has_layer || !var.needs_layer
    error_message = join("\n", [
      "${local.file} has no layer.",
      "Run: ${local.build_layer}.",
    ])
  }

  precondition {
    condition = !local.is_read || local.has_function
    error_message = join("\n", [
      "${local.file} has no function for mode \"${var.mode}\"; it has: ${local.packaged_modes}.",
      "Run: ${local.package}.",
    ])
  }

  precondition {
    condition = !local.is_read || local.has_model || var.stored_model != null
    error_message = join("\n", [
      "${local.file} has no model.",
      "Run: ${local.package}.",
    ])
  }

  precondition {
    condition = length(local.missing) == 0
    error_message = join("\n", [
      "${local.file} names what is not in that folder: ${join(", ", local.missing)}.",
      "Run: ${local.build_layer}, then ${local.package}.",
    ])
  }

  precondition {
    condition = length(local.damaged) == 0
    error_message = join("\n", [
      "${join(", ", local.damaged)}: the SHA-256 is not the one in ${local.file}, so the file was damaged or replaced after it was built.",
      "Build it again. Run: ${local.build_layer}, then ${local.package}.",
    ])
  }

  precondition {
    condition = !(local.has_layer && local.has_function && var.needs_layer) || (
      local.layer.runtime == local.function.runtime && local.layer.architecture == local.function.architecture
    )
    error_message = join("\n", [
      join(" ", [
        "The layer is for ${local.layer.runtime} on ${local.layer.architecture},",
        "the function for ${local.function.runtime} on ${local.function.architecture}.",
      ]),
      join(" ", [
        "Run both for one: ${local.build_layer} --python ${trimprefix(local.function.runtime, "python")}",
        "--architecture ${local.function.architecture}, then ${local.package}.",
      ]),
    ])
  }

  precondition {
    condition = !var.needs_layer || local.sklearn_of_model == null || local.sklearn_of_layer == null || local.sklearn_of_model == local.sklearn_of_layer
    error_message = join("\n", [
      join(" ", [
        "The model was fitted with scikit-learn ${coalesce(local.sklearn_of_model, "?")}, the layer has",
        "${coalesce(local.sklearn_of_layer, "?")}; the handler loads a model only under its own version.",
      ]),
      join(" ", [
        "Run: ${local.build_layer} --requirements FILE with scikit-learn==${coalesce(local.sklearn_of_model, "?")},",
        "or fit the model again, then ${local.package}.",
      ]),
    ])
  }
}
