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
    object          = { bucket = "models", key = "churn/model.pkl", version_id = "v9" }
  }
}

run "it_may_write_its_own_logs_and_read_its_own_model" {
  module {
    source = "./modules/function"
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement == [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
    error_message = "Lambda takes the role, and nobody else."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.logs.policy).Statement == [{
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
    condition     = toset([aws_iam_role_policy.logs.role, aws_iam_role_policy.model[0].role]) == toset([aws_iam_role.this.id])
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
      object = { bucket = "models", key = "churn$/model.pkl" }
    }
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.model[0].policy).Statement[0].Resource == "arn:aws-cn:s3:::models/churn$/model.pkl"
    error_message = "The key is taken as it is."
  }
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
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      format = "joblib"
      object = { bucket = "models", key = "churn/model.joblib" }
    }
  }

  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      MODEL_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      MODEL_FORMAT = "joblib"
      MODEL_BUCKET = "models"
      MODEL_KEY    = "churn/model.joblib"
    })
    error_message = "No variable is empty."
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
      MODEL_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      MODEL_FORMAT = "pickle"
      MODEL_FILE   = "model.pkl"
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
      aws_cloudwatch_log_group.this.name == "/aws/lambda/churn" &&
      aws_cloudwatch_log_group.this.retention_in_days == 30
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
    condition     = "${local.words.unzipped}\n" == <<-EOT
      The layers and the function do not fit Lambda: 213,302,113 of 262,144,000 bytes unzipped.
      The layers have 200,000,000, the function 13,302,113, of it the model 13,100,000.
      Try: invoke build-layer --requirements FILE with less in it, or mode = "s3" to leave the model out of the zip.
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
    memory_size = 3008
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      bytes  = 536870913
      object = { bucket = "models", key = "churn/model.pkl" }
    }
  }

  expect_failures = [aws_lambda_function.this]
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
      object = { bucket = "models", key = "churn/model.pkl" }
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
      object = { bucket = "models", key = "churn/model.pkl" }
    }
  }

  assert {
    condition     = local.advice == { ephemeral_storage = "ephemeral_storage_size = 10240", memory = "memory_size = 10240" }
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

run "a_model_of_unknown_format" {
  command = plan

  module {
    source = "./modules/function"
  }

  variables {
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      format = "onnx"
      file   = "model.onnx"
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
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      object = { bucket = "models", key = "" }
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
    model = {
      sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
      object = { bucket = "models", key = "churn/*" }
    }
  }

  expect_failures = [var.model]
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
