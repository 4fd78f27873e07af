locals {
  schedules   = var.warm.strategy == "ping" ? coalesce(var.warm.schedules, ["rate(5 minutes)"]) : []
  concurrency = coalesce(var.warm.concurrency, 1)

  # The event that the handler recognizes as a ping. To keep more than one execution environment warm, the handler itself calls the alias.
  ping = jsonencode(merge(
    { warmer = true },
    { for name, number in { concurrency = local.concurrency } : name => number if number > 1 },
  ))

  # A name can have up to 64 characters. The digest distinguishes schedules, and functions whose names begin with the same 50 characters.
  names = {
    for schedule in toset(local.schedules) :
    schedule => "${substr(var.function_name, 0, 50)}-warm-${substr(sha256("${var.function_name} ${schedule}"), 0, 8)}"
  }

  # Rules only support UTC. EventBridge Scheduler supports time zones, and needs a role.
  in_utc  = var.warm.timezone == null ? local.names : {}
  in_zone = var.warm.timezone == null ? {} : local.names

  # A late ping is useless, because the next ping follows soon. 60 seconds is the minimum that AWS allows. These settings only apply until
  # the event is in Lambda's queue. modules/function configures what Lambda does if the call fails or is throttled.
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
  input     = local.ping

  retry_policy {
    maximum_retry_attempts       = local.retry.attempts
    maximum_event_age_in_seconds = local.retry.age
  }

  # Without the permission, a call by the rule fails
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

resource "aws_lambda_provisioned_concurrency_config" "this" {
  count = var.warm.strategy == "provisioned" ? 1 : 0

  function_name                     = var.function_name
  qualifier                         = var.alias_name
  provisioned_concurrent_executions = coalesce(var.warm.provisioned, 1)
}
