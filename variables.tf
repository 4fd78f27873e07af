# What is deployed

variable "name" {
  description = "Name of the function, and the stem of the names of all else. 1 to 64 letters, digits, - and _, a letter or digit first."
  type        = string
  default     = "sklearn-model"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", var.name))
    error_message = "name takes 1 to 64 letters, digits, - and _, a letter or digit first, as in \"churn-model\"."
  }
}

variable "mode" {
  description = <<-EOT
    How the model travels: "s3" (the handler fetches it from S3, once per execution environment) or "bundle" (inside the function zip).
  EOT
  type        = string
  default     = "s3"
  nullable    = false

  validation {
    condition     = contains(["s3", "bundle"], var.mode)
    error_message = "mode is \"s3\" (the model is fetched from S3) or \"bundle\" (the model is in the function zip)."
  }
}

variable "artifacts_dir" {
  description = <<-EOT
    Folder of manifest.json and the zips that it names, as invoke build-layer and invoke package write them. null: dist in the root module's
    folder. Or s3://bucket/prefix, where that folder was copied to: what is there is deployed from there, and no local file is needed. It is
    read at plan, and has to be known there: no attribute of a resource that is yet to be made.
  EOT
  type        = string
  default     = null

  validation {
    condition     = !startswith(coalesce(var.artifacts_dir, "dist"), "s3://") || can(regex("^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?$", var.artifacts_dir))
    error_message = "artifacts_dir in S3 is a bucket and a prefix, as in \"s3://models/churn/2026-11\"."
  }
}

variable "model" {
  description = <<-EOT
    Only in mode s3: a model that is already in S3, instead of uploading the one in artifacts_dir. sha256 is the hex digest of its bytes,
    which the handler checks before unpickling; format is "pickle", "joblib" or "skops", whose types that
    skops does not know are trusted by name; sklearn_version and bytes, where given, are checked at plan.
    follow: the handler takes what is at the key as it changes, with no new deployment, each checked against the object's own metadata
    sha256. read_prefix: what else below it the function may read, so that live_version can go back to a model under another key.
    kms_key_arn: the key that encrypts the object, where it is one of your own.
  EOT
  type = object({
    bucket          = string
    key             = string
    version_id      = optional(string)
    sha256          = optional(string)
    follow          = optional(bool, false)
    format          = optional(string, "pickle")
    sklearn_version = optional(string)
    trusted         = optional(list(string), [])
    bytes           = optional(number)
    read_prefix     = optional(string)
    kms_key_arn     = optional(string)
  })
  default = null

  validation {
    condition = var.model == null || try(var.model.follow, false) || can(regex("^[0-9A-Fa-f]{64}$", var.model.sha256))
    error_message = join(" ", [
      "model.sha256 is the hex SHA-256 of the model's bytes, 64 digits of 0-9 and a-f or A-F: sha256sum model.pkl prints it.",
      "Or set model.follow = true for a model that changes.",
    ])
  }

  validation {
    condition     = !try(var.model.follow, false) || try(var.model.sha256 == null && var.model.version_id == null, false)
    error_message = "model.follow takes the object as it changes, and sha256 and version_id pin it: leave both out, or follow."
  }

  validation {
    condition     = var.model == null || try(contains(["pickle", "joblib", "skops"], var.model.format), false)
    error_message = "model.format is \"pickle\", \"joblib\" or \"skops\"."
  }

  validation {
    condition = var.model == null || try(
      length(var.model.bucket) > 0 && length(var.model.key) > 0 && var.model.version_id != "",
      false,
    )
    error_message = "model has an empty bucket, key or version_id. Give the bucket and the key; leave version_id out for the newest."
  }

  validation {
    # In the ARN of a policy these are wildcards and variables, and the function would be let into more than this one object
    condition     = !can(regex("[*?]|[$][{]", "${var.model.bucket}/${var.model.key}/${coalesce(var.model.read_prefix, "-")}"))
    error_message = "model.bucket, key and read_prefix are plain names: *, ? and policy variables (a $ before a {) cannot be in them. Copy the model to a plain key."
  }

  validation {
    condition     = try(startswith(var.model.key, var.model.read_prefix), true)
    error_message = "model.key does not begin with model.read_prefix, and the function could not read it: give a prefix of the key."
  }

  validation {
    condition     = try(var.model.bytes >= 1, true)
    error_message = "model.bytes is the size of the model in bytes, 1 or more; leave it out when you do not know it."
  }
}

