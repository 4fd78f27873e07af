# Concurrency, code signing, the name, and the environment variables.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "optional_settings_are_passed_to_the_function" {
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
    error_message = "The function must have each of these settings, also a reserved concurrency of 0."
  }
}

run "the_environment_name_of_the_digest_is_refused" {
  command = plan

  variables {
    environment = { MODEL_SHA256 = "0" }
  }

  expect_failures = [var.environment]
}

run "a_name_with_a_period_is_refused" {
  command = plan

  variables {
    name = "churn.v2"
  }

  expect_failures = [var.name]
}

run "an_environment_name_with_a_hyphen_is_refused" {
  command = plan

  variables {
    environment = { LOG-LEVEL = "DEBUG" }
  }

  expect_failures = [var.environment]
}

run "an_environment_name_that_begins_with_model_is_refused" {
  command = plan

  variables {
    environment = { MODEL_KEY = "another" }
  }

  expect_failures = [var.environment]
}

run "an_environment_name_that_aws_reserves_is_refused" {
  command = plan

  variables {
    environment = { AWS_REGION = "eu-central-1" }
  }

  expect_failures = [var.environment]
}

run "an_environment_name_that_lambda_reserves_is_refused" {
  command = plan

  variables {
    environment = { LAMBDA_TASK_ROOT = "/tmp" }
  }

  expect_failures = [var.environment]
}
