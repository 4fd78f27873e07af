variable "function_name" {
  description = "Name of the function to monitor."
  type        = string
  nullable    = false
}

variable "alias_name" {
  description = "Name of the alias whose calls are monitored."
  type        = string
  nullable    = false
}

variable "alias_arn" {
  description = "ARN of the alias. The dashboard shows metrics from its Region."
  type        = string
  nullable    = false
}

variable "has_alarms" {
  description = "Whether the module creates alarms."
  type        = bool
  default     = true
  nullable    = false
}

variable "alarms" {
  description = <<-EOT
    Settings of the alarms. Each alarm compares a metric over 5 minutes with a threshold.

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
    - `failed_executions` - Number of failed executions of the state machine.
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
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for arn in var.alarms.topic_arns : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:.+$", arn))
    ])
    error_message = join(" ", [
      "Each of the alarms.topic_arns must be the ARN of an SNS topic. For example:",
      "\"arn:aws:sns:eu-central-1:123456789012:on-call\".",
    ])
  }

  validation {
    condition     = length(var.alarms.topic_arns) <= 5
    error_message = "alarms.topic_arns can contain up to five topics, because CloudWatch supports five actions for an alarm."
  }

  validation {
    condition     = var.alarms.concurrency_percent >= 1 && var.alarms.concurrency_percent <= 100
    error_message = "alarms.concurrency_percent must be a percentage from 1 to 100."
  }
}

variable "dashboard" {
  description = "Whether the module creates a dashboard."
  type        = bool
  default     = true
  nullable    = false
}

variable "pinged" {
  description = <<-EOT
    Number of execution environments that each ping keeps warm. The value 0 means that nothing pings the function, so that the module omits
    the alarm for failed warm-ups.
  EOT
  type        = number
  default     = 1
  nullable    = false
}

variable "state_machine" {
  description = <<-EOT
    The state machine that scores data sets with the function. Defaults to `null`, which omits the alarm for failed executions.

    - `arn` - ARN of the state machine.
  EOT
  type = object({
    arn = string
  })
  default = null
}

variable "timeout" {
  description = "Timeout of the function in seconds."
  type        = number
  default     = 60
  nullable    = false
}

variable "reserved_concurrency" {
  description = "Reserved concurrency of the function. Defaults to `null`, which means that the function shares the account's concurrency."
  type        = number
  default     = null
}

variable "tags" {
  description = "Tags for the alarms."
  type        = map(string)
  default     = {}
  nullable    = false
}
