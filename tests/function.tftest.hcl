# modules/function alone: what it may do, what it is told, and what is refused at plan.

mock_provider "aws" {
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/aws/lambda/churn" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws-cn:iam::123456789012:role/churn-1" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws-cn:lambda:cn-north-1:123456789012:function:churn", version = "7" }
  }
}

variables {
  name         = "churn"
  runtime      = "python3.13"
  architecture = "arm64"

  package = {
    bucket         = "churn-1"
    key            = "function/e3b0.zip"
    version_id     = "v1"
    sha256_base64  = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    unzipped_bytes = 40000
  }

  layers = [{ arn = "arn:aws-cn:lambda:cn-north-1:123456789012:layer:churn-dependencies:1", unzipped_bytes = 200000000 }]

  model = {
    sha256          = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    sklearn_version = "1.7.2"
    bytes           = 1048577
    bucket          = "models"
    key             = "churn/model.pkl"
    version_id      = "v9"
  }
}

run "it_may_write_its_own_logs_and_read_its_own_model" {
  module {
    source = "./modules/function"
  }

  assert {
    condition = jsondecode(aws_iam_role.this[0].assume_role_policy).Statement == [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
    error_message = "Lambda takes the role, and nobody else."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.own[0].policy).Statement == [{
      Sid      = "WriteOwnLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/aws/lambda/churn:*"
    }]
    error_message = "It writes to streams of its own log group, and makes no group."
  }
  assert {
    condition = [for policy in aws_iam_role_policy.model : jsondecode(policy.policy).Statement] == [[{
      Sid      = "ReadOwnModel"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion"]
      Resource = "arn:aws-cn:s3:::models/churn/model.pkl"
    }]]
    error_message = "It reads the one object, in whatever partition it runs."
  }
  assert {
    condition     = toset([aws_iam_role_policy.own[0].role, aws_iam_role_policy.model[0].role]) == toset([aws_iam_role.this[0].id])
    error_message = "Both are of its own role."
  }
  assert {
    condition = aws_iam_role_policy.model[0].name_prefix == join("-", [
      "read-own-model", substr(sha256("arn:aws-cn:s3:::models/churn/model.pkl"), 0, 8), "",
    ])
    error_message = "The policy's name follows the object: both policies are there while the alias moves to another."
  }
}

run "a_plain_dollar_is_part_of_a_key" {
  module {
    source = "./modules/function"
  }

  variables {
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bucket = "models"
      key    = "churn$/model.pkl"
    }
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.model[0].policy).Statement[0].Resource == "arn:aws-cn:s3:::models/churn$/model.pkl"
    error_message = "The key is taken as it is."
  }
}

