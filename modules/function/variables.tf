variable "name" {
  description = "Name of the function: 1 to 64 letters, digits, - and _."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "name takes 1 to 64 letters, digits, - and _, as in \"churn-model\"."
  }
}

variable "runtime" {
  description = "Runtime that the zip and the layers were built for, such as \"python3.13\"; the provider refuses what it does not know."
  type        = string
  nullable    = false
}

variable "architecture" {
  description = "Architecture that the zip and the layers were built for: \"x86_64\" or \"arm64\"; the provider refuses others."
  type        = string
  nullable    = false
}

variable "package" {
  description = "The function's zip in S3; sha256_base64 is its digest as AWS writes it, unzipped_bytes counts toward Lambda's limit."
  type = object({
    bucket         = string
    key            = string
    version_id     = optional(string)
    sha256_base64  = string
    unzipped_bytes = number
  })
  nullable = false
}

variable "layers" {
  description = "At most 5 layer versions; unzipped_bytes, where known, counts toward Lambda's limit."
  type = list(object({
    arn            = string
    unzipped_bytes = optional(number)
  }))
  default  = []
  nullable = false
}

variable "model" {
  description = <<-EOT
    The model that answers. sha256 is the hex digest of its bytes; format is "pickle" or "joblib"; bytes, where known, is checked against
    memory and /tmp. It lies either in S3 (object, the only one that the role may read) or in the zip (file, its name at the zip's root).
  EOT
  type = object({
    sha256          = string
    format          = optional(string, "pickle")
    sklearn_version = optional(string)
    bytes           = optional(number)
    object = optional(object({
      bucket     = string
      key        = string
      version_id = optional(string)
    }))
    file = optional(string)
  })
  nullable = false

  validation {
    condition     = (var.model.object == null) != (var.model.file == null)
    error_message = "Give model.object (the model is in S3) or model.file (the model is in the zip), and not both."
  }

  validation {
    condition     = contains(["pickle", "joblib"], var.model.format)
    error_message = "model.format is \"pickle\" or \"joblib\"."
  }

  validation {
    condition = var.model.object == null || try(
      length(var.model.object.bucket) > 0 && length(var.model.object.key) > 0 && var.model.object.version_id != "",
      false,
    )
    error_message = "model.object has an empty bucket, key or version_id. Give the bucket and the key; leave version_id out for the newest."
  }

  validation {
    # In the ARN of a policy these are wildcards and variables, and the function would be let into more than this one object
    condition     = !can(regex("[*?]|[$][{]", "${var.model.object.bucket}/${var.model.object.key}"))
    error_message = "model.object names one object: *, ? and $${ cannot be in its bucket or key. Copy the model to a plain key."
  }
}

variable "memory_size" {
  description = "Memory in MB, 128 to 10240; the provider refuses others. CPU grows with it: one whole vCPU at 1769."
  type        = number
  default     = 1024
  nullable    = false
}

variable "timeout" {
  description = "Seconds that one call may take, 1 to 900; the provider refuses others."
  type        = number
  default     = 60
  nullable    = false
}

variable "ephemeral_storage_size" {
  description = "Size of /tmp in MB, 512 to 10240; the provider refuses others."
  type        = number
  default     = 512
  nullable    = false
}

variable "environment" {
  description = "Further environment variables. Names that start with MODEL_ are the module's, and some are Lambda's own."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition = !anytrue([
      for name in keys(var.environment) : can(regex(join("|", [
        "^MODEL_",
        "^AWS_(REGION|DEFAULT_REGION|EXECUTION_ENV|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)$",
        "^AWS_LAMBDA_(FUNCTION_|LOG_|INITIALIZATION_TYPE$|RUNTIME_API$)",
        "^LAMBDA_(TASK_ROOT|RUNTIME_DIR)$",
      ]), name))
    ])
    error_message = join(" ", [
      "environment has a name that is taken: MODEL_* is set by this module,",
      "and AWS_REGION, AWS_ACCESS_KEY_ID, LAMBDA_TASK_ROOT and their kin by Lambda. Choose another, as in \"CHURN_MODEL_NAME\".",
    ])
  }
}

variable "log_retention_days" {
  description = "Days that CloudWatch keeps the logs, of those that it knows (the provider refuses others); 0 keeps them for ever."
  type        = number
  default     = 30
  nullable    = false
}

variable "tags" {
  description = "Tags of the function, its role and its log group."
  type        = map(string)
  default     = {}
  nullable    = false
}
