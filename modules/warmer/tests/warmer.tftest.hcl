# What keeps the function warm, at which times, and which settings are refused.

mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/churn-warm-1" }
  }
  mock_resource "aws_cloudwatch_event_rule" {
    defaults = { arn = "arn:aws:events:eu-central-1:123456789012:rule/churn-warm" }
  }
}

variables {
  function_name = "churn"
  alias_name    = "live"
  alias_arn     = "arn:aws:lambda:eu-central-1:123456789012:function:churn:live"
}

run "the_alias_is_pinged_every_five_minutes" {
  assert {
    condition     = keys(aws_cloudwatch_event_rule.this) == ["rate(5 minutes)"]
    error_message = "One rule, every five minutes."
  }
  assert {
    condition     = aws_cloudwatch_event_rule.this["rate(5 minutes)"].state == "ENABLED"
    error_message = "The rule is on."
  }
  assert {
    condition     = aws_cloudwatch_event_target.this["rate(5 minutes)"].arn == var.alias_arn
    error_message = "The rule calls the alias, not $LATEST."
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_event_target.this["rate(5 minutes)"].input) == { warmer = true }
    error_message = "The ping is what the handler takes for one."
  }
  assert {
    condition     = aws_cloudwatch_event_target.this["rate(5 minutes)"].retry_policy[0].maximum_retry_attempts == 0
    error_message = "A ping that does not reach Lambda's queue is not sent again."
  }
  assert {
    condition = (
      aws_lambda_permission.this["rate(5 minutes)"].qualifier == "live" &&
      aws_lambda_permission.this["rate(5 minutes)"].source_arn == "arn:aws:events:eu-central-1:123456789012:rule/churn-warm"
    )
    error_message = "This rule may call the alias, and no other rule may."
  }
}

run "each_schedule_is_a_rule_of_its_own_name" {
  command = plan

  variables {
    function_name = "a-name-of-sixty-four-characters-the-most-that-a-function-may-have"
    warm = {
      schedules = ["cron(0/5 8-17 ? * MON-FRI *)", "cron(0/5 9-12 1,15 * ? 2027)", "rate(1 minute)", "rate(1 minute)"]
    }
  }

  assert {
    condition     = length(output.rule_names) == 3 && length(distinct(output.rule_names)) == 3
    error_message = "Three schedules, three rules; the repeated one is one."
  }
  assert {
    condition     = alltrue([for name in output.rule_names : length(name) <= 64])
    error_message = "A rule's name has at most 64 characters."
  }
  assert {
    condition     = output.rule_names == tolist(sort(output.rule_names))
    error_message = "The names come sorted."
  }
}

run "in_a_time_zone_the_scheduler_pings" {
  variables {
    function_name = "a-name-of-sixty-four-characters-the-most-that-a-function-may-have"
    warm          = { schedules = ["cron(0/5 8-17 ? * MON-FRI *)"], timezone = "Europe/Berlin", concurrency = 3 }
    role_path     = "/models/"
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.this) == 0 && length(aws_lambda_permission.this) == 0
    error_message = "No rule: it would be in UTC."
  }
  assert {
    condition = (
      aws_scheduler_schedule.this["cron(0/5 8-17 ? * MON-FRI *)"].schedule_expression_timezone == "Europe/Berlin" &&
      aws_scheduler_schedule.this["cron(0/5 8-17 ? * MON-FRI *)"].target[0].arn == var.alias_arn &&
      aws_scheduler_schedule.this["cron(0/5 8-17 ? * MON-FRI *)"].target[0].input == "{\"concurrency\":3,\"warmer\":true}" &&
      aws_scheduler_schedule.this["cron(0/5 8-17 ? * MON-FRI *)"].target[0].retry_policy[0].maximum_retry_attempts == 0 &&
      aws_scheduler_schedule.this["cron(0/5 8-17 ? * MON-FRI *)"].flexible_time_window[0].mode == "OFF"
    )
    error_message = "The alias is pinged, on time, once."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.scheduler[0].policy).Statement == [{
      Sid      = "Ping"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = var.alias_arn
    }]
    error_message = "The role may invoke this alias, and nothing else."
  }
  assert {
    condition = jsondecode(aws_iam_role.scheduler[0].assume_role_policy).Statement[0] == {
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    }
    error_message = "Scheduler takes the role, for this account."
  }
  assert {
    condition     = aws_iam_role.scheduler[0].path == "/models/" && length(aws_iam_role.scheduler[0].name_prefix) <= 38 && length(output.rule_names[0]) <= 64
    error_message = "Names are within AWS's bounds."
  }
}

run "in_utc_no_role_is_needed" {
  command = plan

  assert {
    condition     = length(aws_iam_role.scheduler) == 0 && length(aws_scheduler_schedule.this) == 0
    error_message = "Rules invoke by the function's own permission."
  }
}