run "it_may_do_what_its_settings_imply_and_no_more" {
  module {
    source = "./modules/function"
  }

  variables {
    network           = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
    tracing           = true
    may_invoke_itself = true
    asynchronous      = { on_failure = { destination_arn = "arn:aws-cn:sqs:cn-north-1:123456789012:failed" } }
    kms_key_arns      = { environment = "arn:aws-cn:kms:cn-north-1:123456789012:key/1", logs = "arn:aws-cn:kms:cn-north-1:123456789012:key/2" }
    model = {
      sha256      = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bucket      = "models"
      key         = "churn/2026-11/model.pkl"
      read_prefix = "churn/"
      kms_key_arn = "arn:aws-cn:kms:cn-north-1:123456789012:key/3"
    }
    role = {
      policy_statements = [
        { sid = "Lookup", actions = ["dynamodb:GetItem"], resources = ["arn:aws-cn:dynamodb:cn-north-1:123456789012:table/features"] },
        {
          effect    = "Deny"
          actions   = ["s3:GetObject"]
          resources = ["arn:aws-cn:s3:::models/churn/secret/*"]
          condition = { StringEquals = { "aws:ResourceAccount" = ["123456789012"] } }
        },
      ]
    }
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.own[0].policy).Statement[1] == {
      Sid    = "DecryptOwnData"
      Effect = "Allow"
      Action = ["kms:Decrypt"]
      Resource = [
        "arn:aws-cn:kms:cn-north-1:123456789012:key/1",
        "arn:aws-cn:kms:cn-north-1:123456789012:key/3",
      ]
    }
    error_message = "It decrypts its environment and its model; logs are CloudWatch's to decrypt."
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.model[0].policy).Statement[0].Resource == "arn:aws-cn:s3:::models/churn/*"
    error_message = "It reads all below the prefix, so that earlier versions find their models."
  }
  assert {
    condition = toset(keys(aws_iam_role_policy.further)) == toset([
      "invoke-own-alias", "more", "send-failed-events", "send-traces", "use-network",
    ])
    error_message = "Each setting has a policy of its own."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.further["invoke-own-alias"].policy).Statement == [{
      Sid      = "InvokeOwnAlias"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = "arn:aws-cn:lambda:cn-north-1:123456789012:function:churn:live"
    }]
    error_message = "It invokes its own alias, and no other function."
  }
  assert {
    condition = (
      jsondecode(aws_iam_role_policy.further["send-failed-events"].policy).Statement[0].Action == ["sqs:SendMessage"] &&
      jsondecode(aws_iam_role_policy.further["send-failed-events"].policy).Statement[0].Resource == [var.asynchronous.on_failure.destination_arn]
    )
    error_message = "It sends to the queue."
  }
  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.further["use-network"].policy).Statement : statement.Effect] == [
      "Allow", "Deny",
    ]
    error_message = "Lambda makes the interfaces with its role, and the code in it may not."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.further["use-network"].policy).Statement[1].Condition == {
      ArnEquals = { "lambda:SourceFunctionArn" = ["arn:aws-cn:lambda:cn-north-1:123456789012:function:churn"] }
    }
    error_message = "The code is known by the function's ARN."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.further["more"].policy).Statement == [
      {
        Sid      = "Lookup"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem"]
        Resource = ["arn:aws-cn:dynamodb:cn-north-1:123456789012:table/features"]
      },
      {
        Effect    = "Deny"
        Action    = ["s3:GetObject"]
        Resource  = ["arn:aws-cn:s3:::models/churn/secret/*"]
        Condition = { StringEquals = { "aws:ResourceAccount" = ["123456789012"] } }
      },
    ]
    error_message = "What was asked for, and nothing that was not given."
  }
  assert {
    condition     = length(jsondecode(output.policy).Statement) == 10
    error_message = "The output has all of it: logs, keys, model, itself, queue, traces, two of the network, and the two that were given."
  }
  assert {
    condition = (
      one(aws_lambda_function.this.tracing_config).mode == "Active" &&
      one(aws_lambda_function.this.vpc_config).subnet_ids == toset(["subnet-1"]) &&
      aws_lambda_function.this.kms_key_arn == "arn:aws-cn:kms:cn-north-1:123456789012:key/1" &&
      aws_cloudwatch_log_group.this[0].kms_key_id == "arn:aws-cn:kms:cn-north-1:123456789012:key/2" &&
      one(one(aws_lambda_function_event_invoke_config.this.destination_config).on_failure).destination == var.asynchronous.on_failure.destination_arn
    )
    error_message = "The function has its settings."
  }
}

run "an_existing_role_gets_no_policy_and_is_told_what_it_needs" {
  module {
    source = "./modules/function"
  }

  variables {
    role = { existing = { arn = "arn:aws-cn:iam::123456789012:role/team/serving" } }
  }

  assert {
    condition     = length(aws_iam_role.this) + length(aws_iam_role_policy.own) + length(aws_iam_role_policy.model) == 0
    error_message = "Nothing of IAM is made."
  }
  assert {
    condition     = aws_lambda_function.this.role == var.role.existing.arn && output.role_name == "serving"
    error_message = "The function runs as that role."
  }
  assert {
    condition     = [for statement in jsondecode(output.policy).Statement : statement.Sid] == ["WriteOwnLogs", "ReadOwnModel"]
    error_message = "What the role has to allow is an output."
  }
}

