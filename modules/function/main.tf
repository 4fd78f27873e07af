# The versions in live_version and canary.version. The role must have the permissions that these versions need.
data "aws_lambda_function" "named" {
  for_each = toset(compact([var.live_version, try(var.canary.version, null)]))

  function_name = var.name
  qualifier     = each.key
}

# Stores the keys of earlier deployments, because data that a key encrypted stays encrypted with it, and the role must be able to decrypt
# that data. Both copies are updated if kms_key_arns.former changes. The copy "last" is also updated if a key is added or removed, so that
# it contains keys that were added after the first deployment. A key that was added after the first deployment and then removed is in
# neither copy.
resource "terraform_data" "keys" {
  for_each = {
    first = [var.kms_key_arns.former]
    last  = [var.kms_key_arns.former, [for arn in values(local.keys) : arn == null]]
  }

  input            = local.keys
  triggers_replace = each.value

  lifecycle {
    ignore_changes = [input]
  }
}

# Created before the function. Otherwise, Lambda would create the log group at the first call, with logs that never expire.
resource "aws_cloudwatch_log_group" "this" {
  count = var.logging.existing_group == null ? 1 : 0

  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.logging.retention_days
  kms_key_id        = var.kms_key_arns.logs
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  description   = var.description
  role          = local.role_arn

  runtime       = var.runtime
  architectures = [var.architecture]
  handler       = "handler.lambda_handler"
  layers        = var.layers[*].arn

  s3_bucket         = var.package.bucket
  s3_key            = var.package.key
  s3_object_version = var.package.version_id
  source_code_hash  = var.package.sha256_base64
  publish           = true

  memory_size                    = var.memory_size
  timeout                        = var.timeout
  reserved_concurrent_executions = coalesce(var.reserved_concurrency, -1)
  kms_key_arn                    = var.kms_key_arns.environment
  code_signing_config_arn        = var.code_signing_config_arn

  ephemeral_storage {
    size = var.ephemeral_storage_size
  }

  environment {
    variables = local.environment
  }

  # Without this block, the provider does not change the function's logging configuration
  dynamic "logging_config" {
    for_each = var.logging.format == null && var.logging.existing_group == null ? [] : [var.logging]

    content {
      log_group             = local.log_group_name
      log_format            = coalesce(logging_config.value.format, "Text")
      application_log_level = logging_config.value.application_level
      system_log_level      = logging_config.value.system_level
    }
  }

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  dynamic "snap_start" {
    for_each = var.snap_start ? ["PublishedVersions"] : []

    content {
      apply_on = snap_start.value
    }
  }

  dynamic "vpc_config" {
    for_each = var.network[*]

    content {
      subnet_ids         = vpc_config.value.subnet_ids
      security_group_ids = vpc_config.value.security_group_ids

      ipv6_allowed_for_dual_stack = vpc_config.value.ipv6
    }
  }

  # Lambda deletes the network interfaces some time after the function. Until then, the security groups of the interfaces cannot be deleted.
  replace_security_groups_on_destroy = var.network == null ? null : true
  replacement_security_group_ids     = one([for group in aws_security_group.leaving : [group.id]])

  tags = var.tags

  depends_on = [
    aws_cloudwatch_log_group.this,
    # The first call can follow immediately, and reads the model. In a VPC, Lambda uses the role to create the network interfaces.
    aws_iam_role_policy.own,
    aws_iam_role_policy.model,
    aws_iam_role_policy.further,
    aws_iam_role_policy_attachment.managed,
  ]

  lifecycle {
    precondition {
      condition     = local.unzipped_bytes <= local.limits.unzipped_bytes
      error_message = local.messages.unzipped
    }

    precondition {
      condition     = length(var.layers) <= local.limits.layers
      error_message = local.messages.layers
    }

    precondition {
      # The handler downloads the model into memory if it fits there twice, and to /tmp otherwise
      condition = (
        !local.in_s3 || local.model_mb <= var.ephemeral_storage_size || local.recommended_mb.memory <= var.memory_size
      )
      error_message = local.messages.ephemeral_storage
    }

    precondition {
      condition     = local.model_mb <= var.memory_size
      error_message = local.messages.memory
    }

    precondition {
      # An approximation of how Lambda measures the size, whose error message shows the variables as JSON
      condition     = length(jsonencode(local.environment)) <= local.limits.environment
      error_message = local.messages.environment
    }

    precondition {
      condition     = length(local.lost_keys["first"]) == 0
      error_message = local.key_messages["first"]
    }

    precondition {
      # Only fails if the precondition above does not, so that one message appears
      condition     = length(local.lost_keys["last"]) == 0 || length(local.lost_keys["first"]) > 0
      error_message = local.key_messages["last"]
    }

    precondition {
      condition     = !var.snap_start || local.python_minor >= local.limits.snap_start_python
      error_message = local.messages.snap_start_runtime
    }

    precondition {
      condition     = !var.snap_start || var.ephemeral_storage_size <= local.limits.snap_start_tmp
      error_message = local.messages.snap_start_tmp
    }
  }
}

# Callers, warm-up pings, and permissions refer to the alias, and nothing refers to $LATEST. Each apply that changes the function publishes
# a version. Earlier versions can still be invoked: Lambda keeps their code, modules/layer keeps their layer versions, and modules/artifacts
# keeps their models.
resource "aws_lambda_alias" "this" {
  name             = local.alias_name
  description      = "The version that answers calls"
  function_name    = aws_lambda_function.this.function_name
  function_version = local.live_version

  dynamic "routing_config" {
    for_each = var.canary[*]

    content {
      additional_version_weights = { (local.canary_version) = routing_config.value.weight }
    }
  }

  lifecycle {
    precondition {
      condition = alltrue([
        for version in compact([var.live_version, try(var.canary.version, null)]) :
        tonumber(version) <= tonumber(aws_lambda_function.this.version)
      ])
      error_message = local.version_messages.not_published
    }

    precondition {
      condition     = length(local.removed_objects) == 0
      error_message = local.version_messages.removed
    }

    precondition {
      condition     = var.canary == null || local.canary_version != local.live_version
      error_message = local.version_messages.same
    }
  }
}

# By default, this module allows one attempt for an asynchronous call and a maximum event age of one minute, which is the minimum in Lambda.
# The defaults of Lambda are two retries after an error and a maximum event age of 6 hours. Warm-up pings would then arrive late and in
# bursts that delay real calls, although the next ping follows soon.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name = aws_lambda_function.this.function_name
  qualifier     = aws_lambda_alias.this.name

  maximum_retry_attempts       = var.asynchronous.maximum_retry_attempts
  maximum_event_age_in_seconds = var.asynchronous.maximum_event_age_in_seconds

  dynamic "destination_config" {
    for_each = var.asynchronous.on_failure == null && var.asynchronous.on_success == null ? [] : [var.asynchronous]

    content {
      dynamic "on_failure" {
        for_each = destination_config.value.on_failure[*]

        content {
          destination = on_failure.value.destination_arn
        }
      }

      dynamic "on_success" {
        for_each = destination_config.value.on_success[*]

        content {
          destination = on_success.value.destination_arn
        }
      }
    }
  }
}
