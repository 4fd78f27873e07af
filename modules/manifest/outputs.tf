output "artifacts_dir" {
  description = "Folder that contains the artifacts. The paths in `parts` are relative to it."
  value       = var.artifacts_dir
}

output "in_s3" {
  description = "Whether the artifacts are in Amazon S3 already."
  value       = local.in_s3
}

output "objects" {
  description = "Objects of the layer, the function, and the model in Amazon S3. Empty unless `artifacts_dir` is in Amazon S3."
  value = {
    for name, object in data.aws_s3_object.part : name => {
      bucket     = object.bucket
      key        = object.key
      version_id = contains(["", "null"], coalesce(object.version_id, "null")) ? null : object.version_id
    }
  }
}

# One output contains all parts and all preconditions. If a precondition fails, Terraform evaluates nothing that needs a part, and only
# shows the error of that precondition.
output "parts" {
  description = "Runtime, architecture, layer, function, and model to deploy, as the manifest describes them."
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
    condition = var.mode == "s3" || var.model == null
    error_message = join("\n", [
      "model refers to a model in Amazon S3, but with mode = \"bundle\" the model is part of the deployment package.",
      "Set mode = \"s3\", or remove model.",
    ])
  }

  precondition {
    condition = local.is_there
    error_message = join("\n", [
      "There is no file ${local.file}.",
      "Run: ${local.build_layer}, then ${local.package}. Or set artifacts_dir to the folder that these commands wrote.",
    ])
  }

  precondition {
    condition = !local.is_there || local.is_read
    error_message = join("\n", [
      "${local.file} is not a manifest of schema version 1. It is damaged, or another version of the commands wrote it.",
      "Run: ${local.build_layer}, then ${local.package}.",
    ])
  }

  precondition {
    condition = !local.is_read || local.has_layer || !var.needs_layer
    error_message = join("\n", [
      "${local.file} contains no layer.",
      "Run: ${local.build_layer}.",
    ])
  }

  precondition {
    condition = !local.is_read || local.has_function
    error_message = join("\n", [
      "${local.file} contains no function for mode = \"${var.mode}\". It contains functions for: ${local.packaged_modes}.",
      "Run: ${local.package}.",
    ])
  }

  precondition {
    condition = !local.is_read || local.has_model || var.model != null
    error_message = join("\n", [
      "${local.file} contains no model.",
      "Run: ${local.package}.",
    ])
  }

  precondition {
    condition = length(local.missing) == 0
    error_message = join("\n", [
      "${local.file} names files that are not in the folder: ${join(", ", local.missing)}.",
      "Run: ${local.build_layer}, then ${local.package}.",
    ])
  }

  precondition {
    condition = length(local.damaged) == 0
    error_message = join("\n", [
      join(" ", [
        "The SHA-256 digest of these files is not the one in ${local.file}: ${join(", ", local.damaged)}.",
        "The files were damaged or replaced after they were built.",
      ]),
      "Build them again. Run: ${local.build_layer}, then ${local.package}.",
    ])
  }

  precondition {
    condition = !(local.has_layer && local.has_function && var.needs_layer) || (
      local.layer.runtime == local.function.runtime && local.layer.architecture == local.function.architecture
    )
    error_message = join("\n", [
      join(" ", [
        "The layer was built for ${local.layer.runtime} on ${local.layer.architecture},",
        "and the function was built for ${local.function.runtime} on ${local.function.architecture}.",
      ]),
      join(" ", [
        "Build both for the same runtime and architecture.",
        "Run: ${local.build_layer} --python ${trimprefix(local.function.runtime, "python")}",
        "--architecture ${local.function.architecture}, then ${local.package}.",
      ]),
    ])
  }

  precondition {
    condition = (
      !var.needs_layer || local.sklearn_of_model == null || local.sklearn_of_layer == null ||
      local.sklearn_of_model == local.sklearn_of_layer
    )
    error_message = join("\n", [
      join(" ", [
        "The model was fitted with scikit-learn ${coalesce(local.sklearn_of_model, "?")}, and the layer contains",
        "scikit-learn ${coalesce(local.sklearn_of_layer, "?")}. The handler only loads a model with the version that fitted it.",
      ]),
      join(" ", [
        "Add scikit-learn==${coalesce(local.sklearn_of_model, "?")} to the requirements and run: ${local.build_layer} --requirements FILE.",
        "Or fit the model again, and run: ${local.package}.",
      ]),
    ])
  }
}