variable "dependencies" {
  description = <<-EOT
    Layer versions with scikit-learn and what else the model needs, instead of publishing the layer in artifacts_dir; unzipped_bytes of them
    all, where known, counts toward Lambda's limit. null: the layer in artifacts_dir.
  EOT
  type = object({
    layer_arns     = list(string)
    unzipped_bytes = optional(number)
  })
  default = null

  validation {
    condition = var.dependencies == null || try(length(var.dependencies.layer_arns) > 0 && alltrue([
      for arn in var.dependencies.layer_arns :
      can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+$", arn))
    ]), false)
    error_message = join(" ", [
      "dependencies.layer_arns has one ARN of a layer version or more, each with its number last,",
      "as in \"arn:aws:lambda:eu-central-1:123456789012:layer:sklearn:3\".",
    ])
  }
}

variable "existing_bucket" {
  description = <<-EOT
    A bucket to upload to, in place of one made here. It has to keep versions; how it is encrypted and closed is its owner's affair. All
    objects lie below the name and 8 hexadecimal digits that are this deployment's.
  EOT
  type = object({
    name = string
  })
  default = null
}

# What it runs with

variable "memory_size" {
  description = "Memory of the function in MB, 128 to 10240. CPU grows with it: one whole vCPU at 1769."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = var.memory_size >= 128 && var.memory_size <= 10240 && floor(var.memory_size) == var.memory_size
    error_message = "memory_size is a whole number of MB from 128 to 10240; 1769 gives one whole vCPU."
  }
}

variable "timeout" {
  description = "Seconds that one call may take, 1 to 900. An initialization that overran its 10 seconds runs again inside it."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.timeout >= 1 && var.timeout <= 900 && floor(var.timeout) == var.timeout
    error_message = "timeout is a whole number of seconds from 1 to 900."
  }
}

variable "ephemeral_storage_size" {
  description = "Size of /tmp in MB, 512 to 10240. In mode s3 a model has to fit in it that memory cannot hold twice."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition = (
      var.ephemeral_storage_size >= 512 && var.ephemeral_storage_size <= 10240 &&
      floor(var.ephemeral_storage_size) == var.ephemeral_storage_size
    )
    error_message = "ephemeral_storage_size is a whole number of MB from 512 to 10240."
  }
}

variable "layers" {
  description = "ARNs, with version, of at most 4 layer versions beside the one with the dependencies."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(var.layers) + try(length(var.dependencies.layer_arns), 1) <= 5
    error_message = "Lambda takes 5 layers, those with the dependencies among them: layers takes at most 4 beside one of these."
  }

  validation {
    condition = alltrue([
      for arn in var.layers : can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+$", arn))
    ])
    error_message = join(" ", [
      "Each of layers is the ARN of a layer version, its number last,",
      "as in \"arn:aws:lambda:eu-central-1:123456789012:layer:tracing:3\".",
    ])
  }
}

variable "environment" {
  description = "Further environment variables of the function. Names that start with MODEL_ are the module's, and some are Lambda's own."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.environment) : can(regex("^[A-Za-z][A-Za-z0-9_]+$", name))])
    error_message = "A name in environment has two or more letters, digits and _, a letter first, as in \"LOG_LEVEL\"."
  }

  validation {
    condition = !anytrue([
      for name in keys(var.environment) : can(regex(join("|", [
        "^MODEL_",
        "^AWS_(REGION|DEFAULT_REGION|EXECUTION_ENV|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)$",
        "^AWS_LAMBDA_(FUNCTION_|LOG_|INITIALIZATION_TYPE$|RUNTIME_API$)",
        "^LAMBDA_(TASK_ROOT|RUNTIME_DIR)$",
      ]), name))
    ])
    error_message = join(" ", [
      "environment has a name that is taken: MODEL_* is set by this module,",
      "and AWS_REGION, AWS_ACCESS_KEY_ID, LAMBDA_TASK_ROOT and their kin by Lambda. Choose another, as in \"CHURN_MODEL_NAME\".",
    ])
  }
}

