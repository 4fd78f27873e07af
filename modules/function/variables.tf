# What is deployed: the package, the layers, the model, and the version that answers calls

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
    - `follow` - Whether the function loads new versions of the object without a deployment. At each warm-up ping, the handler looks for a
      new version, and checks it against the `sha256` in the object's metadata.
    - `format` - File format. Valid values are `pickle`, `joblib`, and `skops`.
    - `sklearn_version` - Version of scikit-learn that fitted the model. The handler refuses to load the model with another version.
    - `trusted` - For the format `skops`: names of the types that the handler may load although skops does not trust them by default.
    - `bytes` - Size of the model in bytes. Terraform compares it with the memory and the ephemeral storage during the plan.
    - `read_prefix` - Prefix of the keys that the role may read. Defaults to this one key.
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
    # In an ARN in a policy, these characters are wildcards and variables, so the policy would allow access to more than this one object
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
    The S3 object whose versions are the models of earlier versions of the function. The role may read all versions of it. Defaults to
    `null`, which is for a function whose earlier versions read no other object than `model`.

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
    Beginning of the name of the bucket that `modules/artifacts` created for this function, if it is not the function's name. The module
    uses it to refuse a plan that would delete a model that `live_version` or `canary` still needs.
  EOT
  type        = string
  default     = null
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
    # If both refer to the latest version, both are null
    condition = var.canary == null || try(var.canary.version, null) != var.live_version
    error_message = join(" ", [
      "canary and live_version cannot be the same version. Set live_version to the version that answers now, which is the output",
      "function_version. Set canary.version to the other version, or omit it to use the latest version.",
    ])
  }
}
