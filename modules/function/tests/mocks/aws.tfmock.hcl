# Computed values of the mocked provider in all tests of this module.

mock_resource "aws_cloudwatch_log_group" {
  defaults = { arn = "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/aws/lambda/churn" }
}
mock_resource "aws_iam_role" {
  defaults = { arn = "arn:aws-cn:iam::123456789012:role/churn-1" }
}
mock_resource "aws_lambda_function" {
  defaults = { arn = "arn:aws-cn:lambda:cn-north-1:123456789012:function:churn", version = "7" }
}
