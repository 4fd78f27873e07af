# What is deployed: the model, its dependencies, and the version that answers calls

variable "name" {
  description = <<-EOT
    Name of the Lambda function. The names of the other resources begin with it. It must have 1 to 64 letters, digits, hyphens (-), or
    underscores (_), and must start with a letter or a digit.
  EOT
  type        = string
  default     = "sklearn-model"
  nullable    = false

  validation {
    condition = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", var.name))
    error_message = join(" ", [
      "The name must have 1 to 64 letters, digits, hyphens (-), or underscores (_), and must start with a letter or a digit. For example:",
      "\"churn-model\".",
    ])
  }
}

variable "description" {
  description = "Description of the Lambda function, with up to 256 characters."
  type        = string
  default     = null
}

variable "mode" {
  description = <<-EOT
    How the function gets the model. Valid values are `s3`, where each execution environment downloads the model from Amazon S3 when it
    starts, and `bundle`, where the model is part of the function's deployment package.
  EOT
  type        = string
  default     = "s3"
  nullable    = false
}

variable "artifacts_dir" {
  description = <<-EOT
    Folder that `invoke build-layer` and `invoke package` wrote: `manifest.json` and the files that it names. The value can also be
    `s3://bucket/prefix` if you copied that folder to Amazon S3. The function is then deployed from there, and Terraform needs no local
    file. Terraform reads the manifest during the plan, so the value cannot depend on a resource that does not exist yet. Defaults to the
    folder `dist` of the root module.
  EOT
  type        = string
  default     = null
}

variable "model" {
  description = <<-EOT
    A model that is already in Amazon S3. It is used in place of the model in `artifacts_dir`. Requires `mode = "s3"`. Defaults to `null`,
    which deploys the model in `artifacts_dir`.

    - `bucket` - Name of the bucket.
    - `key` - Key of the object.
    - `version_id` - Version of the object. Defaults to the latest version.
    - `sha256` - SHA-256 digest of the model's bytes, in hexadecimal. The handler checks it before it loads the model. Required unless
      `follow` is `true`.
    - `follow` - Whether the function loads new versions of the object without a deployment. At each warm-up ping, the handler looks for a
      new version, and checks it against the `sha256` in the object's metadata.
    - `format` - File format. Valid values are `pickle`, `joblib`, and `skops`.
    - `sklearn_version` - Version of scikit-learn that fitted the model. Terraform compares it with the layer's version during the plan.
    - `trusted` - For the format `skops`: names of the types that the handler may load although skops does not trust them by default.
    - `bytes` - Size of the model in bytes. Terraform compares it with the memory and the ephemeral storage during the plan.
    - `read_prefix` - Prefix of the keys that the function may read. Set it if you deploy models under different keys and want
      `live_version` to go back to an earlier one. Defaults to this one key.
    - `kms_key_arn` - ARN of the KMS key that encrypts the object, if you use a customer managed key.
  EOT
  type = object({
    bucket          = string
    key             = string
    version_id      = optional(string)
    sha256          = optional(string)
    follow          = optional(bool, false)
    format          = optional(string, "pickle")
    sklearn_version = optional(string)
    trusted         = optional(list(string), [])
    bytes           = optional(number)
    read_prefix     = optional(string)
    kms_key_arn     = optional(string)
  })
  default = null
}

variable "dependencies" {
  description = <<-EOT
    Existing layer versions that contain scikit-learn and the other packages that the model needs. They are used in place of the layer in
    `artifacts_dir`. Defaults to `null`, which publishes the layer in `artifacts_dir`.

    - `layer_arns` - ARNs of the layer versions.
    - `unzipped_bytes` - Total unzipped size of these layers in bytes. Terraform then includes it in the check against Lambda's limit.
  EOT
  type = object({
    layer_arns     = list(string)
    unzipped_bytes = optional(number)
  })
  default = null

  validation {
    condition = var.dependencies == null || try(length(var.dependencies.layer_arns) > 0 && alltrue([
      for arn in var.dependencies.layer_arns :
      can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+$", arn))
    ]), false)
    error_message = join(" ", [
      "dependencies.layer_arns must contain at least one ARN of a layer version. The ARN of a layer version ends with the version number.",
      "For example: \"arn:aws:lambda:eu-central-1:123456789012:layer:sklearn:3\".",
    ])
  }
}

variable "bucket" {
  description = <<-EOT
    The S3 bucket that contains the artifacts. By default, the module creates a private, encrypted, and versioned bucket.

    - `existing` - A bucket that exists already. The module does not change its settings, such as its encryption and its policy. The keys of
      all objects begin with the name and an identifier of this deployment, so several deployments can use one bucket.
    - `existing.name` - Name of the bucket. Versioning must be enabled on it.
    - `prefix` - Beginning of the bucket's name, to which Terraform adds a unique suffix. Defaults to the function's name.
    - `force_destroy` - Whether `terraform destroy` also deletes objects in the bucket that this module did not upload.
    - `noncurrent_versions` - When S3 deletes earlier models. Defaults to `null`, which keeps them, so that every published version of the
      function can be called.
    - `noncurrent_versions.days` - Number of days after which S3 deletes an earlier model. The versions of the function that use this model
      cannot start after that.
    - `noncurrent_versions.keep` - Number of earlier models, up to 100, that S3 keeps even after that time.
  EOT
  type = object({
    existing      = optional(object({ name = string }))
    prefix        = optional(string)
    force_destroy = optional(bool, false)
    noncurrent_versions = optional(object({
      days = number
      keep = optional(number)
    }))
  })
  default  = {}
  nullable = false
}

variable "live_version" {
  description = <<-EOT
    Number of the published version that the alias `live` points to, such as `"3"`. Set it to roll back without a build. The alias keeps
    pointing to this version when a later apply publishes a new one. Defaults to `null`, which points the alias to the latest version.
  EOT
  type        = string
  default     = null
}

variable "canary" {
  description = <<-EOT
    A second version that receives a share of the calls. For example, `live_version = "3"` and `canary = { weight = 0.1 }` send one tenth of
    the calls to the latest version. Defaults to `null`, which sends all calls to one version.

    - `version` - Number of the published version. Defaults to the latest version.
    - `weight` - Share of the calls that this version receives, greater than 0 and less than 1.
  EOT
  type = object({
    version = optional(string)
    weight  = number
  })
  default = null

  # The other validations are in modules/function
  validation {
    condition = var.canary == null || var.warm.strategy != "provisioned"
    error_message = join(" ", [
      "Lambda does not support provisioned concurrency for an alias that points to two versions. Remove canary, or choose another",
      "warm.strategy.",
    ])
  }
}

variable "tags" {
  description = <<-EOT
    Tags for all resources that support them. You can set up to 50 tags. The objects in the bucket have no tags, because Amazon S3 allows
    only 10 tags on an object.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.tags) <= 50 && !anytrue([for key in keys(var.tags) : startswith(lower(key), "aws:")])
    error_message = "You can set up to 50 tags, and the keys cannot start with \"aws:\", which AWS reserves."
  }
}