run "lambda_keeps_environments_for_the_alias" {
  command = plan

  variables {
    warm = { strategy = "provisioned", provisioned = 2 }
  }

  assert {
    condition = (
      aws_lambda_provisioned_concurrency_config.this[0].qualifier == "live" &&
      aws_lambda_provisioned_concurrency_config.this[0].provisioned_concurrent_executions == 2
    )
    error_message = "Two environments, of the alias."
  }
}

run "without_a_strategy_there_is_no_rule" {
  command = plan

  variables {
    warm = { strategy = "none" }
  }

  assert {
    condition     = length(output.rule_names) == 0 && length(aws_lambda_permission.this) == 0
    error_message = "Nothing is made."
  }
}

run "warm_without_a_schedule" {
  command = plan

  variables {
    warm = { schedules = [] }
  }

  expect_failures = [var.warm]
}

run "a_schedule_that_is_null" {
  command = plan

  variables {
    warm = { schedules = [null] }
  }

  expect_failures = [var.warm]
}

run "a_rate_in_the_singular" {
  command = plan

  variables {
    warm = { schedules = ["rate(5 minute)"] }
  }

  expect_failures = [var.warm]
}

run "a_rate_in_the_plural" {
  command = plan

  variables {
    warm = { schedules = ["rate(1 minutes)"] }
  }

  expect_failures = [var.warm]
}

run "a_rate_of_nothing" {
  command = plan

  variables {
    warm = { schedules = ["rate(0 minutes)"] }
  }

  expect_failures = [var.warm]
}

run "a_cron_of_five_fields" {
  command = plan

  variables {
    warm = { schedules = ["cron(0/5 8-17 * * MON-FRI)"] }
  }

  expect_failures = [var.warm]
}

run "a_cron_with_both_days" {
  command = plan

  variables {
    warm = { schedules = ["cron(0/5 8-17 * * MON-FRI *)"] }
  }

  expect_failures = [var.warm]
}

run "a_cron_with_neither_day" {
  command = plan

  variables {
    warm = { schedules = ["cron(0/5 8-17 ? * ? *)"] }
  }

  expect_failures = [var.warm]
}

run "a_cron_with_an_empty_field" {
  command = plan

  variables {
    warm = { schedules = ["cron(0/5  ? * MON-FRI *)"] }
  }

  expect_failures = [var.warm]
}

run "a_cron_that_does_not_end" {
  command = plan

  variables {
    warm = { schedules = ["cron(0/5 8-17 ? * MON-FRI *"] }
  }

  expect_failures = [var.warm]
}

run "a_schedule_that_is_neither" {
  command = plan

  variables {
    warm = { schedules = ["every 5 minutes"] }
  }

  expect_failures = [var.warm]
}

run "a_strategy_that_does_not_exist" {
  command = plan

  variables {
    warm = { strategy = "cron" }
  }

  expect_failures = [var.warm]
}

run "schedules_of_another_strategy" {
  command = plan

  variables {
    warm = { strategy = "snapstart", schedules = ["rate(5 minutes)"] }
  }

  expect_failures = [var.warm]
}

run "a_time_zone_of_no_schedule" {
  command = plan

  variables {
    warm = { strategy = "none", timezone = "Europe/Berlin" }
  }

  expect_failures = [var.warm]
}

run "provisioned_with_snapstart" {
  command = plan

  variables {
    warm = { strategy = "snapstart", provisioned = 2 }
  }

  expect_failures = [var.warm]
}

run "provisioned_with_pings" {
  command = plan

  variables {
    warm = { provisioned = 2 }
  }

  expect_failures = [var.warm]
}

run "one_environment_is_provisioned_by_default" {
  command = plan

  variables {
    warm = { strategy = "provisioned" }
  }

  assert {
    condition     = aws_lambda_provisioned_concurrency_config.this[0].provisioned_concurrent_executions == 1
    error_message = "One environment."
  }
  assert {
    condition     = length(output.rule_names) == 0
    error_message = "No ping."
  }
}

run "no_environment_to_keep_warm" {
  command = plan

  variables {
    warm = { concurrency = 0 }
  }

  expect_failures = [var.warm]
}

run "more_environments_than_a_ping_can_call" {
  command = plan

  variables {
    warm = { concurrency = 101 }
  }

  expect_failures = [var.warm]
}

run "half_a_provisioned_environment" {
  command = plan

  variables {
    warm = { strategy = "provisioned", provisioned = 1.5 }
  }

  expect_failures = [var.warm]
}

run "a_time_zone_that_is_an_offset" {
  command = plan

  variables {
    warm = { timezone = "+01:00" }
  }

  expect_failures = [var.warm]
}
