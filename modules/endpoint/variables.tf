variable "function_name" {
  description = "Name of the function that answers the requests."
  type        = string
  nullable    = false
}

variable "alias_name" {
  description = "Name of the alias that the endpoint calls."
  type        = string
  nullable    = false
}

variable "alias_arn" {
  description = "ARN of the alias."
  type        = string
  nullable    = false
}

variable "endpoint" {
  description = <<-EOT
    Settings of the endpoint.

    - `type` - Valid values are `function_url` and `http_api`. An HTTP API of Amazon API Gateway supports throttling, an access log, and
      other ways to authorize callers.
    - `authorization` - Valid values are `AWS_IAM`, `JWT`, and `NONE`, which allows anyone to call the endpoint. `JWT` and `NONE` require an
      HTTP API. For `AWS_IAM`, the output `caller_policy` contains the permissions that callers need.
    - `jwt` - For `JWT`: requirements for the tokens.
    - `jwt.issuer` - Issuer URL of the tokens. It must begin with `https://`.
    - `jwt.audience` - Audiences. A token must be for at least one of them.
    - `jwt.scopes` - Scopes. A token must have at least one of them. Defaults to no check of scopes.
    - `throttling` - Limits for all callers of an HTTP API together.
    - `throttling.rate_limit` - Steady-state limit, in requests per second.
    - `throttling.burst_limit` - Maximum number of requests in a burst.
    - `cors` - Cross-origin resource sharing: the web pages whose scripts may call the endpoint from a browser. Defaults to none.
    - `cors.allow_origins` - Origins of the pages, such as `https://app.example.com`.
    - `cors.allow_methods` - HTTP methods that they may use.
    - `cors.allow_headers` - Headers that they may send.
    - `cors.max_age` - Time in seconds that a browser may keep the answer to a preflight request.
    - `domain` - Custom domain name for an HTTP API. Defaults to none.
    - `domain.name` - The domain name, such as `churn.example.com`. Create a DNS record that points to the output `domain`.
    - `domain.certificate_arn` - ARN of the certificate in AWS Certificate Manager, in the same Region.
    - `disable_default_url` - Whether to disable the URL that API Gateway generates, so that callers must use the custom domain name.
    - `docs` - Whether a GET request to `/` returns a web page with a form to try the model. This module ignores it, because the function
      returns the page.
    - `detailed_metrics` - Whether an HTTP API reports metrics for each route. CloudWatch charges for them.
  EOT
  type = object({
    type          = optional(string, "function_url")
    authorization = optional(string, "AWS_IAM")
    jwt = optional(object({
      issuer   = string
      audience = list(string)
      scopes   = optional(list(string))
    }))
    throttling = optional(object({
      rate_limit  = optional(number, 50)
      burst_limit = optional(number, 100)
    }), {})
    cors = optional(object({
      allow_origins = list(string)
      allow_methods = optional(list(string), ["POST"])
      allow_headers = optional(list(string), ["authorization", "content-type"])
      max_age       = optional(number, 300)
    }))
    domain = optional(object({
      name            = string
      certificate_arn = string
    }))
    disable_default_url = optional(bool, false)
    docs                = optional(bool, false)
    detailed_metrics    = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["function_url", "http_api"], var.endpoint.type)
    error_message = "endpoint.type must be \"function_url\" or \"http_api\"."
  }

  validation {
    condition     = contains(["AWS_IAM", "JWT", "NONE"], var.endpoint.authorization)
    error_message = "endpoint.authorization must be \"AWS_IAM\", \"JWT\", or \"NONE\"."
  }

  validation {
    condition = var.endpoint.authorization == "AWS_IAM" || var.endpoint.type == "http_api"
    error_message = join(" ", [
      "A function URL requires endpoint.authorization = \"AWS_IAM\". For JWT, or for an endpoint that anyone may call, set",
      "endpoint.type = \"http_api\".",
    ])
  }

  validation {
    condition     = (var.endpoint.jwt == null) == (var.endpoint.authorization != "JWT")
    error_message = "endpoint.jwt and endpoint.authorization = \"JWT\" require each other. Set both, or remove both."
  }

  validation {
    condition = var.endpoint.jwt == null || try(
      startswith(var.endpoint.jwt.issuer, "https://") && length(var.endpoint.jwt.audience) > 0,
      false,
    )
    error_message = join(" ", [
      "endpoint.jwt.issuer must be a URL that begins with \"https://\", and endpoint.jwt.audience must",
      "contain at least one audience.",
    ])
  }

  validation {
    condition     = var.endpoint.domain == null || var.endpoint.type == "http_api"
    error_message = "endpoint.domain requires endpoint.type = \"http_api\", because a function URL does not support domain names."
  }

  validation {
    condition = var.endpoint.domain == null || can(regex(
      "^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/.+$", var.endpoint.domain.certificate_arn,
    ))
    error_message = join(" ", [
      "endpoint.domain.certificate_arn must be the ARN of a certificate in AWS Certificate Manager. For example:",
      "\"arn:aws:acm:eu-central-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab\".",
    ])
  }

  validation {
    condition     = !var.endpoint.disable_default_url || var.endpoint.domain != null
    error_message = "endpoint.disable_default_url requires endpoint.domain. Nobody could call the endpoint otherwise."
  }

  validation {
    condition = var.endpoint.throttling.rate_limit > 0 && var.endpoint.throttling.burst_limit > 0
    error_message = join(" ", [
      "endpoint.throttling.rate_limit and endpoint.throttling.burst_limit must be greater than 0. To stop",
      "all calls, remove the endpoint.",
    ])
  }

  validation {
    condition = var.endpoint.cors == null || try(length(var.endpoint.cors.allow_origins) > 0, false)
    error_message = join(" ", [
      "endpoint.cors.allow_origins cannot be empty. Add at least one origin, such as",
      "\"https://app.example.com\", or remove endpoint.cors.",
    ])
  }
}

variable "callers" {
  description = <<-EOT
    Callers from other AWS accounts that may call a function URL. They also need the permission to invoke the alias, which
    `modules/function` adds. An HTTP API with `AWS_IAM` does not accept callers from other accounts: let them assume a role in this account.

    - `principals` - IDs of AWS accounts, or ARNs of IAM roles and users.
    - `organization_id` - ID of an organization in AWS Organizations, all of whose accounts may call the function URL.
  EOT
  type = object({
    principals      = optional(list(string), [])
    organization_id = optional(string)
  })
  default  = {}
  nullable = false
}

variable "timeout" {
  description = "Timeout of the function in seconds. An HTTP API waits for that long, but no longer than 30 seconds."
  type        = number
  default     = 30
  nullable    = false
}

variable "log_retention_days" {
  description = "Number of days that CloudWatch Logs keeps the access log of an HTTP API. The value 0 keeps it forever."
  type        = number
  default     = 30
  nullable    = false
}

variable "log_kms_key_arn" {
  description = "ARN of the KMS key that encrypts the access log. Defaults to a key that CloudWatch Logs owns."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags for the API and its access log."
  type        = map(string)
  default     = {}
  nullable    = false
}
