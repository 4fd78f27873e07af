variable "artifacts_dir" {
  description = "Folder of the artifacts; null: dist beside this file."
  type        = string
  default     = null
}
