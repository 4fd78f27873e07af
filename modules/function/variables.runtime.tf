# Memory, timeout, concurrency, and network

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
    The VPC that the function connects to. From there, the function must be able to reach Amazon S3 if the model is in Amazon S3, and AWS
    Lambda if a warm-up ping asks for more than one environment, through VPC endpoints or a NAT gateway. Defaults to `null`, which connects
    the function to no VPC.

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
