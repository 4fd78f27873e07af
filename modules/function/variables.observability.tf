# Metrics, tracing, logs, and the destinations of asynchronous calls

variable "metrics" {
  description = <<-EOT
    Whether the handler publishes metrics on cold starts, load times, and prediction times in the CloudWatch namespace `LambdaModel`.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "tracing" {
  description = "Whether AWS X-Ray traces the calls."
  type        = bool
  default     = false
  nullable    = false
}

variable "asynchronous" {
  description = <<-EOT
    How Lambda handles asynchronous calls of the function. The warm-up pings are asynchronous calls.

    - `maximum_retry_attempts` - Number of times that Lambda retries a call after an error, from 0 to 2.
    - `maximum_event_age_in_seconds` - Time that Lambda keeps an event that it cannot process, from 60 to 21600 seconds.
    - `on_failure` - Where Lambda sends a record of a call that failed. The module adds the permissions that the role needs.
    - `on_failure.destination_arn` - ARN of an SQS queue, an SNS topic, an S3 bucket, a Lambda function, or an EventBridge event bus.
    - `on_success` - Where Lambda sends a record of a call that succeeded, which contains the predictions. Lambda also sends a record of
      each ping.
    - `on_success.destination_arn` - ARN of an SQS queue, an SNS topic, a Lambda function, or an EventBridge event bus.
  EOT
  type = object({
    maximum_retry_attempts       = optional(number, 0)
    maximum_event_age_in_seconds = optional(number, 60)
    on_failure                   = optional(object({ destination_arn = string }))
    on_success                   = optional(object({ destination_arn = string }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([0, 1, 2], var.asynchronous.maximum_retry_attempts)
    error_message = "asynchronous.maximum_retry_attempts must be 0, 1, or 2."
  }

  validation {
    condition = (
      var.asynchronous.maximum_event_age_in_seconds >= 60 && var.asynchronous.maximum_event_age_in_seconds <= 21600 &&
      floor(var.asynchronous.maximum_event_age_in_seconds) == var.asynchronous.maximum_event_age_in_seconds
    )
    error_message = "asynchronous.maximum_event_age_in_seconds must be a whole number from 60 to 21600."
  }

  validation {
    condition = var.asynchronous.on_failure == null || can(regex(
      "^arn:[a-z-]+:((sqs|sns|lambda|events):[a-z0-9-]+:[0-9]{12}|s3::):.+$", var.asynchronous.on_failure.destination_arn,
    ))
    error_message = join(" ", [
      "asynchronous.on_failure.destination_arn must be the ARN of an SQS queue, an SNS topic, an S3 bucket, a Lambda function, or an",
      "EventBridge event bus. For example: \"arn:aws:sqs:eu-central-1:123456789012:failed\".",
    ])
  }

  validation {
    condition = var.asynchronous.on_success == null || can(regex(
      "^arn:[a-z-]+:(sqs|sns|lambda|events):[a-z0-9-]+:[0-9]{12}:.+$", var.asynchronous.on_success.destination_arn,
    ))
    error_message = join(" ", [
      "asynchronous.on_success.destination_arn must be the ARN of an SQS queue, an SNS topic, a Lambda function, or an EventBridge event",
      "bus. Lambda only supports an S3 bucket for calls that failed. For example: \"arn:aws:sqs:eu-central-1:123456789012:predictions\".",
    ])
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

  validation {
    condition = contains(
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.logging.retention_days,
    )
    error_message = join(" ", [
      "logging.retention_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,",
      "3288, and 3653, or 0 to keep the logs forever.",
    ])
  }

  validation {
    condition     = var.logging.format == null || try(contains(["Text", "JSON"], var.logging.format), false)
    error_message = "logging.format must be \"Text\" or \"JSON\"."
  }

  validation {
    condition = var.logging.application_level == null || try(
      contains(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"], var.logging.application_level), false,
    )
    error_message = "logging.application_level must be \"TRACE\", \"DEBUG\", \"INFO\", \"WARN\", \"ERROR\", or \"FATAL\"."
  }

  validation {
    condition     = var.logging.system_level == null || try(contains(["DEBUG", "INFO", "WARN"], var.logging.system_level), false)
    error_message = "logging.system_level must be \"DEBUG\", \"INFO\", or \"WARN\"."
  }

  validation {
    condition = var.logging.format == "JSON" || (
      var.logging.application_level == null && var.logging.system_level == null
    )
    error_message = join(" ", [
      "logging.application_level and logging.system_level require logging.format = \"JSON\". Remove them, or change the format.",
    ])
  }

  validation {
    condition = !var.metrics || !contains(["WARN", "ERROR", "FATAL"], coalesce(var.logging.application_level, "INFO"))
    error_message = join(" ", [
      "With this logging.application_level, Lambda would discard the handler's metrics, which it treats as INFO. Set",
      "logging.application_level = \"INFO\", or set metrics = false.",
    ])
  }

  validation {
    condition = var.logging.existing_group == null || can(regex(
      "^arn:[a-z-]+:logs:[a-z0-9-]+:[0-9]{12}:log-group:[^:]+(:[*])?$", var.logging.existing_group.arn,
    ))
    error_message = join(" ", [
      "logging.existing_group.arn must be the ARN of a log group. For example:",
      "\"arn:aws:logs:eu-central-1:123456789012:log-group:/models/churn\".",
    ])
  }
}

variable "tags" {
  description = "Tags for the function, its role, and its log group."
  type        = map(string)
  default     = {}
  nullable    = false
}
