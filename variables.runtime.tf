# Memory, timeout, concurrency, network, and warm-up

variable "memory_size" {
  description = <<-EOT
    Memory of the function in MB, from 128 to 10240. Lambda allocates CPU power in proportion to the memory. At 1769 MB, a function has the
    equivalent of one vCPU.
  EOT
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = var.memory_size >= 128 && var.memory_size <= 10240 && floor(var.memory_size) == var.memory_size
    error_message = "memory_size must be a whole number of MB from 128 to 10240. A function with 1769 MB has one whole vCPU."
  }
}

variable "timeout" {
  description = <<-EOT
    Time in seconds that Lambda allows one call to take, from 1 to 900. If the initialization takes more than 10 seconds, Lambda runs it
    again as part of the first call, and it counts toward this time.
  EOT
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.timeout >= 1 && var.timeout <= 900 && floor(var.timeout) == var.timeout
    error_message = "timeout must be a whole number of seconds from 1 to 900."
  }
}

variable "ephemeral_storage_size" {
  description = <<-EOT
    Size of the function's `/tmp` directory in MB, from 512 to 10240. With `mode = "s3"`, the handler downloads the model to `/tmp` if it
    would not fit into memory twice.
  EOT
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition = (
      var.ephemeral_storage_size >= 512 && var.ephemeral_storage_size <= 10240 &&
      floor(var.ephemeral_storage_size) == var.ephemeral_storage_size
    )
    error_message = "ephemeral_storage_size must be a whole number of MB from 512 to 10240."
  }
}

variable "layers" {
  description = <<-EOT
    ARNs of up to four layer versions to attach to the function in addition to the layer with the dependencies.
  EOT
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.layers) + try(length(var.dependencies.layer_arns), 1) <= 5
    error_message = "Lambda supports up to five layers per function, and the layers with the dependencies count. Remove some of the layers."
  }

  validation {
    condition = alltrue([
      for arn in var.layers : can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+$", arn))
    ])
    error_message = join(" ", [
      "Each of the layers must be the ARN of a layer version, which ends with the version number. For example:",
      "\"arn:aws:lambda:eu-central-1:123456789012:layer:tracing:3\".",
    ])
  }
}

variable "environment" {
  description = <<-EOT
    Additional environment variables for the function. Names that begin with `MODEL_` are reserved for this module. Lambda reserves some
    other names.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "reserved_concurrency" {
  description = <<-EOT
    Number of concurrent executions that are reserved for the function. It is also the maximum that the function can use. The value 0 stops
    all calls. Defaults to `null`, which reserves none, so that the function shares the account's unreserved concurrency.
  EOT
  type        = number
  default     = null

  validation {
    condition = (
      var.reserved_concurrency == null ||
      try(var.reserved_concurrency >= 0 && floor(var.reserved_concurrency) == var.reserved_concurrency, false)
    )
    error_message = "reserved_concurrency must be a whole number, 0 or greater. Omit it to reserve no concurrency."
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

variable "network" {
  description = <<-EOT
    The VPC that the function connects to. From there, the function must be able to reach Amazon S3 if the model is in Amazon S3, and AWS
    Lambda if `warm.concurrency` is greater than 1, through VPC endpoints or a NAT gateway. The module adds the permissions that the role
    needs. Defaults to `null`, which connects the function to no VPC.

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
}

variable "code_signing_config_arn" {
  description = <<-EOT
    ARN of a code signing configuration. The function's deployment package and the layers must satisfy it. Sign them, and set
    `artifacts_dir` to the folder or S3 prefix that contains the signed files.
  EOT
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
}

variable "warm" {
  description = <<-EOT
    How the module avoids cold starts. By default it calls the function every 5 minutes, which keeps one execution environment warm.

    - `strategy` - Valid values are `ping`, which calls the function on schedules; `snapstart`, which starts each execution environment from
      a snapshot; `provisioned`, which uses provisioned concurrency; and `none`.
    - `schedules` - For `ping`: `rate(...)` or `cron(...)` expressions. For example, `cron(0/5 8-17 ? * MON-FRI *)` keeps the function warm
      during office hours. Defaults to `["rate(5 minutes)"]`.
    - `timezone` - For `ping`: time zone of the schedules, such as `Europe/Berlin`. The schedules follow its daylight saving time. Defaults
      to UTC.
    - `concurrency` - For `ping`: number of execution environments that each ping keeps warm, up to 100. Defaults to 1.
    - `provisioned` - For `provisioned`: number of provisioned execution environments. Defaults to 1.
  EOT
  type = object({
    strategy    = optional(string, "ping")
    schedules   = optional(list(string))
    timezone    = optional(string)
    concurrency = optional(number)
    provisioned = optional(number)
  })
  default  = {}
  nullable = false

  # The other validations are in modules/warmer
  validation {
    condition = var.reserved_concurrency == null || try(
      max(coalesce(var.warm.concurrency, 1), coalesce(var.warm.provisioned, 1)) <= max(var.reserved_concurrency, 1),
      false,
    )
    error_message = join(" ", [
      "warm.concurrency and warm.provisioned cannot be greater than reserved_concurrency. Lower them, or",
      "raise reserved_concurrency.",
    ])
  }
}
