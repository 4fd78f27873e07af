locals {
  # What the handler itself reports, in the embedded metric format
  namespace = "LambdaModel"

  of_function = { FunctionName = var.function_name }
  of_alias    = { FunctionName = var.function_name, Resource = "${var.function_name}:${var.alias_name}" }

  near_timeout = floor(var.timeout * 1000 * 0.8)

  # A limit of the function's own is one on its own environments; else it shares the account's with all other functions
  concurrency = var.reserved_concurrency == null ? {
    metric     = "ClaimedAccountConcurrency"
    dimensions = {}
    limit      = var.account_concurrency
    } : {
    metric     = "ConcurrentExecutions"
    dimensions = local.of_function
    limit      = var.reserved_concurrency
  }

  concurrency_threshold = ceil(local.concurrency.limit * var.concurrency_percent / 100)

  # Alarms that could never be on, or would always be on, are left out. A single call uses one environment, and a ping uses all those that
  # it keeps warm at once: a threshold that these reach says nothing.
  is_watched = {
    concurrency       = local.concurrency_threshold > max(var.pinged, 1)
    warm-up           = var.pinged > 0
    failed-executions = var.state_machine != null
  }

  alarms = {
    errors = {
      description = "Calls fail: see the log group. A cold start that cannot load the model is one, too."
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = local.of_alias
      statistic   = "Sum"
      threshold   = var.errors
    }
    throttles = {
      description = "Calls are turned away, as the function or the account is at its concurrency."
      namespace   = "AWS/Lambda"
      metric      = "Throttles"
      dimensions  = local.of_alias
      statistic   = "Sum"
      threshold   = var.throttles
    }
    duration = {
      description = "One call in a hundred takes longer than this many milliseconds; calls end at ${var.timeout * 1000}."
      namespace   = "AWS/Lambda"
      metric      = "Duration"
      dimensions  = local.of_alias
      statistic   = "p99"
      threshold   = coalesce(var.duration_p99, local.near_timeout)
    }
    concurrency = {
      description = "Environments in use are ${var.concurrency_percent} % of the ${local.concurrency.limit} that there may be."
      namespace   = "AWS/Lambda"
      metric      = local.concurrency.metric
      dimensions  = local.concurrency.dimensions
      statistic   = "Maximum"
      threshold   = local.concurrency_threshold
    }
    warm-up = {
      description = "Pings do not reach all the environments that they are to keep warm."
      namespace   = local.namespace
      metric      = "WarmUpFailures"
      dimensions  = local.of_function
      statistic   = "Sum"
      threshold   = var.warm_up_failures
    }
    dropped-events = {
      description = "Asynchronous calls are given up, as they failed or waited too long."
      namespace   = "AWS/Lambda"
      metric      = "AsyncEventsDropped"
      dimensions  = local.of_function
      statistic   = "Sum"
      threshold   = var.async_events_dropped
    }
    failed-executions = {
      description = "Data sets are not scored: see the executions of the state machine."
      namespace   = "AWS/States"
      metric      = "ExecutionsFailed"
      dimensions  = { for machine in var.state_machine[*] : "StateMachineArn" => machine.arn }
      statistic   = "Sum"
      threshold   = var.failed_executions
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for name, alarm in local.alarms : name => alarm if var.alarms && lookup(local.is_watched, name, true) }

  alarm_name        = "${var.function_name}-${each.key}"
  alarm_description = each.value.description

  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic == "p99" ? null : each.value.statistic
  extended_statistic  = each.value.statistic == "p99" ? "p99" : null
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = 1
  # Without a call there is no metric, and nothing is wrong
  treat_missing_data = "notBreaching"

  alarm_actions = var.topic_arns
  ok_actions    = var.topic_arns
  tags          = var.tags
}
