# Rules, schedules, and provisioned concurrency, and the settings that are refused.

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

run "the_alias_is_pinged_every_five_minutes_by_default" {
  assert {
    condition     = keys(aws_cloudwatch_event_rule.this) == ["rate(5 minutes)"]
    error_message = "There must be one rule, which runs every five minutes."
  }
  assert {
    condition     = aws_cloudwatch_event_rule.this["rate(5 minutes)"].state == "ENABLED"
    error_message = "The rule must be enabled."
  }
  assert {
    condition     = aws_cloudwatch_event_target.this["rate(5 minutes)"].arn == var.alias_arn
    error_message = "The rule must call the alias, and not $LATEST."
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_event_target.this["rate(5 minutes)"].input) == { warmer = true }
    error_message = "The rule must send the event that the handler recognizes as a ping."
  }
  assert {
    condition     = aws_cloudwatch_event_target.this["rate(5 minutes)"].retry_policy[0].maximum_retry_attempts == 0
    error_message = "EventBridge must not retry a ping that does not reach Lambda's queue."
  }
  assert {
    condition = (
      aws_lambda_permission.this["rate(5 minutes)"].qualifier == "live" &&
      aws_lambda_permission.this["rate(5 minutes)"].source_arn == "arn:aws:events:eu-central-1:123456789012:rule/churn-warm"
    )
    error_message = "Only this rule must be able to call the alias."
  }
}

run "each_schedule_has_a_rule_with_a_unique_name" {
  command = plan

  variables {
    function_name = "a-name-of-sixty-four-characters-the-most-that-a-function-may-have"
    warm = {
      schedules = ["cron(0/5 8-17 ? * MON-FRI *)", "cron(0/5 9-12 1,15 * ? 2027)", "rate(1 minute)", "rate(1 minute)"]
    }
  }

  assert {
    condition     = length(output.rule_names) == 3 && length(distinct(output.rule_names)) == 3
    error_message = "There must be one rule for each of the three different schedules."
  }
  assert {
    condition     = alltrue([for name in output.rule_names : length(name) <= 64])
    error_message = "The names of the rules must have at most 64 characters."
  }
  assert {
    condition     = output.rule_names == tolist(sort(output.rule_names))
    error_message = "The names must be sorted."
  }
}

run "with_a_time_zone_eventbridge_scheduler_sends_the_pings" {
  variables {
    function_name = "a-name-of-sixty-four-characters-the-most-that-a-function-may-have"
    warm          = { schedules = ["cron(0/5 8-17 ? * MON-FRI *)"], timezone = "Europe/Berlin", concurrency = 3 }
    role_path     = "/models/"
  }

  assert {
    condition     = length(aws_cloudwatch_event_rule.this) == 0 && length(aws_lambda_permission.this) == 0
    error_message = "There must be no rule, because rules only support UTC."
  }
  assert {
    condition = (
      aws_scheduler_schedule.this["cron(0/5 8-17 ? * MON-FRI *)"].schedule_expression_timezone == "Europe/Berlin" &&
      aws_scheduler_schedule.this["cron(0/5 8-17 ? * MON-FRI *)"].target[0].arn == var.alias_arn &&
      aws_scheduler_schedule.this["cron(0/5 8-17 ? * MON-FRI *)"].target[0].input == "{\"concurrency\":3,\"warmer\":true}" &&
      aws_scheduler_schedule.this["cron(0/5 8-17 ? * MON-FRI *)"].target[0].retry_policy[0].maximum_retry_attempts == 0 &&
      aws_scheduler_schedule.this["cron(0/5 8-17 ? * MON-FRI *)"].flexible_time_window[0].mode == "OFF"
    )
    error_message = "The schedule must ping the alias in the time zone, without a flexible time window and without retries."
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.scheduler[0].policy).Statement == [{
      Sid      = "Ping"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = var.alias_arn
    }]
    error_message = "The role must only be able to invoke this alias."
  }
  assert {
    condition = jsondecode(aws_iam_role.scheduler[0].assume_role_policy).Statement[0] == {
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    }
    error_message = "Only EventBridge Scheduler must be able to assume the role, and only for this account."
  }
  assert {
    condition     = aws_iam_role.scheduler[0].path == "/models/" && length(aws_iam_role.scheduler[0].name_prefix) <= 38 && length(output.rule_names[0]) <= 64
    error_message = "The names must be within the limits of AWS, and the role must have the given path."
  }
}

run "rules_in_utc_need_no_role" {
  command = plan

  assert {
    condition     = length(aws_iam_role.scheduler) == 0 && length(aws_scheduler_schedule.this) == 0
    error_message = "There must be no schedule and no role, because rules use a permission of the function."
  }
}

