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
  description = "rate(...) or cron(...) expressions, in UTC; each becomes a rule. None: nothing is pinged."
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

variable "input" {
  description = "The event that the handler takes for a ping: JSON of at most 8192 characters."
  type        = string
  default     = "{\"warmer\":true}"
  nullable    = false

  validation {
    condition     = can(jsondecode(var.input)) && length(var.input) <= 8192
    error_message = "input is the ping's event as JSON text of at most 8192 characters: jsonencode({ warmer = true })."
  }
}

variable "tags" {
  description = "Tags of the rules."
  type        = map(string)
  default     = {}
  nullable    = false
}
