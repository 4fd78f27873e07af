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

output "newest_version" {
  description = "Published version that was deployed last."
  value       = aws_lambda_function.this.version
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
  value       = local.role_arn
}

output "role_name" {
  description = "Name of the execution role, to attach further policies to."
  value       = var.existing_role == null ? aws_iam_role.this[0].name : regex("[^/]+$", var.existing_role.arn)
}

output "policy" {
  description = "What the execution role has to allow, as a policy document: for an existing role, which gets no policy from here."
  value = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.own_statements, local.model_statements, values(local.further_statements)...)
  })
}