run "a_function_of_its_own_concurrency_boundary_and_signature" {
  module {
    source = "./modules/function"
  }

  variables {
    reserved_concurrency    = 0
    role                    = { permissions_boundary_arn = "arn:aws-cn:iam::123456789012:policy/developers" }
    code_signing_config_arn = "arn:aws-cn:lambda:cn-north-1:123456789012:code-signing-config:csc-1"
    one_thread              = false
    metrics                 = false
    docs                    = true
  }

  assert {
    condition = (
      aws_lambda_function.this.reserved_concurrent_executions == 0 &&
      aws_iam_role.this[0].permissions_boundary == var.role.permissions_boundary_arn &&
      aws_lambda_function.this.code_signing_config_arn == var.code_signing_config_arn &&
      aws_lambda_function.this.environment[0].variables["MODEL_ONE_THREAD"] == "false" &&
      aws_lambda_function.this.environment[0].variables["MODEL_METRICS"] == "false" &&
      aws_lambda_function.this.environment[0].variables["MODEL_DOCS"] == "true"
    )
    error_message = "0 stops the function; the others are passed on."
  }
}

run "a_followed_model_is_not_pinned" {
  module {
    source = "./modules/function"
  }

  variables {
    model = {
      follow = true
      bucket = "models"
      key    = "churn/model.pkl"
    }
  }

  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      MODEL_FOLLOW  = "true"
      MODEL_FORMAT  = "pickle"
      MODEL_BUCKET  = "models"
      MODEL_KEY     = "churn/model.pkl"
      MODEL_TIMEOUT = "60"
    })
    error_message = "Neither digest nor version: the handler looks them up with each new object."
  }
}

run "live_is_pinned_and_the_newest_tried_on_a_tenth" {
  module {
    source = "./modules/function"
  }

  variables {
    live_version = "3"
    canary       = { weight = 0.1 }
  }

  assert {
    condition     = aws_lambda_alias.this.function_version == "3" && output.version == "3" && output.newest_version == "7"
    error_message = "The alias stays at the version that was given."
  }
  assert {
    condition     = aws_lambda_alias.this.routing_config[0].additional_version_weights == tomap({ "7" = 0.1 })
    error_message = "The newest gets its part."
  }
}

run "a_canary_of_an_earlier_version" {
  module {
    source = "./modules/function"
  }

  variables {
    canary = { version = "6", weight = 0.5 }
  }

  assert {
    condition = (
      aws_lambda_alias.this.function_version == "7" &&
      aws_lambda_alias.this.routing_config[0].additional_version_weights == tomap({ "6" = 0.5 })
    )
    error_message = "Half of the calls go back to the version before."
  }
}

# At plan, as the version of the runs before is in the state

run "a_version_that_is_not_published_yet" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    live_version = "8"
  }

  expect_failures = [aws_lambda_alias.this]
}

# At plan, as the version of the runs before is in the state

run "a_canary_of_the_live_version" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    live_version = "7"
    canary       = { weight = 0.1 }
  }

  expect_failures = [aws_lambda_alias.this]
}

run "snapstart_is_of_published_versions" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    snap_start = true
    runtime    = "python3.12"
  }

  assert {
    condition     = aws_lambda_function.this.snap_start[0].apply_on == "PublishedVersions"
    error_message = "Each version starts from its snapshot."
  }
}

run "snapstart_of_an_older_runtime" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    snap_start = true
    runtime    = "python3.11"
  }

  expect_failures = [aws_lambda_function.this]
}

run "snapstart_with_a_larger_tmp" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    snap_start             = true
    ephemeral_storage_size = 513
  }

  expect_failures = [aws_lambda_function.this]
}

run "security_groups_are_let_go_when_the_function_is_destroyed" {
  module {
    source = "./modules/function"
  }

  variables {
    network = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"] }
  }

  assert {
    condition = (
      aws_lambda_function.this.replace_security_groups_on_destroy &&
      aws_lambda_function.this.replacement_security_group_ids == null &&
      length(aws_security_group.leaving) == 0
    )
    error_message = "The interfaces get the VPC's default group."
  }
}

