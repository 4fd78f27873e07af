# Asynchronous calls: retries, event age, and destinations.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "an_asynchronous_call_is_not_retried_by_default" {
  assert {
    condition = (
      aws_lambda_function_event_invoke_config.this.qualifier == "live" &&
      aws_lambda_function_event_invoke_config.this.maximum_retry_attempts == 0 &&
      aws_lambda_function_event_invoke_config.this.maximum_event_age_in_seconds == 60
    )
    error_message = "Lambda must not retry a call that fails, and must discard an event after 60 seconds."
  }
}

run "a_destination_that_is_a_url_is_refused" {
  command = plan

  variables {
    asynchronous = { on_failure = { destination_arn = "https://sqs.eu-central-1.amazonaws.com/123456789012/failed" } }
  }

  expect_failures = [var.asynchronous]
}

run "records_of_asynchronous_calls_are_sent_to_the_destinations" {
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
    error_message = "The retries and the event age must be the maximum values of Lambda."
  }
  assert {
    condition = (
      one(one(aws_lambda_function_event_invoke_config.this.destination_config).on_failure).destination == "arn:aws-cn:s3:::failed-calls" &&
      one(one(aws_lambda_function_event_invoke_config.this.destination_config).on_success).destination == var.asynchronous.on_success.destination_arn
    )
    error_message = "Lambda must send the records of failed and of successful calls."
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
    error_message = "The role must be able to write to both destinations, and must not be able to read them."
  }
}

run "a_bucket_as_destination_on_success_is_refused" {
  command = plan

  variables {
    asynchronous = { on_success = { destination_arn = "arn:aws-cn:s3:::predictions" } }
  }

  expect_failures = [var.asynchronous]
}

run "three_retries_are_refused" {
  command = plan

  variables {
    asynchronous = { maximum_retry_attempts = 3 }
  }

  expect_failures = [var.asynchronous]
}

run "an_event_age_above_21600_seconds_is_refused" {
  command = plan

  variables {
    asynchronous = { maximum_event_age_in_seconds = 21601 }
  }

  expect_failures = [var.asynchronous]
}
