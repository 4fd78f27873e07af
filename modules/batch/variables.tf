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
    condition     = !can(regex("[*?]|[$][{]", "${var.input.bucket}/${var.input.prefix}"))
    error_message = "input.bucket and input.prefix are plain names: *, ? and policy variables (a $ before a {) cannot be in them."
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
