# terraform apply                            version 1 answers
# (a new model) terraform apply -var live_version=1    version 2 is tried on a tenth of the calls
# terraform apply                            version 2 answers; or stay: -var live_version=1 -var weight=0
variable "live_version" {
  description = "The version that goes on answering while the newest is tried; null: the newest answers all."
  type        = string
  default     = null
}

variable "weight" {
  description = "Part of the calls that the newest version is tried on; 0: none."
  type        = number
  default     = 0.1
}

module "model" {
  source = "../.."

  name          = "canary"
  artifacts_dir = var.artifacts_dir

  live_version = var.live_version
  canary       = var.live_version == null || var.weight == 0 ? null : { weight = var.weight }

  # A canary that nobody watches is a gamble
  alarms = {}
}
