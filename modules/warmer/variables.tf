variable "function_name" {
  description = "Name of the function to keep warm."
  type        = string
  nullable    = false
}

variable "alias_name" {
  description = "Alias of the function that is pinged: each version has environments of its own."
  type        = string
  nullable    = false
}

variable "alias_arn" {
  description = "ARN of that alias."
  type        = string
  nullable    = false
}

variable "schedules" {
  description = <<-EOT
    rate(...) or cron(...) expressions; each becomes a CloudWatch Events rule, in UTC, or with timezone an EventBridge Scheduler schedule.
    None: nothing is pinged.
  EOT
  type        = list(string)
  default     = ["rate(5 minutes)"]
  nullable    = false

  validation {
    condition = alltrue([
      for schedule in var.schedules :
      can(regex("^rate\\((1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))\\)$", schedule))
      if try(startswith(schedule, "rate("), false)
    ])
    error_message = join(" ", [
      "A rate in schedules is a number and minutes, hours or days, singular after 1:",
      "\"rate(1 minute)\", \"rate(5 minutes)\", \"rate(2 hours)\".",
    ])
  }

  validation {
    # Only the shape is checked: six fields, and ? for one of the two days. What is in them is for AWS to judge.
    condition = alltrue([
      for fields in [
        for schedule in var.schedules : try(split(" ", one(regex("^cron\\((.*)\\)$", schedule))), [])
        if !try(startswith(schedule, "rate("), false)
      ] : try(length(fields) == 6 && !contains(fields, "") && (fields[2] == "?") != (fields[4] == "?"), false)
    ])
    error_message = join(" ", [
      "Each of schedules is rate(...) or cron(...) with six fields: minutes, hours, day of month, month, day of week, year;",
      "one of the two days is ?, as in \"cron(0/5 8-17 ? * MON-FRI *)\".",
    ])
  }
}

variable "timezone" {
  description = "Time zone of the schedules, such as Europe/Berlin: right across daylight saving. null: UTC."
  type        = string
  default     = null

  validation {
    condition     = var.timezone == null || can(regex("^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$", var.timezone))
    error_message = "timezone is a name of the IANA time zone database, as in \"Europe/Berlin\" or \"America/New_York\"."
  }
}

variable "provisioned" {
  description = "Environments that Lambda keeps initialized; null: none."
  type        = number
  default     = null

  validation {
    condition     = var.provisioned == null || try(var.provisioned >= 1 && floor(var.provisioned) == var.provisioned, false)
    error_message = "provisioned is a whole number of environments, 1 or more; leave it out for none."
  }
}

variable "input" {
  description = "The event that the handler takes for a ping: JSON of at most 8192 characters."
  type        = string
  default     = "{\"warmer\":true}"
  nullable    = false

  validation {
    condition     = can(jsondecode(var.input)) && length(var.input) <= 8192
    error_message = "input is the ping's event as JSON text of at most 8192 characters: jsonencode({ warmer = true })."
  }

  validation {
    # As in lambda/serving/warming/pings.py
    condition     = try(jsondecode(var.input).concurrency <= 100, true)
    error_message = "concurrency in input is at most 100, which one ping can call at once: lower it, or set provisioned instead."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the role of the schedules may do."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the rules, or of the schedules' role: schedules themselves take none."
  type        = map(string)
  default     = {}
  nullable    = false
}
