variable "name" {
  description = "Name of the layer: 1 to 140 letters, digits, - and _."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,140}$", var.name))
    error_message = "name takes 1 to 140 letters, digits, - and _, as in \"churn-model-dependencies\"."
  }
}

variable "description" {
  description = "What the layer holds, at most 256 characters."
  type        = string
  default     = null
}

variable "runtime" {
  description = "Runtime that the layer was built for, such as \"python3.13\"; the provider refuses what it does not know."
  type        = string
  nullable    = false
}

variable "architecture" {
  description = "Architecture that the layer was built for: \"x86_64\" or \"arm64\"; the provider refuses others."
  type        = string
  nullable    = false
}

variable "package" {
  description = "The layer's zip in S3; sha256_base64 is its digest as AWS writes it."
  type = object({
    bucket        = string
    key           = string
    version_id    = optional(string)
    sha256_base64 = string
  })
  nullable = false
}
