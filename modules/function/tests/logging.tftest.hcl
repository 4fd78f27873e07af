# The log group, the log format, and the log levels.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "logs_can_go_to_an_existing_log_group_as_json" {
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
    error_message = "No log group must be created."
  }
  assert {
    condition = (
      one(aws_lambda_function.this.logging_config).log_group == "/models/all" &&
      one(aws_lambda_function.this.logging_config).log_format == "JSON" &&
      one(aws_lambda_function.this.logging_config).application_log_level == "WARN" &&
      one(aws_lambda_function.this.logging_config).system_log_level == "INFO"
    )
    error_message = "The function must use the existing log group, the format, and the levels."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.own[0].policy).Statement[0].Resource == (
      "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/models/all:*"
    )
    error_message = "The role must only be able to write to this log group."
  }
  assert {
    condition     = one(aws_lambda_function.this.vpc_config).ipv6_allowed_for_dual_stack
    error_message = "The function must be able to connect to IPv6 addresses."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.further["use-network"].policy).Statement[1].Condition.ArnEquals == {
      "lambda:SourceFunctionArn" = ["arn:aws-cn:lambda:cn-north-1:123456789012:function:churn"]
    }
    error_message = "The ARN of the function must not depend on the name of the log group."
  }
}

run "log_levels_without_json_are_refused" {
  command = plan

  variables {
    logging = { application_level = "INFO" }
  }

  expect_failures = [var.logging]
}

run "a_log_level_that_discards_the_metrics_is_refused" {
  command = plan

  variables {
    logging = { format = "JSON", application_level = "ERROR" }
  }

  expect_failures = [var.logging]
}

run "an_unknown_log_format_is_refused" {
  command = plan

  variables {
    logging = { format = "json" }
  }

  expect_failures = [var.logging]
}

run "a_log_group_that_is_not_an_arn_is_refused" {
  command = plan

  variables {
    logging = { existing_group = { arn = "/models/all" } }
  }

  expect_failures = [var.logging]
}

run "a_retention_that_cloudwatch_logs_does_not_support_is_refused" {
  command = plan

  variables {
    logging = { retention_days = 31 }
  }

  expect_failures = [var.logging]
}