run "destroy_waits_for_the_interfaces" {
  module {
    source = "./modules/function"
  }

  variables {
    network = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"], vpc = { id = "vpc-1" } }
  }

  assert {
    condition = (
      aws_security_group.leaving[0].vpc_id == "vpc-1" &&
      aws_lambda_function.this.replacement_security_group_ids == toset([aws_security_group.leaving[0].id]) &&
      one(aws_lambda_function.this.vpc_config).security_group_ids == toset(["sg-1"])
    )
    error_message = "A group of the function's own replaces the caller's, and is in the VPC."
  }
}

run "outside_a_network_there_is_nothing_to_let_go" {
  command = plan

  module {
    source = "./modules/function"
  }

  assert {
    condition     = aws_lambda_function.this.replace_security_groups_on_destroy == null
    error_message = "No group is replaced."
  }
}

run "a_network_without_a_subnet" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    network = { subnet_ids = [], security_group_ids = ["sg-1"] }
  }

  expect_failures = [var.network]
}

run "a_bundled_model_cannot_be_followed" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    model = { follow = true, file = "model.pkl" }
  }

  expect_failures = [var.model]
}

run "an_asynchronous_call_is_tried_once" {
  module {
    source = "./modules/function"
  }

  assert {
    condition = (
      aws_lambda_function_event_invoke_config.this.qualifier == "live" &&
      aws_lambda_function_event_invoke_config.this.maximum_retry_attempts == 0 &&
      aws_lambda_function_event_invoke_config.this.maximum_event_age_in_seconds == 60
    )
    error_message = "A ping that fails or is throttled is not called again by Lambda."
  }
}

run "the_handler_is_told_of_a_model_in_s3" {
  module {
    source = "./modules/function"
  }

  variables {
    environment = { LOG_LEVEL = "DEBUG" }
    timeout     = 17
  }

  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      LOG_LEVEL             = "DEBUG"
      MODEL_SHA256          = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      MODEL_FORMAT          = "pickle"
      MODEL_SKLEARN_VERSION = "1.7.2"
      MODEL_BUCKET          = "models"
      MODEL_KEY             = "churn/model.pkl"
      MODEL_VERSION_ID      = "v9"
      MODEL_TIMEOUT         = "17"
    })
    error_message = "The environment is the contract with lambda/handler.py, and the user's own."
  }
}

run "what_is_not_known_of_the_model_is_left_out" {
  module {
    source = "./modules/function"
  }

  variables {
    model = {
      sha256 = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"
      format = "joblib"
      bucket = "models"
      key    = "churn/model.joblib"
    }
  }

  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      MODEL_SHA256  = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      MODEL_FORMAT  = "joblib"
      MODEL_BUCKET  = "models"
      MODEL_KEY     = "churn/model.joblib"
      MODEL_TIMEOUT = "60"
    })
    error_message = "No variable is empty, and the digest is as Python writes it."
  }
}

run "a_model_in_the_zip_needs_no_access_to_s3" {
  module {
    source = "./modules/function"
  }

  variables {
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      file   = "model.pkl"
    }
  }

  assert {
    condition     = length(aws_iam_role_policy.model) == 0
    error_message = "It may write its logs, and nothing else."
  }
  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      MODEL_SHA256  = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      MODEL_FORMAT  = "pickle"
      MODEL_FILE    = "model.pkl"
      MODEL_TIMEOUT = "60"
    })
    error_message = "The handler is told the file's name."
  }
}

