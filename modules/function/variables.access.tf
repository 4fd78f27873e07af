# What the function may do, and who may call it

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

variable "may_invoke_itself" {
  description = "Whether the role may invoke the alias. A ping that keeps more than one execution environment warm needs this."
  type        = bool
  default     = false
  nullable    = false
}

variable "callers" {
  description = <<-EOT
    Callers from other AWS accounts that may invoke the alias, also through a function URL. Callers in the same account need no entry here,
    only permissions in their own IAM policies. An HTTP API with `AWS_IAM` does not accept callers from other accounts: let them assume a
    role in this account.

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
