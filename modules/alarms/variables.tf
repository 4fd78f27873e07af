variable "function_name" {
  description = "Name of the function to watch."
  type        = string
  nullable    = false
}

variable "alias_name" {
  description = "Alias of the function whose calls are watched."
  type        = string
  nullable    = false
}

variable "alias_arn" {
  description = "ARN of that alias: the dashboard is of its region."
  type        = string
  nullable    = false
}

variable "alarms" {
  description = "Whether there are alarms."
  type        = bool
  default     = true
  nullable    = false
}

variable "dashboard" {
  description = "Whether there is a dashboard."
  type        = bool
  default     = true
  nullable    = false
}

variable "topic_arns" {
  description = "SNS topics that are told when an alarm begins and when it ends. None: the alarms are only seen."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.topic_arns : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:.+$", arn))])
    error_message = "Each of topic_arns is the ARN of an SNS topic, as in \"arn:aws:sns:eu-central-1:123456789012:on-call\"."
  }

  validation {
    condition     = length(var.topic_arns) <= 5
    error_message = "An alarm takes 5 actions: topic_arns has at most 5."
  }
}

variable "errors" {
  description = "Failed calls in 5 minutes from which on there is an alarm."
  type        = number
  default     = 1
  nullable    = false
}

variable "throttles" {
  description = "Throttled calls in 5 minutes from which on there is an alarm."
  type        = number
  default     = 1
  nullable    = false
}

variable "duration_p99" {
  description = "Milliseconds that 99 of 100 calls have to stay under; null: 80 % of the timeout."
  type        = number
  default     = null
}

variable "concurrency_percent" {
  description = <<-EOT
    Part of the concurrency that may be used, in percent. There is no such alarm where that part is one environment, or no more than a ping
    uses.
  EOT
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.concurrency_percent >= 1 && var.concurrency_percent <= 100
    error_message = "concurrency_percent is a percentage from 1 to 100."
  }
}

variable "warm_up_failures" {
  description = "Failed warm-ups in 5 minutes from which on there is an alarm."
  type        = number
  default     = 1
  nullable    = false
}

variable "async_events_dropped" {
  description = "Asynchronous calls in 5 minutes that Lambda gave up, pings among them, from which on there is an alarm."
  type        = number
  default     = 1
  nullable    = false
}

variable "failed_executions" {
  description = "Executions of the state machine that failed in 5 minutes from which on there is an alarm."
  type        = number
  default     = 1
  nullable    = false
}

variable "pinged" {
  description = "Environments that each ping keeps warm; 0: nothing pings the function, and there is no alarm on warm-up failures."
  type        = number
  default     = 1
  nullable    = false
}

variable "state_machine" {
  description = "The state machine that scores data sets with the function; null: none, and there is no alarm on it."
  type = object({
    arn = string
  })
  default = null
}

variable "timeout" {
  description = "The function's timeout in seconds."
  type        = number
  default     = 60
  nullable    = false
}

variable "reserved_concurrency" {
  description = "Environments that are reserved for the function; null: it shares the account's."
  type        = number
  default     = null
}

variable "account_concurrency" {
  description = "The account's concurrency in this region, which the function shares where it has none reserved. AWS's own is 1000, in new accounts 10."
  type        = number
  default     = 1000
  nullable    = false
}

variable "tags" {
  description = "Tags of the alarms."
  type        = map(string)
  default     = {}
  nullable    = false
}