variable "reserved_concurrency" {
  description = "Environments that are kept for this function of the account's, and its most; 0 stops it; null: neither."
  type        = number
  default     = null

  validation {
    condition     = var.reserved_concurrency == null || try(var.reserved_concurrency >= 0 && floor(var.reserved_concurrency) == var.reserved_concurrency, false)
    error_message = "reserved_concurrency is a whole number of environments, 0 or more; leave it out for no reservation."
  }
}

variable "one_thread" {
  description = <<-EOT
    Whether scikit-learn's estimators get n_jobs=None, all the time below 3538 MB of memory (two vCPUs) and else for a request of one row.
    It is done only for a model of which invoke package has shown that its answers stay the same.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "network" {
  description = <<-EOT
    Subnets and security groups of a VPC to run in; the policy for it is implied. S3 has to be reached from there in mode s3, and CloudWatch
    always: by endpoints or a NAT. vpc: the id of the VPC. With it, destroy waits for up to 45 minutes until Lambda has removed the
    function's network interfaces, and deletes the role after that. null: no VPC.
  EOT
  type = object({
    subnet_ids         = set(string)
    security_group_ids = set(string)
    vpc                = optional(object({ id = string }))
  })
  default = null

  validation {
    condition     = var.network == null || try(length(var.network.subnet_ids) > 0 && length(var.network.security_group_ids) > 0, false)
    error_message = "network has no subnet or no security group: give at least one of each, or leave network out to run outside a VPC."
  }
}

variable "code_signing_config_arn" {
  description = "Code signing configuration that the zip and the layer have to satisfy: sign them, and give their place by artifacts_dir."
  type        = string
  default     = null
}

# What keeps it warm

variable "warm" {
  description = <<-EOT
    How it is kept warm. strategy: "ping" (on schedules, for a part of a cent), "snapstart" (every cold start from a snapshot), "provisioned"
    (Lambda keeps environments initialized) or "none". Of ping: schedules are rate(...) or cron(...) expressions, such as
    cron(0/5 8-17 ? * MON-FRI *) for business hours, by default rate(5 minutes), in UTC, or in timezone, right across daylight saving;
    concurrency is how many environments a ping keeps warm, at most 100. Of provisioned: provisioned is how many there are.
  EOT
  type = object({
    strategy    = optional(string, "ping")
    schedules   = optional(list(string))
    timezone    = optional(string)
    concurrency = optional(number)
    provisioned = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["ping", "snapstart", "provisioned", "none"], var.warm.strategy)
    error_message = "warm.strategy is \"ping\", \"snapstart\", \"provisioned\" or \"none\"."
  }

  validation {
    condition = var.warm.strategy == "ping" || (
      var.warm.schedules == null && var.warm.timezone == null && var.warm.concurrency == null
    )
    error_message = "warm.schedules, timezone and concurrency are of strategy \"ping\": leave them out, or set warm.strategy = \"ping\"."
  }

  validation {
    condition     = var.warm.strategy != "snapstart" || var.warm.provisioned == null
    error_message = "SnapStart and provisioned concurrency exclude each other: leave warm.provisioned out, or set warm.strategy = \"provisioned\"."
  }

  validation {
    condition     = contains(["snapstart", "provisioned"], var.warm.strategy) || var.warm.provisioned == null
    error_message = "warm.provisioned is of strategy \"provisioned\": leave it out, or set warm.strategy = \"provisioned\"."
  }

  validation {
    condition = alltrue([
      for number in [var.warm.concurrency, var.warm.provisioned] :
      number == null || try(number >= 1 && floor(number) == number, false)
    ])
    error_message = "warm.concurrency and warm.provisioned are whole numbers of environments, 1 or more."
  }

  validation {
    # As in lambda/serving/warming/pings.py
    condition     = try(var.warm.concurrency <= 100, true)
    error_message = "warm.concurrency is at most 100, which one ping can call at once: lower it, or set warm.strategy = \"provisioned\"."
  }

  validation {
    condition = var.reserved_concurrency == null || try(
      max(coalesce(var.warm.concurrency, 1), coalesce(var.warm.provisioned, 1)) <= max(var.reserved_concurrency, 1),
      false,
    )
    error_message = join(" ", [
      "warm keeps more environments than reserved_concurrency lets the function have:",
      "raise that, or lower warm.concurrency or warm.provisioned.",
    ])
  }

  validation {
    condition     = var.warm.schedules == null || try(length(var.warm.schedules) > 0, false)
    error_message = "warm.schedules is empty: give at least one, as in [\"rate(5 minutes)\"], or set warm.strategy = \"none\"."
  }

  validation {
    condition     = var.warm.timezone == null || can(regex("^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$", var.warm.timezone))
    error_message = "warm.timezone is a name of the IANA time zone database, as in \"Europe/Berlin\" or \"America/New_York\"."
  }

  # The two rules on schedules are modules/warmer's, here once more so that the message names the variable that the user wrote
  validation {
    condition = alltrue([
      for schedule in coalesce(var.warm.schedules, []) :
      can(regex("^rate\\((1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))\\)$", schedule))
      if try(startswith(schedule, "rate("), false)
    ])
    error_message = join(" ", [
      "A rate in warm.schedules is a number and minutes, hours or days, singular after 1:",
      "\"rate(1 minute)\", \"rate(5 minutes)\", \"rate(2 hours)\".",
    ])
  }

  validation {
    # Only the shape is checked: six fields, and ? for one of the two days. What is in them is for AWS to judge.
    condition = alltrue([
      for fields in [
        for schedule in coalesce(var.warm.schedules, []) : try(split(" ", one(regex("^cron\\((.*)\\)$", schedule))), [])
        if !try(startswith(schedule, "rate("), false)
      ] : try(length(fields) == 6 && !contains(fields, "") && (fields[2] == "?") != (fields[4] == "?"), false)
    ])
    error_message = join(" ", [
      "Each of warm.schedules is rate(...) or cron(...) with six fields: minutes, hours, day of month, month, day of week, year;",
      "one of the two days is ?, as in \"cron(0/5 8-17 ? * MON-FRI *)\".",
    ])
  }
}

# Which version answers

variable "live_version" {
  description = <<-EOT
    Published version that answers, as in "3": a rollback is one apply, and builds nothing. It keeps answering while later applies publish
    others. null: the newest.
  EOT
  type        = string
  default     = null

  validation {
    condition     = var.live_version == null || can(regex("^[1-9][0-9]*$", var.live_version))
    error_message = "live_version is the number of a published version, as in \"3\"; leave it out for the newest."
  }
}

variable "canary" {
  description = <<-EOT
    A second version that gets a part of the calls: weight is that part, as in 0.1; version null is the newest, so that live_version = "3"
    and canary = { weight = 0.1 } try a new model on a tenth of the calls. null: no second version.
  EOT
  type = object({
    version = optional(string)
    weight  = number
  })
  default = null

  validation {
    condition     = try(var.canary.version, null) == null || can(regex("^[1-9][0-9]*$", var.canary.version))
    error_message = "canary.version is the number of a published version, as in \"4\"; leave it out for the newest."
  }

  validation {
    condition     = var.canary == null || try(var.canary.weight > 0 && var.canary.weight < 1, false)
    error_message = "canary.weight is the part of the calls that go to canary.version, over 0 and under 1, as in 0.1 for a tenth."
  }

  validation {
    condition = var.canary == null || try(var.canary.version, null) != var.live_version
    error_message = join(" ", [
      "canary and live_version are the same version, and traffic needs two. Set live_version to the version that answers now",
      "(output function_version), and canary.version to the other, or leave that out for the newest.",
    ])
  }

  validation {
    condition     = var.canary == null || var.warm.strategy != "provisioned"
    error_message = "Lambda provisions no concurrency for an alias of two versions: end the canary, or choose another warm.strategy."
  }
}

# Who calls it

variable "endpoint" {
  description = <<-EOT
    An endpoint for callers over HTTPS. type: "function_url" or "http_api", which has throttling and an access log. authorization: "AWS_IAM"
    (output endpoint has the policy for callers), or of an HTTP API "JWT" (who has a token of jwt.issuer) or "NONE" (anybody). cors: pages
    whose scripts may call. docs: GET / is answered with a page for people, a form that asks the model; a browser signs no requests and has
    no token, so it reaches the page only with authorization "NONE". detailed_metrics: an HTTP API's metrics for each route, which
    CloudWatch charges for. null: no endpoint; callers invoke alias_arn.
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
    docs             = optional(bool, false)
    detailed_metrics = optional(bool, false)
  })
  default = null

  # modules/endpoint's, here once more so that the message names the variable that the user wrote
  validation {
    condition     = var.endpoint == null || try(contains(["function_url", "http_api"], var.endpoint.type), false)
    error_message = "endpoint.type is \"function_url\" or \"http_api\"."
  }

  validation {
    condition     = var.endpoint == null || try(contains(["AWS_IAM", "JWT", "NONE"], var.endpoint.authorization), false)
    error_message = "endpoint.authorization is \"AWS_IAM\", \"JWT\" or \"NONE\"."
  }

  validation {
    condition = try(var.endpoint.authorization == "AWS_IAM" || var.endpoint.type == "http_api", true)
    error_message = join(" ", [
      "A function URL is called with AWS_IAM alone:",
      "set endpoint.type = \"http_api\" for JWT, or for an endpoint that anybody may call.",
    ])
  }

  validation {
    condition     = try((var.endpoint.jwt == null) == (var.endpoint.authorization != "JWT"), true)
    error_message = "endpoint.jwt and endpoint.authorization = \"JWT\" go together: give both or neither."
  }

  validation {
    condition     = try(startswith(var.endpoint.jwt.issuer, "https://") && length(var.endpoint.jwt.audience) > 0, true)
    error_message = "endpoint.jwt.issuer is a URL that begins with https://, and endpoint.jwt.audience has one audience or more."
  }

  validation {
    condition     = try(var.endpoint.throttling.rate_limit > 0 && var.endpoint.throttling.burst_limit > 0, true)
    error_message = "endpoint.throttling has limits over 0: to let nobody in, leave endpoint out."
  }
}

