output "function_name" {
  description = "Name of the function."
  value       = module.function.name
}

output "function_arn" {
  description = "ARN of the function, without a version. Callers want alias_arn."
  value       = module.function.arn
}

output "alias_arn" {
  description = "ARN of the alias live: invoke this. It is what the warm-up ping keeps warm. An asynchronous call of it is tried once."
  value       = module.function.alias_arn
}

output "function_version" {
  description = "Published version that the alias live points to."
  value       = module.function.version
}

output "layer_arn" {
  description = "ARN of the layer version that holds the dependencies."
  value       = module.layer.arn
}

output "bucket" {
  description = "Name of the bucket that holds the artifacts."
  value       = module.artifacts.bucket
}

output "model_version" {
  description = "The model that answers: sha256 of its bytes, and in mode s3 the S3 version of its object (null in mode bundle)."
  value = {
    sha256     = local.model.sha256
    version_id = try(local.model.object.version_id, null)
  }
}

output "rule_names" {
  description = "Names of the CloudWatch Events rules that ping the function; empty when warm.enabled is false."
  value       = module.warmer.rule_names
}

output "log_group_name" {
  description = "Name of the function's log group."
  value       = module.function.log_group_name
}

output "role_arn" {
  description = "ARN of the function's execution role."
  value       = module.function.role_arn
}

output "role_name" {
  description = "Name of that role, to attach further policies to, such as kms:Decrypt for a stored model under SSE-KMS."
  value       = module.function.role_name
}
