variable "name" {
  description = "Name of the function. It must have 1 to 64 letters, digits, hyphens (-), or underscores (_)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "The name must have 1 to 64 letters, digits, hyphens (-), or underscores (_). For example: \"churn-model\"."
  }
}

variable "runtime" {
  description = "Identifier of the runtime that the deployment package and the layers were built for, such as `python3.13`."
  type        = string
  nullable    = false
}

variable "architecture" {
  description = <<-EOT
    Instruction set architecture that the deployment package and the layers were built for. Valid values are `x86_64` and `arm64`.
  EOT
  type        = string
  nullable    = false
}

variable "package" {
  description = <<-EOT
    The function's deployment package, a zip file in Amazon S3.

    - `bucket` - Name of the bucket.
    - `key` - Key of the object.
    - `version_id` - Version of the object.
    - `sha256_base64` - SHA-256 digest of the zip file, encoded in base64.
    - `unzipped_bytes` - Unzipped size in bytes, which counts toward Lambda's limit.
  EOT
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
  description = <<-EOT
    Up to five layer versions.

    - `arn` - ARN of the layer version.
    - `unzipped_bytes` - Unzipped size in bytes, which counts toward Lambda's limit. A layer of unknown size counts as zero bytes.
  EOT
  type = list(object({
    arn            = string
    unzipped_bytes = optional(number)
  }))
  default  = []
  nullable = false
}

variable "model" {
  description = <<-EOT
    The model that the function loads, either from Amazon S3 (`bucket` and `key`) or from the deployment package (`file`).

    - `bucket` - Name of the bucket.
    - `key` - Key of the object. The role may read all versions of this object, and no other object.
    - `version_id` - Version of the object. Defaults to the latest version.
    - `file` - Name of the file at the root of the deployment package.
    - `sha256` - SHA-256 digest of the model's bytes, in hexadecimal. The handler checks it before it loads the model. Required unless
      `follow` is `true`.
    - `follow` - Whether the function takes a new version of the object as soon as one is uploaded, without a deployment. The handler
      checks each version against the `sha256` in the object's metadata.
    - `format` - File format. Valid values are `pickle`, `joblib`, and `skops`.
    - `sklearn_version` - Version of scikit-learn that fitted the model. The handler refuses to load the model with another version.
    - `trusted` - For the format `skops`: names of the types that the handler may load although skops does not trust them by default.
    - `bytes` - Size of the model in bytes. It is compared with the memory and the ephemeral storage during the plan.
    - `read_prefix` - Prefix of the keys that the role may read, in place of the one object.
    - `kms_key_arn` - ARN of the KMS key that encrypts the object, if you use a customer managed key.
  EOT
  type = object({
    bucket          = optional(string)
    key             = optional(string)
    version_id      = optional(string)
    file            = optional(string)
    sha256          = optional(string)
    follow          = optional(bool, false)
    format          = optional(string, "pickle")
    sklearn_version = optional(string)
    trusted         = optional(list(string), [])
    bytes           = optional(number)
    read_prefix     = optional(string)
    kms_key_arn     = optional(string)
  })
  nullable = false

  validation {
    condition = (
      var.model.file == null
      ? try(length(var.model.bucket) > 0 && length(var.model.key) > 0, false)
      : var.model.bucket == null && var.model.key == null
    )
    error_message = join(" ", [
      "The model must be in one place: set model.bucket and model.key for a model in Amazon S3, or model.file for a model in the",
      "deployment package.",
    ])
  }

  validation {
    condition     = var.model.follow || can(regex("^[0-9A-Fa-f]{64}$", var.model.sha256))
    error_message = join(" ", [
      "model.sha256 must be the SHA-256 digest of the model's bytes in hexadecimal, which has 64 digits. The command \"sha256sum",
      "model.pkl\" prints it. For a model that changes without a deployment, set model.follow = true instead.",
    ])
  }

  validation {
    condition     = !var.model.follow || (var.model.sha256 == null && var.model.version_id == null && var.model.file == null)
    error_message = join(" ", [
      "model.follow takes each new version of an object in Amazon S3. Remove model.sha256, model.version_id, and model.file, or remove",
      "model.follow.",
    ])
  }

  validation {
    condition     = contains(["pickle", "joblib", "skops"], var.model.format)
    error_message = "model.format must be \"pickle\", \"joblib\", or \"skops\"."
  }

  validation {
    condition     = var.model.version_id != ""
    error_message = "model.version_id cannot be empty. Omit it to use the latest version."
  }

  validation {
    # In the ARN of a policy these are wildcards and variables, and the policy would allow access to more than this one object
    condition = !can(regex("[*?]|[$][{]", join("/", [
      var.model.bucket, var.model.key, coalesce(var.model.read_prefix, "-"),
    ])))
    error_message = join(" ", [
      "model.bucket, model.key, and model.read_prefix cannot contain an asterisk (*), a question mark (?), or a policy variable, which",
      "begins with a dollar sign and a brace. Copy the model to a key without them.",
    ])
  }

  validation {
    condition     = try(startswith(var.model.key, var.model.read_prefix), true)
    error_message = "model.key must begin with model.read_prefix. The role could not read the model otherwise."
  }

  validation {
    condition     = try(var.model.bytes >= 1, true)
    error_message = "model.bytes must be the size of the model in bytes, 1 or greater. Omit it if you do not know the size."
  }
}

