variable "name" {
  description = "Name of the layer. It must have 1 to 140 letters, digits, hyphens (-), or underscores (_)."
  type        = string
  nullable    = false

  validation {
    condition = can(regex("^[A-Za-z0-9_-]{1,140}$", var.name))
    error_message = join(" ", [
      "The name must have 1 to 140 letters, digits, hyphens (-), or underscores (_). For example:",
      "\"churn-model-dependencies\".",
    ])
  }
}

variable "description" {
  description = "Description of the layer version, with up to 256 characters."
  type        = string
  default     = null
}

variable "runtime" {
  description = "Identifier of the runtime that the layer was built for, such as `python3.13`."
  type        = string
  nullable    = false
}

variable "architecture" {
  description = "Instruction set architecture that the layer was built for. Valid values are `x86_64` and `arm64`."
  type        = string
  nullable    = false
}

variable "package" {
  description = <<-EOT
    The zip file of the layer in Amazon S3.

    - `bucket` - Name of the bucket.
    - `key` - Key of the object.
    - `version_id` - Version of the object.
    - `sha256_base64` - SHA-256 digest of the zip file, encoded in base64.
  EOT
  type = object({
    bucket        = string
    key           = string
    version_id    = optional(string)
    sha256_base64 = string
  })
  nullable = false
}
