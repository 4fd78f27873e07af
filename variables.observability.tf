# Metrics, tracing, logs, alarms, and the dashboard

variable "metrics" {
  description = <<-EOT
    Whether the handler publishes metrics on cold starts, load times, and prediction times in the CloudWatch namespace `LambdaModel`.
    CloudWatch charges for each custom metric after the first ten in an account.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "tracing" {
  description = "Whether AWS X-Ray traces the calls. The module adds the permissions that the role needs."
  type        = bool
  default     = false
  nullable    = false
}

variable "alarms" {
  description = <<-EOT
    CloudWatch alarms. Each alarm compares a metric over 5 minutes with a threshold. Set `alarms` to `{}` to use the default thresholds.
    Defaults to `null`, which creates no alarms.

    - `topic_arns` - ARNs of up to five SNS topics that receive a message when an alarm starts and when it ends.
    - `errors` - Number of calls that failed.
    - `throttles` - Number of calls that Lambda throttled.
    - `duration_p99` - Duration in milliseconds of the 99th percentile of the calls. Defaults to 80 percent of the timeout.
    - `concurrency_percent` - Percentage of the available concurrency that is in use. The module omits this alarm if the percentage amounts
      to one execution environment, or to no more than a warm-up ping uses.
    - `account_concurrency` - Concurrency limit of the account in this Region. It only applies if `reserved_concurrency` is not set.
    - `warm_up_failures` - Number of failures of warm-up pings: environments that a ping did not reach, and models with
      `model.follow` that could not be loaded. The module omits this alarm if nothing pings the function.
    - `async_events_dropped` - Number of asynchronous events that Lambda discarded.
    - `failed_executions` - Number of failed executions of the state machine that `batch` creates.
  EOT
  type = object({
    topic_arns           = optional(list(string), [])
    errors               = optional(number, 1)
    throttles            = optional(number, 1)
    duration_p99         = optional(number)
    concurrency_percent  = optional(number, 80)
    account_concurrency  = optional(number, 1000)
    warm_up_failures     = optional(number, 1)
    async_events_dropped = optional(number, 1)
    failed_executions    = optional(number, 1)
  })
  default = null

  # The other validations are in modules/alarms
  validation {
    condition     = var.alarms == null || var.metrics
    error_message = "The alarms need the metrics that the handler publishes. Set metrics = true, or remove alarms."
  }
}

variable "dashboard" {
  description = <<-EOT
    Whether the module creates a CloudWatch dashboard of calls, cold starts, and load times. Defaults to `null`, which creates one if
    `alarms` is set.
  EOT
  type        = bool
  default     = null

  validation {
    condition     = var.metrics || (var.dashboard == null ? true : !var.dashboard)
    error_message = "The dashboard needs the metrics that the handler publishes. Set metrics = true, or remove dashboard."
  }
}

variable "logging" {
  description = <<-EOT
    The function's logs in CloudWatch Logs.

    - `retention_days` - Number of days that CloudWatch Logs keeps the logs in a log group that this module creates. The value 0 keeps them
      forever.
    - `format` - Format of the logs. Valid values are `Text` and `JSON`. Defaults to the function's current format, which is `Text` for a
      new function.
    - `application_level` - For `JSON`: least severe messages of the function's code that Lambda keeps. Valid values are `TRACE`, `DEBUG`,
      `INFO`, `WARN`, `ERROR`, and `FATAL`. Lambda treats the handler's metrics as `INFO`, so a higher level requires `metrics = false`.
    - `system_level` - For `JSON`: least severe messages of Lambda itself that it keeps. Valid values are `DEBUG`, `INFO`, and `WARN`.
    - `existing_group` - A log group that exists already. Several functions can use one log group. If you remove it later, also set
      `format`, so that the function uses its own log group again.
    - `existing_group.arn` - ARN of the log group.
  EOT
  type = object({
    retention_days    = optional(number, 30)
    format            = optional(string)
    application_level = optional(string)
    system_level      = optional(string)
    existing_group    = optional(object({ arn = string }))
  })
  default  = {}
  nullable = false
}
