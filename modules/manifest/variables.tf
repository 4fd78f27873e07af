variable "artifacts_dir" {
  description = "Folder of manifest.json and the files that it names. It is read at plan, and has to be known there."
  type        = string
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
