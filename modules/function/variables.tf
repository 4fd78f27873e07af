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
    The model that answers. sha256 is the hex digest of its bytes; format is "pickle", "joblib" or "skops", whose types that
    skops does not know are trusted by name; bytes, where known, is checked against memory and /tmp. It lies either in S3 (object) or in the zip (file, its name at the zip's root). Of S3 the role may read that object
    alone, in all its versions, or with read_prefix all that is below that prefix, and decrypt it with kms_key_arn. follow: the handler
    takes new versions of the object as they come, each checked against the SHA-256 in the object's own metadata; there is no sha256 then.
  EOT
  type = object({
    sha256          = optional(string)
    format          = optional(string, "pickle")
    sklearn_version = optional(string)
    trusted         = optional(list(string), [])
    bytes           = optional(number)
    object = optional(object({
      bucket      = string
      key         = string
      version_id  = optional(string)
      read_prefix = optional(string)
      kms_key_arn = optional(string)
    }))
    follow = optional(bool, false)
    file   = optional(string)
  })
  nullable = false

  validation {
    condition     = var.model.follow ? var.model.sha256 == null : var.model.sha256 != null
    error_message = "Give model.sha256, or model.follow = true for an object that changes: one of the two."
  }

  validation {
    condition     = !var.model.follow || try(var.model.object.version_id == null, false)
    error_message = "model.follow takes the versions of an object in S3 as they come: give model.object, without version_id."
  }

  validation {
    condition     = (var.model.object == null) != (var.model.file == null)
    error_message = "Give model.object (the model is in S3) or model.file (the model is in the zip), and not both."
  }

  validation {
    condition     = contains(["pickle", "joblib", "skops"], var.model.format)
    error_message = "model.format is \"pickle\", \"joblib\" or \"skops\"."
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
    condition     = !can(regex("[*?]|[$][{]", "${var.model.object.bucket}/${var.model.object.key}/${coalesce(var.model.object.read_prefix, "-")}"))
    error_message = "model.object names one object: *, ? and policy variables (a $ before a {) cannot be in its bucket, key or read_prefix. Copy the model to a plain key."
  }

  validation {
    condition     = try(startswith(var.model.object.key, var.model.object.read_prefix), true)
    error_message = "model.object.key does not begin with read_prefix: the role could not read the model."
  }
}

