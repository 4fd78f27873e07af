output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "arn" {
  description = "ARN of the function, without a version."
  value       = aws_lambda_function.this.arn
}

output "version" {
  description = "Published version that the alias points to."
  value       = aws_lambda_alias.this.function_version
}

output "alias_name" {
  description = "Name of the alias."
  value       = aws_lambda_alias.this.name
}

output "alias_arn" {
  description = "ARN of the alias: what to invoke. An asynchronous call of it is tried once."
  value       = aws_lambda_alias.this.arn
}

output "log_group_name" {
  description = "Name of the log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "role_arn" {
  description = "ARN of the execution role."
  value       = aws_iam_role.this.arn
}

output "role_name" {
  description = "Name of the execution role, to attach further policies to."
  value       = aws_iam_role.this.name
}
