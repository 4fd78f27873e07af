variable "name" {
  description = "Stem of the bucket's name: letters, digits, - and _, a letter or digit first. S3 makes it unique."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]*$", var.name))
    error_message = "name takes letters, digits, - and _, a letter or digit first, as in \"churn-model\"."
  }
}

variable "objects" {
  description = <<-EOT
    What to upload, by a name of your choice. key must change with the content (put sha256 in it); source is a file; sha256 is hex. In an
    existing bucket, keys lie below the name and a mark of this deployment: the output objects has them whole.
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
      "Each key holds the sha256 of its object, as in \"model/<sha256>/model.pkl\":",
      "only so does new content become a new object.",
    ])
  }
}

variable "versioned_objects" {
  description = <<-EOT
    What to upload under one key for ever: new content is a new version of the object, and earlier versions stay until it is destroyed. If
    there is nothing to upload now, leave source and sha256 out: the object stays, with a line of text as its newest version.
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
    error_message = "objects and versioned_objects have a name in common: give each object a name of its own."
  }
}

variable "existing_bucket" {
  description = <<-EOT
    A bucket to upload to, in place of one made here. It has to keep versions; how it is encrypted and closed is its owner's affair. All
    objects lie below the name and 8 hexadecimal digits that are this deployment's.
  EOT
  type = object({
    name = string
  })
  default = null
}

variable "kms_key_arn" {
  description = "Key that encrypts the bucket made here; null: S3's own."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the bucket, at most 50. Its objects are untagged, as S3 takes only 10 on an object."
  type        = map(string)
  default     = {}
  nullable    = false
}
