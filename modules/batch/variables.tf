variable "function_name" {
  description = "Name of the function that scores the rows."
  type        = string
  nullable    = false
}

variable "alias_name" {
  description = "Name of the alias that the state machine calls."
  type        = string
  nullable    = false
}

variable "alias_arn" {
  description = "ARN of the alias."
  type        = string
  nullable    = false
}

variable "input" {
  description = <<-EOT
    Where the data sets are. An execution receives `{"prefix": "..."}` and scores all objects below that prefix.

    - `bucket` - Name of the bucket.
    - `prefix` - Prefix of the keys that the state machine may read.
    - `kms_key_arn` - ARN of the KMS key that encrypts the data sets, if you use a customer managed key.
  EOT
  type = object({
    bucket      = string
    prefix      = optional(string, "")
    kms_key_arn = optional(string)
  })
  nullable = false

  validation {
    condition = !can(regex("[*?]|[$][{]", "${var.input.bucket}/${var.input.prefix}"))
    error_message = join(" ", [
      "input.bucket and input.prefix cannot contain an asterisk (*), a question mark (?), or a policy variable,",
      "which begins with a dollar sign and a brace.",
    ])
  }
}

variable "output" {
  description = <<-EOT
    Where the results are written, each below the key of its data set. The bucket's default encryption applies to them, because Step
    Functions cannot choose another one.

    - `bucket` - Name of the bucket.
    - `prefix` - Prefix of the keys of the results.
    - `kms_key_arn` - ARN of the KMS key that encrypts the bucket by default, if you use a customer managed key.
  EOT
  type = object({
    bucket      = string
    prefix      = optional(string, "predictions/")
    kms_key_arn = optional(string)
  })
  nullable = false

  validation {
    condition = !can(regex("[*?'{}\\\\]", "${var.output.bucket}/${var.output.prefix}"))
    error_message = join(" ", [
      "output.bucket and output.prefix cannot contain an asterisk (*), a question mark (?), a single quote ('), a brace, or a backslash.",
    ])
  }

  validation {
    # Otherwise the next execution would score the results
    condition = var.output.bucket != var.input.bucket || !startswith(var.output.prefix, var.input.prefix)
    error_message = join(" ", [
      "output.prefix cannot begin with input.prefix in the same bucket, because the next execution would score the results.",
      "Choose another output.prefix.",
    ])
  }
}

variable "format" {
  description = "Format of the data sets: `csv`, with the names of the features in the first row, or `jsonl`, with an object on each line."
  type        = string
  default     = "csv"
  nullable    = false

  validation {
    condition     = contains(["csv", "jsonl"], var.format)
    error_message = "format must be \"csv\" or \"jsonl\"."
  }
}

variable "csv_delimiter" {
  description = "Delimiter in CSV files. Valid values are `COMMA`, `SEMICOLON`, `TAB`, `PIPE`, and `SPACE`."
  type        = string
  default     = "COMMA"
  nullable    = false

  validation {
    condition     = contains(["COMMA", "SEMICOLON", "TAB", "PIPE", "SPACE"], var.csv_delimiter)
    error_message = "csv_delimiter must be \"COMMA\", \"SEMICOLON\", \"TAB\", \"PIPE\", or \"SPACE\"."
  }
}

variable "rows_per_call" {
  description = "Maximum number of rows that the function receives in one call. It receives fewer rows if they are long."
  type        = number
  default     = 500
  nullable    = false

  validation {
    condition     = var.rows_per_call >= 1 && floor(var.rows_per_call) == var.rows_per_call
    error_message = "rows_per_call must be a whole number, 1 or greater."
  }

  validation {
    condition = var.answer_bytes == null ? true : var.rows_per_call * var.answer_bytes <= local.answer_bytes
    error_message = join(" ", [
      "With rows_per_call = ${var.rows_per_call}, an answer can have ${try(var.rows_per_call * var.answer_bytes, 0)} bytes.",
      "Step Functions only allows ${local.answer_bytes} bytes for it in addition to the rows.",
      try(floor(local.answer_bytes / var.answer_bytes), 1) > 0
      ? "Set rows_per_call to ${try(floor(local.answer_bytes / var.answer_bytes), 1)} or less."
      : "The answer to a single row is larger than that. Choose another method.",
    ])
  }
}

variable "method" {
  description = <<-EOT
    Method of the estimator that answers, such as `predict_proba`. Defaults to the model's own default, which is `predict` for most models.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.method == null || var.methods == null ? true : contains(var.methods, var.method)
    error_message = "The model has no method \"${coalesce(var.method, "?")}\". It has: ${join(", ", coalesce(var.methods, []))}."
  }
}

variable "methods" {
  description = "Methods of the model, if they are known. The plan fails if `method` is another one."
  type        = list(string)
  default     = null
}

variable "answer_bytes" {
  description = <<-EOT
    Maximum size of the answer to one row in JSON, in bytes, if it is known. The plan fails if the answers to `rows_per_call` rows could
    exceed the limit of Step Functions.
  EOT
  type        = number
  default     = null
}

variable "execution_type" {
  description = <<-EOT
    Type of the child executions, each of which is one call. Valid values are `STANDARD`, which starts up to 100 calls per second and keeps
    the history of each call for 90 days, and `EXPRESS`, which starts up to 1,000 calls per second, costs less, and requires that each call
    ends within 5 minutes, including its retries.
  EOT
  type        = string
  default     = "STANDARD"
  nullable    = false

  validation {
    condition     = contains(["STANDARD", "EXPRESS"], var.execution_type)
    error_message = "execution_type must be \"STANDARD\" or \"EXPRESS\"."
  }

  validation {
    condition = var.execution_type != "EXPRESS" || coalesce(var.timeout, 1) <= 300
    error_message = join(" ", [
      "With execution_type = \"EXPRESS\", a call ends after 300 seconds, and the function's timeout is ${coalesce(var.timeout, 1)}",
      "seconds. Set the timeout to 300 or less, or set execution_type = \"STANDARD\".",
    ])
  }
}

variable "timeout" {
  description = "Timeout of the function in seconds, if it is known."
  type        = number
  default     = null
}

variable "max_concurrency" {
  description = "Maximum number of concurrent calls. Other callers can use the rest of the function's concurrency."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.max_concurrency >= 1 && var.max_concurrency <= 10000 && floor(var.max_concurrency) == var.max_concurrency
    error_message = "max_concurrency must be a whole number from 1 to 10000."
  }
}

variable "tolerated_failure_percentage" {
  description = "Percentage of a data set's calls that may fail before the execution fails."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.tolerated_failure_percentage >= 0 && var.tolerated_failure_percentage <= 100
    error_message = "tolerated_failure_percentage must be a percentage from 0 to 100."
  }
}

variable "tracing" {
  description = "Whether AWS X-Ray traces the executions."
  type        = bool
  default     = false
  nullable    = false
}

variable "role_path" {
  description = "Path of the state machine's role."
  type        = string
  default     = "/"
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that is the permissions boundary of the state machine's role."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags for the state machine and its role."
  type        = map(string)
  default     = {}
  nullable    = false
}
