# The examples that cannot be applied to the embedded AWS, because it does not keep the SnapStart setting and cannot validate a state
# machine. tests/e2e/test_examples.py applies the other examples.

mock_provider "aws" {
  mock_resource "aws_s3_object" {
    defaults = { version_id = "v1" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::batch-data-1" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/example" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/example-1" }
  }
  mock_resource "aws_lambda_layer_version" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:layer:example-dependencies:1" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { version = "1" }
  }
  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:example:live" }
  }
  mock_resource "aws_apigatewayv2_api" {
    defaults = {
      api_endpoint  = "https://api1.execute-api.eu-central-1.amazonaws.com"
      execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:api1"
    }
  }
  mock_resource "aws_sfn_state_machine" {
    defaults = { arn = "arn:aws:states:eu-central-1:123456789012:stateMachine:batch-batch" }
  }
}

variables {
  artifacts_dir = "tests/fixtures/artifacts/complete"
}

run "the_example_snapstart_endpoint_can_be_applied" {
  module {
    source = "./examples/snapstart-endpoint"
  }

  assert {
    condition     = output.endpoint.url == "https://api1.execute-api.eu-central-1.amazonaws.com/" && output.endpoint.caller_policy != null
    error_message = "The output endpoint must contain the URL and the policy for callers."
  }
}

run "the_example_batch_can_be_applied" {
  module {
    source = "./examples/batch"
  }

  assert {
    condition     = output.state_machine_arn == "arn:aws:states:eu-central-1:123456789012:stateMachine:batch-batch"
    error_message = "The output state_machine_arn must be the ARN of the state machine."
  }
}
