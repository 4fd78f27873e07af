# What the versions that the caller names were deployed with: the role has to go on allowing it
data "aws_lambda_function" "named" {
  for_each = toset(compact([var.live_version, try(var.canary.version, null)]))

  function_name = var.name
  qualifier     = each.key
}

# The keys as they were. The role may go on decrypting with each: what was encrypted with it stays so. What is kept is taken anew when the
# caller says which keys were before. It is kept twice, as a key may come later than the deployment: last is taken anew whenever one comes
# or goes, first is not. A key that comes after the first deployment and goes again is in neither: nothing here can remember it.
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

# Before the function: Lambda makes the group itself at the first call, without retention, if it is not there
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arns.logs
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  function_name = var.name
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
    }
  }

  # Lambda keeps interfaces for a while after the function, and with them it would keep the caller's security groups
  replace_security_groups_on_destroy = var.network == null ? null : true
  replacement_security_group_ids     = one([for group in aws_security_group.leaving : [group.id]])

  tags = var.tags

  depends_on = [
    aws_cloudwatch_log_group.this,
    # The first call may come at once, and reads the model; and in a VPC the interfaces are made before that
    aws_iam_role_policy.own,
    aws_iam_role_policy.model,
    aws_iam_role_policy.further,
  ]

  lifecycle {
    precondition {
      condition     = local.unzipped_bytes <= local.limits.unzipped_bytes
      error_message = local.words.unzipped
    }

    precondition {
      condition     = length(var.layers) <= local.limits.layers
      error_message = local.words.layers
    }

    precondition {
      # The handler fetches it into memory where that holds it twice, and else into /tmp
      condition     = !local.in_s3 || local.model_mb <= var.ephemeral_storage_size || local.enough.memory <= var.memory_size
      error_message = local.words.ephemeral_storage
    }

    precondition {
      condition     = local.model_mb <= var.memory_size
      error_message = local.words.memory
    }

    precondition {
      # Close to how Lambda measures: its own message shows them as JSON
      condition     = length(jsonencode(local.environment)) <= local.limits.environment
      error_message = local.words.environment
    }

    precondition {
      condition     = length(local.lost_keys["first"]) == 0
      error_message = local.words_of_keys["first"]
    }

    precondition {
      # Said once
      condition     = length(local.lost_keys["last"]) == 0 || length(local.lost_keys["first"]) > 0
      error_message = local.words_of_keys["last"]
    }

    precondition {
      condition     = !var.snap_start || local.python_minor >= local.limits.snap_start_python
      error_message = local.words.snap_start_runtime
    }

    precondition {
      condition     = !var.snap_start || var.ephemeral_storage_size <= local.limits.snap_start_tmp
      error_message = local.words.snap_start_tmp
    }
  }
}

# Callers, warm-up pings and permissions name the alias: $LATEST is nobody's. Every apply that changes the function publishes a version, and
# older ones stay: Lambda keeps their code, modules/layer their layer, and modules/artifacts their model.
resource "aws_lambda_alias" "this" {
  name             = local.alias_name
  description      = "The version that answers"
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
      error_message = local.words_of_versions.not_published
    }

    precondition {
      condition     = length(local.removed_objects) == 0
      error_message = local.words_of_versions.removed
    }

    precondition {
      condition     = var.canary == null || local.canary_version != local.live_version
      error_message = local.words_of_versions.same
    }
  }
}

# Asynchronous calls of the alias, from whomever, are tried once and wait for a minute at most. Lambda's own way is to call twice more after
# an error and to keep what was throttled for 6 hours: for a warm-up ping that is a burst of late ones, each in the way of a real call, and
# the next is on its way. 60 is the least that AWS takes.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name = aws_lambda_function.this.function_name
  qualifier     = aws_lambda_alias.this.name

  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 60

  dynamic "destination_config" {
    for_each = var.on_failure[*]

    content {
      on_failure {
        destination = destination_config.value.destination_arn
      }
    }
  }
}
