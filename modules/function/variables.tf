variable "name" {
  description = "Name of the function. It must have 1 to 64 letters, digits, hyphens (-), or underscores (_)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "The name must have 1 to 64 letters, digits, hyphens (-), or underscores (_). For example: \"churn-model\"."
  }
}

variable "description" {
  description = "Description of the Lambda function, with up to 256 characters."
  type        = string
  default     = null

  validation {
    condition     = length(coalesce(var.description, "-")) <= 256
    error_message = "description can have up to 256 characters."
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
    condition = var.model.follow || can(regex("^[0-9A-Fa-f]{64}$", var.model.sha256))
    error_message = join(" ", [
      "model.sha256 must be the SHA-256 digest of the model's bytes in hexadecimal, which has 64 digits. The command \"sha256sum",
      "model.pkl\" prints it. For a model that changes without a deployment, set model.follow = true instead.",
    ])
  }

  validation {
    condition = !var.model.follow || (var.model.sha256 == null && var.model.version_id == null && var.model.file == null)
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

variable "bucket_prefix" {
  description = <<-EOT
    Beginning of the name of the bucket that `modules/artifacts` created for this function, if it is not the function's name. It is used to
    recognize a model that the plan would delete although `live_version` or `canary` still needs it.
  EOT
  type        = string
  default     = null
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
    condition = alltrue([for name in keys(var.environment) : can(regex("^[A-Za-z][A-Za-z0-9_]+$", name))])
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
    - `ipv6` - Whether the function can connect to IPv6 addresses. The subnets must be dual-stack.
    - `vpc` - The VPC itself. If you set it, `terraform destroy` waits until Lambda has deleted the function's network interfaces, which can
      take 45 minutes, before it deletes the function's role.
    - `vpc.id` - ID of the VPC.
  EOT
  type = object({
    subnet_ids         = set(string)
    security_group_ids = set(string)
    ipv6               = optional(bool, false)
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

variable "role" {
  description = <<-EOT
    The function's execution role. By default, the module creates a role with the permissions that the function needs.

    - `existing` - A role that exists already. The module attaches no policy to it. The output `policy` contains the permissions that it
      needs.
    - `existing.arn` - ARN of the role.
    - `name` - Name of the role. Defaults to the function's name with a unique suffix.
    - `path` - Path of the role.
    - `permissions_boundary_arn` - ARN of the policy that is the permissions boundary of the role.
    - `managed_policy_arns` - ARNs of managed policies to attach to the role, by names of your choice.
    - `policy_statements` - Additional policy statements for the role.
    - `policy_statements.sid` - Identifier of the statement.
    - `policy_statements.effect` - Valid values are `Allow` and `Deny`.
    - `policy_statements.actions` - Actions, such as `dynamodb:GetItem`.
    - `policy_statements.resources` - ARNs of the resources.
    - `policy_statements.condition` - Conditions, by operator and key. For example:
      `{ StringEquals = { "aws:RequestTag/team" = ["fraud"] } }`.
  EOT
  type = object({
    existing                 = optional(object({ arn = string }))
    name                     = optional(string)
    path                     = optional(string, "/")
    permissions_boundary_arn = optional(string)
    managed_policy_arns      = optional(map(string), {})
    policy_statements = optional(list(object({
      sid       = optional(string)
      effect    = optional(string, "Allow")
      actions   = list(string)
      resources = list(string)
      condition = optional(map(map(list(string))))
    })), [])
  })
  default  = {}
  nullable = false

  validation {
    condition = var.role.existing == null || (
      var.role.name == null && var.role.permissions_boundary_arn == null &&
      length(var.role.managed_policy_arns) == 0 && length(var.role.policy_statements) == 0
    )
    error_message = join(" ", [
      "role.name, role.permissions_boundary_arn, role.managed_policy_arns, and role.policy_statements only apply to a role that this",
      "module creates. Add the permissions to the existing role yourself, and remove them here.",
    ])
  }

  validation {
    condition = var.role.name == null || can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.role.name))
    error_message = join(" ", [
      "role.name must have 1 to 64 letters, digits, or these characters: plus (+), equals (=), comma (,), period (.), at (@), underscore",
      "(_), hyphen (-).",
    ])
  }

  validation {
    condition     = can(regex("^/([!-.0-~]+/)*$", var.role.path))
    error_message = "role.path must begin and end with a slash. For example: \"/models/\"."
  }

  validation {
    condition = (
      var.role.permissions_boundary_arn == null ||
      can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.role.permissions_boundary_arn))
    )
    error_message = join(" ", [
      "role.permissions_boundary_arn must be the ARN of an IAM policy. For example: \"arn:aws:iam::123456789012:policy/developers\".",
    ])
  }

  validation {
    condition = alltrue([
      for arn in values(var.role.managed_policy_arns) : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", arn))
    ])
    error_message = join(" ", [
      "Each of the role.managed_policy_arns must be the ARN of an IAM policy. For example:",
      "{ tracing = \"arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess\" }.",
    ])
  }

  validation {
    condition     = alltrue([for statement in var.role.policy_statements : contains(["Allow", "Deny"], statement.effect)])
    error_message = "The effect of each of the role.policy_statements must be \"Allow\" or \"Deny\"."
  }

  validation {
    condition = alltrue([
      for statement in var.role.policy_statements : length(statement.actions) > 0 && length(statement.resources) > 0
    ])
    error_message = "Each of the role.policy_statements must have at least one action and at least one resource."
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

variable "asynchronous" {
  description = <<-EOT
    How Lambda handles asynchronous calls of the function. The warm-up pings are asynchronous calls.

    - `maximum_retry_attempts` - Number of times that Lambda retries a call after an error, from 0 to 2.
    - `maximum_event_age_in_seconds` - Time that Lambda keeps an event that it cannot process, from 60 to 21600 seconds.
    - `on_failure` - Where Lambda sends a record of a call that failed. The module adds the permissions that the role needs.
    - `on_failure.destination_arn` - ARN of an SQS queue, an SNS topic, an S3 bucket, a Lambda function, or an EventBridge event bus.
    - `on_success` - Where Lambda sends a record of a call that succeeded, which contains the predictions. Lambda also sends a record of
      each ping.
    - `on_success.destination_arn` - ARN of an SQS queue, an SNS topic, a Lambda function, or an EventBridge event bus.
  EOT
  type = object({
    maximum_retry_attempts       = optional(number, 0)
    maximum_event_age_in_seconds = optional(number, 60)
    on_failure                   = optional(object({ destination_arn = string }))
    on_success                   = optional(object({ destination_arn = string }))
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([0, 1, 2], var.asynchronous.maximum_retry_attempts)
    error_message = "asynchronous.maximum_retry_attempts must be 0, 1, or 2."
  }

  validation {
    condition = (
      var.asynchronous.maximum_event_age_in_seconds >= 60 && var.asynchronous.maximum_event_age_in_seconds <= 21600 &&
      floor(var.asynchronous.maximum_event_age_in_seconds) == var.asynchronous.maximum_event_age_in_seconds
    )
    error_message = "asynchronous.maximum_event_age_in_seconds must be a whole number from 60 to 21600."
  }

  validation {
    condition = var.asynchronous.on_failure == null || can(regex(
      "^arn:[a-z-]+:((sqs|sns|lambda|events):[a-z0-9-]+:[0-9]{12}|s3::):.+$", var.asynchronous.on_failure.destination_arn,
    ))
    error_message = join(" ", [
      "asynchronous.on_failure.destination_arn must be the ARN of an SQS queue, an SNS topic, an S3 bucket, a Lambda function, or an",
      "EventBridge event bus. For example: \"arn:aws:sqs:eu-central-1:123456789012:failed\".",
    ])
  }

  validation {
    condition = var.asynchronous.on_success == null || can(regex(
      "^arn:[a-z-]+:(sqs|sns|lambda|events):[a-z0-9-]+:[0-9]{12}:.+$", var.asynchronous.on_success.destination_arn,
    ))
    error_message = join(" ", [
      "asynchronous.on_success.destination_arn must be the ARN of an SQS queue, an SNS topic, a Lambda function, or an EventBridge event",
      "bus. Lambda only supports an S3 bucket for calls that failed. For example: \"arn:aws:sqs:eu-central-1:123456789012:predictions\".",
    ])
  }
}

variable "may_invoke_itself" {
  description = "Whether the role may invoke the alias. A ping that keeps more than one execution environment warm needs this."
  type        = bool
  default     = false
  nullable    = false
}

variable "callers" {
  description = <<-EOT
    Callers from other AWS accounts. They may invoke the alias, also through a function URL. Callers in the same account need no entry here,
    but permissions of their own. An HTTP API with `AWS_IAM` does not accept callers from other accounts. Let them assume a role in this
    account.

    - `principals` - IDs of AWS accounts, or ARNs of IAM roles and users.
    - `organization_id` - ID of an organization in AWS Organizations, all of whose accounts may invoke the alias.
  EOT
  type = object({
    principals      = optional(list(string), [])
    organization_id = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for principal in var.callers.principals :
      can(regex("^([0-9]{12}|arn:[a-z-]+:iam::[0-9]{12}:(root|role/.+|user/.+))$", principal))
    ])
    error_message = join(" ", [
      "Each of the callers.principals must be the ID of an AWS account, or the ARN of an IAM role or user. For example: \"123456789012\"",
      "or \"arn:aws:iam::123456789012:role/scoring\".",
    ])
  }

  validation {
    condition     = var.callers.organization_id == null || can(regex("^o-[a-z0-9]{10,32}$", var.callers.organization_id))
    error_message = "callers.organization_id must be the ID of an organization. For example: \"o-a1b2c3d4e5\"."
  }
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
    condition = var.canary == null || try(var.canary.version, null) != var.live_version
    error_message = join(" ", [
      "canary and live_version cannot be the same version. Set live_version to the version that answers now, which is the output",
      "function_version. Set canary.version to the other version, or omit it to use the latest version.",
    ])
  }
}

variable "logging" {
  description = <<-EOT
    The function's logs in CloudWatch Logs.

    - `retention_days` - Number of days that CloudWatch Logs keeps the logs in a log group that this module creates. The value 0 keeps them
      forever.
    - `format` - Format of the logs. Valid values are `Text` and `JSON`. Defaults to the function's current format, which is `Text` for a
      new function.
    - `application_level` - For `JSON`: least severe messages of the function's code that Lambda keeps. Valid values are `TRACE`, `DEBUG`,
      `INFO`, `WARN`, `ERROR`, and `FATAL`. Lambda treats the handler's metrics as `INFO`, so a higher level requires `metrics = false`.
    - `system_level` - For `JSON`: least severe messages of Lambda itself that it keeps. Valid values are `DEBUG`, `INFO`, and `WARN`.
    - `existing_group` - A log group that exists already. Several functions can use one log group. If you remove it later, also set
      `format`, so that the function uses its own log group again.
    - `existing_group.arn` - ARN of the log group.
  EOT
  type = object({
    retention_days    = optional(number, 30)
    format            = optional(string)
    application_level = optional(string)
    system_level      = optional(string)
    existing_group    = optional(object({ arn = string }))
  })
  default  = {}
  nullable = false

  validation {
    condition = contains(
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.logging.retention_days,
    )
    error_message = join(" ", [
      "logging.retention_days must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,",
      "3288, and 3653, or 0 to keep the logs forever.",
    ])
  }

  validation {
    condition     = var.logging.format == null || try(contains(["Text", "JSON"], var.logging.format), false)
    error_message = "logging.format must be \"Text\" or \"JSON\"."
  }

  validation {
    condition = var.logging.application_level == null || try(
      contains(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"], var.logging.application_level), false,
    )
    error_message = "logging.application_level must be \"TRACE\", \"DEBUG\", \"INFO\", \"WARN\", \"ERROR\", or \"FATAL\"."
  }

  validation {
    condition     = var.logging.system_level == null || try(contains(["DEBUG", "INFO", "WARN"], var.logging.system_level), false)
    error_message = "logging.system_level must be \"DEBUG\", \"INFO\", or \"WARN\"."
  }

  validation {
    condition = var.logging.format == "JSON" || (
      var.logging.application_level == null && var.logging.system_level == null
    )
    error_message = join(" ", [
      "logging.application_level and logging.system_level require logging.format = \"JSON\". Remove them, or change the format.",
    ])
  }

  validation {
    condition = !var.metrics || !contains(["WARN", "ERROR", "FATAL"], coalesce(var.logging.application_level, "INFO"))
    error_message = join(" ", [
      "With this logging.application_level, Lambda would discard the handler's metrics, which it treats as INFO. Set",
      "logging.application_level = \"INFO\", or set metrics = false.",
    ])
  }

  validation {
    condition = var.logging.existing_group == null || can(regex(
      "^arn:[a-z-]+:logs:[a-z0-9-]+:[0-9]{12}:log-group:[^:]+(:[*])?$", var.logging.existing_group.arn,
    ))
    error_message = join(" ", [
      "logging.existing_group.arn must be the ARN of a log group. For example:",
      "\"arn:aws:logs:eu-central-1:123456789012:log-group:/models/churn\".",
    ])
  }
}

variable "tags" {
  description = "Tags for the function, its role, and its log group."
  type        = map(string)
  default     = {}
  nullable    = false
}