variable "batch" {
  description = <<-EOT
    A state machine that scores whole data sets in S3, of format "csv" or "jsonl": see modules/batch. An execution is given {"prefix": "..."},
    below input.prefix, and writes below output.prefix. execution_type "EXPRESS" is for calls that end within 5 minutes. null: none.
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

  # modules/batch has the rules on each value
  validation {
    condition     = try(var.batch.max_concurrency <= var.reserved_concurrency, true)
    error_message = "batch.max_concurrency is over reserved_concurrency, and calls would be throttled: lower it, or raise that."
  }
}

# What it may do

variable "existing_role" {
  description = <<-EOT
    A role to run as, in place of one made here. It gets no policy from here: output policy says what it has to allow.
  EOT
  type = object({
    arn = string
  })
  default = null

  validation {
    condition     = var.existing_role == null || (var.permissions_boundary_arn == null && length(var.policy_statements) == 0)
    error_message = "permissions_boundary_arn and policy_statements are of a role made here: give them to the existing role itself."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds what the roles made here may do."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn is the ARN of a policy, as in \"arn:aws:iam::123456789012:policy/developers\"."
  }
}

variable "policy_statements" {
  description = <<-EOT
    What else the function's role may do. condition is by operator, then by key, as in { StringEquals = { "aws:RequestTag/a" = ["b"] } }.
  EOT
  type = list(object({
    sid       = optional(string)
    effect    = optional(string, "Allow")
    actions   = list(string)
    resources = list(string)
    condition = optional(map(map(list(string))))
  }))
  default  = []
  nullable = false

  validation {
    condition     = alltrue([for statement in var.policy_statements : contains(["Allow", "Deny"], statement.effect)])
    error_message = "effect of each of policy_statements is \"Allow\" or \"Deny\"."
  }

  validation {
    condition = alltrue([
      for statement in var.policy_statements : length(statement.actions) > 0 && length(statement.resources) > 0
    ])
    error_message = "Each of policy_statements has at least one action and one resource."
  }
}