variable "model_store" {
  description = <<-EOT
    An object whose versions are the models of versions of the function: the role may read all of them and decrypt them with kms_key_arn,
    whatever model is. null: earlier versions of the function have no model but those that model names.
  EOT
  type = object({
    bucket      = string
    key         = string
    kms_key_arn = optional(string)
  })
  default = null
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

variable "one_thread" {
  description = <<-EOT
    Whether scikit-learn's estimators get n_jobs=None, all the time below 3538 MB of memory (two vCPUs) and else for a request of one row.
    It is done only for a model of which invoke package has shown that its answers stay the same.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "metrics" {
  description = "Whether the handler reports cold starts, load and prediction times as metrics, in the namespace LambdaModel."
  type        = bool
  default     = true
  nullable    = false
}

variable "docs" {
  description = "Whether GET / is answered with a page for people: a form made from what the model takes, and its answers."
  type        = bool
  default     = false
  nullable    = false
}

variable "snap_start" {
  description = "Whether each published version starts from a snapshot taken after its init. From python3.12 on, with /tmp of 512 MB."
  type        = bool
  default     = false
  nullable    = false
}

variable "reserved_concurrency" {
  description = "Environments that are kept for this function of the account's, and its most; 0 stops it; null: neither."
  type        = number
  default     = null
}

variable "network" {
  description = <<-EOT
    Subnets and security groups of a VPC to run in. S3 has to be reached from there, by a gateway endpoint or a NAT. vpc: the id
    of the VPC. With it, destroy waits for up to 45 minutes until Lambda has removed the function's network interfaces, and deletes the
    role after that. null: no VPC.
  EOT
  type = object({
    subnet_ids         = set(string)
    security_group_ids = set(string)
    vpc                = optional(object({ id = string }))
  })
  default = null

  validation {
    condition     = var.network == null || try(length(var.network.subnet_ids) > 0 && length(var.network.security_group_ids) > 0, false)
    error_message = "network has no subnet or no security group: give at least one of each, or leave network out to run outside a VPC."
  }
}

variable "tracing" {
  description = "Whether calls are traced with X-Ray."
  type        = bool
  default     = false
  nullable    = false
}

variable "existing_role" {
  description = <<-EOT
    A role to run as, in place of one made here. It gets no policy from here: see the output policy for what it has to allow.
  EOT
  type = object({
    arn = string
  })
  default = null
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the role made here may do."
  type        = string
  default     = null
}

variable "policy_statements" {
  description = "What else the role made here may do; condition is by operator, then by key, as in { StringEquals = { \"aws:RequestTag/a\" = [\"b\"] } }."
  type = list(object({
    sid       = optional(string)
    effect    = optional(string, "Allow")
    actions   = list(string)
    resources = list(string)
    condition = optional(map(map(list(string))))
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for statement in var.policy_statements : contains(["Allow", "Deny"], statement.effect)])
    error_message = "effect of each of policy_statements is \"Allow\" or \"Deny\"."
  }

  validation {
    condition = alltrue([
      for statement in var.policy_statements : length(statement.actions) > 0 && length(statement.resources) > 0
    ])
    error_message = "Each of policy_statements has at least one action and one resource."
  }
}

variable "kms_key_arns" {
  description = <<-EOT
    Keys of your own: of the environment variables (and SnapStart's snapshots), and of the log group. null: AWS's. former: keys that
    environment, model.object or model_store named before, with which the role may go on decrypting.
  EOT
  type = object({
    environment = optional(string)
    logs        = optional(string)
    former      = optional(list(string), [])
  })
  default  = {}
  nullable = false
}

variable "code_signing_config_arn" {
  description = "Code signing configuration that the zip and the layers have to satisfy."
  type        = string
  default     = null
}

variable "on_failure" {
  description = "Where the event of a failed asynchronous call goes: ARN of an SQS queue, SNS topic, function or event bus. null: nowhere."
  type = object({
    destination_arn = string
  })
  default = null

  validation {
    condition = try(
      can(regex("^arn:[a-z-]+:(sqs|sns|lambda|events):[a-z0-9-]+:[0-9]{12}:.+$", var.on_failure.destination_arn)),
      true,
    ) || var.on_failure == null
    error_message = join(" ", [
      "on_failure.destination_arn is the ARN of an SQS queue, an SNS topic, a Lambda function or an EventBridge bus,",
      "as in \"arn:aws:sqs:eu-central-1:123456789012:failed\".",
    ])
  }
}

variable "may_invoke_itself" {
  description = "Whether the role may invoke the alias, which a ping of more than one environment does."
  type        = bool
  default     = false
  nullable    = false
}

variable "live_version" {
  description = "Published version that the alias points to, as in \"3\"; null: the newest."
  type        = string
  default     = null

  validation {
    condition     = var.live_version == null || can(regex("^[1-9][0-9]*$", var.live_version))
    error_message = "live_version is the number of a published version, as in \"3\"; leave it out for the newest."
  }
}

variable "canary" {
  description = "A second version (null: the newest) that gets a part of the alias' calls: weight of 1, as in 0.1. null: none."
  type = object({
    version = optional(string)
    weight  = number
  })
  default = null

  validation {
    condition     = try(var.canary.version, null) == null || can(regex("^[1-9][0-9]*$", var.canary.version))
    error_message = "canary.version is the number of a published version, as in \"4\"; leave it out for the newest."
  }

  validation {
    condition     = var.canary == null || try(var.canary.weight > 0 && var.canary.weight < 1, false)
    error_message = "canary.weight is the part of the calls that go to canary.version, over 0 and under 1, as in 0.1 for a tenth."
  }

  validation {
    # coalesce has no answer where both are the newest
    condition = var.canary == null || try(var.canary.version, null) != var.live_version
    error_message = join(" ", [
      "canary and live_version are the same version, and traffic needs two.",
      "Set live_version to the version that answers now (output function_version), and canary.version to the other, or leave that out for the newest.",
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
