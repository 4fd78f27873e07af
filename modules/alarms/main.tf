locals {
  # Namespace of the metrics that the handler publishes in the embedded metric format
  namespace = "LambdaModel"

  of_function = { FunctionName = var.function_name }
  of_alias    = { FunctionName = var.function_name, Resource = "${var.function_name}:${var.alias_name}" }

  near_timeout = floor(var.timeout * 1000 * 0.8)

  # Reserved concurrency is a limit for this function only. Without it, the function shares the account's limit with all other functions.
  concurrency = var.reserved_concurrency == null ? {
    metric     = "ClaimedAccountConcurrency"
    dimensions = {}
    limit      = var.alarms.account_concurrency
    } : {
    metric     = "ConcurrentExecutions"
    dimensions = local.of_function
    limit      = var.reserved_concurrency
  }

  concurrency_threshold = ceil(local.concurrency.limit * var.alarms.concurrency_percent / 100)

  # Omits alarms that could never start, and the alarm on concurrency if a single call or ping would start it. A call uses one execution
  # environment. A ping uses all the execution environments that it keeps warm at the same time.
  is_watched = {
    concurrency       = local.concurrency_threshold > max(var.pinged, 1)
    warm-up           = var.pinged > 0
    failed-executions = var.state_machine != null
  }

  alarms = {
    errors = {
      description = "Calls fail. The log group shows why. A cold start that cannot load the model also counts as a failed call."
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      dimensions  = local.of_alias
      statistic   = "Sum"
      threshold   = var.alarms.errors
    }
    throttles = {
      description = "Lambda throttles calls, because the function or the account has reached its concurrency limit."
      namespace   = "AWS/Lambda"
      metric      = "Throttles"
      dimensions  = local.of_alias
      statistic   = "Sum"
      threshold   = var.alarms.throttles
    }
    duration = {
      description = "One percent of the calls take longer than this many milliseconds. Lambda stops a call after ${var.timeout * 1000} ms."
      namespace   = "AWS/Lambda"
      metric      = "Duration"
      dimensions  = local.of_alias
      statistic   = "p99"
      threshold   = coalesce(var.alarms.duration_p99, local.near_timeout)
    }
    concurrency = {
      description = "${var.alarms.concurrency_percent} percent of the concurrency limit of ${local.concurrency.limit} is in use."
      namespace   = "AWS/Lambda"
      metric      = local.concurrency.metric
      dimensions  = local.concurrency.dimensions
      statistic   = "Maximum"
      threshold   = local.concurrency_threshold
    }
    warm-up = {
      description = "Pings do not reach all the execution environments that they should keep warm."
      namespace   = local.namespace
      metric      = "WarmUpFailures"
      dimensions  = local.of_function
      statistic   = "Sum"
      threshold   = var.alarms.warm_up_failures
    }
    dropped-events = {
      description = "Lambda discards asynchronous events, because the calls failed or waited for too long."
      namespace   = "AWS/Lambda"
      metric      = "AsyncEventsDropped"
      dimensions  = local.of_function
      statistic   = "Sum"
      threshold   = var.alarms.async_events_dropped
    }
    failed-executions = {
      description = "Data sets could not be scored. The executions of the state machine show why."
      namespace   = "AWS/States"
      metric      = "ExecutionsFailed"
      dimensions  = { for machine in var.state_machine[*] : "StateMachineArn" => machine.arn }
      statistic   = "Sum"
      threshold   = var.alarms.failed_executions
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = { for name, alarm in local.alarms : name => alarm if var.has_alarms && lookup(local.is_watched, name, true) }

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
  # If nobody calls the function, the metric has no data, which is not a failure
  treat_missing_data = "notBreaching"

  alarm_actions = var.alarms.topic_arns
  ok_actions    = var.alarms.topic_arns
  tags          = var.tags
}
