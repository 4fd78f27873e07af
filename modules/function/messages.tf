# Error messages of the preconditions. Each one says what is wrong and how to fix it.

locals {
  # 262144000 becomes 262,144,000
  formatted_bytes = {
    for name, bytes in {
      total    = local.unzipped_bytes
      limit    = local.limits.unzipped_bytes
      layers   = sum(concat([0], local.layer_bytes))
      function = var.package.unzipped_bytes
      model    = coalesce(var.model.bytes, 0)
    } : name => strrev(join(",", regexall(".{1,3}", strrev(format("%d", bytes)))))
  }

  # Includes space for other files in /tmp, and memory for Python, scikit-learn, and the bytes from which the model is loaded
  recommended_mb = {
    ephemeral_storage = local.model_mb + 64
    memory            = 2 * local.model_mb + 256
  }
  advice = {
    for name, megabytes in local.recommended_mb : name => (
      local.model_mb <= local.limits[name]
      ? "Set ${name}_size = ${min(megabytes, local.limits[name])}."
      : "Use a smaller model. The maximum in Lambda is ${local.limits[name]} MB."
    )
  }

  messages = {
    unzipped = join("\n", [
      join(" ", [
        "The layers and the function are too large for Lambda.",
        "Unzipped, they have ${local.formatted_bytes.total} bytes, and the limit is ${local.formatted_bytes.limit} bytes.",
      ]),
      join("", [
        "The layers have ${local.formatted_bytes.layers} bytes, and the function has ${local.formatted_bytes.function} bytes",
        local.in_s3 ? "." : ", of which the model has ${local.formatted_bytes.model}.",
      ]),
      join("", [
        "Remove packages from the requirements and run: invoke build-layer --requirements FILE.",
        local.in_s3 ? "" : " Or set mode = \"s3\", which leaves the model out of the deployment package.",
      ]),
    ])

    layers = join("\n", [
      "A Lambda function can have up to ${local.limits.layers} layers, and this function has ${length(var.layers)}.",
      "Combine some of the layers into one.",
    ])

    ephemeral_storage = join("\n", [
      join(" ", [
        "The model has ${local.model_mb} MB. It does not fit into memory twice,",
        "and the ${var.ephemeral_storage_size} MB of ephemeral storage are too small to download it to /tmp.",
      ]),
      local.advice.ephemeral_storage,
    ])

    memory = join("\n", [
      "The model has ${local.model_mb} MB, and the function has only ${var.memory_size} MB of memory.",
      local.advice.memory,
    ])

    # Does not contain the size, because it would reveal something about sensitive values
    environment = join("\n", [
      join(" ", [
        "The environment variables, including those that this module sets,",
        "exceed Lambda's limit of about ${local.limits.environment} bytes.",
      ]),
      "Set fewer variables, or shorter ones, in environment.",
    ])

    snap_start_runtime = join("\n", [
      "SnapStart supports Python 3.12 and later, and the function uses ${var.runtime}.",
      join(" ", [
        "Run: invoke build-layer --python 3.13, then invoke package --model model.pkl.",
        "Or use another way to avoid cold starts.",
      ]),
    ])

    snap_start_tmp = join("\n", [
      join(" ", [
        "SnapStart supports up to ${local.limits.snap_start_tmp} MB of ephemeral storage,",
        "and ephemeral_storage_size is ${var.ephemeral_storage_size}.",
      ]),
      join(" ", [
        "Set ephemeral_storage_size = 512, together with mode = \"bundle\" if the model is larger than that.",
        "Or use another way to avoid cold starts.",
      ]),
    ])
  }

  # Separate from the other messages, because the keys may be unknown until apply
  key_messages = {
    for name, lost in local.lost_keys : name => join("\n", [
      "The function would no longer be able to decrypt data that was encrypted with these keys: ${join(", ", lost)}.",
      join(" ", [
        "Versions of the function that were published before need that data.",
        "Set kms_key_arns.former = ${jsonencode(setunion(var.kms_key_arns.former, lost))}.",
      ]),
    ])
  }

  # Separate from the other messages, because these refer to the published version, which does not exist when the others are evaluated
  version_messages = {
    not_published = join("\n", [
      "live_version or canary.version is not published yet. The latest version is ${aws_lambda_function.this.version}.",
      "To list the versions, run: aws lambda list-versions-by-function --function-name ${var.name}",
    ])

    removed = join("\n", [
      join(" ", [
        "live_version or canary.version is a version whose model this plan would delete:",
        "${join(", ", local.removed_objects)}.",
      ]),
      join(" ", [
        "Use the same bucket and artifacts_dir as when that version was deployed,",
        "or remove live_version and canary so that the latest version answers.",
      ]),
    ])

    same = join("\n", [
      "canary and live_version are both version ${local.live_version}.",
      join(" ", [
        "Set live_version to the version that answers now, which is the output function_version,",
        "and canary.version to the other version.",
      ]),
    ])
  }
}