variable "model_store" {
  description = <<-EOT
    The object whose versions are the models of earlier versions of the function. The role may read all versions of it. Defaults to `null`,
    which is for a function whose earlier versions have no other model than the one that `model` names.

    - `bucket` - Name of the bucket.
    - `key` - Key of the object.
    - `kms_key_arn` - ARN of the KMS key that encrypts the object, if you use a customer managed key.
  EOT
  type = object({
    bucket      = string
    key         = string
    kms_key_arn = optional(string)
  })
  default = null
}

variable "memory_size" {
  description = <<-EOT
    Memory in MB, from 128 to 10240. Lambda allocates CPU power in proportion to the memory. At 1769 MB, a function has the equivalent of
    one vCPU.
  EOT
  type        = number
  default     = 1024
  nullable    = false
}

variable "timeout" {
  description = "Time in seconds that Lambda allows one call to take, from 1 to 900."
  type        = number
  default     = 60
  nullable    = false
}

variable "ephemeral_storage_size" {
  description = "Size of the `/tmp` directory in MB, from 512 to 10240."
  type        = number
  default     = 512
  nullable    = false
}

variable "environment" {
  description = <<-EOT
    Additional environment variables. Names that begin with `MODEL_` are reserved for this module. Lambda reserves some other names.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.environment) : can(regex("^[A-Za-z][A-Za-z0-9_]+$", name))])
    error_message = join(" ", [
      "The names in environment must have at least two letters, digits, or underscores (_), and must start with a letter. For example:",
      "\"LOG_LEVEL\".",
    ])
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
      "environment contains a reserved name. This module sets the variables whose names begin with MODEL_, and Lambda sets AWS_REGION,",
      "AWS_ACCESS_KEY_ID, LAMBDA_TASK_ROOT, and others. Choose another name. For example: \"CHURN_MODEL_NAME\".",
    ])
  }
}