run "every_apply_publishes_and_the_alias_follows" {
  module {
    source = "./modules/function"
  }

  assert {
    condition = (
      aws_lambda_function.this.publish &&
      aws_lambda_alias.this.name == "live" && aws_lambda_alias.this.function_version == "7"
    )
    error_message = "live points to the version just published."
  }
  assert {
    condition = (
      aws_lambda_function.this.handler == "handler.lambda_handler" &&
      toset(aws_lambda_function.this.architectures) == toset(["arm64"])
    )
    error_message = "Handler and architecture are those of the zip."
  }
  assert {
    condition = (
      aws_lambda_function.this.source_code_hash == var.package.sha256_base64 &&
      aws_lambda_function.this.s3_object_version == "v1"
    )
    error_message = "The code is this version of the object."
  }
  assert {
    condition = (
      aws_cloudwatch_log_group.this[0].name == "/aws/lambda/churn" &&
      aws_cloudwatch_log_group.this[0].retention_in_days == 30
    )
    error_message = "Logs go where Lambda writes them, and end."
  }
}

run "layers_of_unknown_size_are_taken" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    layers = [
      { arn = "arn:aws:lambda:eu-central-1:123456789012:layer:dependencies:1", unzipped_bytes = 262104000 },
      { arn = "arn:aws:lambda:eu-central-1:123456789012:layer:tracing:3" },
    ]
  }

  assert {
    condition     = local.unzipped_bytes == 262144000
    error_message = "What is known just fits; what is not known counts nothing."
  }
}

run "layer_and_function_over_the_limit" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    layers = [{ arn = "arn:aws:lambda:eu-central-1:123456789012:layer:dependencies:1", unzipped_bytes = 262104001 }]
  }

  expect_failures = [aws_lambda_function.this]
}

run "the_size_check_says_what_is_how_big" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    package = {
      bucket         = "churn-1"
      key            = "function/e3b0.zip"
      sha256_base64  = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
      unzipped_bytes = 13302113
    }
    layers = [{ arn = "arn:aws:lambda:eu-central-1:123456789012:layer:dependencies:1", unzipped_bytes = 200000000 }]
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bytes  = 13100000
      file   = "model.pkl"
    }
  }

  assert {
    condition     = "${local.messages.unzipped}\n" == <<-EOT
      The layers and the function are too large for Lambda. Unzipped, they have 213,302,113 bytes, and the limit is 262,144,000 bytes.
      The layers have 200,000,000 bytes, and the function has 13,302,113 bytes, of which the model has 13,100,000.
      Remove packages from the requirements and run: invoke build-layer --requirements FILE. Or set mode = "s3", which leaves the model out of the deployment package.
    EOT
    error_message = "Sizes of the parts, and a way out."
  }
}

run "a_sixth_layer" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    layers = [for number in range(6) : { arn = "arn:aws:lambda:eu-central-1:123456789012:layer:tracing:${number + 1}" }]
  }

  expect_failures = [aws_lambda_function.this]
}

run "a_model_over_tmp" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    memory_size = 1024
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bytes  = 536870913
      bucket = "models"
      key    = "churn/model.pkl"
    }
  }

  expect_failures = [aws_lambda_function.this]
}

run "a_model_over_tmp_that_memory_holds_twice" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    memory_size = 3008
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bytes  = 536870913
      bucket = "models"
      key    = "churn/model.pkl"
    }
  }

  assert {
    condition     = aws_lambda_function.this.ephemeral_storage[0].size == 512
    error_message = "It is fetched into memory, and /tmp is not asked for."
  }
}

run "a_model_over_memory" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    memory_size = 128
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bytes  = 134217729
      file   = "model.pkl"
    }
  }

  expect_failures = [aws_lambda_function.this]
}

run "a_model_over_all_that_lambda_has" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    memory_size            = 10240
    ephemeral_storage_size = 10240
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bytes  = 10737418241
      bucket = "models"
      key    = "churn/model.pkl"
    }
  }

  expect_failures = [aws_lambda_function.this]
}

run "advice_stays_within_what_lambda_has" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    memory_size            = 10240
    ephemeral_storage_size = 10240
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bytes  = 10737418240
      bucket = "models"
      key    = "churn/model.pkl"
    }
  }

  assert {
    condition = local.advice == {
      ephemeral_storage = "Set ephemeral_storage_size = 10240."
      memory            = "Set memory_size = 10240."
    }
    error_message = "The most that Lambda has, for a model that just fits."
  }
}

