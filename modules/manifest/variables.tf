variable "artifacts_dir" {
  description = <<-EOT
    Folder of manifest.json and the files that it names, or s3://bucket/prefix where they were copied to. It is read at plan, and has to be
    known there.
  EOT
  type        = string
  nullable    = false

  validation {
    condition     = !startswith(var.artifacts_dir, "s3://") || can(regex("^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?$", var.artifacts_dir))
    error_message = "artifacts_dir in S3 is a bucket and a prefix, as in \"s3://models/churn/2026-11\"."
  }
}

variable "needs_layer" {
  description = "Whether the manifest's layer is deployed, rather than one that is there already."
  type        = bool
  default     = true
  nullable    = false
}

variable "mode" {
  description = "Which of the manifest's functions is deployed: \"s3\" or \"bundle\"."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["s3", "bundle"], var.mode)
    error_message = "mode is \"s3\" or \"bundle\"."
  }
}

variable "stored_model" {
  description = <<-EOT
    The model that is in S3 already; null when it is the manifest's. Only its scikit-learn version is looked at, where it is known.
  EOT
  type = object({
    sklearn_version = optional(string)
  })
  default = null
}