variable "kms_key_arns" {
  description = <<-EOT
    Keys of your own, in place of AWS's: of the environment variables (and SnapStart's snapshots), of the log groups, and of the bucket with
    the artifacts. The key policy of logs has to let CloudWatch Logs use it. former: keys that environment or bucket named before. What was
    encrypted with them stays so, and the function may go on decrypting it.
  EOT
  type = object({
    environment = optional(string)
    logs        = optional(string)
    bucket      = optional(string)
    former      = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for arn in concat([for name, arn in var.kms_key_arns : arn if name != "former"], coalesce(var.kms_key_arns.former, [])) : arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", arn))
    ])
    error_message = "Each of kms_key_arns is the ARN of a key, as in \"arn:aws:kms:eu-central-1:123456789012:key/1234abcd-...\"; an alias is none."
  }
}

# What it tells

variable "metrics" {
  description = <<-EOT
    Whether the handler reports cold starts, load and prediction times as metrics, in the namespace LambdaModel. CloudWatch charges for each
    beyond an account's first ten.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "tracing" {
  description = "Whether calls are traced with X-Ray; the policy for it is implied."
  type        = bool
  default     = false
  nullable    = false
}

variable "on_failure" {
  description = <<-EOT
    Where the event of a failed asynchronous call goes, such as that of a ping: ARN of an SQS queue, an SNS topic, a Lambda function or an
    EventBridge bus; the policy for it is implied. null: nowhere.
  EOT
  type = object({
    destination_arn = string
  })
  default = null

  validation {
    condition = try(
      can(regex("^arn:[a-z-]+:(sqs|sns|lambda|events):[a-z0-9-]+:[0-9]{12}:.+$", var.on_failure.destination_arn)),
      true,
    ) || var.on_failure == null
    error_message = join(" ", [
      "on_failure.destination_arn is the ARN of an SQS queue, an SNS topic, a Lambda function or an EventBridge bus,",
      "as in \"arn:aws:sqs:eu-central-1:123456789012:failed\".",
    ])
  }
}

