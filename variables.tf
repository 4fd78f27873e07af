# What is deployed

variable "name" {
  description = "Name of the function, and the stem of the names of all else. 1 to 64 letters, digits, - and _, a letter or digit first."
  type        = string
  default     = "sklearn-model"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", var.name))
    error_message = "name takes 1 to 64 letters, digits, - and _, a letter or digit first, as in \"churn-model\"."
  }
}

variable "mode" {
  description = <<-EOT
    How the model travels: "s3" (the handler fetches it from S3, once per execution environment) or "bundle" (inside the function zip).
  EOT
  type        = string
  default     = "s3"
  nullable    = false

  validation {
    condition     = contains(["s3", "bundle"], var.mode)
    error_message = "mode is \"s3\" (the model is fetched from S3) or \"bundle\" (the model is in the function zip)."
  }
}

variable "artifacts_dir" {
  description = <<-EOT
    Folder of manifest.json and the zips that it names, as invoke build-layer and invoke package write them. null: dist in the root module's
    folder. It is read at plan, and has to be known there: no attribute of a resource that is yet to be made.
  EOT
  type        = string
  default     = null
}

variable "model" {
  description = <<-EOT
    Only in mode s3: a model that is already in S3, instead of uploading the one in artifacts_dir. sha256 is the hex digest of its bytes,
    which the handler checks before unpickling; format is "pickle" or "joblib"; sklearn_version and bytes, where given, are checked at plan.
  EOT
  type = object({
    bucket          = string
    key             = string
    version_id      = optional(string)
    sha256          = string
    format          = optional(string, "pickle")
    sklearn_version = optional(string)
    bytes           = optional(number)
  })
  default = null

  validation {
    condition     = var.model == null || can(regex("^[0-9a-f]{64}$", var.model.sha256))
    error_message = "model.sha256 is the hex SHA-256 of the model's bytes, 64 digits of 0-9 and a-f: sha256sum model.pkl prints it."
  }

  validation {
    condition     = var.model == null || try(contains(["pickle", "joblib"], var.model.format), false)
    error_message = "model.format is \"pickle\" or \"joblib\"."
  }

  validation {
    condition = var.model == null || try(
      length(var.model.bucket) > 0 && length(var.model.key) > 0 && var.model.version_id != "",
      false,
    )
    error_message = "model has an empty bucket, key or version_id. Give the bucket and the key; leave version_id out for the newest."
  }

  validation {
    # In the ARN of a policy these are wildcards and variables, and the function would be let into more than this one object
    condition     = !can(regex("[*?]|[$][{]", "${var.model.bucket}/${var.model.key}"))
    error_message = "model.bucket and model.key name one object: *, ? and $${ cannot be in them. Copy the model to a plain key."
  }

  validation {
    condition     = try(var.model.bytes >= 1, true)
    error_message = "model.bytes is the size of the model in bytes, 1 or more; leave it out when you do not know it."
  }
}

# What it runs with

variable "memory_size" {
  description = "Memory of the function in MB, 128 to 10240. CPU grows with it: one whole vCPU at 1769."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = var.memory_size >= 128 && var.memory_size <= 10240 && floor(var.memory_size) == var.memory_size
    error_message = "memory_size is a whole number of MB from 128 to 10240; 1769 gives one whole vCPU."
  }
}

variable "timeout" {
  description = "Seconds that one call may take, 1 to 900. An initialization that overran its 10 seconds runs again inside it."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.timeout >= 1 && var.timeout <= 900 && floor(var.timeout) == var.timeout
    error_message = "timeout is a whole number of seconds from 1 to 900."
  }
}

variable "ephemeral_storage_size" {
  description = "Size of /tmp in MB, 512 to 10240. In mode s3 the model has to fit in it."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition = (
      var.ephemeral_storage_size >= 512 && var.ephemeral_storage_size <= 10240 &&
      floor(var.ephemeral_storage_size) == var.ephemeral_storage_size
    )
    error_message = "ephemeral_storage_size is a whole number of MB from 512 to 10240."
  }
}

