# Asynchronous calls: retries, and where their records go.

mock_provider "aws" {
  source = "./tests/mocks"
}

run "an_asynchronous_call_is_tried_once" {
  assert {
    condition = (
      aws_lambda_function_event_invoke_config.this.qualifier == "live" &&
      aws_lambda_function_event_invoke_config.this.maximum_retry_attempts == 0 &&
      aws_lambda_function_event_invoke_config.this.maximum_event_age_in_seconds == 60
    )
    error_message = "A ping that fails or is throttled is not called again by Lambda."
  }
}

run "a_destination_that_is_a_url" {
  command = plan

  variables {
    asynchronous = { on_failure = { destination_arn = "https://sqs.eu-central-1.amazonaws.com/123456789012/failed" } }
  }

  expect_failures = [var.asynchronous]
}

run "records_of_asynchronous_calls_are_kept" {
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
    error_message = "A call is tried again, for as long as Lambda does it."
  }
  assert {
    condition = (
      one(one(aws_lambda_function_event_invoke_config.this.destination_config).on_failure).destination == "arn:aws-cn:s3:::failed-calls" &&
      one(one(aws_lambda_function_event_invoke_config.this.destination_config).on_success).destination == var.asynchronous.on_success.destination_arn
    )
    error_message = "Both kinds of records are sent."
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
    error_message = "The role may write to both, and may not read."
  }
}

run "a_bucket_for_calls_that_succeeded" {
  command = plan

  variables {
    asynchronous = { on_success = { destination_arn = "arn:aws-cn:s3:::predictions" } }
  }

  expect_failures = [var.asynchronous]
}

run "three_retries" {
  command = plan

  variables {
    asynchronous = { maximum_retry_attempts = 3 }
  }

  expect_failures = [var.asynchronous]
}

run "events_that_get_older_than_lambda_keeps_them" {
  command = plan

  variables {
    asynchronous = { maximum_event_age_in_seconds = 21601 }
  }

  expect_failures = [var.asynchronous]
}
