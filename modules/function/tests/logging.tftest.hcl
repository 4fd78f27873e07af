# The log group, the format and the levels.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "a_log_group_of_ones_own_and_json" {
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

  variables {
    logging = { application_level = "INFO" }
  }

  expect_failures = [var.logging]
}

run "a_level_that_discards_the_metrics" {
  command = plan

  variables {
    logging = { format = "JSON", application_level = "ERROR" }
  }

  expect_failures = [var.logging]
}

run "a_format_of_logs_that_does_not_exist" {
  command = plan

  variables {
    logging = { format = "json" }
  }

  expect_failures = [var.logging]
}

run "a_log_group_that_is_a_name" {
  command = plan

  variables {
    logging = { existing_group = { arn = "/models/all" } }
  }

  expect_failures = [var.logging]
}

run "a_retention_that_cloudwatch_does_not_have" {
  command = plan

  variables {
    logging = { retention_days = 31 }
  }

  expect_failures = [var.logging]
}