variable "one_thread" {
  description = <<-EOT
    Whether the estimators predict in one thread (`n_jobs=None`). This is faster for a request with one row, and for every request if the
    function has less than 3538 MB of memory, which is less than two vCPUs. It only applies to a model for which `invoke package` found that
    the predictions stay the same.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "metrics" {
  description = <<-EOT
    Whether the handler publishes metrics on cold starts, load times, and prediction times in the CloudWatch namespace `LambdaModel`.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "docs" {
  description = "Whether a GET request to `/` returns a web page with a form to try the model."
  type        = bool
  default     = false
  nullable    = false
}

variable "snap_start" {
  description = <<-EOT
    Whether each published version starts from a snapshot that Lambda takes after the initialization. It requires the runtime `python3.12`
    or later and 512 MB of ephemeral storage.
  EOT
  type        = bool
  default     = false
  nullable    = false
}

variable "reserved_concurrency" {
  description = <<-EOT
    Number of concurrent executions that are reserved for the function. It is also the maximum that the function can use. The value 0 stops
    all calls. Defaults to `null`, which reserves none, so that the function shares the account's unreserved concurrency.
  EOT
  type        = number
  default     = null
}

variable "network" {
  description = <<-EOT
    The VPC that the function connects to. The function must be able to reach CloudWatch from there, and Amazon S3 if the model is in
    Amazon S3, through VPC endpoints or a NAT gateway. Defaults to `null`, which connects the function to no VPC.

    - `subnet_ids` - IDs of the subnets.
    - `security_group_ids` - IDs of the security groups.
    - `vpc` - The VPC itself. If you set it, `terraform destroy` waits until Lambda has deleted the function's network interfaces, which can
      take 45 minutes, before it deletes the function's role.
    - `vpc.id` - ID of the VPC.
  EOT
  type = object({
    subnet_ids         = set(string)
    security_group_ids = set(string)
    vpc                = optional(object({ id = string }))
  })
  default = null

  validation {
    condition = var.network == null || try(
      length(var.network.subnet_ids) > 0 && length(var.network.security_group_ids) > 0,
      false,
    )
    error_message = "network must contain at least one subnet and one security group. Omit network to run the function outside a VPC."
  }
}

variable "tracing" {
  description = "Whether AWS X-Ray traces the calls."
  type        = bool
  default     = false
  nullable    = false
}

variable "existing_role" {
  description = <<-EOT
    An existing execution role for the function. The module attaches no policy to it. The output `policy` contains the permissions that the
    role needs. Defaults to `null`, which creates a role.

    - `arn` - ARN of the role.
  EOT
  type = object({
    arn = string
  })
  default = null

  validation {
    condition     = var.existing_role == null || (var.permissions_boundary_arn == null && length(var.policy_statements) == 0)
    error_message = join(" ", [
      "permissions_boundary_arn and policy_statements only apply to a role that this module creates. Add them to the existing role",
      "yourself, and remove them here.",
    ])
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that is the permissions boundary of the role that this module creates."
  type        = string
  default     = null
}

variable "policy_statements" {
  description = <<-EOT
    Additional policy statements for the role that this module creates.

    - `sid` - Identifier of the statement.
    - `effect` - Valid values are `Allow` and `Deny`.
    - `actions` - Actions, such as `dynamodb:GetItem`.
    - `resources` - ARNs of the resources.
    - `condition` - Conditions, by operator and key. For example: `{ StringEquals = { "aws:RequestTag/team" = ["fraud"] } }`.
  EOT
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
    error_message = "The effect of each of the policy_statements must be \"Allow\" or \"Deny\"."
  }

  validation {
    condition = alltrue([
      for statement in var.policy_statements : length(statement.actions) > 0 && length(statement.resources) > 0
    ])
    error_message = "Each of the policy_statements must have at least one action and at least one resource."
  }
}

variable "kms_key_arns" {
  description = <<-EOT
    Customer managed KMS keys. By default, AWS encrypts everything with keys of its own.

    - `environment` - ARN of the key for the function's environment variables and for the snapshots of SnapStart.
    - `logs` - ARN of the key for the log group. Its key policy must allow CloudWatch Logs to use it.
    - `bucket` - ARN of the key for the bucket that contains the artifacts. This module does not use it: see `model_store.kms_key_arn`.
    - `former` - ARNs of keys that `environment`, `model.kms_key_arn`, or `model_store.kms_key_arn` had before. Data that they encrypted
      stays encrypted with them, and the role may still use them to decrypt it.
  EOT
  type = object({
    environment = optional(string)
    logs        = optional(string)
    bucket      = optional(string)
    former      = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for arn in concat(
        [for name, arn in var.kms_key_arns : arn if name != "former"],
        coalesce(var.kms_key_arns.former, []),
      ) : arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", arn))
    ])
    error_message = join(" ", [
      "Each of the kms_key_arns must be the ARN of a key, and cannot be an alias. For example:",
      "\"arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab\".",
    ])
  }
}

variable "code_signing_config_arn" {
  description = "ARN of a code signing configuration that the deployment package and the layers must satisfy."
  type        = string
  default     = null
}

variable "on_failure" {
  description = <<-EOT
    Where Lambda sends the event of an asynchronous call that failed. Defaults to `null`, which discards the event.

    - `destination_arn` - ARN of an SQS queue, an SNS topic, a Lambda function, or an EventBridge event bus.
  EOT
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
      "on_failure.destination_arn must be the ARN of an SQS queue, an SNS topic, a Lambda function, or an EventBridge event bus. For",
      "example: \"arn:aws:sqs:eu-central-1:123456789012:failed\".",
    ])
  }
}

variable "may_invoke_itself" {
  description = "Whether the role may invoke the alias. A ping that keeps more than one execution environment warm needs this."
  type        = bool
  default     = false
  nullable    = false
}

variable "live_version" {
  description = <<-EOT
    Number of the published version that the alias points to, such as `"3"`. Defaults to `null`, which points the alias to the latest
    version.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.live_version == null || can(regex("^[1-9][0-9]*$", var.live_version))
    error_message = "live_version must be the number of a published version, such as \"3\". Omit it to use the latest version."
  }
}

variable "canary" {
  description = <<-EOT
    A second version that receives a share of the calls of the alias. Defaults to `null`, which sends all calls to one version.

    - `version` - Number of the published version. Defaults to the latest version.
    - `weight` - Share of the calls that this version receives, greater than 0 and less than 1.
  EOT
  type = object({
    version = optional(string)
    weight  = number
  })
  default = null

  validation {
    condition     = try(var.canary.version, null) == null || can(regex("^[1-9][0-9]*$", var.canary.version))
    error_message = "canary.version must be the number of a published version, such as \"4\". Omit it to use the latest version."
  }

  validation {
    condition     = var.canary == null || try(var.canary.weight > 0 && var.canary.weight < 1, false)
    error_message = "canary.weight must be greater than 0 and less than 1. For example, 0.1 sends one tenth of the calls to canary.version."
  }

  validation {
    # Both are null if both are the latest version
    condition     = var.canary == null || try(var.canary.version, null) != var.live_version
    error_message = join(" ", [
      "canary and live_version cannot be the same version. Set live_version to the version that answers now, which is the output",
      "function_version. Set canary.version to the other version, or omit it to use the latest version.",
    ])
  }
}

variable "log_retention_days" {
  description = "Number of days that CloudWatch Logs keeps the logs. The value 0 keeps them forever."
  type        = number
  default     = 30
  nullable    = false
}

variable "tags" {
  description = "Tags for the function, its role, and its log group."
  type        = map(string)
  default     = {}
  nullable    = false
}