variable "layers" {
  description = "ARNs, with version, of at most 4 layer versions beside the one with the dependencies."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.layers) <= 4
    error_message = "Lambda takes 5 layers and the dependencies are one of them: layers takes at most 4."
  }

  validation {
    condition = alltrue([
      for arn in var.layers : can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+$", arn))
    ])
    error_message = join(" ", [
      "Each of layers is the ARN of a layer version, its number last,",
      "as in \"arn:aws:lambda:eu-central-1:123456789012:layer:tracing:3\".",
    ])
  }
}

variable "environment" {
  description = "Further environment variables of the function. Names that start with MODEL_ are the module's, and some are Lambda's own."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.environment) : can(regex("^[A-Za-z][A-Za-z0-9_]+$", name))])
    error_message = "A name in environment has two or more letters, digits and _, a letter first, as in \"LOG_LEVEL\"."
  }

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

# What keeps it warm

variable "warm" {
  description = <<-EOT
    Warm-up pings. enabled: off needs no other change. schedules: rate(...) or cron(...) expressions of CloudWatch Events, in UTC, such as
    cron(0/5 8-17 ? * MON-FRI *) for business hours; each becomes a rule. input: the event that the handler takes for a ping, JSON.
  EOT
  type = object({
    enabled   = optional(bool, true)
    schedules = optional(list(string), ["rate(5 minutes)"])
    input     = optional(string, "{\"warmer\":true}")
  })
  default  = {}
  nullable = false

  validation {
    condition     = !var.warm.enabled || length(var.warm.schedules) > 0
    error_message = "warm.schedules is empty: give at least one, as in [\"rate(5 minutes)\"], or set warm.enabled = false."
  }

  # The two rules on schedules are modules/warmer's, here once more so that the message names the variable that the user wrote
  validation {
    condition = alltrue([
      for schedule in var.warm.schedules :
      can(regex("^rate\\((1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))\\)$", schedule))
      if try(startswith(schedule, "rate("), false)
    ])
    error_message = join(" ", [
      "A rate in warm.schedules is a number and minutes, hours or days, singular after 1:",
      "\"rate(1 minute)\", \"rate(5 minutes)\", \"rate(2 hours)\".",
    ])
  }

  validation {
    # Only the shape is checked: six fields, and ? for one of the two days. What is in them is for AWS to judge.
    condition = alltrue([
      for fields in [
        for schedule in var.warm.schedules : try(split(" ", one(regex("^cron\\((.*)\\)$", schedule))), [])
        if !try(startswith(schedule, "rate("), false)
      ] : try(length(fields) == 6 && !contains(fields, "") && (fields[2] == "?") != (fields[4] == "?"), false)
    ])
    error_message = join(" ", [
      "Each of warm.schedules is rate(...) or cron(...) with six fields: minutes, hours, day of month, month, day of week, year;",
      "one of the two days is ?, as in \"cron(0/5 8-17 ? * MON-FRI *)\".",
    ])
  }

  validation {
    condition     = can(jsondecode(var.warm.input)) && length(var.warm.input) <= 8192
    error_message = "warm.input is the ping's event as JSON text of at most 8192 characters: jsonencode({ warmer = true })."
  }
}

# What it leaves behind

variable "log_retention_days" {
  description = "Days that CloudWatch keeps the function's logs; 0 keeps them for ever."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains(
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = join(" ", [
      "log_retention_days is one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,",
      "1096, 1827, 2192, 2557, 2922, 3288, 3653, or 0 for ever.",
    ])
  }
}

variable "tags" {
  description = "Tags, at most 50, of every resource that takes so many. Objects in the bucket are untagged: S3 takes 10 on an object."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.tags) <= 50 && !anytrue([for key in keys(var.tags) : startswith(lower(key), "aws:")])
    error_message = "tags takes at most 50 tags, and a key that starts with \"aws:\" belongs to AWS."
  }
}
