# Before the function: Lambda makes the group itself at the first call, without retention, if it is not there
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  function_name = var.name
  role          = aws_iam_role.this.arn

  runtime       = var.runtime
  architectures = [var.architecture]
  handler       = "handler.lambda_handler"
  layers        = var.layers[*].arn

  s3_bucket         = var.package.bucket
  s3_key            = var.package.key
  s3_object_version = var.package.version_id
  source_code_hash  = var.package.sha256_base64
  publish           = true

  memory_size = var.memory_size
  timeout     = var.timeout

  ephemeral_storage {
    size = var.ephemeral_storage_size
  }

  environment {
    variables = local.environment
  }

  tags = var.tags

  depends_on = [
    aws_cloudwatch_log_group.this,
    # The first call may come at once, and reads the model
    aws_iam_role_policy.logs,
    aws_iam_role_policy.model,
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
      condition     = !local.in_s3 || local.model_mb <= var.ephemeral_storage_size
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
  }
}

# Callers, warm-up pings and permissions name the alias: $LATEST is nobody's
resource "aws_lambda_alias" "this" {
  name             = "live"
  description      = "The version that answers"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

# Asynchronous calls of the alias, from whomever, are tried once and wait for a minute at most. Lambda's own way is to call twice more after
# an error and to keep what was throttled for 6 hours: for a warm-up ping that is a burst of late ones, each in the way of a real call, and
# the next is on its way. 60 is the least that AWS takes.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name = aws_lambda_function.this.function_name
  qualifier     = aws_lambda_alias.this.name

  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 60
}
