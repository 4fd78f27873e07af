variable "artifacts_dir" {
  description = <<-EOT
    Folder that contains `manifest.json` and the files that it names, or `s3://bucket/prefix` if they were copied to Amazon S3. Terraform
    reads the manifest during the plan, so the value cannot depend on a resource that does not exist yet.
  EOT
  type        = string
  nullable    = false

  validation {
    condition = (
      !startswith(var.artifacts_dir, "s3://") ||
      can(regex("^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?$", var.artifacts_dir))
    )
    error_message = "artifacts_dir in Amazon S3 must have a bucket, and can have a prefix. For example: \"s3://models/churn/2026-11\"."
  }
}

variable "needs_layer" {
  description = "Whether to deploy the layer in the manifest. Set it to `false` to use existing layers."
  type        = bool
  default     = true
  nullable    = false
}

variable "mode" {
  description = <<-EOT
    How the function gets the model. Valid values are `s3`, where the function downloads the model from Amazon S3, and `bundle`, where the
    model is part of the deployment package. The manifest can contain one deployment package for each.
  EOT
  type        = string
  nullable    = false

  validation {
    condition = contains(["s3", "bundle"], var.mode)
    error_message = join(" ", [
      "mode must be \"s3\", where the function downloads the model from Amazon S3, or \"bundle\", where the model is part of the",
      "deployment package.",
    ])
  }
}

variable "model" {
  description = <<-EOT
    A model that is already in Amazon S3. Requires `mode = "s3"`. Defaults to `null`, which deploys the model in the manifest.

    - `sklearn_version` - Version of scikit-learn that fitted the model. Terraform compares it with the layer's version during the plan.
  EOT
  type = object({
    sklearn_version = optional(string)
  })
  default = null
}
