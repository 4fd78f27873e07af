variable "function_name" {
  description = "Name of the function that predicts."
  type        = string
  nullable    = false
}

variable "alias_name" {
  description = "Alias of the function that is called."
  type        = string
  nullable    = false
}

variable "alias_arn" {
  description = "ARN of that alias."
  type        = string
  nullable    = false
}

variable "input" {
  description = <<-EOT
    Where data sets lie: a bucket, and the prefix below which executions may read. An execution is given {"prefix": "..."}, all of whose
    objects it scores. kms_key_arn: the key that encrypts them, where it is one of your own.
  EOT
  type = object({
    bucket      = string
    prefix      = optional(string, "")
    kms_key_arn = optional(string)
  })
  nullable = false

  validation {
    condition     = !can(regex("[*?]|[$][{]", "${var.input.bucket}/${var.input.prefix}"))
    error_message = "input.bucket and input.prefix are plain names: *, ? and policy variables (a $ before a {) cannot be in them."
  }
}

variable "output" {
  description = <<-EOT
    Where results go, each below the key of its data set. They are encrypted as the bucket encrypts by default, which Step Functions cannot
    change; kms_key_arn: the key that the bucket does it with, where it is one of your own. The state machine may use it then.
  EOT
  type = object({
    bucket      = string
    prefix      = optional(string, "predictions/")
    kms_key_arn = optional(string)
  })
  nullable = false

  validation {
    condition     = !can(regex("[*?'{}\\\\]", "${var.output.bucket}/${var.output.prefix}"))
    error_message = "output.bucket and output.prefix are plain names: *, ?, ', {, } and \\ cannot be in them."
  }

  validation {
    # Results would be the data of the next execution
    condition     = var.output.bucket != var.input.bucket || !startswith(var.output.prefix, var.input.prefix)
    error_message = "output.prefix lies below input.prefix, and results would be scored in their turn: give one beside it."
  }
}

variable "format" {
  description = "What the data sets are: \"csv\", with the features' names in the first row, or \"jsonl\", an object on each line."
  type        = string
  default     = "csv"
  nullable    = false

  validation {
    condition     = contains(["csv", "jsonl"], var.format)
    error_message = "format is \"csv\" or \"jsonl\"."
  }
}

variable "csv_delimiter" {
  description = "What is between the values of a CSV file: COMMA, SEMICOLON, TAB, PIPE or SPACE."
  type        = string
  default     = "COMMA"
  nullable    = false

  validation {
    condition     = contains(["COMMA", "SEMICOLON", "TAB", "PIPE", "SPACE"], var.csv_delimiter)
    error_message = "csv_delimiter is COMMA, SEMICOLON, TAB, PIPE or SPACE."
  }
}

variable "rows_per_call" {
  description = "Rows that the function gets at once, at most: fewer where they are long."
  type        = number
  default     = 500
  nullable    = false

  validation {
    condition     = var.rows_per_call >= 1 && floor(var.rows_per_call) == var.rows_per_call
    error_message = "rows_per_call is a whole number of rows, 1 or more."
  }

  validation {
    condition = var.answer_bytes == null ? true : var.rows_per_call * var.answer_bytes <= local.answer_bytes
    error_message = join(" ", [
      "With rows_per_call = ${var.rows_per_call}, an answer may have ${try(var.rows_per_call * var.answer_bytes, 0)} bytes,",
      "and Step Functions leaves ${local.answer_bytes} for it beside its rows.",
      try(floor(local.answer_bytes / var.answer_bytes), 1) > 0
      ? "Set rows_per_call to ${try(floor(local.answer_bytes / var.answer_bytes), 1)} or less."
      : "The answer to one row is larger already: choose another method.",
    ])
  }
}

variable "method" {
  description = <<-EOT
    Method of the estimator that answers, such as "predict_proba". If it is null, the model's own default answers, which is predict for
    most models.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.method == null || var.methods == null ? true : contains(var.methods, var.method)
    error_message = "The model has no method \"${coalesce(var.method, "?")}\". It has: ${join(", ", coalesce(var.methods, []))}."
  }
}

variable "methods" {
  description = "Methods that the model has, if they are known. A plan with another method is refused."
  type        = list(string)
  default     = null
}

variable "answer_bytes" {
  description = <<-EOT
    Bytes that the answer to one row may have in JSON, if that is known. A plan is refused where the answers to rows_per_call rows do not fit
    into what Step Functions takes.
  EOT
  type        = number
  default     = null
}

variable "execution_type" {
  description = <<-EOT
    Type of the child executions, each of which is one call. "EXPRESS" starts up to 1,000 calls a second and costs less, and a call has to
    end within 5 minutes with its retries. "STANDARD" starts up to 100 a second, and keeps the history of each call for 90 days.
  EOT
  type        = string
  default     = "STANDARD"
  nullable    = false

  validation {
    condition     = contains(["STANDARD", "EXPRESS"], var.execution_type)
    error_message = "execution_type is \"STANDARD\" or \"EXPRESS\"."
  }

  validation {
    condition = var.execution_type != "EXPRESS" || coalesce(var.timeout, 1) <= 300
    error_message = join(" ", [
      "execution_type is \"EXPRESS\", which ends every call after 300 seconds, and the function's timeout is ${coalesce(var.timeout, 1)}.",
      "Set the timeout to 300 or less, or execution_type to \"STANDARD\".",
    ])
  }
}

variable "timeout" {
  description = "Timeout of the function in seconds, if it is known."
  type        = number
  default     = null
}

variable "max_concurrency" {
  description = "Calls at once, at most: what this leaves of the function's concurrency is for others."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.max_concurrency >= 1 && var.max_concurrency <= 10000 && floor(var.max_concurrency) == var.max_concurrency
    error_message = "max_concurrency is a whole number of calls from 1 to 10000."
  }
}

variable "tolerated_failure_percentage" {
  description = "Part of a data set's batches that may fail, in percent: with more, the execution ends as failed."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.tolerated_failure_percentage >= 0 && var.tolerated_failure_percentage <= 100
    error_message = "tolerated_failure_percentage is a percentage from 0 to 100."
  }
}

variable "tracing" {
  description = "Whether executions are traced with X-Ray."
  type        = bool
  default     = false
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the role of the state machine may do."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the state machine and its role."
  type        = map(string)
  default     = {}
  nullable    = false
}