run "environment_variables_over_the_limit" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    environment = { LONG = format("%04000d", 0) }
  }

  expect_failures = [aws_lambda_function.this]
}

run "a_model_that_is_nowhere" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }
  }

  expect_failures = [var.model]
}

run "a_variable_of_the_handler" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    environment = { MODEL_SHA256 = "0" }
  }

  expect_failures = [var.environment]
}

run "a_name_with_a_dot" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    name = "churn.v2"
  }

  expect_failures = [var.name]
}

run "a_model_without_a_real_sha256" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    model = { bucket = "models", key = "model.pkl", sha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
  }

  expect_failures = [var.model]
}

run "a_model_of_unknown_format" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    model = {
      bucket = "models"
      key    = "model.pkl"
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      format = "onnx"
    }
  }

  expect_failures = [var.model]
}

run "a_model_key_with_a_wildcard" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    model = { bucket = "models", key = "churn/*", sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }
  }

  expect_failures = [var.model]
}

run "a_model_key_with_a_policy_variable" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    model = {
      bucket = "models"
      key    = "churn/$${aws:username}"
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }
  }

  expect_failures = [var.model]
}

run "a_model_without_a_bucket" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    model = {
      bucket = ""
      key    = "model.pkl"
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }
  }

  expect_failures = [var.model]
}

run "a_model_without_a_key" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    model = {
      bucket = "models"
      key    = ""
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }
  }

  expect_failures = [var.model]
}

run "a_model_of_an_empty_version" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    model = {
      bucket     = "models"
      key        = "model.pkl"
      version_id = ""
      sha256     = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }
  }

  expect_failures = [var.model]
}

run "a_model_of_no_bytes" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    model = { bucket = "models", key = "model.pkl", sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", bytes = 0 }
  }

  expect_failures = [var.model]
}

run "an_environment_name_with_a_hyphen" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    environment = { LOG-LEVEL = "DEBUG" }
  }

  expect_failures = [var.environment]
}

run "an_environment_name_of_the_handler" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    environment = { MODEL_KEY = "another" }
  }

  expect_failures = [var.environment]
}

run "an_environment_name_of_aws" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    environment = { AWS_REGION = "eu-central-1" }
  }

  expect_failures = [var.environment]
}

run "an_environment_name_of_lambda" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    environment = { LAMBDA_TASK_ROOT = "/tmp" }
  }

  expect_failures = [var.environment]
}

run "a_model_without_a_digest_that_is_not_followed" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    model = { bucket = "models", key = "model.pkl" }
  }

  expect_failures = [var.model]
}

run "a_model_that_is_followed_and_pinned" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    model = { bucket = "models", key = "model.pkl", follow = true, version_id = "v1" }
  }

  expect_failures = [var.model]
}

run "a_prefix_that_is_not_of_the_model" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    model = { bucket = "models", key = "churn/model.pkl", follow = true, read_prefix = "fraud/" }
  }

  expect_failures = [var.model]
}

run "a_network_without_a_security_group" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    network = { subnet_ids = ["subnet-1"], security_group_ids = [] }
  }

  expect_failures = [var.network]
}

run "a_live_version_of_latest" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    live_version = "$LATEST"
  }

  expect_failures = [var.live_version]
}

run "a_canary_of_an_alias" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    canary = { version = "next", weight = 0.1 }
  }

  expect_failures = [var.canary]
}

run "a_canary_with_all_the_traffic" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    live_version = "3"
    canary       = { weight = 1 }
  }

  expect_failures = [var.canary]
}

run "a_canary_beside_nothing" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    canary = { weight = 0.1 }
  }

  expect_failures = [var.canary]
}

run "a_boundary_for_an_existing_role" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    role = {
      existing                 = { arn = "arn:aws:iam::123456789012:role/serving" }
      permissions_boundary_arn = "arn:aws:iam::123456789012:policy/developers"
    }
  }

  expect_failures = [var.role]
}

