locals {
  # A name takes 64 characters; the hash keeps two schedules, and two functions whose names only differ late, apart
  names = {
    for schedule in toset(var.schedules) :
    schedule => "${substr(var.function_name, 0, 50)}-warm-${substr(sha256("${var.function_name} ${schedule}"), 0, 8)}"
  }

  # Rules know UTC alone; EventBridge Scheduler has time zones, and needs a role
  in_utc  = var.timezone == null ? local.names : {}
  in_zone = var.timezone == null ? {} : local.names

  # A ping that comes late is of no use, and the next one is on its way. 60 is the least that AWS takes. This is the way to Lambda's queue
  # and no further: what Lambda then does with an error or a throttled ping is a setting of the alias (modules/function has it).
  retry = { attempts = 0, age = 60 }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.in_utc

  name                = each.value
  description         = "Keeps ${var.function_name}:${var.alias_name} warm"
  schedule_expression = each.key
  state               = "ENABLED"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = aws_cloudwatch_event_rule.this

  rule      = each.value.name
  target_id = var.alias_name
  arn       = var.alias_arn
  input     = var.input

  retry_policy {
    maximum_retry_attempts       = local.retry.attempts
    maximum_event_age_in_seconds = local.retry.age
  }

  # A rule that fires without the permission counts a failed invocation
  depends_on = [aws_lambda_permission.this]
}

resource "aws_lambda_permission" "this" {
  for_each = aws_cloudwatch_event_rule.this

  statement_id  = each.value.name
  action        = "lambda:InvokeFunction"
  function_name = var.function_name
  qualifier     = var.alias_name
  principal     = "events.amazonaws.com"
  source_arn    = each.value.arn
}

# Environments that Lambda itself keeps initialized, day and night
resource "aws_lambda_provisioned_concurrency_config" "this" {
  count = var.provisioned == null ? 0 : 1

  function_name                     = var.function_name
  qualifier                         = var.alias_name
  provisioned_concurrent_executions = var.provisioned
}
