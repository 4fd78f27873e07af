# The alarms, their thresholds and topics, the dashboard, and the settings that are refused.

mock_provider "aws" {}

variables {
  function_name = "churn"
  alias_name    = "live"
  alias_arn     = "arn:aws:lambda:eu-central-1:123456789012:function:churn:live"
  alarms        = { topic_arns = ["arn:aws:sns:eu-central-1:123456789012:on-call"] }
}

run "six_alarms_are_created_and_notify_the_topic" {
  assert {
    condition = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset([
      "concurrency", "dropped-events", "duration", "errors", "throttles", "warm-up",
    ])
    error_message = "There must be alarms on errors, throttles, duration, concurrency, warm-ups, and dropped events."
  }
  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.this :
      alarm.alarm_actions == toset(var.alarms.topic_arns) && alarm.ok_actions == toset(var.alarms.topic_arns) && alarm.treat_missing_data == "notBreaching"
    ])
    error_message = "Each alarm must notify the topic when it starts and when it ends, and must not start if data is missing."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["errors"].dimensions == tomap({ FunctionName = "churn", Resource = "churn:live" }) &&
      aws_cloudwatch_metric_alarm.this["throttles"].dimensions == tomap({ FunctionName = "churn", Resource = "churn:live" })
    )
    error_message = "The alarms on errors and throttles must monitor the calls of the alias."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["duration"].extended_statistic == "p99" &&
      aws_cloudwatch_metric_alarm.this["duration"].threshold == 48000
    )
    error_message = "The threshold for the 99th percentile must be 80 percent of the timeout."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["concurrency"].metric_name == "ClaimedAccountConcurrency" &&
      aws_cloudwatch_metric_alarm.this["concurrency"].threshold == 800
    )
    error_message = "Without reserved concurrency, the limit must be the account's."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["warm-up"].namespace == "LambdaModel" &&
      aws_cloudwatch_metric_alarm.this["warm-up"].metric_name == "WarmUpFailures"
    )
    error_message = "The alarm on warm-ups must use the metric that the handler publishes."
  }
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["dropped-events"].namespace == "AWS/Lambda" &&
      aws_cloudwatch_metric_alarm.this["dropped-events"].metric_name == "AsyncEventsDropped" &&
      aws_cloudwatch_metric_alarm.this["dropped-events"].dimensions == tomap({ FunctionName = "churn" }) &&
      aws_cloudwatch_metric_alarm.this["dropped-events"].threshold == 1
    )
    error_message = "The alarm on dropped events must use Lambda's metric for discarded asynchronous events."
  }
}

run "reserved_concurrency_is_the_limit_of_the_alarm_on_concurrency" {
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
    error_message = "The threshold must be half of 5, rounded up."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["duration"].threshold == 250
    error_message = "The threshold must be alarms.duration_p99."
  }
}

run "a_threshold_of_one_environment_creates_no_alarm_on_concurrency" {
  command = plan

  variables {
    reserved_concurrency = 1
  }

  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.this), "concurrency")
    error_message = "There must be no alarm, because every call would start it."
  }
}

run "a_reserved_concurrency_of_0_creates_no_alarm_on_concurrency" {
  command = plan

  variables {
    reserved_concurrency = 0
  }

  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.this), "concurrency")
    error_message = "There must be no alarm, because its threshold would be 0 and it would never end."
  }
}

run "a_threshold_above_one_ping_creates_an_alarm_on_concurrency" {
  command = plan

  variables {
    reserved_concurrency = 2
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["concurrency"].threshold == 2
    error_message = "The threshold must be 2, because a ping only uses one execution environment."
  }
}

run "a_threshold_that_a_ping_reaches_creates_no_alarm_on_concurrency" {
  command = plan

  variables {
    reserved_concurrency = 5
    pinged               = 4
  }

  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.this), "concurrency")
    error_message = "There must be no alarm, because each ping would start it."
  }
}

run "without_pings_there_is_no_alarm_on_warm_ups" {
  command = plan

  variables {
    pinged = 0
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset(["concurrency", "dropped-events", "duration", "errors", "throttles"])
    error_message = "There must be no alarm on warm-ups."
  }
}

run "a_state_machine_has_an_alarm_on_failed_executions" {
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
    error_message = "The alarm must use the metric of Step Functions for this state machine."
  }
}

run "alarms_can_be_created_without_a_dashboard" {
  command = plan

  variables {
    dashboard = false
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 6 && length(aws_cloudwatch_dashboard.this) == 0 && output.dashboard_name == null
    error_message = "There must be six alarms and no dashboard."
  }
}

run "a_dashboard_can_be_created_without_alarms" {
  command = plan

  variables {
    has_alarms = false
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 0 && length(aws_cloudwatch_dashboard.this) == 1
    error_message = "There must be a dashboard and no alarms."
  }
}

run "the_dashboard_shows_all_metrics_of_the_handler" {
  command = plan

  assert {
    condition = alltrue([
      for widget in jsondecode(aws_cloudwatch_dashboard.this[0].dashboard_body).widgets : widget.properties.region == "eu-central-1"
    ])
    error_message = "Each widget must show the function's Region."
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
    error_message = "The dashboard must show all metrics that the handler publishes."
  }
}

run "a_topic_that_is_not_an_arn_is_refused" {
  command = plan

  variables {
    alarms = {
      topic_arns = ["on-call@example.com"]
    }
  }

  expect_failures = [var.alarms]
}

run "more_than_five_topics_are_refused" {
  command = plan

  variables {
    alarms = {
      topic_arns = [for number in range(6) : "arn:aws:sns:eu-central-1:123456789012:on-call-${number}"]
    }
  }

  expect_failures = [var.alarms]
}

run "a_concurrency_percent_above_100_is_refused" {
  command = plan

  variables {
    alarms = { concurrency_percent = 120 }
  }

  expect_failures = [var.alarms]
}
