output "name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "arn" {
  description = "ARN of the function, without a version."
  value       = aws_lambda_function.this.arn
}

output "version" {
  description = "Number of the published version that the alias points to."
  value       = aws_lambda_alias.this.function_version
}

output "newest_version" {
  description = "Number of the version that was published last."
  value       = aws_lambda_function.this.version
}

output "alias_name" {
  description = "Name of the alias."
  value       = aws_lambda_alias.this.name
}

output "alias_arn" {
  description = "ARN of the alias. Invoke the function through it, because the settings in `asynchronous` only apply to the alias."
  value       = aws_lambda_alias.this.arn
}

output "log_group_name" {
  description = "Name of the log group."
  value       = local.log_group_name
}

output "role_arn" {
  description = "ARN of the execution role."
  value       = local.role_arn
}

output "role_name" {
  description = "Name of the execution role. You can attach more policies to it."
  value       = var.role.existing == null ? aws_iam_role.this[0].name : regex("[^/]+$", var.role.existing.arn)
}

output "policy" {
  description = "Policy document with the permissions that the function needs. Add them to the role if you use `role.existing`."
  value = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.own_statements, local.model_statements, values(local.further_statements)...)
  })
}