variable "alarms" {
  description = <<-EOT
    Alarms: topic_arns are SNS topics to tell; errors, throttles, warm_up_failures (where something pings), async_events_dropped and
    failed_executions (of batch) are the numbers in 5 minutes from which on there is an alarm; duration_p99 is in milliseconds (by default
    80 % of the timeout); concurrency_percent is the part of the concurrency that may be in use (there is no such alarm where that part is
    one environment, or no more than a ping uses); account_concurrency is what the account has, where no concurrency is reserved. null:
    none.
  EOT
  type = object({
    topic_arns           = optional(list(string), [])
    errors               = optional(number, 1)
    throttles            = optional(number, 1)
    duration_p99         = optional(number)
    concurrency_percent  = optional(number, 80)
    account_concurrency  = optional(number, 1000)
    warm_up_failures     = optional(number, 1)
    async_events_dropped = optional(number, 1)
    failed_executions    = optional(number, 1)
  })
  default = null

  validation {
    condition     = var.alarms == null || var.metrics
    error_message = "alarms look at metrics of the handler: leave metrics at true, or alarms out."
  }

  # modules/alarms', here once more so that the message names the variable that the user wrote
  validation {
    condition = alltrue([
      for arn in try(var.alarms.topic_arns, []) : can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:.+$", arn))
    ])
    error_message = "Each of alarms.topic_arns is the ARN of an SNS topic, as in \"arn:aws:sns:eu-central-1:123456789012:on-call\"."
  }

  validation {
    condition     = try(var.alarms.concurrency_percent >= 1 && var.alarms.concurrency_percent <= 100, true)
    error_message = "alarms.concurrency_percent is a percentage from 1 to 100."
  }
}

variable "dashboard" {
  description = "Whether there is a CloudWatch dashboard of calls, cold starts and model loads; null: where there are alarms."
  type        = bool
  default     = null

  validation {
    condition     = var.metrics || (var.dashboard == null ? true : !var.dashboard)
    error_message = "The dashboard shows metrics of the handler: leave metrics at true, or dashboard out."
  }
}

variable "log_retention_days" {
  description = "Days that CloudWatch keeps the function's logs; 0 keeps them for ever."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains(
      [0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = join(" ", [
      "log_retention_days is one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731,",
      "1096, 1827, 2192, 2557, 2922, 3288, 3653, or 0 for ever.",
    ])
  }
}

variable "tags" {
  description = "Tags, at most 50, of every resource that takes so many. Objects in the bucket are untagged: S3 takes 10 on an object."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(var.tags) <= 50 && !anytrue([for key in keys(var.tags) : startswith(lower(key), "aws:")])
    error_message = "tags takes at most 50 tags, and a key that starts with \"aws:\" belongs to AWS."
  }
}
