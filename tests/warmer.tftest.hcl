# modules/warmer alone.

mock_provider "aws" {
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
  module {
    source = "./modules/warmer"
  }

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

  module {
    source = "./modules/warmer"
  }

  variables {
    function_name = "a-name-of-sixty-four-characters-the-most-that-a-function-may-have"
    schedules     = ["cron(0/5 8-17 ? * MON-FRI *)", "cron(0/5 9-12 1,15 * ? 2027)", "rate(1 minute)", "rate(1 minute)"]
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

run "no_schedule_no_rule" {
  command = plan

  module {
    source = "./modules/warmer"
  }

  variables {
    schedules = []
  }

  assert {
    condition     = length(output.rule_names) == 0 && length(aws_lambda_permission.this) == 0
    error_message = "Nothing is made."
  }
}

run "a_rate_with_the_wrong_unit" {
  command = plan

  module {
    source = "./modules/warmer"
  }

  variables {
    schedules = ["rate(5 minute)"]
  }

  expect_failures = [var.schedules]
}

run "a_cron_of_five_fields" {
  command = plan

  module {
    source = "./modules/warmer"
  }

  variables {
    schedules = ["cron(0/5 8-17 * * MON-FRI)"]
  }

  expect_failures = [var.schedules]
}

run "a_schedule_that_is_null" {
  command = plan

  module {
    source = "./modules/warmer"
  }

  variables {
    schedules = [null]
  }

  expect_failures = [var.schedules]
}

run "an_input_that_is_not_json" {
  command = plan

  module {
    source = "./modules/warmer"
  }

  variables {
    input = "{warmer: true}"
  }

  expect_failures = [var.input]
}