run "a_statement_that_neither_allows_nor_denies" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    role = { policy_statements = [{ effect = "allow", actions = ["s3:GetObject"], resources = ["*"] }] }
  }

  expect_failures = [var.role]
}

run "a_statement_of_nothing" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    role = { policy_statements = [{ actions = ["s3:GetObject"], resources = [] }] }
  }

  expect_failures = [var.role]
}

run "a_key_that_is_an_alias" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    kms_key_arns = { logs = "alias/logs" }
  }

  expect_failures = [var.kms_key_arns]
}

run "a_former_key_that_is_an_alias" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    kms_key_arns = { former = ["alias/logs"] }
  }

  expect_failures = [var.kms_key_arns]
}

run "a_destination_that_is_a_url" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    asynchronous = { on_failure = { destination_arn = "https://sqs.eu-central-1.amazonaws.com/123456789012/failed" } }
  }

  expect_failures = [var.asynchronous]
}

run "a_log_group_of_ones_own_and_json" {
  module {
    source = "./modules/function"
  }

  variables {
    metrics = false
    logging = {
      format            = "JSON"
      application_level = "WARN"
      system_level      = "INFO"
      existing_group    = { arn = "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/models/all:*" }
    }
    network = { subnet_ids = ["subnet-1"], security_group_ids = ["sg-1"], ipv6 = true }
  }

  assert {
    condition     = length(aws_cloudwatch_log_group.this) == 0 && output.log_group_name == "/models/all"
    error_message = "No log group is made."
  }
  assert {
    condition = (
      one(aws_lambda_function.this.logging_config).log_group == "/models/all" &&
      one(aws_lambda_function.this.logging_config).log_format == "JSON" &&
      one(aws_lambda_function.this.logging_config).application_log_level == "WARN" &&
      one(aws_lambda_function.this.logging_config).system_log_level == "INFO"
    )
    error_message = "The function writes there, in that form."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.own[0].policy).Statement[0].Resource == (
      "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/models/all:*"
    )
    error_message = "And its role may write there, and nowhere else."
  }
  assert {
    condition     = one(aws_lambda_function.this.vpc_config).ipv6_allowed_for_dual_stack
    error_message = "It reaches IPv6 addresses."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.further["use-network"].policy).Statement[1].Condition.ArnEquals == {
      "lambda:SourceFunctionArn" = ["arn:aws-cn:lambda:cn-north-1:123456789012:function:churn"]
    }
    error_message = "The function's ARN does not depend on whose the log group is."
  }
}

run "levels_of_a_text_log" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    logging = { application_level = "INFO" }
  }

  expect_failures = [var.logging]
}

run "a_level_that_discards_the_metrics" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    logging = { format = "JSON", application_level = "ERROR" }
  }

  expect_failures = [var.logging]
}

run "a_format_of_logs_that_does_not_exist" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    logging = { format = "json" }
  }

  expect_failures = [var.logging]
}

run "a_log_group_that_is_a_name" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    logging = { existing_group = { arn = "/models/all" } }
  }

  expect_failures = [var.logging]
}

run "a_role_as_the_organization_wants_it" {
  module {
    source = "./modules/function"
  }

  variables {
    description = "Answers with the probability of churn"
    role = {
      name                = "svc-churn"
      path                = "/models/"
      managed_policy_arns = { insights = "arn:aws-cn:iam::aws:policy/CloudWatchLambdaInsightsExecutionRolePolicy" }
    }
  }

  assert {
    condition     = aws_iam_role.this[0].name == "svc-churn" && aws_iam_role.this[0].path == "/models/"
    error_message = "Its name has no suffix, and its path is the one that was given."
  }
  assert {
    condition = (
      aws_iam_role_policy_attachment.managed["insights"].role == aws_iam_role.this[0].name &&
      aws_iam_role_policy_attachment.managed["insights"].policy_arn == var.role.managed_policy_arns["insights"]
    )
    error_message = "The managed policy is attached to it."
  }
  assert {
    condition     = aws_lambda_function.this.description == var.description
    error_message = "The function says what it is for."
  }
}

