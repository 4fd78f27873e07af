variable "name" {
  description = <<-EOT
    Beginning of the bucket's name, to which S3 adds a unique suffix. It must have letters, digits, hyphens (-), or underscores (_), and
    must start with a letter or a digit. In an existing bucket, the keys begin with it.
  EOT
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]*$", var.name))
    error_message = join(" ", [
      "The name must have letters, digits, hyphens (-), or underscores (_), and must start with a letter or a digit. For example:",
      "\"churn-model\".",
    ])
  }
}

variable "objects" {
  description = <<-EOT
    Files to upload, by a name of your choice. If the content changes, a new object replaces the old one.

    - `key` - Key of the object. It must contain the digest. In an existing bucket, a prefix is added: the output `objects` contains the
      whole key.
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
    condition     = alltrue([for object in values(var.objects) : strcontains(object.key, object.sha256)])
    error_message = join(" ", [
      "Each key in objects must contain the sha256 of its object, so that new content becomes a new object. For example:",
      "\"model/<sha256>/model.pkl\".",
    ])
  }
}

variable "versioned_objects" {
  description = <<-EOT
    Files to upload under keys that never change. If the content changes, it becomes a new version of the object. Earlier versions remain
    until the object is destroyed.

    - `key` - Key of the object. In an existing bucket, a prefix is added: the output `objects` contains the whole key.
    - `source` - Path of the file. Omit it if there is nothing to upload. The object then remains, and its latest version is a line of text.
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

variable "existing_bucket" {
  description = <<-EOT
    An existing S3 bucket for the artifacts. Versioning must be enabled on it. The module does not change the bucket's settings, such as its
    encryption and its policy. The keys of all objects begin with the name and an identifier of this deployment, so several deployments can
    use one bucket. Defaults to `null`, which creates a bucket.

    - `name` - Name of the bucket.
  EOT
  type = object({
    name = string
  })
  default = null
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
