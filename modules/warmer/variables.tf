variable "function_name" {
  description = "Name of the function to keep warm."
  type        = string
  nullable    = false
}

variable "alias_name" {
  description = "Name of the alias to call. Each published version has execution environments of its own."
  type        = string
  nullable    = false
}

variable "alias_arn" {
  description = "ARN of the alias."
  type        = string
  nullable    = false
}

variable "warm" {
  description = <<-EOT
    How the module avoids cold starts. By default it calls the function every 5 minutes, which keeps one execution environment warm.

    - `strategy` - Valid values are `ping`, which calls the function on schedules; `snapstart`, for which this module creates nothing;
      `provisioned`, which uses provisioned concurrency; and `none`.
    - `schedules` - For `ping`: `rate(...)` or `cron(...)` expressions. Each one becomes an EventBridge rule, or a schedule in EventBridge
      Scheduler if `timezone` is set. Defaults to `["rate(5 minutes)"]`.
    - `timezone` - For `ping`: time zone of the schedules, such as `Europe/Berlin`. The schedules follow its daylight saving time. Defaults
      to UTC.
    - `concurrency` - For `ping`: number of execution environments that each ping keeps warm, up to 100. Defaults to 1.
    - `provisioned` - For `provisioned`: number of provisioned execution environments. Defaults to 1.
  EOT
  type = object({
    strategy    = optional(string, "ping")
    schedules   = optional(list(string))
    timezone    = optional(string)
    concurrency = optional(number)
    provisioned = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["ping", "snapstart", "provisioned", "none"], var.warm.strategy)
    error_message = "warm.strategy must be \"ping\", \"snapstart\", \"provisioned\", or \"none\"."
  }

  validation {
    condition = var.warm.strategy == "ping" || (
      var.warm.schedules == null && var.warm.timezone == null && var.warm.concurrency == null
    )
    error_message = join(" ", [
      "warm.schedules, warm.timezone, and warm.concurrency require warm.strategy = \"ping\". Remove them,",
      "or change the strategy.",
    ])
  }

  validation {
    condition = var.warm.strategy != "snapstart" || var.warm.provisioned == null
    error_message = join(" ", [
      "Lambda does not support SnapStart together with provisioned concurrency. Remove warm.provisioned, or set",
      "warm.strategy = \"provisioned\".",
    ])
  }

  validation {
    condition     = contains(["snapstart", "provisioned"], var.warm.strategy) || var.warm.provisioned == null
    error_message = "warm.provisioned requires warm.strategy = \"provisioned\". Remove it, or change the strategy."
  }

  validation {
    condition = alltrue([
      for number in [var.warm.concurrency, var.warm.provisioned] :
      number == null || try(number >= 1 && floor(number) == number, false)
    ])
    error_message = "warm.concurrency and warm.provisioned must be whole numbers, 1 or greater."
  }

  validation {
    # Same limit as in lambda/serving/warming/pings.py
    condition = try(var.warm.concurrency <= 100, true)
    error_message = join(" ", [
      "warm.concurrency cannot be greater than 100, because one ping can keep up to 100 execution environments warm. Lower it, or set",
      "warm.strategy = \"provisioned\".",
    ])
  }

  validation {
    condition = var.warm.schedules == null || try(length(var.warm.schedules) > 0, false)
    error_message = join(" ", [
      "warm.schedules cannot be empty. Add at least one schedule, such as \"rate(5 minutes)\", or set",
      "warm.strategy = \"none\".",
    ])
  }

  validation {
    condition = var.warm.timezone == null || can(regex(
      "^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$", var.warm.timezone,
    ))
    error_message = "warm.timezone must be a name from the IANA time zone database, such as \"Europe/Berlin\" or \"America/New_York\"."
  }

  validation {
    condition = alltrue([
      for schedule in coalesce(var.warm.schedules, []) :
      can(regex("^rate\\((1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))\\)$", schedule))
      if try(startswith(schedule, "rate("), false)
    ])
    error_message = join(" ", [
      "A rate expression in warm.schedules must have a number and a unit, which is singular after 1. For example: \"rate(1 minute)\",",
      "\"rate(5 minutes)\", or \"rate(2 hours)\".",
    ])
  }

  validation {
    # Only checks the form: six fields, of which exactly one of the two days is a question mark. AWS checks the values in the fields.
    condition = alltrue([
      for fields in [
        for schedule in coalesce(var.warm.schedules, []) : try(split(" ", one(regex("^cron\\((.*)\\)$", schedule))), [])
        if !try(startswith(schedule, "rate("), false)
      ] : try(length(fields) == 6 && !contains(fields, "") && (fields[2] == "?") != (fields[4] == "?"), false)
    ])
    error_message = join(" ", [
      "Each of the warm.schedules must be a rate(...) expression or a cron(...) expression. A cron expression has six fields: minutes,",
      "hours, day of month, month, day of week, and year. One of the two days must be a question mark. For example:",
      "\"cron(0/5 8-17 ? * MON-FRI *)\".",
    ])
  }
}

variable "role_path" {
  description = "Path of the role that EventBridge Scheduler uses."
  type        = string
  default     = "/"
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that is the permissions boundary of the role that EventBridge Scheduler uses."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags for the rules and for the role that EventBridge Scheduler uses. Schedules themselves do not support tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
