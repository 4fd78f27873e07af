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

variable "batch" {
  description = <<-EOT
    Settings of the state machine, which scores data sets in Amazon S3. The input of an execution is `{"prefix": "..."}`. The execution
    reads all objects whose keys begin with that prefix, and writes the results.

    - `input` - Where the data sets are.
    - `input.bucket` - Name of the bucket.
    - `input.prefix` - Prefix of the keys that the state machine may read.
    - `input.kms_key_arn` - ARN of the KMS key that encrypts the data sets, if you use a customer managed key.
    - `output` - Where the results are written.
    - `output.bucket` - Name of the bucket.
    - `output.prefix` - Prefix of the keys of the results.
    - `output.kms_key_arn` - ARN of the KMS key that encrypts the bucket by default, if you use a customer managed key.
    - `format` - Format of the data sets. Valid values are `csv` and `jsonl`.
    - `csv_delimiter` - Delimiter in CSV files. Valid values are `COMMA`, `SEMICOLON`, `TAB`, `PIPE`, and `SPACE`.
    - `rows_per_call` - Maximum number of rows that the function receives in one call.
    - `method` - Method of the estimator that answers, such as `predict_proba`. Defaults to the model's own default, which is `predict` for
      most models.
    - `execution_type` - Type of the child executions, each of which is one call. Valid values are `STANDARD` and `EXPRESS`, which costs
      less and requires that each call ends within 5 minutes.
    - `max_concurrency` - Maximum number of concurrent calls.
    - `tolerated_failure_percentage` - Percentage of a data set's rows that may fail before the execution fails.
  EOT
  type = object({
    input = object({
      bucket      = string
      prefix      = optional(string, "")
      kms_key_arn = optional(string)
    })
    output = object({
      bucket      = string
      prefix      = optional(string, "predictions/")
      kms_key_arn = optional(string)
    })
    format                       = optional(string, "csv")
    csv_delimiter                = optional(string, "COMMA")
    rows_per_call                = optional(number, 500)
    method                       = optional(string)
    execution_type               = optional(string, "STANDARD")
    max_concurrency              = optional(number, 10)
    tolerated_failure_percentage = optional(number, 0)
  })
  nullable = false

  validation {
    condition = !can(regex("[*?]|[$][{]", "${var.batch.input.bucket}/${var.batch.input.prefix}"))
    error_message = join(" ", [
      "batch.input.bucket and batch.input.prefix cannot contain an asterisk (*), a question mark (?), or a policy variable,",
      "which begins with a dollar sign and a brace.",
    ])
  }

  validation {
    condition = !can(regex("[*?'{}\\\\]", "${var.batch.output.bucket}/${var.batch.output.prefix}"))
    error_message = join(" ", [
      "batch.output.bucket and batch.output.prefix cannot contain an asterisk (*), a question mark (?), a single quote ('),",
      "a brace, or a backslash.",
    ])
  }

  validation {
    # Otherwise, the next execution would score the results
    condition = var.batch.output.bucket != var.batch.input.bucket || !startswith(var.batch.output.prefix, var.batch.input.prefix)
    error_message = join(" ", [
      "batch.output.prefix cannot begin with batch.input.prefix in the same bucket, because the next execution would score the",
      "results. Choose another output.prefix.",
    ])
  }

  validation {
    condition     = contains(["csv", "jsonl"], var.batch.format)
    error_message = "batch.format must be \"csv\" or \"jsonl\"."
  }

  validation {
    condition     = contains(["COMMA", "SEMICOLON", "TAB", "PIPE", "SPACE"], var.batch.csv_delimiter)
    error_message = "batch.csv_delimiter must be \"COMMA\", \"SEMICOLON\", \"TAB\", \"PIPE\", or \"SPACE\"."
  }

  validation {
    condition     = var.batch.rows_per_call >= 1 && floor(var.batch.rows_per_call) == var.batch.rows_per_call
    error_message = "batch.rows_per_call must be a whole number, 1 or greater."
  }

  validation {
    condition = var.answer_bytes == null ? true : var.batch.rows_per_call * var.answer_bytes <= local.answer_bytes
    error_message = join(" ", [
      "With rows_per_call = ${var.batch.rows_per_call}, an answer can have ${try(var.batch.rows_per_call * var.answer_bytes, 0)} bytes.",
      "Step Functions only allows ${local.answer_bytes} bytes for it in addition to the rows.",
      try(floor(local.answer_bytes / var.answer_bytes), 1) > 0
      ? "Set rows_per_call to ${try(floor(local.answer_bytes / var.answer_bytes), 1)} or less."
      : "The answer to a single row is larger than that. Choose another method.",
    ])
  }

  validation {
    condition     = var.batch.method == null || var.methods == null ? true : contains(var.methods, var.batch.method)
    error_message = "The model has no method \"${coalesce(var.batch.method, "?")}\". It has: ${join(", ", coalesce(var.methods, []))}."
  }

  validation {
    condition     = contains(["STANDARD", "EXPRESS"], var.batch.execution_type)
    error_message = "batch.execution_type must be \"STANDARD\" or \"EXPRESS\"."
  }

  validation {
    condition = var.batch.execution_type != "EXPRESS" || coalesce(var.timeout, 1) <= 300
    error_message = join(" ", [
      "With execution_type = \"EXPRESS\", a call ends after 300 seconds, and the function's timeout is ${coalesce(var.timeout, 1)}",
      "seconds. Set the timeout to 300 or less, or set execution_type = \"STANDARD\".",
    ])
  }

  validation {
    condition = (
      var.batch.max_concurrency >= 1 && var.batch.max_concurrency <= 10000 &&
      floor(var.batch.max_concurrency) == var.batch.max_concurrency
    )
    error_message = "batch.max_concurrency must be a whole number from 1 to 10000."
  }

  validation {
    condition     = var.batch.tolerated_failure_percentage >= 0 && var.batch.tolerated_failure_percentage <= 100
    error_message = "batch.tolerated_failure_percentage must be a percentage from 0 to 100."
  }
}

variable "methods" {
  description = "Methods of the model, if they are known. The plan fails if `batch.method` is not one of them."
  type        = list(string)
  default     = null
}

variable "answer_bytes" {
  description = <<-EOT
    Maximum size in bytes of the answer to one row, as JSON, if it is known. The plan fails if the answers to `batch.rows_per_call` rows
    could exceed the limit of Step Functions.
  EOT
  type        = number
  default     = null
}

variable "timeout" {
  description = "Timeout of the function in seconds, if it is known. The plan fails if it is too long for `batch.execution_type`."
  type        = number
  default     = null
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
