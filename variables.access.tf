# Who may call the function, and what the function may do

variable "endpoint" {
  description = <<-EOT
    An HTTPS endpoint for the function. Defaults to `null`, which creates no endpoint. Clients then invoke the function through the output
    `alias_arn`.

    - `type` - Valid values are `function_url` and `http_api`. An HTTP API of Amazon API Gateway supports throttling, an access log, and
      other ways to authorize callers.
    - `authorization` - Valid values are `AWS_IAM`, `JWT`, and `NONE`, which allows anyone to call the endpoint. `JWT` and `NONE` require an
      HTTP API. For `AWS_IAM`, the output `endpoint` contains the policy that callers need.
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
    - `domain.name` - The domain name, such as `churn.example.com`. Create a DNS record that points to the output `endpoint.domain`.
    - `domain.certificate_arn` - ARN of the certificate in AWS Certificate Manager, in the same Region.
    - `disable_default_url` - Whether to disable the URL that API Gateway generates, so that callers must use the custom domain name.
    - `docs` - Whether a GET request to `/` returns a web page with a form to try the model. A browser cannot sign requests and has no
      token, so it can open the page only if `authorization` is `NONE`.
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
  default = null
}

variable "callers" {
  description = <<-EOT
    Callers from other AWS accounts that may invoke the alias, also through a function URL. Callers in the same account need no entry here,
    only permissions in their own IAM policies. An HTTP API with `AWS_IAM` does not accept callers from other accounts: let them assume a
    role in this account.

    - `principals` - IDs of AWS accounts, or ARNs of IAM roles and users.
    - `organization_id` - ID of an organization in AWS Organizations, all of whose accounts may invoke the alias.
  EOT
  type = object({
    principals      = optional(list(string), [])
    organization_id = optional(string)
  })
  default  = {}
  nullable = false
}

variable "batch" {
  description = <<-EOT
    A Step Functions state machine that scores data sets in Amazon S3. The input of an execution is `{"prefix": "..."}`. The execution
    reads all objects whose keys begin with that prefix, and writes the results. See `modules/batch`. Defaults to `null`, which creates no
    state machine.

    - `input` - Where the data sets are.
    - `input.bucket` - Name of the bucket.
    - `input.prefix` - Prefix of the keys that the state machine may read.
    - `input.kms_key_arn` - ARN of the KMS key that encrypts the data sets, if you use a customer managed key.
    - `output` - Where the results are written.
    - `output.bucket` - Name of the bucket.
    - `output.prefix` - Prefix of the keys of the results.
    - `output.kms_key_arn` - ARN of the KMS key that encrypts the bucket by default, if you use a customer managed key.
    - `format` - Format of the data sets. Valid values are `csv` and `jsonl`.
    - `csv_delimiter` - Delimiter in CSV files. Valid values are `COMMA`, `SEMICOLON`, `TAB`, `PIPE`, and `SPACE`.
    - `rows_per_call` - Maximum number of rows that the function receives in one call.
    - `method` - Method of the estimator that answers, such as `predict_proba`. Defaults to the model's own default, which is `predict` for
      most models.
    - `execution_type` - Type of the child executions, each of which is one call. Valid values are `STANDARD` and `EXPRESS`, which costs
      less and requires that each call ends within 5 minutes.
    - `max_concurrency` - Maximum number of concurrent calls.
    - `tolerated_failure_percentage` - Percentage of a data set's rows that may fail before the execution fails.
  EOT
  type = object({
    input = object({
      bucket      = string
      prefix      = optional(string, "")
      kms_key_arn = optional(string)
    })
    output = object({
      bucket      = string
      prefix      = optional(string, "predictions/")
      kms_key_arn = optional(string)
    })
    format                       = optional(string, "csv")
    csv_delimiter                = optional(string, "COMMA")
    rows_per_call                = optional(number, 500)
    method                       = optional(string)
    execution_type               = optional(string, "STANDARD")
    max_concurrency              = optional(number, 10)
    tolerated_failure_percentage = optional(number, 0)
  })
  default = null

  # The other validations are in modules/batch
  validation {
    condition = try(var.batch.max_concurrency <= var.reserved_concurrency, true)
    error_message = join(" ", [
      "batch.max_concurrency cannot be greater than reserved_concurrency, because Lambda would throttle the calls. Lower it, or raise",
      "reserved_concurrency.",
    ])
  }
}

variable "role" {
  description = <<-EOT
    The function's execution role. By default, the module creates a role with the permissions that the function needs.

    - `existing` - A role that exists already. The module attaches no policy to it. The output `policy` contains the permissions that it
      needs.
    - `existing.arn` - ARN of the role.
    - `name` - Name of the role. Defaults to the function's name with a unique suffix.
    - `path` - Path of all roles that this module creates.
    - `permissions_boundary_arn` - ARN of the policy that is the permissions boundary of all roles that this module creates.
    - `managed_policy_arns` - ARNs of managed policies to attach to the role, by names of your choice.
    - `policy_statements` - Additional policy statements for the role.
    - `policy_statements.sid` - Identifier of the statement.
    - `policy_statements.effect` - Valid values are `Allow` and `Deny`.
    - `policy_statements.actions` - Actions, such as `dynamodb:GetItem`.
    - `policy_statements.resources` - ARNs of the resources.
    - `policy_statements.condition` - Conditions, by operator and key. For example:
      `{ StringEquals = { "aws:RequestTag/team" = ["fraud"] } }`.
  EOT
  type = object({
    existing                 = optional(object({ arn = string }))
    name                     = optional(string)
    path                     = optional(string, "/")
    permissions_boundary_arn = optional(string)
    managed_policy_arns      = optional(map(string), {})
    policy_statements = optional(list(object({
      sid       = optional(string)
      effect    = optional(string, "Allow")
      actions   = list(string)
      resources = list(string)
      condition = optional(map(map(list(string))))
    })), [])
  })
  default  = {}
  nullable = false
}

variable "kms_key_arns" {
  description = <<-EOT
    Customer managed KMS keys. By default, AWS encrypts everything with keys of its own.

    - `environment` - ARN of the key for the function's environment variables and for the snapshots of SnapStart.
    - `logs` - ARN of the key for the log groups. Its key policy must allow CloudWatch Logs to use it.
    - `bucket` - ARN of the key for the bucket that contains the artifacts.
    - `former` - ARNs of keys that `environment` or `bucket` had before. Data that they encrypted stays encrypted with them, and the
      function's role may still use them to decrypt it.
  EOT
  type = object({
    environment = optional(string)
    logs        = optional(string)
    bucket      = optional(string)
    former      = optional(list(string), [])
  })
  default  = {}
  nullable = false
}
