variable "artifacts_dir" {
  description = "Folder that contains the artifacts. Defaults to the folder `dist` next to this file."
  type        = string
  default     = null
}
