variable "function_name" {
  description = "Name of the function that answers."
  type        = string
  nullable    = false
}

variable "alias_name" {
  description = "Alias of the function that is called."
  type        = string
  nullable    = false
}

variable "alias_arn" {
  description = "ARN of that alias."
  type        = string
  nullable    = false
}

variable "type" {
  description = "\"function_url\" (callers sign with IAM) or \"http_api\" (throttling, access log, and IAM, JWT or no authorization)."
  type        = string
  default     = "function_url"
  nullable    = false

  validation {
    condition     = contains(["function_url", "http_api"], var.type)
    error_message = "type is \"function_url\" or \"http_api\"."
  }
}

variable "authorization" {
  description = "Who may call: \"AWS_IAM\", or of an HTTP API also \"JWT\" (who has a token of jwt.issuer) and \"NONE\" (anybody)."
  type        = string
  default     = "AWS_IAM"
  nullable    = false

  validation {
    condition     = contains(["AWS_IAM", "JWT", "NONE"], var.authorization)
    error_message = "authorization is \"AWS_IAM\", \"JWT\" or \"NONE\"."
  }

  validation {
    condition     = var.authorization == "AWS_IAM" || var.type == "http_api"
    error_message = "A function URL is called with AWS_IAM alone: set type = \"http_api\" for JWT, or for an endpoint that anybody may call."
  }
}

variable "jwt" {
  description = "With authorization = \"JWT\": the issuer's URL, the audiences that are taken, and the scopes of which a token needs one."
  type = object({
    issuer   = string
    audience = list(string)
    scopes   = optional(list(string))
  })
  default = null

  validation {
    condition     = (var.jwt == null) == (var.authorization != "JWT")
    error_message = "jwt and authorization = \"JWT\" go together: give both or neither."
  }

  validation {
    condition     = var.jwt == null || try(startswith(var.jwt.issuer, "https://") && length(var.jwt.audience) > 0, false)
    error_message = "jwt.issuer is a URL that begins with https://, and jwt.audience has one audience or more."
  }
}

variable "throttling" {
  description = "Of an HTTP API: calls a second, and calls at once, that all callers together may make."
  type = object({
    rate_limit  = optional(number, 50)
    burst_limit = optional(number, 100)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.throttling.rate_limit > 0 && var.throttling.burst_limit > 0
    error_message = "throttling.rate_limit and throttling.burst_limit are over 0: to let nobody in, leave the endpoint out."
  }
}

variable "detailed_metrics" {
  description = "Whether an HTTP API reports its metrics for each route, which CloudWatch charges for; those of the whole API are free."
  type        = bool
  default     = false
  nullable    = false
}

variable "cors" {
  description = "Which pages' scripts may call from a browser; null: none."
  type = object({
    allow_origins = list(string)
    allow_methods = optional(list(string), ["POST"])
    allow_headers = optional(list(string), ["authorization", "content-type"])
    max_age       = optional(number, 300)
  })
  default = null

  validation {
    condition     = var.cors == null || try(length(var.cors.allow_origins) > 0, false)
    error_message = "cors.allow_origins is empty: give at least one, as in [\"https://app.example.com\"], or leave cors out."
  }
}

variable "timeout" {
  description = "The function's timeout in seconds; an HTTP API waits for it, up to 30."
  type        = number
  default     = 30
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that CloudWatch keeps an HTTP API's access log; 0 keeps it for ever."
  type        = number
  default     = 30
  nullable    = false
}

variable "log_kms_key_arn" {
  description = "Key that encrypts the access log; null: CloudWatch's own."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the API and its access log."
  type        = map(string)
  default     = {}
  nullable    = false
}
