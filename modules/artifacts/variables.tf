variable "name" {
  description = <<-EOT
    Beginning of the bucket's name, to which Terraform adds a unique suffix. It must have letters, digits, hyphens (-), or underscores (_),
    and must start with a letter or a digit. In an existing bucket, the keys of the objects begin with it.
  EOT
  type        = string
  nullable    = false

  validation {
    condition = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]*$", var.name))
    error_message = join(" ", [
      "The name must have letters, digits, hyphens (-), or underscores (_), and must start with a letter or a digit. For example:",
      "\"churn-model\".",
    ])
  }
}

variable "objects" {
  description = <<-EOT
    Map of the files to upload, with keys of your choice. If the content of a file changes, a new object replaces the old one.

    - `key` - Key of the object, which must contain `sha256`. In an existing bucket, the module adds a prefix. The output `objects` contains
      the complete key.
    - `source` - Path of the file.
    - `sha256` - SHA-256 digest of the file, in hexadecimal.
  EOT
  type = map(object({
    key    = string
    source = string
    sha256 = string
  }))
  default  = {}
  nullable = false

  validation {
    condition = alltrue([for object in values(var.objects) : strcontains(object.key, object.sha256)])
    error_message = join(" ", [
      "Each key in objects must contain the sha256 of its object, so that new content becomes a new object. For example:",
      "\"model/<sha256>/model.pkl\".",
    ])
  }
}

variable "versioned_objects" {
  description = <<-EOT
    Map of the files to upload under keys that never change, with keys of your choice. If the content of a file changes, it becomes a new
    version of the object. Earlier versions remain until the object is destroyed.

    - `key` - Key of the object. In an existing bucket, the module adds a prefix. The output `objects` contains the complete key.
    - `source` - Path of the file. Omit it to keep the earlier versions of the object without a new file. The module then uploads a line of
      text as the latest version.
    - `sha256` - SHA-256 digest of the file, in hexadecimal.
  EOT
  type = map(object({
    key    = string
    source = optional(string)
    sha256 = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setintersection(keys(var.versioned_objects), keys(var.objects))) == 0
    error_message = "objects and versioned_objects cannot have names in common. Rename one of the objects."
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

  validation {
    condition = var.bucket.existing == null || (
      var.bucket.prefix == null && !var.bucket.force_destroy && var.bucket.noncurrent_versions == null
    )
    error_message = join(" ", [
      "bucket.prefix, bucket.force_destroy, and bucket.noncurrent_versions only apply to a bucket that this module creates. Remove them,",
      "or remove bucket.existing.",
    ])
  }

  validation {
    condition = var.bucket.prefix == null || can(regex("^[a-z0-9][a-z0-9.-]{0,36}$", var.bucket.prefix))
    error_message = join(" ", [
      "bucket.prefix must have 1 to 37 lowercase letters, digits, hyphens (-), or periods (.), and must start with a letter or a digit.",
      "For example: \"models-\".",
    ])
  }

  validation {
    condition = try(
      var.bucket.noncurrent_versions.days >= 1 && floor(var.bucket.noncurrent_versions.days) == var.bucket.noncurrent_versions.days,
      true,
    )
    error_message = "bucket.noncurrent_versions.days must be a whole number, 1 or greater."
  }

  validation {
    condition = try(
      contains(range(1, 101), var.bucket.noncurrent_versions.keep),
      true,
    )
    error_message = join(" ", [
      "bucket.noncurrent_versions.keep must be a whole number from 1 to 100. Omit it to keep no earlier models after that time.",
    ])
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the bucket that this module creates. Defaults to a key that S3 manages."
  type        = string
  default     = null
}

variable "tags" {
  description = <<-EOT
    Tags for the bucket. You can set up to 50 tags. The objects have no tags, because S3 allows only 10 tags on an object.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false
}