run "a_role_of_an_unfinished_path" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    role = { path = "models" }
  }

  expect_failures = [var.role]
}

run "a_managed_policy_that_is_a_name" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    role = { managed_policy_arns = { insights = "CloudWatchLambdaInsightsExecutionRolePolicy" } }
  }

  expect_failures = [var.role]
}

run "a_boundary_that_is_no_policy" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    role = { permissions_boundary_arn = "developers" }
  }

  expect_failures = [var.role]
}

run "records_of_asynchronous_calls_are_kept" {
  module {
    source = "./modules/function"
  }

  variables {
    asynchronous = {
      maximum_retry_attempts       = 2
      maximum_event_age_in_seconds = 21600
      on_failure                   = { destination_arn = "arn:aws-cn:s3:::failed-calls" }
      on_success                   = { destination_arn = "arn:aws-cn:events:cn-north-1:123456789012:event-bus/predictions" }
    }
  }

  assert {
    condition = (
      aws_lambda_function_event_invoke_config.this.maximum_retry_attempts == 2 &&
      aws_lambda_function_event_invoke_config.this.maximum_event_age_in_seconds == 21600
    )
    error_message = "A call is tried again, for as long as Lambda does it."
  }
  assert {
    condition = (
      one(one(aws_lambda_function_event_invoke_config.this.destination_config).on_failure).destination == "arn:aws-cn:s3:::failed-calls" &&
      one(one(aws_lambda_function_event_invoke_config.this.destination_config).on_success).destination == var.asynchronous.on_success.destination_arn
    )
    error_message = "Both kinds of records are sent."
  }
  assert {
    condition = [
      for name in ["send-failed-events", "send-successful-events"] : [
        for statement in jsondecode(aws_iam_role_policy.further[name].policy).Statement : [statement.Action, statement.Resource]
      ]
      ] == [
      [[["s3:ListBucket", "s3:PutObject"], ["arn:aws-cn:s3:::failed-calls", "arn:aws-cn:s3:::failed-calls/*"]]],
      [[["events:PutEvents"], ["arn:aws-cn:events:cn-north-1:123456789012:event-bus/predictions"]]],
    ]
    error_message = "The role may write to both, and may not read."
  }
}

run "a_bucket_for_calls_that_succeeded" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    asynchronous = { on_success = { destination_arn = "arn:aws-cn:s3:::predictions" } }
  }

  expect_failures = [var.asynchronous]
}

run "three_retries" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    asynchronous = { maximum_retry_attempts = 3 }
  }

  expect_failures = [var.asynchronous]
}

run "events_that_get_older_than_lambda_keeps_them" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    asynchronous = { maximum_event_age_in_seconds = 21601 }
  }

  expect_failures = [var.asynchronous]
}

run "callers_of_other_accounts_may_invoke_the_alias" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    callers = { principals = ["210987654321", "arn:aws-cn:iam::210987654321:role/scoring"], organization_id = "o-a1b2c3d4e5" }
  }

  assert {
    condition = toset([
      for permission in aws_lambda_permission.caller : join(" ", compact([
        permission.action, permission.qualifier, permission.principal, permission.principal_org_id,
      ]))
      ]) == toset([
      "lambda:InvokeFunction live 210987654321",
      "lambda:InvokeFunction live arn:aws-cn:iam::210987654321:role/scoring",
      "lambda:InvokeFunction live * o-a1b2c3d4e5",
    ])
    error_message = "The account, the role, and who is in the organization; and everybody is in none."
  }
}

run "a_caller_that_is_anybody" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    callers = { principals = ["*"] }
  }

  expect_failures = [var.callers]
}

run "an_organization_that_is_a_name" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    callers = { organization_id = "example" }
  }

  expect_failures = [var.callers]
}

run "a_retention_that_cloudwatch_does_not_have" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    logging = { retention_days = 31 }
  }

  expect_failures = [var.logging]
}
