# 1. Deploy a model. Version 1 answers all calls:
#      terraform apply
# 2. Package a new model, and send one tenth of the calls to it. Version 1 still answers the others:
#      terraform apply -var live_version=1
# 3. Let version 2 answer all calls:
#      terraform apply
#    Or go back to version 1:
#      terraform apply -var live_version=1 -var weight=0
variable "live_version" {
  description = "Number of the version that keeps answering most calls. Defaults to `null`: the latest version answers all calls."
  type        = string
  default     = null
}

variable "weight" {
  description = "Share of the calls that the latest version receives while live_version is set."
  type        = number
  default     = 0.1
}

module "model" {
  source = "../.."

  name          = "canary"
  artifacts_dir = var.artifacts_dir

  live_version = var.live_version
  canary       = var.live_version == null || var.weight == 0 ? null : { weight = var.weight }

  # Alarms show whether the new version fails more often
  alarms = {}
}
