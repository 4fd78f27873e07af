# What is watched, who is told, and which settings are refused.

mock_provider "aws" {}

variables {
  function_name = "churn"
  alias_name    = "live"
  alias_arn     = "arn:aws:lambda:eu-central-1:123456789012:function:churn:live"
  alarms        = { topic_arns = ["arn:aws:sns:eu-central-1:123456789012:on-call"] }
}

run "six_things_are_watched_and_told" {
  assert {
    condition = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset([
      "concurrency", "dropped-events", "duration", "errors", "throttles", "warm-up",
    ])
    error_message = "Errors, throttles, duration, concurrency, warm-up and dropped events."
  }
  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.this :
      alarm.alarm_actions == toset(var.alarms.topic_arns) && alarm.ok_actions == toset(var.alarms.topic_arns) && alarm.treat_missing_data == "notBreaching"
    ])
    error_message = "The topic is told of the beginning and the end; silence is no alarm."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["errors"].dimensions == tomap({ FunctionName = "churn", Resource = "churn:live" }) &&
      aws_cloudwatch_metric_alarm.this["throttles"].dimensions == tomap({ FunctionName = "churn", Resource = "churn:live" })
    )
    error_message = "Calls of the alias are watched."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["duration"].extended_statistic == "p99" &&
      aws_cloudwatch_metric_alarm.this["duration"].threshold == 48000
    )
    error_message = "p99 is near the timeout at 80 % of it."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["concurrency"].metric_name == "ClaimedAccountConcurrency" &&
      aws_cloudwatch_metric_alarm.this["concurrency"].threshold == 800
    )
    error_message = "Without a reservation the limit is the account's."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["warm-up"].namespace == "LambdaModel" &&
      aws_cloudwatch_metric_alarm.this["warm-up"].metric_name == "WarmUpFailures"
    )
    error_message = "The handler reports failed pings."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["dropped-events"].namespace == "AWS/Lambda" &&
      aws_cloudwatch_metric_alarm.this["dropped-events"].metric_name == "AsyncEventsDropped" &&
      aws_cloudwatch_metric_alarm.this["dropped-events"].dimensions == tomap({ FunctionName = "churn" }) &&
      aws_cloudwatch_metric_alarm.this["dropped-events"].threshold == 1
    )
    error_message = "Lambda reports asynchronous calls that it gave up."
  }
}

run "a_reservation_is_the_limit" {
  command = plan

  variables {
    reserved_concurrency = 5
    timeout              = 10
    alarms = {
      concurrency_percent = 50
      duration_p99        = 250
    }
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["concurrency"].metric_name == "ConcurrentExecutions" &&
      aws_cloudwatch_metric_alarm.this["concurrency"].dimensions == tomap({ FunctionName = "churn" }) &&
      aws_cloudwatch_metric_alarm.this["concurrency"].threshold == 3
    )
    error_message = "Half of 5, rounded up."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["duration"].threshold == 250
    error_message = "The threshold is the one that was given."
  }
}

run "one_call_is_no_alarm_on_concurrency" {
  command = plan

  variables {
    reserved_concurrency = 1
  }

  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.this), "concurrency")
    error_message = "80 % of one environment is that one, and every call would be an alarm."
  }
}

run "a_function_that_is_stopped_is_no_alarm_on_concurrency" {
  command = plan

  variables {
    reserved_concurrency = 0
  }

  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.this), "concurrency")
    error_message = "None in use would be all that there may be."
  }
}

run "two_calls_of_two_are_an_alarm" {
  command = plan

  variables {
    reserved_concurrency = 2
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["concurrency"].threshold == 2
    error_message = "A ping takes one, and a second is for somebody else."
  }
}

run "a_ping_is_no_alarm_on_concurrency" {
  command = plan

  variables {
    reserved_concurrency = 5
    pinged               = 4
  }

  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.this), "concurrency")
    error_message = "The ping itself uses 80 % of 5, every 5 minutes."
  }
}

run "where_nothing_pings_no_warm_up_can_fail" {
  command = plan

  variables {
    pinged = 0
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset(["concurrency", "dropped-events", "duration", "errors", "throttles"])
    error_message = "There is no alarm on warm-ups."
  }
}

run "executions_that_fail_are_told" {
  command = plan

  variables {
    state_machine = { arn = "arn:aws:states:eu-central-1:123456789012:stateMachine:churn-batch" }
    alarms = {
      failed_executions = 3
    }
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["failed-executions"].namespace == "AWS/States" &&
      aws_cloudwatch_metric_alarm.this["failed-executions"].metric_name == "ExecutionsFailed" &&
      aws_cloudwatch_metric_alarm.this["failed-executions"].dimensions == tomap({ StateMachineArn = var.state_machine.arn }) &&
      aws_cloudwatch_metric_alarm.this["failed-executions"].threshold == 3
    )
    error_message = "Step Functions reports them by the state machine."
  }
}

run "alarms_without_a_dashboard" {
  command = plan

  variables {
    dashboard = false
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 6 && length(aws_cloudwatch_dashboard.this) == 0 && output.dashboard_name == null
    error_message = "A dashboard is $3 a month beyond the third."
  }
}

run "a_dashboard_without_alarms" {
  command = plan

  variables {
    has_alarms = false
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 0 && length(aws_cloudwatch_dashboard.this) == 1
    error_message = "Whoever is alarmed elsewhere still looks."
  }
}

run "the_dashboard_shows_cold_starts_and_model_loads" {
  command = plan

  assert {
    condition = alltrue([
      for widget in jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets : widget.properties.region == "eu-central-1"
    ])
    error_message = "Each widget is of the function's region."
  }
  assert {
    condition = length(setsubtract(
      [
        "BadRequests", "ColdStart", "InitMilliseconds", "ModelFaults", "ModelLoadMilliseconds", "PredictMilliseconds", "Rows",
        "WarmUpFailures",
      ],
      flatten([
        for widget in jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets : [
          for metric in widget.properties.metrics : metric[1] if metric[0] == "LambdaModel"
        ]
      ]),
    )) == 0
    error_message = "All that the handler reports is on it."
  }
}

run "a_topic_that_is_none" {
  command = plan

  variables {
    alarms = {
      topic_arns = ["on-call@example.com"]
    }
  }

  expect_failures = [var.alarms]
}

run "more_topics_than_an_alarm_takes" {
  command = plan

  variables {
    alarms = {
      topic_arns = [for number in range(6) : "arn:aws:sns:eu-central-1:123456789012:on-call-${number}"]
    }
  }

  expect_failures = [var.alarms]
}

run "more_than_all_of_the_concurrency" {
  command = plan

  variables {
    alarms = { concurrency_percent = 120 }
  }

  expect_failures = [var.alarms]
}