run "provisioned_concurrency_applies_to_the_alias" {
  command = plan

  variables {
    warm = { strategy = "provisioned", provisioned = 2 }
  }

  assert {
    condition = (
      aws_lambda_provisioned_concurrency_config.this[0].qualifier == "live" &&
      aws_lambda_provisioned_concurrency_config.this[0].provisioned_concurrent_executions == 2
    )
    error_message = "The alias must have two provisioned execution environments."
  }
}

run "strategy_none_creates_nothing" {
  command = plan

  variables {
    warm = { strategy = "none" }
  }

  assert {
    condition     = length(output.rule_names) == 0 && length(aws_lambda_permission.this) == 0
    error_message = "There must be no rule and no permission."
  }
}

run "an_empty_list_of_schedules_is_refused" {
  command = plan

  variables {
    warm = { schedules = [] }
  }

  expect_failures = [var.warm]
}

run "a_schedule_that_is_null_is_refused" {
  command = plan

  variables {
    warm = { schedules = [null] }
  }

  expect_failures = [var.warm]
}

run "a_rate_with_a_singular_unit_after_5_is_refused" {
  command = plan

  variables {
    warm = { schedules = ["rate(5 minute)"] }
  }

  expect_failures = [var.warm]
}

run "a_rate_with_a_plural_unit_after_1_is_refused" {
  command = plan

  variables {
    warm = { schedules = ["rate(1 minutes)"] }
  }

  expect_failures = [var.warm]
}

run "a_rate_of_0_minutes_is_refused" {
  command = plan

  variables {
    warm = { schedules = ["rate(0 minutes)"] }
  }

  expect_failures = [var.warm]
}

run "a_cron_expression_with_five_fields_is_refused" {
  command = plan

  variables {
    warm = { schedules = ["cron(0/5 8-17 * * MON-FRI)"] }
  }

  expect_failures = [var.warm]
}

run "a_cron_expression_with_both_days_is_refused" {
  command = plan

  variables {
    warm = { schedules = ["cron(0/5 8-17 * * MON-FRI *)"] }
  }

  expect_failures = [var.warm]
}

run "a_cron_expression_with_neither_day_is_refused" {
  command = plan

  variables {
    warm = { schedules = ["cron(0/5 8-17 ? * ? *)"] }
  }

  expect_failures = [var.warm]
}

run "a_cron_expression_with_an_empty_field_is_refused" {
  command = plan

  variables {
    warm = { schedules = ["cron(0/5  ? * MON-FRI *)"] }
  }

  expect_failures = [var.warm]
}

run "a_cron_expression_without_a_closing_parenthesis_is_refused" {
  command = plan

  variables {
    warm = { schedules = ["cron(0/5 8-17 ? * MON-FRI *"] }
  }

  expect_failures = [var.warm]
}

run "a_schedule_that_is_neither_rate_nor_cron_is_refused" {
  command = plan

  variables {
    warm = { schedules = ["every 5 minutes"] }
  }

  expect_failures = [var.warm]
}

run "an_unknown_strategy_is_refused" {
  command = plan

  variables {
    warm = { strategy = "cron" }
  }

  expect_failures = [var.warm]
}

run "schedules_with_another_strategy_are_refused" {
  command = plan

  variables {
    warm = { strategy = "snapstart", schedules = ["rate(5 minutes)"] }
  }

  expect_failures = [var.warm]
}

run "a_time_zone_with_another_strategy_is_refused" {
  command = plan

  variables {
    warm = { strategy = "none", timezone = "Europe/Berlin" }
  }

  expect_failures = [var.warm]
}

run "provisioned_environments_with_snapstart_are_refused" {
  command = plan

  variables {
    warm = { strategy = "snapstart", provisioned = 2 }
  }

  expect_failures = [var.warm]
}

run "provisioned_environments_with_pings_are_refused" {
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
    error_message = "There must be one provisioned execution environment."
  }
  assert {
    condition     = length(output.rule_names) == 0
    error_message = "There must be no rule."
  }
}

run "a_concurrency_of_0_is_refused" {
  command = plan

  variables {
    warm = { concurrency = 0 }
  }

  expect_failures = [var.warm]
}

run "a_concurrency_above_100_is_refused" {
  command = plan

  variables {
    warm = { concurrency = 101 }
  }

  expect_failures = [var.warm]
}

run "a_provisioned_number_that_is_not_whole_is_refused" {
  command = plan

  variables {
    warm = { strategy = "provisioned", provisioned = 1.5 }
  }

  expect_failures = [var.warm]
}

run "a_time_zone_that_is_an_offset_is_refused" {
  command = plan

  variables {
    warm = { timezone = "+01:00" }
  }

  expect_failures = [var.warm]
}
