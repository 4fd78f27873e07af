# The words of the preconditions: what is how big, and what to try. Everybody with scikit-learn and pandas meets the first.

locals {
  numbers = {
    unzipped = local.unzipped_bytes
    limit    = local.limits.unzipped_bytes
    layers   = sum(concat([0], local.layer_bytes))
    function = var.package.unzipped_bytes
    model    = coalesce(var.model.bytes, 0)
  }
  # 262144000 as 262,144,000
  said = { for name, number in local.numbers : name => strrev(join(",", regexall(".{1,3}", strrev(format("%d", number))))) }

  # Room for what else is in /tmp, and for Python, scikit-learn and the bytes that the model is unpickled from
  enough = {
    ephemeral_storage = local.model_mb + 64
    memory            = 2 * local.model_mb + 256
  }
  advice = {
    for name, megabytes in local.enough : name => (
      local.model_mb <= local.limits[name]
      ? "${name}_size = ${min(megabytes, local.limits[name])}"
      : "a smaller model: Lambda's most is ${local.limits[name]} MB"
    )
  }

  words = {
    unzipped = join("\n", [
      "The layers and the function do not fit Lambda: ${local.said.unzipped} of ${local.said.limit} bytes unzipped.",
      join("", [
        "The layers have ${local.said.layers}, the function ${local.said.function}",
        local.in_s3 ? "." : ", of it the model ${local.said.model}.",
      ]),
      join("", [
        "Try: invoke build-layer --requirements FILE with less in it",
        local.in_s3 ? "." : ", or mode = \"s3\" to leave the model out of the zip.",
      ]),
    ])

    layers = "Lambda takes ${local.limits.layers} layers, and there are ${length(var.layers)}.\nTry: one layer with what two of them hold."

    ephemeral_storage = join("\n", [
      "The model has ${local.model_mb} MB, which memory cannot hold twice, and /tmp, where it is fetched to then, ${var.ephemeral_storage_size} MB.",
      "Try: ${local.advice.ephemeral_storage}.",
    ])

    memory = join("\n", [
      "The model has ${local.model_mb} MB, and the function ${var.memory_size} MB of memory.",
      "Try: ${local.advice.memory}.",
    ])

    # No number, which would tell something of a sensitive value
    environment = join("\n", [
      "The environment variables, the module's own among them, are over Lambda's limit of about ${local.limits.environment} bytes.",
      "Try: fewer or shorter ones in environment.",
    ])

    snap_start_runtime = join("\n", [
      "SnapStart takes python3.12 and later, and the function is for ${var.runtime}.",
      "Try: invoke build-layer --python 3.13, then invoke package --model model.pkl; or keep it warm in another way.",
    ])

    snap_start_tmp = join("\n", [
      "SnapStart takes /tmp of at most ${local.limits.snap_start_tmp} MB, and ephemeral_storage_size is ${var.ephemeral_storage_size}.",
      "Try: ephemeral_storage_size = 512, for a larger model with mode = \"bundle\"; or keep it warm in another way.",
    ])
  }

  # Apart, as keys may be known after apply alone
  words_of_keys = {
    for name, lost in local.lost_keys : name => join("\n", [
      "What was encrypted with a key that is named no longer could not be read: ${join(", ", lost)}.",
      "Versions of the function that were published before need it. Try: kms_key_arns.former = ${jsonencode(setunion(var.kms_key_arns.former, lost))}.",
    ])
  }

  # Apart, as these name the published version and those above are said before there is one
  words_of_versions = {
    not_published = join("\n", [
      "live_version or canary.version is a version that is not published: the newest is ${aws_lambda_function.this.version}.",
      "Try: aws lambda list-versions-by-function --function-name ${var.name}, and one of those.",
    ])

    removed = join("\n", [
      "live_version or canary.version names a version whose model this plan would delete: ${join(", ", local.removed_objects)}.",
      "Try: the same existing_bucket and artifacts_dir as when it was deployed; or leave the version out, so that the newest answers.",
    ])

    same = join("\n", [
      "canary and live_version are the same version, ${local.live_version}, and traffic needs two.",
      "Try: live_version at the version that answers now (output function_version), and canary.version at the other.",
    ])
  }
}
